"""What a broker brings is told apart, and all of it is kept."""

from __future__ import annotations

import base64
import json

import pytest

from sayso.delivery.broker_in import STRUCTURED, Arrived, messages

EVENT = {
    "specversion": "1.0", "id": "P-1", "source": "wms", "type": "sayso.pick.confirmed.v1", "subject": "WEB-1",
    "data": {"a": 1},
}  # fmt: skip


def arrived(body: bytes | dict, topic: str = "sayso.in.wms", **headers: str) -> Arrived:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Arrived(
        topic, "sayso_in:7", {name.replace("_", "-"): value for name, value in headers.items()}, data
    )


def only(one: Arrived):
    (brought,) = messages(one, "sayso.in")
    return brought.message


def test_a_cloud_event_in_structured_mode_is_kept_byte_for_byte():
    body = json.dumps(EVENT, indent=1).encode()
    found = only(arrived(body, content_type=STRUCTURED))
    assert (found.source, found.id, found.kind, found.key) == (
        "wms",
        "P-1",
        "sayso.pick.confirmed.v1",
        "WEB-1",
    )
    assert (found.content_type, found.body) == (STRUCTURED, body)


@pytest.mark.parametrize("prefix", ["ce-", "ce_", "cloudEvents:", "cloudEvents_", "Ce-"])
def test_a_cloud_event_in_binary_mode_of_each_protocol_becomes_one_document(prefix):
    attributes = {f"{prefix}{name}": value for name, value in EVENT.items() if name != "data"}
    one = Arrived("sayso.in.wms", "t:0:1", {**attributes, "content-type": "application/json"}, b'{"a":1.50}')
    found = only(one)
    assert (found.source, found.id, found.key, found.content_type) == ("wms", "P-1", "WEB-1", STRUCTURED)
    assert json.loads(found.body) == {**EVENT, "datacontenttype": "application/json", "data": {"a": 1.5}}
    assert b"1.50" in found.body  # the digits it was sent with


def test_binary_data_that_is_no_json_travels_in_base64():
    attributes = {f"ce-{name}": value for name, value in EVENT.items() if name != "data"}
    one = Arrived("sayso.in.wms", "t:1", {**attributes, "content-type": "application/edi-x12"}, b"ISA*00\xff")
    assert base64.b64decode(json.loads(only(one).body)["data_base64"]) == b"ISA*00\xff"


def test_a_batch_is_its_events_in_their_order():
    batch = [EVENT, {**EVENT, "id": "P-2"}, {"message": "no event"}]
    found = messages(
        arrived(json.dumps(batch).encode(), content_type="application/cloudevents-batch+json"), "sayso.in"
    )
    assert [one.message.id for one in found] == ["P-1", "P-2", "sayso_in:7/2"]
    assert [one.event for one in found] == [True, True, False]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b'{"message":"PICKCONF","messageId":"M-1"}', "application/json"), (b"ISA*00*", "application/edi-x12"),
     (b"\xff\x00", ""), (b"", ""), (b'{"id": 5}', "application/json")],
)  # fmt: skip
def test_what_is_no_cloud_event_is_a_message_of_the_system_that_the_subject_names(body, content_type):
    found = only(arrived(body, "sayso.in.acme-wms.dublin", content_type=content_type))
    assert (found.source, found.id, found.key, found.body) == ("acme-wms", "sayso_in:7", "", body)
    assert found.content_type == (content_type or "application/json")


def test_the_senders_own_id_is_used_where_there_is_one():
    assert only(arrived(b"x", Nats_Msg_Id="M-1")).id == "M-1"
    assert only(arrived(b"x", message_id="M-2")).id == "M-2"
    assert only(arrived(b"x", message_id="M\x00")).id == "sayso_in:7"
    assert only(arrived(b"x", message_id="M" * 600)).id == "sayso_in:7"


def test_nobody_speaks_as_sayso_itself():
    found = only(arrived({**EVENT, "source": "sayso"}))
    assert (found.source, found.id) == ("wms", "sayso_in:7")


@pytest.mark.parametrize(
    "change", [{"id": ""}, {"id": "a\x00b"}, {"source": ""}, {"id": "x" * 600}, {"id": 5}]
)
def test_an_event_that_cannot_be_told_from_others_is_kept_as_it_came(change):
    body = json.dumps({**EVENT, **change}).encode()
    found = only(arrived(body))
    assert (found.source, found.id, found.body) == ("wms", "sayso_in:7", body)


@pytest.mark.parametrize("topic", ["sayso.in", "sayso.in.sayso", "sayso.in.$$$", "sayso.in." + "w" * 61])
def test_a_subject_that_names_no_system(topic):
    assert only(arrived(b"x", topic)).source == "broker"


def test_a_place_is_no_name():
    (given,), (placed,) = (messages(arrived(b"x", **more), "sayso.in") for more in ({"message_id": "M"}, {}))
    assert given.named
    assert not placed.named


def test_what_is_of_no_order_has_no_orders_key():
    for type_ in ("sayso.stock.counted.v1", "sayso.receipt.posted.v1", "sayso.payment.received.v1"):
        assert only(arrived({**EVENT, "type": type_})).key == ""
