"""The group: what it lists, what it reads, and how an error ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from sayso.cli import root
from sayso.cli.root import COMMANDS, sayso
from sayso.errors import BadField, StoreAway


def every_command() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command by its words, groups included."""

    def below(
        words: tuple[str, ...], command: click.Command
    ) -> Iterator[tuple[tuple[str, ...], click.Command]]:
        yield words, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from below((*words, name), found)

    for name in COMMANDS:
        command = sayso.get_command(click.Context(sayso), name)
        assert command is not None
        yield from below((name,), command)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name):
    command = sayso.get_command(click.Context(sayso), name)
    assert command is not None
    assert (command.help or "").split("\n\n")[0].replace("\n", " ") == COMMANDS[name].line


def test_every_command_has_help_with_an_example():
    seen = 0
    for words, command in every_command():
        if isinstance(command, click.Group) and not command.invoke_without_command:
            continue
        seen += 1
        shown = CliRunner().invoke(sayso, [*words, "--help"])
        assert shown.exit_code == 0, shown.output
        assert f"Example: sayso {' '.join(words)}" in shown.stdout.replace("\n  ", " "), words
    assert seen > 15


def test_every_command_that_answers_can_answer_in_json():
    silent = {("worker",)}
    for words, command in every_command():
        if isinstance(command, click.Group) and not command.invoke_without_command:
            continue
        options = {option for parameter in command.params for option in parameter.opts}
        assert ("--json" in options) != (words in silent), words


def test_the_list_of_commands_reads_none_of_them():
    looked = (
        "import sys\nfrom sayso.cli.root import sayso\n"
        "try:\n    sayso(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'asyncpg', 'starlette', 'rich', 'pyarrow', 'cryptography', 'sayso.wiring', 'msgspec'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "doctor" in done.stdout


def failing(monkeypatch, problem: BaseException) -> None:
    def fail() -> None:
        raise problem

    monkeypatch.setitem(COMMANDS, "doctor", root.Entry("doctor", "doctor", "It fails."))
    monkeypatch.setattr("sayso.cli.doctor.doctor", click.Command("doctor", callback=fail))


@pytest.mark.parametrize(
    ("problem", "status", "says"),
    [
        (BadField("hold", "3y", "no duration", remedy="send PT15M"), 2, "hold: no duration ('3y' was given)\n  send PT15M"),
        (StoreAway("it cannot be reached", remedy="start it"), 3, "sayso: it cannot be reached\n  start it\n"),
        (RuntimeError("what now"), 3, "sayso: an unexpected RuntimeError: what now\n"),
        (KeyboardInterrupt(), 130, ""),
        (click.UsageError("no such thing"), 2, "Error: no such thing\n"),
        (click.ClickException("cannot"), 2, "Error: cannot\n"),
    ],
)  # fmt: skip
def test_an_error_is_a_message_and_a_status(monkeypatch, problem, status, says):
    failing(monkeypatch, problem)
    done = CliRunner().invoke(sayso, ["doctor"])
    assert done.exit_code == status
    assert says in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.output


def test_debug_shows_the_traceback(monkeypatch):
    failing(monkeypatch, StoreAway("PostgreSQL cannot be reached"))
    assert isinstance(CliRunner().invoke(sayso, ["--debug", "doctor"]).exception, StoreAway)
    monkeypatch.setattr(root, "_asked_to_debug", False)
    monkeypatch.setenv("SAYSO_DEBUG", "1")
    assert isinstance(CliRunner().invoke(sayso, ["doctor"]).exception, StoreAway)


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["up", "--port", "http"], ["up", "--nonsense"], ["ledger", "mend"], ["cases", "--state", "x"],
     ["demo", "--days", "0"], ["keys", "create"], ["promise", "--customer", "1"]],
)  # fmt: skip
def test_a_wrong_call_is_refused_with_its_usage(words):
    done = CliRunner().invoke(sayso, words)
    assert done.exit_code == 2
    assert "Usage: " in done.stderr
    assert "Error: " in done.stderr
    assert done.stdout == ""


def test_sigterm_ends_a_command_as_ctrl_c_does():
    code = (
        "import os, signal, sys, time, click\n"
        "import sayso.cli.doctor as module\nfrom sayso.cli.root import sayso\n"
        "def wait():\n"
        "    try:\n        os.kill(os.getpid(), signal.SIGTERM)\n        time.sleep(30)\n"
        "    finally:\n        print('tidied up', flush=True)\n"
        "module.doctor = click.Command('doctor', callback=wait)\nsayso(['doctor'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout) == (130, "tidied up\n"), done.stderr
