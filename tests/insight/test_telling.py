"""Every type of event has its sentence, and a timeline is in the order of what happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from sayso.canon import events_goods as goods
from sayso.canon import events_money as money
from sayso.canon import events_order as orders
from sayso.canon.events import TYPES, family_of
from sayso.canon.events_shared import LineQuantity
from sayso.insight.telling import SENTENCES, sentence
from sayso.insight.timeline import Story, told
from sayso.store.transactions import Case, Document, Done, Effect, Held, Redated, Stood, Word

AT = datetime(2011, 2, 1, 9, 30, tzinfo=UTC)
TWELVE, DAY = Decimal(12), date(2011, 2, 3)
LINE = LineQuantity(line=1, item="85123A", quantity=TWELVE)
ITEM = goods.GoodsLine(line=1, item="85123A", quantity=TWELVE)
BILLED = money.MoneyLine(line=1, item="85123A", quantity=TWELVE, amount=Decimal("30.60"), order="W-1")

SAYS = {
    "order.rejected": (
        orders.OrderRejected(document="R", reason="no credit", lines=(2,)), "erp refused lines 2: no credit",
    ),
    "order.held": (orders.OrderHeld(document="H-1", kind="credit"), "erp held the order for credit (H-1)"),
    "order.released": (orders.OrderReleased(document="H-1", by="ann"), "Hold H-1 was released by ann"),
    "order.cancelled": (orders.OrderCancelled(document="W-1"), "erp cancelled all that had not left"),
    "order.accepted": (
        orders.OrderAccepted(document="SO-5", lines=(), currency="GBP", total=Decimal("36.72")),
        "erp took the order over as SO-5: nothing, in all 36.72 GBP",
    ),
    "order.changed": (
        orders.OrderChanged(document="W-1", lines=(orders.OrderLine(line=1, item="85123A", quantity=TWELVE,
                            substitutes=(orders.Substitute(item="22423"),)),)),
        "erp changed the order to 12 of 85123A, 22423 agreed as substitute",
    ),
    "line.allocated": (goods.LineAllocated(document="A", lines=(LINE,), site="LON"), "LON set aside 12 of 85123A"),
    "pick.confirmed": (
        goods.PickConfirmed(document="P", site="LON", lines=(
            goods.PickLine(line=1, item="85123A", quantity=TWELVE),
            goods.PickLine(line=2, item="22423", quantity=Decimal(0), short=Decimal(3)))),
        "LON picked 12 of 85123A, short of 3 of 22423",
    ),
    "shipment.dispatched": (
        goods.ShipmentDispatched(document="SH-1001", lines=(ITEM,), site="LON", series="WO", part=1, of=2),
        "LON dispatched 12 of 85123A on SH-1001, load 1 of 2",
    ),
    "shipment.delivered": (goods.ShipmentDelivered(document="POD", shipment="SH-1"), "Shipment SH-1 arrived: all of it"),
    "shipment.returned": (
        goods.ShipmentReturned(document="RT", shipment="SH-1", site="LON",
                               lines=(goods.ReturnLine(line=1, item="85123A", quantity=TWELVE, restock=False),)),
        "12 of 85123A of shipment SH-1 came back to LON, not all of it fit to be sold",
    ),
    "invoice.issued": (
        money.InvoiceIssued(document="INV-1", customer="ada", currency="GBP", issued=DAY, due=DAY, total=Decimal("36.72"),
                            lines=(BILLED, msgspec.structs.replace(BILLED, order="W-2", item="other"))),
        "Invoice INV-1 was issued for 12 of 85123A, in all 36.72 GBP, due 2011-02-03",
    ),
    "invoice.delivered": (money.InvoiceDelivered(document="ACK", invoice="INV-1"), "erp acknowledged invoice INV-1"),
    "credit_memo.issued": (
        money.CreditMemoIssued(document="CM", customer="ada", currency="GBP", issued=DAY, invoice="INV-1", total=Decimal(5),
                               reason="damaged"),
        "Credit memo CM gave back 5 GBP on invoice INV-1: damaged",
    ),
    "payment.received": (
        money.PaymentReceived(document="B-1", amount=Decimal("31.72"), currency="GBP", received=DAY, payer="Ada Ltd",
                              references=("INV-1 less freight",)),
        '31.72 GBP came in from Ada Ltd, who wrote "INV-1 less freight"',
    ),
    "payment.applied": (
        money.PaymentApplied(document="AP", customer="ada", currency="GBP", payment="B-1", lines=(
            money.Application(invoice="INV-1", amount=Decimal("31.72"), deduction=Decimal(5)),)),
        "Payment B-1 was applied: 31.72 to invoice INV-1, 5 kept back",
    ),
    "payment.reversed": (money.PaymentReversed(document="X", payment="B-1"), "The bank took payment B-1 back, all of it"),
    "dispute.opened": (
        money.DisputeOpened(document="D", invoice="INV-1", amount=Decimal(5), currency="GBP", reason="freight"),
        "The customer disputes 5 GBP of invoice INV-1: freight",
    ),
    "dispute.closed": (money.DisputeClosed(document="D", outcome="written_off"), "Dispute D is over: written off"),
    "order.placed": (
        orders.OrderPlaced(document="W-1", customer="ada", currency="GBP", promise="prm_1", lines=tuple(
            orders.OrderLine(line=n, item=f"I{n}", quantity=Decimal(n)) for n in range(1, 6))),
        "Customer ada ordered 1 of I1, 2 of I2, 3 of I3 and 2 more lines on promise prm_1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("family", SAYS)
def test_a_sentence(family: str) -> None:
    data, says = SAYS[family]
    assert sentence(family, data, "erp", "W-1") == says


def test_every_type_that_an_order_can_be_told_of_has_one() -> None:
    of_stock = {"stock.counted", "receipt.posted"}
    assert set(SENTENCES) == {family_of(type_) for type_ in TYPES} - of_stock == set(SAYS)


def document(
    number: int, family: str, name: str, *, revision: int = 0, at: int = 0, known: int | None = None
) -> Document:
    data = msgspec.json.encode(SAYS[family][0])
    occurred = AT + timedelta(hours=at)
    received = AT + timedelta(hours=at if known is None else known)
    return Document(
        number,
        family,
        name,
        revision,
        f"d{number}",
        f"sayso.{family}.v1",
        "W-1",
        occurred,
        received,
        "erp",
        number,
        data,
    )


STORY = Story(
    order="W-1",
    documents=(
        document(1, "shipment.dispatched", "SH-1001", at=5, known=9),
        document(2, "order.accepted", "SO-5", at=1),
        document(3, "shipment.dispatched", "SH-1001", revision=1, at=5, known=10),
        document(4, "order.changed", "W-1", revision=1, at=2),
        document(5, "order.changed", "W-1", revision=2, at=3),
    ),
    stood=Stood("prm_1", AT, "ada", AT - timedelta(minutes=1), "firm", Decimal(30), None, "ordered"),
    ends=(Word(AT + timedelta(hours=11), "late", "shipped_late", ""),),
    redatings=(Redated(1, "85123A", "LON", DAY, None, TWELVE, "inbound_late", AT + timedelta(hours=4)),),
    effects=(Effect("e-1", "wms", "release_order", "countersigned", None, "", AT + timedelta(hours=1), "refused", 3,
                    None, AT + timedelta(hours=2), "no such site"),),
    cases=(Case("cas_1", "short_pick", "closed", "warehouse", AT + timedelta(hours=6), AT + timedelta(hours=8), "ada",
                "85123A", 1, Decimal(30), "GBP", "Find more.", "the facts show it no more", None, ""),),
    done=(Done("cas_1", AT + timedelta(hours=7), "ann", "accept_short", "the buyer agrees"),
          Done("cas_1", AT + timedelta(hours=6), "", "opened", "")),
    held=(Held(9, "wms", "m-9", "SHIPCONF", "quarantined", AT + timedelta(hours=12), "qty is missing"),),
)  # fmt: skip


def test_the_story_is_in_the_order_of_what_happened() -> None:
    entries = told(STORY)
    assert [one.what for one in entries] == [
        "promise.made", "order.placed", "order.accepted", "effect.decided", "order.changed", "effect.refused",
        "order.changed", "promise.redated", "shipment.dispatched", "shipment.dispatched", "case.opened", "case.worked",
        "case.closed", "promise.ended", "message.quarantined",
    ]  # fmt: skip
    assert [one.superseded for one in entries if one.what == "shipment.dispatched"] == [True, False]
    assert not any(one.superseded for one in entries if one.what == "order.changed"), (
        "changes go on from each other"
    )
    says = {one.what: one.says for one in entries}
    assert says["effect.refused"] == "wms refused to release order (no such site), at the 3rd try"
    assert says["case.worked"] == "ann: accept short, the buyer agrees"
    assert (
        says["promise.redated"]
        == "12 of 85123A leave LON on a day that nobody knows, not on 2011-02-03, because of inbound late"
    )
    assert says["message.quarantined"] == "Message 9 (SHIPCONF) is held back: qty is missing"


def test_what_was_known_when() -> None:
    known = [one.what for one in told(STORY, AT + timedelta(hours=5, minutes=59))]
    assert "shipment.dispatched" not in known, "it had happened, and nobody had said so"
    assert {"order.accepted", "promise.redated"} <= set(known)
    assert "case.opened" not in known
