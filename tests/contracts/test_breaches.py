"""What goes wrong between systems, planted in a message: the sentence names field, value and remedy, in both modes."""

from __future__ import annotations

import copy
import json

import pytest

from contracts.breaking import GONE, changed, example, read, refused
from sayso.contracts.checking import check
from sayso.contracts.reading import breaches_of, read_message
from sayso.contracts.shapes import Lookups, Unusable
from sayso.systems.contracts import shipped


def renamed(document, where, old, new):
    document = copy.deepcopy(document)
    here = document
    for step in where:
        here = here[step]
    here[new] = here.pop(old)
    return document


SHIP, ACK, BILL = example("wms", "SHIPCONF"), example("erp", "ORDERACK"), example("ar", "INVOICED")
CREDIT, PICK = example("bank", "CREDIT"), example("wms", "PICKCONF")

# system, kind, message, kind of breach, where, words that the sentence holds
FATAL = [
    ("wms", "SHIPCONF", renamed(SHIP, ["lines", 0], "qty", "quantity"), "renamed", "/lines/0/qty",
     ["/lines/0/qty is missing", "there is quantity", "was it renamed?", "Send qty again"]),
    ("wms", "SHIPCONF", renamed(SHIP, ["lines", 1], "sku", "article"), "renamed", "/lines/1/sku", ["article"]),
    ("wms", "SHIPCONF", renamed(SHIP, [], "documentNo", "shipmentNumber"), "renamed", "/documentNo",
     ["shipmentNumber"]),
    ("wms", "SHIPCONF", renamed(SHIP, [], "lines", "items"), "renamed", "/lines", ["there is items"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__qty=GONE), "missing", "/lines/0/qty",
     ["/lines/0/qty is missing", "Send qty"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__qty=""), "missing", "/lines/0/qty", ["is empty"]),
    ("wms", "SHIPCONF", changed(SHIP, documentNo=GONE), "missing", "/documentNo", ["/documentNo is missing"]),
    ("wms", "SHIPCONF", changed(SHIP, messageId=GONE), "missing", "/messageId", ["/messageId is missing"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__qty=True), "type", "/lines/0/qty", ["'True'", "a number or a text"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__qty="ten"), "type", "/lines/0/qty", ["'ten'", "12.5"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__qty="1,5"), "type", "/lines/0/qty", ["'1,5'", "separators", "1234.56"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__orderLine="1a"), "type", "/lines/0/orderLine", ["'1a'", "whole number"]),
    ("wms", "SHIPCONF", changed(SHIP, lines={"0": 1}), "type", "/lines", ["a list"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__qty="-10"), "sign", "/lines/0/qty",
     ["'-10'", "0 or more", "Turn the sign"]),
    ("bank", "CREDIT", changed(CREDIT, amount="-36.72"), "sign", "/amount", ["'-36.72'", "0 or more"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__uom="PL"), "unit", "/lines/0/uom",
     ["'PL'", "no unit of item 85123A", "CS", "load the fact units"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__sku="NEW-9", lines__0__uom="CS"), "unit", "/lines/0/uom",
     ["NEW-9 is not known here"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__uom="a case of 12!"), "unit", "/lines/0/uom", ["a case of 12!"]),
    ("erp", "ORDERACK", changed(ACK, currency="GBX"), "currency", "/currency", ["'GBX'", "GBP", "fact currencies"]),
    ("erp", "ORDERACK", changed(ACK, currency="Pounds"), "value", "/currency", ["'Pounds'", "^[A-Z]{3}$"]),
    ("bank", "CREDIT", changed(CREDIT, valueDate="04/03/2011"), "value", "/valueDate", ["'04/03/2011'", "2011-02-01"]),
    ("bank", "CREDIT", changed(CREDIT, valueDate="1901-01-01"), "date", "/valueDate", ["'1901-01-01'", "1990"]),
    ("wms", "SHIPCONF", changed(SHIP, shippedAt="2011-02-01T15:30:00"), "value", "/shippedAt", ["2011-02-01T06:00:00Z"]),
    ("wms", "SHIPCONF", changed(SHIP, lines__0__qty="9" * 17), "value", "/lines/0/qty", ["less than"]),
]  # fmt: skip

# The same, where the message can still be understood without it.
MILD = [
    ("wms", "SHIPCONF", changed(SHIP, lines__0__colour="red"), "extra", "/lines/0/colour",
     ["'red'", "no field colour", "Leave colour out"]),
    ("wms", "SHIPCONF", renamed(PICK | {"message": "PICKCONF"}, ["lines", 0], "qtyShort", "shortQty"), "extra",
     "/lines/0/shortQty", ["shortQty"]),
    ("ar", "INVOICED", changed(BILL, grossTotal="43.72"), "sum", "/grossTotal", ["43.72", "42.72"]),
    ("ar", "INVOICED", changed(BILL, dueOn="2011-01-04"), "date", "/dueOn", ["2011-01-04", "before /issuedOn"]),
    ("erp", "ORDERACK", changed(ACK, lines__0__taxAmount="6.125"), "decimals", "/lines/0/taxAmount",
     ["'6.125'", "at most 2 decimals"]),
    ("erp", "ORDERACK", changed(ACK, currency="JPY"), "decimals", "/lines/0/lineAmount", ["at most 0 decimals"]),
    ("erp", "ORDERACK", changed(ACK, revision="one"), "type", "/revision", ["'one'", "whole number"]),
    ("bank", "CREDIT", changed(CREDIT, payer="x" * 501), "value", "/payer", ["at most 500 characters"]),
]  # fmt: skip
MILD[1] = ("wms", "PICKCONF", *MILD[1][2:])


def found_in(unusable, kind, where, words):
    breach = next((each for each in unusable.breaches if (each.kind, each.where) == (kind, where)), None)
    assert breach is not None, [(each.kind, each.where, each.said) for each in unusable.breaches]
    for word in words:
        assert word in breach.sentence, breach.sentence
    assert breach.remedy
    return breach


@pytest.mark.parametrize("mode", ["strict", "audit"])
@pytest.mark.parametrize(("system", "kind", "message", "breach", "where", "words"), FATAL)
def test_what_cannot_be_understood_is_held_back_in_both_modes(
    system, kind, message, breach, where, words, mode, lookups
):
    unusable = refused(system, kind, message, lookups, mode)
    found_in(unusable, breach, where, words)
    assert unusable.detail.startswith(tuple(each.sentence for each in unusable.breaches))
    assert unusable.status == 400


@pytest.mark.parametrize(("system", "kind", "message", "breach", "where", "words"), MILD)
def test_what_can_be_understood_is_held_back_where_the_contract_is_strict(
    system, kind, message, breach, where, words, lookups
):
    found_in(refused(system, kind, message, lookups, "strict"), breach, where, words)


@pytest.mark.parametrize(("system", "kind", "message", "breach", "where", "words"), MILD)
def test_what_can_be_understood_is_used_and_noted_where_it_is_audited(
    system, kind, message, breach, where, words, lookups
):
    found = read(system, kind, message, lookups, "audit")
    assert [(each.kind, each.where) for each in found.warnings if each.where == where] == [(breach, where)]
    assert len(found.events) == 1
    assert not any(each.fatal for each in found.warnings)


def test_a_field_that_is_renamed_is_not_told_of_twice(lookups):
    unusable = refused("wms", "SHIPCONF", renamed(SHIP, ["lines", 0], "qty", "quantity"), lookups)
    assert [each.where for each in unusable.breaches] == ["/lines/0/qty"]


def test_all_that_is_wrong_is_told_of_at_once(lookups):
    message = changed(SHIP, lines__0__qty="x", lines__1__sku=GONE, documentNo=GONE)
    unusable = refused("wms", "SHIPCONF", message, lookups)
    assert {each.where for each in unusable.breaches} == {"/lines/0/qty", "/lines/1/sku", "/documentNo"}
    assert "(and 2 more)" in unusable.detail


def test_a_field_of_another_kind_of_value_is_no_new_name(lookups):
    message = changed(SHIP, lines__0__qty=GONE, lines__0__quantity=["10"])
    unusable = refused("wms", "SHIPCONF", message, lookups)
    assert [each.kind for each in unusable.breaches] == ["missing", "extra"]


def test_the_check_alone_tells_of_the_shape():
    contract = shipped("wms")["SHIPCONF"]
    assert check(contract, SHIP) == ()
    (breach,) = check(contract, changed(SHIP, loadNo=0))
    assert breach.sentence == "/loadNo is '0', where the contract has at least 1. Send at least 1."


def test_without_a_contract_a_message_means_nothing():
    with pytest.raises(Unusable, match="no contract says what a message of north means"):
        read_message("north", "application/json", "", b'{"a": 1}', {})


def test_every_breach_can_be_asked_for_and_nothing_is_raised(lookups):
    body = json.dumps(changed(SHIP, lines__0__qty="x")).encode()
    (breach,) = breaches_of("wms", "application/json", "SHIPCONF", body, shipped("wms"), lookups)
    assert breach.where == "/lines/0/qty"
    assert breaches_of("wms", "application/json", "", b"{", shipped("wms"))[0].kind == "unreadable"
    assert (
        breaches_of("wms", "application/json", "", json.dumps(SHIP).encode(), shipped("wms"), lookups) == ()
    )


def test_currencies_that_nobody_told_are_let_pass():
    message = changed(ACK, currency="SEK")
    assert read("erp", "ORDERACK", message, Lookups()).events[0].data.currency == "SEK"


# Bytes that are no message.
BYTES = [
    (b"", "is empty"),
    (json.dumps(SHIP).encode()[:-30], "cut off"),
    (b'{"message": "SHIPCONF", "messageId": "W', "cut off"),
    (b'{"message": "SHIPCONF",', "cut off"),
    (b'{"message": ', "cut off"),
    (b'{"message": "SHIPCONF" "messageId": 1}', "not JSON"),
    (b"<xml/>", "not JSON"),
    (b'{"message": NaN}', "NaN"),
    (b'{"message": -Infinity}', "Infinity"),
    (b'{"message": 1e999999}', "more than 30 digits"),
    (b'{"message": 1e-999999}', "more than 30 digits"),
    (b'{"message": ' + b"9" * 5000 + b"}", "more than 30 digits"),
    (b'{"message": "SHIPCONF", "message": "POD"}', "message stands twice"),
    (b'{"a": {"b": 1, "b": 2}}', "b stands twice"),
    (b"[" * 200 + b"]" * 200, "a list"),
    (b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", "deep"),
    (b'{"a": ' * 100_000, "deep"),
    (b'"text"', "a text"),
    (b"12", "a single value"),
    ('{"payer": "Müller"}'.encode("latin-1"), "0xFC, is not UTF-8"),
    ('{"payer": "Müller"}'.encode("utf-16"), "UTF-16"),
    (b'{"a": "\\u0000"}', "NUL"),
    (b'{"a": "\\ud800"}', "surrogate"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), BYTES)
def test_bytes_that_are_no_message(body, words, lookups):
    contracts = shipped("wms")
    with pytest.raises(Unusable) as raised:
        read_message("wms", "application/json", "", body, contracts, lookups)
    assert words in raised.value.detail
    assert raised.value.remedy
    with pytest.raises(Unusable):
        read_message("wms", "application/cloudevents+json", "", body, {}, lookups)


def test_a_byte_order_mark_is_no_harm(lookups):
    body = b"\xef\xbb\xbf" + json.dumps(SHIP).encode()
    assert read("wms", "SHIPCONF", body, lookups).events
