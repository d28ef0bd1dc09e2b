"""Canonical CloudEvents: read as they are, one or many; what a typed decoder would let pass is refused by name."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from contracts.breaking import GONE, changed
from sayso.canon.events import TYPES, as_json
from sayso.canon.events_examples import example
from sayso.canon.events_shared import Original
from sayso.contracts.reading import key_of, needs_of, read_message
from sayso.contracts.shapes import Unusable

ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"
SHIPPED = example("sayso.shipment.dispatched.v1")


def read(document, lookups, content_type=ONE, **more):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_message("x", content_type, "", body, {}, lookups, **more).events


def refused(document, lookups, content_type=ONE):
    with pytest.raises(Unusable) as raised:
        read(document, lookups, content_type)
    return raised.value


@pytest.mark.parametrize("type_", TYPES)
def test_an_example_of_every_type_is_read_and_written_as_it_was(type_, lookups):
    (event,) = read(example(type_), lookups)
    assert event.type == type_
    again = json.loads(json.dumps(as_json(event), default=str))
    assert {**again, "data": None} == {**example(type_), "data": None}
    assert read(again, lookups) == (event,)


def test_a_batch_is_read_whole(lookups):
    both = [example("sayso.order.placed.v1"), SHIPPED]
    assert [event.type for event in read(both, lookups, MANY)] == [each["type"] for each in both]
    assert len(read(both, lookups, "application/json")) == 2
    wrong = refused([both[0], changed(SHIPPED, data__lines__0__quantity="x")], lookups, MANY)
    assert "/1/data/lines/0/quantity" in wrong.detail
    assert "0 events" in refused([], lookups, MANY).detail
    assert "1001 events" in refused([SHIPPED] * 1001, lookups, MANY).detail


def test_plain_json_that_is_a_cloud_event_is_read_as_one(lookups):
    assert read(SHIPPED, lookups, "application/json")[0].subject == "WEB-1001"


def test_another_unit_of_the_item_is_converted(lookups):
    line = {"line": 1, "item": "85123A", "quantity": "2", "uom": "case", "short": "1"}
    told = changed(example("sayso.pick.confirmed.v1"), data__lines=[line])
    (found,) = read(told, lookups)[0].data.lines
    assert (found.quantity, found.short, found.uom) == (Decimal(24), Decimal(12), "EA")
    assert found.original == Original(quantity="2", uom="case")
    assert needs_of("x", ONE, "", json.dumps(told).encode(), {}).units == {("wms", "85123A", "CS")}


def test_a_price_goes_with_its_unit(lookups):
    line = {"line": 1, "item": "85123A", "quantity": "2", "uom": "CS", "unit_price": "30.60"}
    (found,) = read(changed(example("sayso.order.placed.v1"), data__lines=[line]), lookups)[0].data.lines
    assert (found.quantity, found.unit_price, found.amount) == (
        Decimal(24),
        Decimal("2.55"),
        Decimal("61.20"),
    )


def test_base_units_need_no_look_up():
    assert not needs_of("x", ONE, "", json.dumps(example("sayso.payment.received.v1")).encode(), {})


def test_of_an_event_without_a_time_it_is_when_it_came(lookups):
    came = datetime(2011, 2, 2, tzinfo=UTC)
    assert read(changed(SHIPPED, time=GONE), lookups, received=came)[0].time == came
    assert "time is missing" in refused(changed(SHIPPED, time=GONE), lookups).detail


def test_times_come_to_utc(lookups):
    found = read(changed(SHIPPED, time="2011-02-01T16:30:00+01:00"), lookups)[0].time
    assert (found, found.tzinfo) == (datetime(2011, 2, 1, 15, 30, tzinfo=UTC), UTC)


WRONG = [
    ({"data__lines__0__quantity": "-1"}, "/data/lines/0/quantity", "below zero"),
    ({"data__lines__0__quantity": "NaN"}, "/data/lines/0/quantity", "'NaN'"),
    ({"data__lines__0__quantity": "Infinity"}, "/data/lines/0/quantity", "Infinity"),
    ({"data__lines__0__quantity": "1_000"}, "/data/lines/0/quantity", "'1_000'"),
    ({"data__lines__0__quantity": "1e99"}, "/data/lines/0/quantity", "1000000000000000"),
    ({"data__lines__0__quantity": "1e-99999"}, "/data/lines/0/quantity", "1E-99999"),
    ({"data__lines__0__quantity": None}, "/data/lines/0/quantity", "expected"),
    ({"data__lines__0__quantity": GONE}, "/data/lines/0/quantity", "missing"),
    ({"data__lines__0__colour": "red"}, "/data/lines/0/colour", "not known"),
    ({"data__lines__0__line": -1}, "/data/lines/0/line", "whole number"),
    ({"data__lines__0__line": 10**18}, "/data/lines/0/line", "whole number"),
    ({"data__lines__0__item": ""}, "/data/lines/0/item", "empty"),
    ({"data__lines__0__uom": "PL"}, "/data/lines/0/uom", "no unit of item 85123A"),
    ({"data__revision": 2**31}, "/data/revision", "whole number"),
    ({"data__document": ""}, "/data/document", "empty"),
    ({"data__document": GONE}, "/data/document", "missing"),
    ({"data__site": "x" * 501}, "/data/site", "longer than 500"),
    ({"data": GONE}, "/data", ""),
    ({"data": []}, "/data", ""),
    ({"id": ""}, "/id", "missing"),
    ({"id": GONE}, "/id", "missing"),
    ({"source": GONE}, "/source", "missing"),
    ({"type": GONE}, "/type", "missing"),
    ({"type": "sayso.shipment.dispatched.v2"}, "/type", "no type of event"),
    ({"specversion": "0.3"}, "/specversion", "CloudEvents 1.0"),
    ({"time": "yesterday"}, "/time", "yesterday"),
    ({"time": "2011-02-01T15:30:00"}, "/time", "without an offset"),
    ({"time": "0001-01-01T00:00:00+14:00"}, "/time", ""),
    ({"time": "1066-10-14T00:00:00Z"}, "/time", "1990"),
    ({"subject": 5}, "/subject", "5"),
]  # fmt: skip


@pytest.mark.parametrize(("places", "where", "words"), WRONG)
def test_what_is_wrong_is_named(places, where, words, lookups):
    unusable = refused(changed(SHIPPED, **places), lookups)
    assert [each.where for each in unusable.breaches] == [where], unusable.detail
    assert words.lower() in unusable.detail.lower()
    assert unusable.remedy


def test_money_is_looked_at_as_well(lookups):
    placed = example("sayso.order.placed.v1")
    assert "pounds" in refused(changed(placed, data__currency="pounds"), lookups).detail
    assert "not known here" in refused(changed(placed, data__currency="XXX"), lookups).detail
    paid = example("sayso.payment.received.v1")
    assert "below zero" in refused(changed(paid, data__amount="-5"), lookups).detail
    assert "1990" in refused(changed(paid, data__received="0001-01-01"), lookups).detail
    credit = changed(placed, data__charges=[{"code": "discount", "amount": "-5.00"}])
    assert read(credit, lookups)[0].data.charges[0].amount == -5


def test_a_name_that_stands_twice_is_found(lookups):
    body = json.dumps(SHIPPED).replace('"site": "LON"', '"site": "LON", "site": "MAN"').encode()
    assert "site stands twice" in refused(body, lookups).detail
    tight = (
        json.dumps(SHIPPED, separators=(",", ":"))
        .replace('"site":"LON"', '"site":"LON","site":"MAN"')
        .encode()
    )
    assert "site stands twice" in refused(tight, lookups).detail


def test_a_text_may_look_like_a_name(lookups):
    told = changed(SHIPPED, data__tracking='a":b', data__carrier="Spedition Müller_1\u2028")
    for body in (json.dumps(told).encode(), json.dumps(told, ensure_ascii=False).encode()):
        assert read(body, lookups)[0].data.tracking == 'a":b'


def test_a_nul_is_refused(lookups):
    assert "NUL" in refused(changed(SHIPPED, data__tracking="a\0b"), lookups).detail


def test_the_key_is_the_subject():
    body = json.dumps(SHIPPED).encode()
    assert key_of("x", ONE, body, {}) == ("sayso.shipment.dispatched.v1", "wms-SH-1001", "WEB-1001")
    assert key_of("x", ONE, body[:-9], {}) == ("", "", "")
    both = json.dumps([SHIPPED, SHIPPED]).encode()
    assert key_of("x", MANY, both, {}) == ("sayso.shipment.dispatched.v1", "", "WEB-1001")
    other = json.dumps([SHIPPED, changed(SHIPPED, subject="WEB-2")]).encode()
    assert key_of("x", MANY, other, {}).key == ""


def test_reading_an_event_is_quick(lookups):
    """Measured at 14 microseconds for three lines; ten times as many say that something is done twice."""
    lines = [{"line": n, "item": "85123A", "quantity": "12", "uom": "EA"} for n in (1, 2, 3)]
    body = json.dumps(changed(SHIPPED, data__lines=lines)).encode()
    rounds = []
    for _ in range(7):
        began = time.perf_counter()
        for _ in range(200):
            read(body, lookups)
        rounds.append((time.perf_counter() - began) / 200)
    assert min(rounds) < 140e-6
