"""Every kind of message of the simulated systems becomes the events that it tells, with all that it says in them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import jsonschema
import msgspec
import pytest

from contracts.breaking import GONE, changed, example, read, refused
from sayso.canon.events import TYPES, as_json
from sayso.canon.events_shared import Original
from sayso.contracts.contract import as_text, contract_of
from sayso.contracts.reading import key_of, needs_of, read_message
from sayso.systems.contracts import shipped, simulated

ALL = [(system, kind) for system in simulated() for kind in shipped(system)]

TOLD = {
    "erp": {
        "ORDERACK": "order.accepted", "ORDERREJ": "order.rejected", "ORDERHOLD": "order.held",
        "ORDERRELEASE": "order.released", "ORDERCHANGE": "order.changed", "ORDERCANCEL": "order.cancelled",
        "ALLOC": "line.allocated", "INVOICE": "invoice.issued",
    },
    "wms": {
        "PICKCONF": "pick.confirmed", "SHIPCONF": "shipment.dispatched", "POD": "shipment.delivered",
        "RETURN": "shipment.returned", "STOCKADJ": "stock.counted", "RECEIPT": "receipt.posted",
    },
    "ar": {
        "INVOICED": "invoice.issued", "INVOICEACK": "invoice.delivered", "CREDITED": "credit_memo.issued",
        "APPLIED": "payment.applied", "DISPUTE": "dispute.opened", "DISPUTECLOSED": "dispute.closed",
    },
    "bank": {"CREDIT": "payment.received", "REVERSAL": "payment.reversed"},
}  # fmt: skip


def test_every_kind_of_the_dialects_has_a_contract():
    assert {system: set(shipped(system)) for system in simulated()} == {
        system: set(kinds) for system, kinds in TOLD.items()
    }


@pytest.mark.parametrize(("system", "kind"), ALL)
def test_an_example_becomes_its_event(system, kind, lookups):
    contract = shipped(system)[kind]
    assert contract.examples
    for message in contract.examples:
        body = json.dumps(message).encode()
        found = read_message(system, "application/json", "", body, shipped(system), lookups)
        assert found.warnings == ()
        (event,) = found.events
        assert event.type == f"sayso.{TOLD[system][kind]}.v1"
        assert (event.source, event.id) == (system, message["messageId"])
        assert event.data.revision == message.get("revision", 0)
        assert key_of(system, "application/json", body, shipped(system)).id == message["messageId"]


@pytest.mark.parametrize(("system", "kind"), ALL)
def test_an_event_survives_its_own_wire_form(system, kind, lookups):
    for message in shipped(system)[kind].examples:
        (event,) = read(system, kind, message, lookups).events
        wire = msgspec.json.encode(as_json(event))
        assert read_message(system, "application/cloudevents+json", "", wire, {}, lookups).events == (event,)


@pytest.mark.parametrize(("system", "kind"), ALL)
def test_another_validator_takes_the_examples_too(system, kind):
    contract = shipped(system)[kind]
    validator = jsonschema.Draft202012Validator(
        contract.schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    jsonschema.Draft202012Validator.check_schema(contract.schema)
    for message in contract.examples:
        validator.validate({name: value for name, value in message.items() if value != ""})


@pytest.mark.parametrize(("system", "kind"), ALL)
def test_a_contract_is_kept_and_read_again_word_for_word(system, kind):
    contract = shipped(system)[kind]
    again = contract_of(json.loads(as_text(contract)), "the row")
    assert as_text(again) == as_text(contract)


def test_a_shipment_says_what_left(lookups):
    event = read("wms", "SHIPCONF", example("wms", "SHIPCONF"), lookups).events[0]
    assert (event.subject, event.time) == ("WEB-1", datetime(2011, 2, 1, 15, 30, tzinfo=UTC))
    data = event.data
    assert (data.document, data.site, data.series, data.part, data.of) == ("SH-1001", "LON", "WO-1", 1, 2)
    assert (data.carrier, data.tracking) == ("DPD", "1550")
    first, second = data.lines
    assert (first.line, first.item, first.quantity, first.stands_for) == (1, "85123A", Decimal(10), None)
    assert (second.item, second.quantity, second.stands_for, second.lot) == (
        "22423",
        Decimal(6),
        Decimal(12),
        "L-9",
    )


def test_packs_become_pieces_and_the_original_is_kept(lookups):
    message = changed(
        example("wms", "PICKCONF"), lines__0__qty="3", lines__0__uom="case", lines__0__qtyShort="1"
    )
    (line,) = read("wms", "PICKCONF", message, lookups).events[0].data.lines
    assert (line.quantity, line.short, line.uom) == (Decimal(36), Decimal(12), "EA")
    assert line.original == Original(quantity="3", uom="case")


def test_pieces_keep_no_original(lookups):
    (line,) = read("wms", "PICKCONF", example("wms", "PICKCONF"), lookups).events[0].data.lines
    assert (line.quantity, line.uom, line.original) == (Decimal(10), "EA", None)


def test_a_price_per_pack_becomes_one_per_piece(lookups):
    message = changed(
        example("erp", "ORDERACK"), lines__0__unit="CS", lines__0__quantity="1", lines__0__unitPrice="30.60"
    )
    (line,) = read("erp", "ORDERACK", message, lookups).events[0].data.lines
    assert (line.quantity, line.unit_price, line.amount) == (Decimal(12), Decimal("2.55"), Decimal("30.60"))


def test_their_names_become_ours_and_the_original_is_kept(lookups):
    message = changed(example("wms", "PICKCONF"), orderRef="4711", lines__0__sku="OLD-1", lines__0__uom="CS")
    event = read("wms", "PICKCONF", message, lookups).events[0]
    assert event.subject == "WEB-1"
    assert event.data.lines[0].item == "85123A"
    assert event.data.lines[0].quantity == 120
    assert event.data.lines[0].original == Original(quantity="10", uom="CS", item="OLD-1")


def test_numbers_and_texts_of_numbers_are_the_same(lookups):
    told = [changed(example("wms", "PICKCONF"), lines__0__qty=value) for value in ("10", 10, "10.0", 10.0)]
    found = [read("wms", "PICKCONF", message, lookups).events[0].data.lines[0].quantity for message in told]
    assert found == [Decimal(10)] * 4


def test_a_number_keeps_its_digits(lookups):
    body = json.dumps(example("wms", "PICKCONF")).replace('"10"', "0.1000000000000000055").encode()
    assert read("wms", "PICKCONF", body, lookups).events[0].data.lines[0].quantity == Decimal(
        "0.1000000000000000055"
    )


def test_an_empty_text_is_no_value(lookups):
    message = changed(example("bank", "CREDIT"), accountNo="", payer=None, reason="")
    data = read("bank", "CREDIT", message, lookups).events[0].data
    assert (data.customer, data.payer, data.deduction_reason) == ("", "", "")
    assert data.received == date(2011, 3, 4)


def test_what_is_not_told_has_the_time_of_sending(lookups):
    message = changed(example("erp", "ORDERACK"), at=GONE)
    assert read("erp", "ORDERACK", message, lookups).events[0].time == datetime(
        2011, 2, 1, 9, 0, 5, tzinfo=UTC
    )


def test_an_invoice_over_two_orders_is_about_none_alone(lookups):
    one = example("ar", "INVOICED")
    line = {**one["lines"][0], "orderRef": "WEB-2", "netAmount": "0.00", "taxAmount": "0.00"}
    message = {**one, "lines": [one["lines"][0], line]}
    event = read("ar", "INVOICED", message, lookups).events[0]
    assert event.subject == ""
    assert [each.order for each in event.data.lines] == ["WEB-1", "WEB-2"]
    body = json.dumps(message).encode()
    assert key_of("ar", "application/json", body, shipped("ar")) == ("INVOICED", "AR-1", "")


def test_what_will_be_looked_up_is_known_before():
    message = changed(
        example("wms", "PICKCONF"), orderRef="4711", lines__0__sku="OLD-1", lines__0__uom="case"
    )
    found = needs_of("wms", "application/json", "", json.dumps(message).encode(), shipped("wms"))
    assert found.identities == {("wms", "order", "4711"), ("wms", "site", "LON"), ("wms", "item", "OLD-1")}
    assert found.units == {("wms", "OLD-1", "CS")}


def test_a_contract_of_a_product_tells_events_of_the_system_that_sent_them(lookups):
    body = json.dumps(example("wms", "POD")).encode()
    found = read_message("north", "application/json", "", body, shipped("wms"), lookups)
    assert found.events[0].source == "north"


def test_every_event_type_that_systems_tell_is_known():
    assert {f"sayso.{type_}.v1" for kinds in TOLD.values() for type_ in kinds.values()} <= set(TYPES)


def test_a_message_of_an_unknown_kind_is_refused_by_name(lookups):
    found = refused("wms", "POD", changed(example("wms", "POD"), message="PODX"), lookups)
    assert "/message is 'PODX'" in found.detail
    assert "POD" in found.remedy
