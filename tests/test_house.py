"""The laws of the house hold for the tree, and each of them bites.

A law is a function in tests/house; what it is read from stands in tests/house/table.py. For every law there
are samples that it must refuse and look-alikes that it must let pass, in tests/house/samples.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator

import pytest

from house.direction import direction, purity
from house.links import broken_links
from house.locks import lock_findings, pins
from house.places import clock, environment, exact, printing, sql
from house.samples import BAD, GOOD, function
from house.source import Finding, Source, project
from house.table import EXCEPTIONS, ROOMS, WITHOUT_ITS_GROUND
from house.tidy import are_usual, documented, lengths, usual_lengths
from house.words import addresses, foreign, later

Law = Callable[[Source], Iterator[Finding]]

LAWS: dict[str, Law] = {
    law.__name__: law
    for law in (
        direction, purity, sql, environment, clock, exact, printing, lengths, documented, foreign, later,
        addresses,
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def tree() -> list[Source]:
    return project()


def applies(law: str, source: Source) -> bool:
    return source.is_python or law in ("foreign", "later", "addresses", "sql")


def broken(law: str, sources: list[Source]) -> list[Finding]:
    return [finding for source in sources if applies(law, source) for finding in LAWS[law](source)]


def nothing(found: list[Finding]) -> None:
    """Fails with what was found, a line each, and without a trace: it is the tree that is wrong."""
    if found:
        pytest.fail("\n".join(map(str, found)), pytrace=False)


@pytest.mark.parametrize("law", LAWS)
def test_the_tree_keeps_the_law(law: str, tree: list[Source]) -> None:
    found = [one for one in broken(law, tree) if (one.law, one.path, one.what) not in EXCEPTIONS]
    nothing(found)


@pytest.mark.parametrize(("law", "path", "text"), BAD)
def test_the_law_refuses_a_bad_sample(law: str, path: str, text: str) -> None:
    found = list(LAWS[law](Source(path, text)))
    assert [one.law for one in found] == [law]
    assert found[0].path == path
    assert found[0].remedy


@pytest.mark.parametrize(("law", "path", "text"), GOOD)
def test_the_law_lets_a_look_alike_pass(law: str, path: str, text: str) -> None:
    assert not list(LAWS[law](Source(path, text)))


def test_every_law_has_both_samples() -> None:
    assert {law for law, _, _ in BAD} == {law for law, _, _ in GOOD} == set(LAWS)


def test_every_exception_is_still_needed(tree: list[Source]) -> None:
    used = {(one.law, one.path, one.what) for law in LAWS for one in broken(law, tree)}
    assert not set(EXCEPTIONS) - used, "take these out of tests/house/table.py"


def test_the_tree_is_seen(tree: list[Source]) -> None:
    """A law that looks at no file would be kept by all."""
    paths = {source.path for source in tree}
    assert {"Makefile", "pyproject.toml", "src/sayso/errors.py", "tests/test_house.py"} <= paths
    assert {source.room for source in tree} >= {"errors", "canon", "promise"}
    assert not [path for path in paths if path.startswith((".venv/", ".git/")) or "__pycache__" in path]


def test_directions_run_one_way() -> None:
    """The table itself: beneath is transitive, and no room stands beneath itself."""
    for room, beneath in ROOMS.items():
        assert room not in beneath
        for below in beneath:
            through = (room, below) in WITHOUT_ITS_GROUND
            assert through or set(ROOMS[below]) <= set(beneath) | {below}, f"{room} -> {below}"


def test_functions_are_short_as_a_rule(tree: list[Source]) -> None:
    share, unusual = usual_lengths(tree)
    assert are_usual(share), f"{share:.1%} of all functions are over the usual length:\n" + "\n".join(unusual)


def test_a_tree_of_long_functions_is_refused() -> None:
    share, unusual = usual_lengths([Source("src/sayso/desk/promises.py", function(41) + function(40))])
    assert share == 0.5
    assert unusual == ["41 lines: src/sayso/desk/promises.py:1 judged"]
    assert not are_usual(share)


def links(sources: list[Source]) -> list[Finding]:
    pages = {source.path: source.text for source in sources if source.path.endswith(".md")}
    paths = {source.path for source in sources}
    return [one for path, text in pages.items() for one in broken_links(Source(path, text), pages, paths)]


def test_links_between_pages_lead_somewhere(tree: list[Source]) -> None:
    found = links(tree)
    nothing(found)


@pytest.mark.parametrize(
    "link",
    [
        "[a](nothing.md)",
        "[a](../README.md#nothing)",
        "[a](#nothing)",
        "![a](../no.svg)",
        "[a]: nothing.md",
        "[a](/etc)",
    ],
)
def test_a_link_that_leads_nowhere_is_refused(link: str) -> None:
    sources = [Source("README.md", "# One page\n"), Source("docs/page.md", f"# Two\n\n{link}\n")]
    assert [(one.path, one.line) for one in links(sources)] == [("docs/page.md", 3)]


@pytest.mark.parametrize(
    "link",
    ["[a](../README.md)", "[a](../README.md#what-it-does-in-2011)", "[a](#two)", "[a](https://example.org/x)",
     "[a](../docs)", "`[a](nothing.md)`", "```\n[a](nothing.md)\n```", "[a](<../README.md> 'title')",
     "[a]: ../README.md", "[mail](mailto:a@example.org)", "[a](#two-1)\n\n## Two"],
)  # fmt: skip
def test_a_link_that_leads_somewhere_is_fine(link: str) -> None:
    sources = [
        Source("README.md", "# What it does, in `2011`\n"),
        Source("docs/page.md", f"# Two\n\n{link}\n"),
    ]
    assert not links(sources)


def asked_for(tree: list[Source], *files: str) -> list[str]:
    texts = {source.path: source.text for source in tree}
    declared: list[str] = tomllib.loads(texts["pyproject.toml"])["project"]["dependencies"]
    for file in files:
        declared += [line for line in texts[file].splitlines() if line and not line.startswith("#")]
    return declared


def test_locks_hold_what_is_asked_for(tree: list[Source]) -> None:
    texts = {source.path: source.text for source in tree}
    base, test = "requirements/base.txt", "requirements/test.txt"
    found = [
        *lock_findings(base, texts[base], asked_for(tree, "requirements/base.in")),
        *lock_findings(test, texts[test], asked_for(tree, "requirements/base.in", "requirements/test.in")),
    ]
    nothing(found)
    assert pins(texts[base]).items() <= pins(texts[test]).items(), "what is tested is what runs"


PINNED = "click==8.3.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n    # via sayso\n"


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        (PINNED, ["rich"]),
        (PINNED, ["click>=8.4"]),
        ("click==8.3.0\n", ["click"]),
        ("--ind" + "ex-url https://example.org\n" + PINNED, ["click"]),
        (PINNED + "rich @ https://example.org/rich.whl\n", ["click"]),
    ],
)
def test_a_lock_that_is_out_of_step_is_refused(lock: str, asked: list[str]) -> None:
    assert len(list(lock_findings("requirements/base.txt", lock, asked))) == 1


def test_a_lock_in_step_is_fine() -> None:
    assert pins(PINNED) == {"click": ("8.3.0", 2)}
    assert not list(
        lock_findings("requirements/base.txt", PINNED, ["Click>=8", "click; python_version > '3'"])
    )
