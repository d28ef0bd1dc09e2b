"""A contract as a person writes it: what its map can say, and a clear word for each slip of the pen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sayso.canon.events_shared import Original
from sayso.contracts.contract import as_text
from sayso.contracts.reading import key_of, read_message
from sayso.contracts.shapes import Lookups, Unusable
from sayso.errors import Misconfigured
from sayso.systems.contracts import contract_file, contract_in

TEXT = """
system: north
kind: LOADED
version: 1
owner: the third party's warehouse
mode: strict
id: /head/no
key: [/head/ref, "/rows/*/ref"]
meaning:
  unit: CS
  quantities: negative
  currency: GBP
  zone: Europe/London
  silence: none
schema:
  type: object
  required: [head, rows]
  properties:
    head: {type: object, required: [no]}
    rows: {type: array}
map:
  - type: sayso.pick.confirmed.v1
    subject: {from: [/head/ref, "/rows/*/ref"], only: true, identity: order}
    time: /head/when
    data:
      document: {join: [{const: PK}, /head/no], with: "-"}
      site: {from: /head/dock, values: {N1: LON, N2: MAN}, default: LON}
      lines:
        each: /rows
        fields:
          line: ./pos
          item: {from: [./ean, ./sku], identity: item}
          quantity: {from: ./count, unit: ./measure}
  - type: sayso.order.held.v1
    when: /head/stopped
    subject: /head/ref
    time: /head/when
    data: {document: /head/no, kind: {const: review}, reason: /head/stopped}
  - type: sayso.stock.counted.v1
    each: /left
    subject: {join: [./sku, {const: LON}]}
    time: /head/when
    data:
      document: {join: [/head/no, ./sku]}
      item: {from: ./sku, identity: item}
      site: {const: LON}
      quantity: {from: ./count, sign: positive}
"""
MESSAGE = {
    "head": {"no": 77, "ref": "4711", "when": "2011-07-01T10:00", "dock": "N2", "stopped": "damp"},
    "rows": [
        {"pos": "1", "sku": "OLD-1", "count": -2},
        {"pos": 2, "ean": "22423", "count": "-3", "measure": "each"},
    ],
    "left": [{"sku": "85123A", "count": 4}, {"sku": "22423", "count": 5}],
}
LOOKUPS = Lookups(
    identities={("north", "item", "OLD-1"): "85123A", ("north", "order", "4711"): "WEB-1"},
    factors={("85123A", "CS"): Decimal(12), ("22423", "CS"): Decimal(6)},
    bases={"85123A": "EA", "22423": "EA"},
)


def read(message, text=TEXT, lookups=LOOKUPS):
    contract = contract_in(text, "north.yaml")
    body = json.dumps(message).encode()
    return read_message("north", "application/json", "", body, {contract.kind: contract}, lookups)


def test_a_map_says_several_events_and_where_all_in_them_comes_from():
    picked, held, first, second = read(MESSAGE).events
    assert [event.id for event in (picked, held, first, second)] == ["77", "77/2", "77/3", "77/4"]
    assert picked.time == datetime(2011, 7, 1, 9, 0, tzinfo=UTC)  # British summer time
    assert (picked.subject, picked.data.document, picked.data.site) == ("WEB-1", "PK-77", "MAN")
    assert picked.data.unmentioned == "none"
    one, two = picked.data.lines
    assert (one.line, one.item, one.quantity, one.uom) == (1, "85123A", Decimal(24), "EA")
    assert one.original == Original(quantity="-2", uom="CS", item="OLD-1")
    assert (two.item, two.quantity, two.original) == ("22423", Decimal(3), None)
    assert (held.data.kind, held.data.reason) == ("review", "damp")
    assert (first.subject, first.data.quantity) == ("85123A/LON", Decimal(48))
    assert (second.data.document, second.data.quantity) == ("77/22423", Decimal(30))


def test_what_is_not_there_tells_no_event():
    found = read({**MESSAGE, "head": {**MESSAGE["head"], "stopped": ""}, "left": []})
    assert [event.type for event in found.events] == ["sayso.pick.confirmed.v1"]


def test_a_default_and_an_unknown_word():
    head = {name: value for name, value in MESSAGE["head"].items() if name != "dock"}
    assert read({**MESSAGE, "head": head}).events[0].data.site == "LON"
    with pytest.raises(Unusable, match="/head/dock is 'N9', not one of N1, N2"):
        read({**MESSAGE, "head": {**head, "dock": "N9"}})


def test_the_other_sign_is_a_breach():
    with pytest.raises(Unusable, match="/rows/0/count is '2', not 0 or below"):
        read({**MESSAGE, "rows": [{"pos": 1, "sku": "OLD-1", "count": 2}]})


def test_without_a_zone_a_time_says_too_little():
    with pytest.raises(Unusable, match="/head/when is '2011-07-01T10:00', not a time with an offset"):
        read(MESSAGE, TEXT.replace("zone: Europe/London", 'zone: ""'))


def test_the_key_is_told_where_all_lines_have_one_order():
    contracts = {"LOADED": contract_in(TEXT, "north.yaml")}

    def key(message):
        return key_of("north", "application/json", json.dumps(message).encode(), contracts)

    assert key(MESSAGE) == ("LOADED", "77", "4711")
    assert key({"head": {"no": "A"}, "rows": [{"ref": "X"}, {"ref": "X"}]}) == ("LOADED", "A", "X")
    assert key({"head": {"no": "A"}, "rows": [{"ref": "X"}, {"ref": "Y"}]}) == ("LOADED", "A", "")


SLIPS = [
    ("kind: LOADED", "kind: [LOADED]", "kind: Expected `str`"),
    ("mode: strict", "mode: lenient", "mode: Invalid enum value 'lenient'"),
    ("version: 1", "version: 0", "version 1 or more"),
    ("owner: the", "owners: the", "owners is no part of a contract"),
    ("id: /head/no", "id: head/no", "id: 'head/no' is no JSON pointer"),
    ("silence: none", "silence: maybe", "meaning.silence"),
    ("  unit: CS", "  units: CS", "meaning"),
    ("type: sayso.order.held.v1", "type: sayso.order.paused.v1", "sayso.order.paused.v1 is no event type"),
    ("line: ./pos", "place: ./pos", "map[0].data.lines: place is no field of PickLine"),
    ("          line: ./pos\n", "", "map[0].data.lines: line is not mapped"),
    ("{from: ./count, unit: ./measure}", "{form: ./count}", "quantity: Object contains unknown field `form`"),
    ("{from: ./count, unit: ./measure}", "{default: 1}", "quantity: it says nothing"),
    ("each: /rows", "each: rows", "is no JSON pointer"),
    ("type: object\n  required", "type: thing\n  required", "schema/type"),
    ("rows: {type: array}", "rows: {$ref: 'urn:elsewhere'}", "outside the contract"),
    ("rows: {type: array}", "rows: {type: array", "not YAML"),
    ("rows: {type: array}", "head: {type: array}", "head stands twice"),
    (TEXT, "- a list", "a contract is an object"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), SLIPS)
def test_a_slip_of_the_pen_is_named(old, new, words):
    assert old in TEXT
    with pytest.raises(Misconfigured) as raised:
        contract_in(TEXT.replace(old, new, 1), "north.yaml")
    said = f"{raised.value.detail} - {raised.value.remedy}"
    assert words in said, said
    assert "north" in raised.value.detail
    assert raised.value.remedy


def test_a_file_is_yaml_or_json(tmp_path):
    (tmp_path / "north.json").write_text(as_text(contract_in(TEXT, "north.yaml")), "utf-8")
    assert contract_file(tmp_path / "north.json").kind == "LOADED"
    with pytest.raises(Misconfigured, match="cannot be read"):
        contract_file(tmp_path / "south.yaml")
    (tmp_path / "latin.yaml").write_bytes("owner: Müller".encode("latin-1"))
    with pytest.raises(Misconfigured, match="byte 0xfc"):
        contract_file(tmp_path / "latin.yaml")


def test_dates_in_an_example_stay_as_they_are_written():
    text = TEXT + "examples:\n  - {head: {no: 1, when: 2011-02-01T10:00:00Z, day: 2011-02-01}}\n"
    (example,) = contract_in(text, "north.yaml").examples
    assert example["head"] == {"no": 1, "when": "2011-02-01T10:00:00Z", "day": "2011-02-01"}


_LAUGHS = "l0: &l0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"l{at}: &l{at} [{','.join([f'*l{at - 1}'] * 10)}]\n" for at in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [("[" * 50_000, "nested too deeply"), ("{a: " * 5000, "nested too deeply"), (_LAUGHS, "more than 200,000 values"),
     ("a: &a [*a]", "recursive")],
    ids=["lists", "mappings", "laughs", "a loop"],
)  # fmt: skip
def test_what_would_take_all_memory_is_refused_at_once(text, words):
    with pytest.raises(Misconfigured, match=words):
        contract_in(text, "north.yaml")
