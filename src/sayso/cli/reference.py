"""The page docs/reference/cli.md, made from the commands: python -m sayso.cli.reference > docs/reference/cli.md"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from sayso.cli.root import COMMANDS, sayso

_HEAD = """\
# The command line: `sayso`

Made from the commands (`python -m sayso.cli.reference`); a test keeps the two in step.

Every command has `--help` with an example. `--json` prints one JSON document and nothing else on standard output; logs
and progress go to standard error. Options that are settings may stand in the environment or in `sayso.toml` as well:
see [settings.md](settings.md).

| exit status | means |
| --- | --- |
| 0 | done |
| 1 | done, and differences were found: rows refused, drift, a signature that does not hold, migrations to apply |
| 2 | the request was wrong: what, with which value, and what to do about it is on standard error |
| 3 | a system could not be reached, or something is wrong with Sayso |
| 130 | interrupted by Ctrl-C or SIGTERM; `up`, `worker` and a demo that stays up end with 0 |

`sayso --debug COMMAND` (or `SAYSO_DEBUG=1`) shows the traceback of an error.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for name in COMMANDS for line in _command((name,), _found(name)))])


def _found(name: str) -> click.Command:
    command = sayso.get_command(click.Context(sayso), name)
    assert command is not None
    return command


def _command(words: tuple[str, ...], command: click.Command) -> Iterator[str]:
    within = click.Context(command)
    runs = not isinstance(command, click.Group) or command.invoke_without_command
    yield f"{'##' if len(words) == 1 else '###'} `sayso {' '.join(words)}`\n"
    yield f"{_text(command.help)}\n"
    if runs:
        given = [_argument(one) for one in command.params if isinstance(one, click.Argument)]
        yield f"```\nsayso {' '.join([*words, *given])} [OPTIONS]\n```\n"
        options = [one for one in command.params if isinstance(one, click.Option)]
        if options:
            yield "| option | meaning |\n| --- | --- |"
            yield from (f"| `{_option(one)}` | {_meaning(one)} |" for one in options)
            yield ""
        yield f"{_text(command.epilog)}\n".replace("Example: ", "Example: `", 1).replace("\n", "`\n", 1)
    if isinstance(command, click.Group):
        for name in command.list_commands(within):
            below = command.get_command(within, name)
            assert below is not None
            yield from _command((*words, name), below)


def _text(text: str | None) -> str:
    return inspect.cleandoc(text or "")


def _argument(argument: click.Argument) -> str:
    name = (argument.name or "").upper()
    return f"{name}{'...' if argument.nargs == -1 else ''}"


def _option(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag:
        return names
    shown = option.make_metavar(click.Context(click.Command("none")))
    return f"{names} {shown}".replace("|", "\\|")


def _meaning(option: click.Option) -> str:
    text = (option.help or "").replace("|", "\\|")
    if option.required:
        text += " Required."
    if option.multiple and "repeat" not in text and "once for each" not in text:
        text += " Repeatable."
    if option.show_default is True and option.default not in (None, ""):
        text += f" Default: {option.default}."
    return text


if __name__ == "__main__":
    click.echo(page(), nl=False)
