"""Everything that the simulated systems write fits the contracts, and means what their books say."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from sayso.canon.events import TYPES, Event
from sayso.contracts.reading import read_message
from sayso.contracts.shapes import Lookups, Unusable
from sayso.systems.contracts import shipped
from sayso.systems.simulated.company import Company
from systems.simulated.clerk import HOUR, START, Clerk, asked, company, submit

# Of a rename and a cut nobody can make sense; all others say something that can be read.
LEGIBLE = (
    "late", "repeated", "reordered", "lost", "clock_skew", "another_body", "unclear", "rate_limiting", "down",
    "price_changed", "date_changed", "rejected", "held", "cancelled", "wrong_quantity", "substitution", "split",
    "short_pick", "returned", "short_payment", "duplicate_payment", "combined_payment", "sloppy_reference",
    "reversed_payment", "unpaid",
)  # fmt: skip
OWN = {
    "erp": ("price_changed", "date_changed", "rejected", "held", "cancelled"),
    "wms": ("wrong_quantity", "substitution", "split", "short_pick", "returned"),
    "bank": (
        "short_payment", "duplicate_payment", "combined_payment", "sloppy_reference", "reversed_payment", "unpaid",
    ),
}  # fmt: skip


def rules() -> list[dict[str, Any]]:
    """Each legible fault now and then."""
    found = []
    for fault in LEGIBLE:
        own = [system for system, names in OWN.items() if fault in names]
        for system in own or ["erp", "wms", "ar", "bank"]:
            more = {"every": "P3D", "lasting": "PT1H"} if fault == "down" else {}
            found.append({"fault": fault, "system": system, "percent": 15, **more})
    return found


async def world(**setting: Any) -> Company:
    """A hundred orders through all of that."""
    units = {"B": {"PR": Decimal(2)}}
    made = company(rules(), units=units, alternatives={"A": ("S", Decimal(1))}, **setting)
    clerk = Clerk(made)
    for place in range(100):
        lines = ("ABC"[place % 3], 1 + place % 7), ("B", 2)
        await clerk.submit(submit(f"WEB-{place}", *lines, freight="5.00" if place % 2 else ""))
    await clerk.run(step=6 * HOUR)
    made.wms.receive(("A", "LON"), Decimal(5), "PO-1", 1)
    await made.until(made.now + 24 * HOUR)
    made.resend()
    await made.until(made.now + 24 * HOUR)
    return made


def read(made: Company) -> list[Event]:
    """The canonical events of all messages, each once."""
    lookups = Lookups(
        bases=dict.fromkeys("ABCS", "EA"), factors={("B", "PR"): Decimal(2)}, currencies={"GBP": 2}
    )
    found: dict[str, Event] = {}
    for one in made.outlet.deliveries:  # type: ignore[attr-defined]
        for event in read_message(
            one.system, one.content_type, "", one.body, shipped(one.system), lookups
        ).events:
            found.setdefault(event.id, event)
    return list(found.values())


@pytest.mark.parametrize("invoices_from_erp", [False, True])
async def test_every_message_fits_its_contract(invoices_from_erp: bool) -> None:
    made = await world(invoices_from_erp=invoices_from_erp)
    events = read(made)
    types = {event.type for event in events}
    missing = set(TYPES) - types
    assert missing <= {
        "sayso.order.placed.v1", "sayso.invoice.issued.v1", "sayso.payment.applied.v1",
        "sayso.credit_memo.issued.v1", "sayso.dispute.opened.v1", "sayso.dispute.closed.v1",
    }  # fmt: skip
    assert ("sayso.invoice.issued.v1" in types) == invoices_from_erp


async def test_the_events_add_up_to_the_warehouse_books() -> None:
    made = await world()
    left: dict[tuple[str, int], dict[str, tuple[int, Decimal]]] = defaultdict(dict)
    for event in read(made):
        if event.type == "sayso.shipment.dispatched.v1":
            data: Any = event.data
            for line in data.lines:
                before = left[event.subject, line.line].get(data.document, (-1, Decimal(0)))
                told = (data.revision, line.stands_for or line.quantity)
                left[event.subject, line.line][data.document] = max(before, told)
    counted = {key: sum(units for _, units in found.values()) for key, found in left.items()}
    assert counted == {key: units for key, units in made.wms.shipped.items() if units}


async def test_answers_are_canonical_events() -> None:
    made = company(accepts_at_once=True)
    clerk = Clerk(made)
    await clerk.submit(submit("WEB-1", ("A", 5), freight="3.00"))
    order = made.erp.orders["WEB-1"]
    assert order.total == 15
    body = {
        "customer": "C1", "currency": "GBP", "issued": "2011-02-01", "due": "2011-03-01", "cause": "SH-1",
        "lines": [{"line": 1, "item": "A", "quantity": "5", "amount": "10.00", "tax": "2.00", "order": "WEB-1"}],
        "charges": [{"code": "freight", "amount": "3.00", "tax": "0"}], "total": "15.00",
    }  # fmt: skip
    issued = await made.ar.ask(asked("issue_invoice", "WEB-1", body))
    number = issued.body["events"][0]["data"]["document"]
    credit = {"customer": "C1", "currency": "GBP", "invoice": number, "issued": "2011-02-02", "total": "3.00"}
    dispute = {
        "invoice": number,
        "customer": "C1",
        "amount": "2.00",
        "currency": "GBP",
        "reason": "late",
        "lines": [1],
    }
    replies = [
        await made.erp.find("erp:WEB-1:submit"), issued, await made.ar.ask(asked("issue_credit", "WEB-1", credit)),
        await made.ar.ask(asked("open_dispute", "WEB-1", dispute)),
    ]  # fmt: skip
    kinds = []
    for reply in replies:
        content = msgspec.json.encode(reply.body["events"][0])
        kinds += [
            event.type for event in read_message("x", "application/cloudevents+json", "", content, {}).events
        ]
    assert kinds == [
        "sayso.order.accepted.v1", "sayso.invoice.issued.v1", "sayso.credit_memo.issued.v1", "sayso.dispute.opened.v1",
    ]  # fmt: skip
    await made.until(START + 400 * 24 * HOUR)
    assert {event.type for event in read(made)} >= {"sayso.dispute.closed.v1", "sayso.payment.received.v1"}


async def test_a_renamed_field_and_a_cut_message_cannot_be_read() -> None:
    for rule in ({"fault": "schema_changed", "rename": {"qty": "quantity"}}, {"fault": "truncated"}):
        made = company([{"system": "wms", "of": "SHIPCONF", **rule}])
        clerk = Clerk(made)
        await clerk.submit(submit("WEB-1", ("A", 5)))
        await clerk.run()
        bad = [one for one in made.outlet.deliveries if one.kind == "SHIPCONF"]  # type: ignore[attr-defined]
        assert len(bad) == 1
        with pytest.raises(Unusable):
            read_message("wms", bad[0].content_type, "", bad[0].body, shipped("wms"))
