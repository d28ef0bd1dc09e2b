"""sayso promise: ask from a terminal, and read or verify the answer."""

from __future__ import annotations

import asyncio
import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from sayso import wiring
from sayso.canon.times import format_duration, parse_date, parse_duration, parse_moment
from sayso.cli import options
from sayso.desk.calling import Caller
from sayso.desk.signing import Signer, verified
from sayso.errors import BadField, BadRequest, Misconfigured, NotFound, StoreAway
from sayso.promise.asking import Line, Request, ShipTo
from sayso.promise.explaining import Offer

_TERMINAL = Caller("terminal", frozenset({"admin"}))
_DOES_NOT_HOLD = 1


@click.group(
    invoke_without_command=True,
    subcommand_metavar="[verify FILE]",
    epilog="Example: sayso promise --customer 13047 --ship-to GB --line 85123A:48 --line 22423:2:CS --hold 15m",
)
@options.settings(*options.DATABASE, "policy")
@click.option("--customer", metavar="C", help="Who buys.")
@click.option("--ship-to", metavar="COUNTRY[/REGION]", help="Where to (ISO 3166-1): GB, or US/CA.")
@click.option("--line", "lines", multiple=True, metavar="ITEM:QTY[:UOM]", help="What; once for each line.")
@click.option("--hold", metavar="TIME", help="Reserve it for so long: 15m, 2h, PT15M. Else it is a quote.")
@click.option("--need-by", metavar="DATE", help="The day by which all of it is needed.")
@click.option(
    "--ship",
    type=click.Choice(["split", "complete"]),
    default="split",
    show_default=True,
    help="Lines in parts?",
)
@click.option("--substitute", is_flag=True, help="Approved substitutes will do.")
@click.option("--currency", metavar="CODE", default="", help="In this currency; else the customer's.")
@click.option("--channel", default="", metavar="NAME", help="The channel that asks.")
@click.option(
    "--reference", default="", metavar="R", help="The storefront's own number: one hold, however often asked."
)
@click.option("--accept-conditional", is_flag=True, help="Hold it even if it is conditional.")
@click.option("--now", metavar="TIME", help="Decide as of then (RFC 3339); with a simulated clock only.")
@click.option("--explain", is_flag=True, help="Show the arithmetic, and the prices that lost.")
@options.as_json
@click.pass_context
def promise(
    context: click.Context,
    /,
    flags: dict[str, Any],
    now: str | None,
    explain: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """Ask for a promise, and read the answer; or verify one.

    May this buyer have this, when, at what price, on what terms? Decides over the database itself; no server is
    needed. A no is an answer, with its reasons, and exit status 0.
    """
    if context.invoked_subcommand is not None:
        return
    for name in ("customer", "ship_to", "lines"):
        if not asked[name]:
            option = {"lines": "line"}.get(name, name).replace("_", "-")
            raise click.UsageError(f"Missing option '--{option}'.", context)
    found = wiring.settings(**flags)
    answer, offers = asyncio.run(_answered(found, _request(**asked), _moment(found, now), explain))
    if as_json:
        click.echo(answer)
        return
    from sayso.cli import readout

    readout.shown(msgspec.json.decode(answer), offers if explain else None, options.console())


@promise.command(epilog="Example: sayso promise verify promise.json --jwks jwks.json")
@click.argument("file", type=click.File("rb"))
@click.option("--jwks", metavar="FILE|URL", help="The public keys; else those of the data folder, offline.")
@options.settings("config", "home")
@options.as_json
@click.pass_context
def verify(context: click.Context, file: Any, jwks: str | None, flags: dict[str, Any], as_json: bool) -> None:
    """Check the signature of a promise in FILE (- for standard input): who signed it, and that nothing was changed.

    Needs neither database nor server. Exit status 0: it holds. 1: it does not. 2: this is no signed promise.
    """
    document: bytes = file.read()
    _check_signed(document)
    keys = _public_keys(jwks) if jwks else _own_keys(wiring.settings(**flags))
    try:
        signed, why = verified(document, keys), ""
    except BadRequest as refused:
        signed, why = {}, refused.detail
    if as_json:
        options.say({"holds": not why, "why": why or None, "signed": signed or None})
    elif why:
        click.echo(f"Does not hold: {why}")
    else:
        stands = "held" if signed["held"] else "not held, its figures standing"
        stands = "" if signed["verdict"] == "refused" else f", {stands} until {signed['expires']}"
        click.echo(
            f"Holds: {signed['promise']}, {signed['verdict']}, for customer {signed['customer']}, "
            f"made {signed['made']}{stands}."
        )
    context.exit(_DOES_NOT_HOLD if why else 0)


def _request(
    customer: str, ship_to: str, lines: tuple[str, ...], hold: str | None, need_by: str | None,
    ship: Literal["split", "complete"], substitute: bool, currency: str, channel: str, reference: str,
    accept_conditional: bool,
) -> Request:  # fmt: skip
    country, _, region = ship_to.partition("/")
    if not re.fullmatch("[A-Za-z]{2}", country):
        raise BadField(
            "--ship-to", ship_to, "no country", remedy="two letters of ISO 3166-1, e.g. GB or US/CA"
        )
    day = parse_date(need_by, field="--need-by") if need_by else None
    return Request(
        customer, ShipTo(country.upper(), region), tuple(_line(text, day, ship, substitute) for text in lines),
        currency.upper(), channel, reference,
        format_duration(parse_duration(hold, field="--hold", short=True)) if hold else "", accept_conditional,
    )  # fmt: skip


def _line(text: str, need_by: date | None, ship: Literal["split", "complete"], substitute: bool) -> Line:
    """ITEM:QTY[:UOM]. An item may have colons of its own: then the quantity is told by being a number."""
    parts = text.split(":")
    if len(parts) > 3:
        keep = -1 if _number(parts[-1]) is not None else -2
        parts = [":".join(parts[:keep]), *parts[keep:]]
    quantity = _number(parts[1]) if len(parts) in (2, 3) else None
    if quantity is None or not parts[0]:
        raise BadField(
            "--line", text, "not ITEM:QTY or ITEM:QTY:UOM", remedy="e.g. --line 85123A:48 or 22423:2:CS"
        )
    uom = parts[2] if len(parts) == 3 else ""
    return Line(parts[0], quantity, uom=uom, need_by=need_by, ship=ship, substitute=substitute)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _moment(found: wiring.Settings, now: str | None) -> datetime | None:
    if now is None:
        return None
    if not found.simulated:
        raise Misconfigured(
            "--now needs a simulated clock", remedy="leave it out, or use a demo's sayso.toml"
        )
    return parse_moment(now, field="--now")


async def _answered(
    found: wiring.Settings, request: Request, now: datetime | None, explain: bool
) -> tuple[bytes, list[Offer]]:
    """The answer, and where it is to be explained, the prices it was chosen from."""
    async with wiring.opened_with(found) as app:
        body = msgspec.json.encode(request)
        answer = (await app.desk.promise(request, body, _TERMINAL, None, now or app.clock.now())).body
        offers = await app.desk.offers(msgspec.json.decode(answer)["promise"], _TERMINAL) if explain else []
        return answer, offers


def _check_signed(document: bytes) -> None:
    try:
        signed = isinstance(msgspec.json.decode(document)["signature"], str)
    except (msgspec.DecodeError, KeyError, TypeError):
        signed = False
    if not signed:
        raise BadRequest(
            "this is no signed promise", remedy="give the whole answer, as it came, with its signature"
        )


def _own_keys(found: wiring.Settings) -> dict[str, Any]:
    if not any(found.keys.glob("*.json")):
        raise NotFound(
            f"there are no signing keys in {found.keys}", remedy="give the signer's --jwks FILE or URL"
        )
    return Signer(found.keys).jwks()


def _public_keys(place: str) -> dict[str, Any]:
    if place.startswith(("http://", "https://")):
        body = _fetched(place)
    else:
        try:
            body = Path(place).read_bytes()
        except OSError as away:
            raise BadField(
                "--jwks", place, away.strerror or "cannot be read", remedy="name a file or URL"
            ) from None
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        raise BadField(
            "--jwks", place, "not a JWK set", remedy="give what /.well-known/jwks.json says"
        ) from None


def _fetched(url: str) -> bytes:
    import httpx

    try:
        return httpx.get(url, timeout=10, follow_redirects=True).raise_for_status().content
    except (httpx.HTTPError, httpx.InvalidURL) as away:
        raise StoreAway(f"{url}: {away}", remedy="check the address, or save the keys to a file") from None
