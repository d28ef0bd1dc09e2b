"""The door for operators: the command `sayso`. Each command stands in a module of its own, read when it is used."""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with its status."""
    from sayso.cli.root import sayso

    sayso(prog_name="sayso")
