"""The group `sayso`: which commands there are, and how an error is shown. Reads no command before it is used."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from types import FrameType
from typing import Any, NamedTuple

import click

from sayso import __version__
from sayso.errors import SaysoError

_UNFORESEEN = 3


class Entry(NamedTuple):
    """Where a command stands, and its line in the list (a test holds it to the command's own)."""

    module: str
    name: str
    line: str


COMMANDS: Mapping[str, Entry] = {
    "demo": Entry("demo", "demo", "The demo distributor: real orders, answered live."),
    "up": Entry("up", "up", "Serve: the HTTP API and a worker, with PostgreSQL if none is given."),
    "worker": Entry("worker", "worker", "A worker alone; as many as wanted, on any machine."),
    "facts": Entry("facts", "facts", "Facts: what the back office knows, one table per kind."),
    "promise": Entry("promise", "promise", "Ask for a promise, and read the answer; or verify one."),
    "cases": Entry(
        "cases", "cases", "The work list: what went wrong, whose it is, by when, and the next step."
    ),
    "status": Entry(
        "status", "status", "How things stand: orders, cases, what is held back, what waits outside."
    ),
    "transaction": Entry("transaction", "transaction", "One order from promise to cash, with its story."),
    "quarantine": Entry("quarantine", "quarantine", "Messages held back: look, mend, try, replay, give up."),
    "messages": Entry("messages", "messages", "Everything that came in, replayed beside what is live."),
    "export": Entry("export", "export", "What is on record, for the tools of others."),
    "ledger": Entry("ledger", "ledger", "The reservation ledger against its reservations."),
    "promises": Entry("promises", "promises", "The promise ledger: how promises ended, and why."),
    "decisions": Entry(
        "decisions", "decisions", "Find recorded decisions, and show them with their evidence in short."
    ),
    "replay": Entry("replay", "replay", "Make recorded decisions again, and try them under another policy."),
    "profile": Entry("profile", "profile", "The ERP logic profiles, in sentences."),
    "parity": Entry("parity", "parity", "Ask what cases ask, and compare with what they expect."),
    "audit": Entry(
        "audit", "audit", "Find what the storefront promised and the ERP would refuse, from exports."
    ),
    "policy": Entry("policy", "policy", "How the company wants to be decided for."),
    "eta": Entry("eta", "eta", "Arrival dates: what is learned from receipts, and how well it holds."),
    "contracts": Entry("contracts", "contracts", "What systems agreed to send, and what it means."),
    "keys": Entry("keys", "keys", "API keys: who may call, and what for."),
    "subscribers": Entry("subscribers", "subscribers", "Who is told what happens, by webhooks."),
    "doctor": Entry("doctor", "doctor", "What is configured, reachable, fresh, and what is not."),
    "migrate": Entry("migrate", "migrate", "The database's schema: what is to be done, and do it."),
    "bench": Entry("bench", "bench", "The benchmarks, on this machine."),
}
WITHIN: Mapping[str, Mapping[str, Entry]] = {
    "keys": {"signing": Entry("signing", "signing", "The keys that promises are signed with.")}
}


class Sayso(click.Group):
    """Loads a command when it is named, and turns every error into a message and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from its own module."""
        if cmd_name not in COMMANDS:
            return None
        command = _loaded(COMMANDS[cmd_name])
        for name, entry in WITHIN.get(cmd_name, {}).items():
            if isinstance(command, click.Group) and name not in command.commands:
                command.add_command(_loaded(entry), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without reading the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in COMMANDS.items()])

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run, and exit: 0 done, 1 differences, 2 a wrong request, 3 something was out of reach, 130 interrupted."""
        extra["standalone_mode"] = False
        before = _ended_by_sigterm()
        try:
            status = super().main(*args, **extra)
        except click.ClickException as problem:
            problem.show()
            sys.exit(2)
        except (click.Abort, KeyboardInterrupt):
            sys.exit(130)
        except SaysoError as problem:
            sys.exit(_told(problem))
        except Exception as problem:
            sys.exit(_confessed(problem))
        finally:
            if before is not None:
                signal.signal(signal.SIGTERM, before)
        sys.exit(status if isinstance(status, int) else 0)


def _loaded(entry: Entry) -> click.Command:
    command: click.Command = getattr(import_module(f"sayso.cli.{entry.module}"), entry.name)
    return command


def _ended_by_sigterm() -> Any:
    """SIGTERM ends a command as Ctrl-C does, so that it leaves nothing behind. What stood before, if anything."""
    if threading.current_thread() is not threading.main_thread():
        return None

    def end(number: int, frame: FrameType | None) -> None:
        # Not SIGINT: a shell that started the command in the background has it ignored.
        raise KeyboardInterrupt

    return signal.signal(signal.SIGTERM, end)


def _told(problem: SaysoError) -> int:
    """Say what is wrong, with which value, and what to do; the exit status."""
    if _debugging():
        raise problem
    field, value = problem.facts.get("field"), problem.facts.get("value")
    where = f"{field}: " if field else ""
    given = f" ({value!r} was given)" if value else ""
    click.echo(f"sayso: {where}{problem.detail}{given}", err=True)
    if problem.remedy:
        click.echo(f"  {problem.remedy}", err=True)
    return problem.exit_status


def _confessed(problem: Exception) -> int:
    """A fault of ours: no traceback unless it is asked for."""
    if _debugging():
        raise problem
    click.echo(f"sayso: an unexpected {type(problem).__name__}: {problem}", err=True)
    click.echo(
        "  This is a fault in Sayso: run it again with sayso --debug, and report what it shows.", err=True
    )
    return _UNFORESEEN


def _debugging() -> bool:
    if _asked_to_debug:
        return True
    try:
        from sayso import wiring
    except Exception:  # what cannot even be imported may be the fault that is to be told
        return False
    return wiring.debugging()


_asked_to_debug = False


@click.command(
    cls=Sayso,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: sayso up --port 8080. Every command has --help with an example of its own.",
)
@click.version_option(__version__, prog_name="sayso")
@click.option("--debug", is_flag=True, help="Show the traceback of an error, and log everything.")
def sayso(debug: bool) -> None:
    """What the storefront promises, the back office has already agreed to."""
    global _asked_to_debug
    from sayso.api import logs

    _asked_to_debug = debug
    logs.configure("debug" if debug else "warning")
