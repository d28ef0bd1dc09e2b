"""The profiles in sentences as Markdown (docs/reference/profiles.md), made from their settings and from asking both."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.audit.parity.profile_examples import examples
from sayso.promise.policy import PROFILE_NAMES, Policy, profiled
from sayso.promise.settings.common import ProfileName
from sayso.promise.settings.sentences import ERPS, Chapter, apart, explained

_OPENING = """# ERP logic profiles

Made from the settings (`python -m sayso.audit.parity.profile_reference > docs/reference/profiles.md`); a test keeps the
two in step.

A profile is how an ERP decides: what counts as sellable, which price wins, what exposure is made of, what is refused. It
is nothing but a value for each [setting](policy.md); one judgement reads them all. A [policy](../how-to/write-a-policy.md)
starts from a profile and changes what your company has otherwise.

- `sayso profile show NAME` says all of a profile in sentences, or of a policy of your own (`sayso profile show
  policy.toml`).
- `sayso profile diff A B` says where two answer differently, with the source of each rule and an example.
- [Parity cases](parity.md) prove that a profile answers as the ERP does; `parity/` has those that come with Sayso.

"""


def reference() -> str:
    """The whole page."""
    return _OPENING + "\n".join(line for name in PROFILE_NAMES for line in _profile(name)) + "\n"


def _profile(name: ProfileName) -> Iterator[str]:
    policy = profiled(name)
    chapters = explained(policy)
    yield f"## {name}"
    yield f"{ERPS[name][0].upper()}{ERPS[name][1:]}."
    yield ""
    for chapter in chapters:
        if chapter.short:
            yield f"- **{chapter.title}.** {chapter.short}"
    yield ""
    for chapter in chapters:
        yield from _whole(chapter) if name == "plain" else _own(chapter, policy)


def _whole(chapter: Chapter) -> Iterator[str]:
    yield f"### {chapter.title}"
    for told in chapter.told:
        yield f"- {told.sentence} (`{told.setting}`)"
    yield ""


def _own(chapter: Chapter, policy: Policy) -> Iterator[str]:
    """What is not as in the plain profile, with where it comes from and an example."""
    plain = profiled("plain")
    own = {each.setting: each.other for each in apart(plain, policy) if each.other.own}
    found = [told for told in chapter.told if told.setting in own]
    if not found:
        return
    yield f"### {chapter.title}: not as in plain"
    sources = dict.fromkeys(told.source for told in found if told.source)
    if sources:
        yield f"From {'; '.join(sources)}."
    yield ""
    for told in found:
        beside = "" if told.counts else " (This has no meaning beside the others.)"
        because = f" *{told.because}*" if told.because else ""
        yield f"- {told.sentence}{beside} (`{told.setting}`){because}"
        for example in examples(told.setting, plain, policy):
            yield f"  For example: {example.sentence('plain', policy.profile)}"
    yield ""


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference())
