"""sayso up: serve, and say where. The processes themselves are those of sayso.api.up."""

from __future__ import annotations

from typing import Any

import click

from sayso import wiring
from sayso.api.up import Standing, stand
from sayso.cli import options


@click.command(epilog="Example: sayso up --port 8080 --processes 2 --policy policy.toml")
@options.settings(*options.DATABASE, "policy", "follow", "host", "port", "processes", "log_level")
@click.option(
    "--simulated-clock",
    is_flag=True,
    help="Let requests say what time it is (header Sayso-Now): for demos and tests, on this machine alone.",
)
@options.as_json
@click.pass_context
def up(context: click.Context, flags: dict[str, Any], simulated_clock: bool, as_json: bool) -> None:
    """Serve: the HTTP API and a worker, with PostgreSQL if none is given.

    Makes and migrates the database as needed. A process that dies is started again, the embedded PostgreSQL
    too. SIGTERM or Ctrl-C stops accepting, finishes what is under way, and ends with exit status 0; a second one
    ends at once.
    """
    found = wiring.settings(**flags, clock="simulated" if simulated_clock else None)
    wiring.check_clock(found, simulated_clock)
    context.exit(stand(found, lambda standing: _tell(found, standing, as_json)))


def _tell(found: wiring.Settings, standing: Standing, as_json: bool) -> None:
    """Where to look."""
    if as_json:
        options.say(standing)
        return
    base = "Sayso's own PostgreSQL in " + str(found.home) if standing.embedded else "the given PostgreSQL"
    click.echo(f"Sayso answers at {standing.url}, on {base}.")
    if standing.migrated:
        click.echo(f"  database   migrated: {', '.join(standing.migrated)}")
    click.echo(f"  API        {standing.url}/openapi.json")
    click.echo(f"  health     {standing.url}/readyz   {standing.url}/metrics")
    if standing.keys:
        click.echo(f"  keys       {standing.keys}; another: sayso keys create NAME --scope S")
    else:
        click.echo("  keys       none yet, so nobody can call:")
        click.echo("             sayso keys create storefront --scope availability,promises,orders")
    if found.simulated:
        click.echo("  clock      simulated: a request may carry Sayso-Now, and nothing expires by itself")
