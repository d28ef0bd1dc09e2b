"""sayso bench: the benchmarks, where they are installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import click

_HERE = {
    "promises": ("sayso.bench.promises", "promises"),
    "replay": ("sayso.bench.replay", "replay"),
    "events": ("sayso.bench.events", "events"),
    "audit": ("sayso.bench.audits", "audit"),
}


class _Bench(click.Group):
    """Reads a benchmark when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (module, _) in _HERE.items() if find_spec(module) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, name = _HERE[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_Bench, epilog="Example: sayso bench promises --json")
def bench() -> None:
    """The benchmarks, on this machine."""
