"""sayso promise, as it is typed: answers as a person and as a program reads them, and signatures checked offline."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from sayso.cli.promise import _line
from sayso.cli.sentences import SENTENCES, sentence
from sayso.errors import BadField
from sayso.promise.reasons import KINDS

ASK = ("promise", "--customer", "13047", "--ship-to", "GB")


async def test_a_yes_is_read_out_with_parts_price_credit_and_arithmetic(loaded):
    said = await loaded(*ASK, "--line", "HEART:12", "--line", "CAKE:2:CS", "--hold", "15m", "--explain")
    assert said.exit_code == 0, said.output
    for words in (
        "FIRM", "customer 13047, held until", "in stock", "30.60", "51.00", "102.00",
        "net 132.60, tax 26.52 = 159.12 GBP", "line 1: list", "approved", "exposure 459.12, limit 1,000.00",
        "32 on hand - 2 safety stock = 30 sellable", "300.00 receivables", "159.12 this = 459.12 GBP",
    ):  # fmt: skip
        assert words in said.stdout, words
    assert "Why" not in said.stdout
    assert said.stderr == ""


async def test_a_no_says_why_and_what_would_help(loaded):
    said = await loaded(
        "promise", "--customer", "13047", "--ship-to", "gb", "--line", "HEART:12:CS", "--line", "NONE:1",
        "--line", "BIRD:12", "--line", "CAKE:100",
    )  # fmt: skip
    assert said.exit_code == 0, said.output
    for words in (
        "REFUSED", "nothing is held", "line 1: HEART is not sold by CS", "-> ask by one of: EA",
        "line 2: no item NONE is known", "line 3: 12 EA is no whole number of packs of 8", "-> ask for 8 or 16 EA",
        "credit: exposure would be 1830.00 GBP, which is 830.00 over the limit of 1000.00",
        "-> prepay 830.00 GBP, or order that much less",
    ):  # fmt: skip
        assert words in said.stdout, words


async def test_a_conditional_answer_shows_each_part(loaded):
    said = await loaded(*ASK, "--line", "HEART:48", "--accept-conditional", "--hold", "PT1H")
    assert "CONDITIONAL" in said.stdout
    assert "backorder" in said.stdout
    assert "line 1: 30 of 48 can be supplied (waiting helps)" in said.stdout
    assert "held until" in said.stdout


async def test_one_reference_is_one_hold(loaded):
    words = (
        *ASK,
        "--line",
        "HEART:12",
        "--hold",
        "15m",
        "--reference",
        "cart-1",
        "--channel",
        "desk",
        "--json",
    )
    first, second = json.loads((await loaded(*words)).stdout), json.loads((await loaded(*words)).stdout)
    assert first["held"]
    assert first == second


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--line", "HEART"), "--line: not ITEM:QTY or ITEM:QTY:UOM ('HEART' was given)"),
        (("--line", "HEART:many"), "--line: not ITEM:QTY"),
        (("--line", ":12"), "--line: not ITEM:QTY"),
        (("--line", "HEART:-1"), "lines[0].quantity: a quantity is a positive number ('-1' was given)"),
        (("--line", "HEART:NaN"), "a quantity is a positive number"),
        (("--line", "HEART:1e999"), "a quantity is at most"),
        (("--line", "HEART:1", "--ship-to", "England"), "--ship-to: no country ('England' was given)"),
        (("--line", "HEART:1", "--hold", "1y"), "--hold: not an ISO 8601 duration ('1y' was given)"),
        (("--line", "HEART:1", "--hold", "9999h"), "hold: a hold lasts from one second to 86400"),
        (("--line", "HEART:1", "--need-by", "soon"), "--need-by: not a date ('soon' was given)"),
        (("--line", "HEART:1", "--now", "2011-02-01T06:00:00Z"), "--now needs a simulated clock"),
        (("--line", "HEART:1", "--policy", "/nowhere.toml"), "/nowhere.toml: No such file or directory"),
        (("--line", "HEART:1", "--config", "nowhere.toml"), "nowhere.toml: No such file or directory"),
        (("--line", "HEART:1", "--schema", "Bad Name"), "the schema name 'Bad Name' cannot be used"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(command, words, says):
    said = await command(*ASK, *words)
    assert said.exit_code == 2, said.output
    assert says in said.stderr
    assert said.stdout == ""
    assert "\n  " in said.stderr, "a remedy"


@pytest.mark.parametrize(
    ("text", "item", "quantity", "uom"),
    [("A:1", "A", "1", ""), ("A:1.5:CS", "A", "1.5", "CS"), ("A:1:23", "A", "1", "23"), ("A:B:C:2", "A:B:C", "2", ""),
     ("A:B:2:CS", "A:B", "2", "CS")],
)  # fmt: skip
def test_a_line_is_item_quantity_and_unit(text, item, quantity, uom):
    line = _line(text, None, "split", False)
    assert (line.item, line.quantity, line.uom) == (item, Decimal(quantity), uom)


def test_a_line_without_a_quantity_is_none():
    with pytest.raises(BadField, match="ITEM:QTY"):
        _line("A:B:C", None, "split", False)


async def test_a_simulated_clock_decides_as_of_then(loaded, monkeypatch):
    monkeypatch.setenv("SAYSO_CLOCK", "simulated")
    said = await loaded(*ASK, "--line", "HEART:1", "--now", "2011-02-01T06:00:00Z", "--json")
    assert json.loads(said.stdout)["made"] == "2011-02-01T06:00:00Z"


@pytest.fixture
async def promised(loaded, tmp_path):
    """A signed promise in a file."""
    said = await loaded(*ASK, "--line", "HEART:12", "--hold", "15m", "--json")
    file = tmp_path / "promise.json"
    file.write_bytes(said.stdout_bytes)
    return file


async def test_a_signature_holds_by_the_folders_own_keys(command, promised):
    said = await command("promise", "verify", str(promised))
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("Holds: prm_")
    assert ", firm, for customer 13047, made " in said.stdout
    shown = json.loads((await command("promise", "verify", str(promised), "--json")).stdout)
    assert shown["holds"]
    assert shown["signed"]["customer"] == "13047"


async def test_a_signature_holds_by_a_key_set_in_a_file(command, promised, tmp_path):
    listed = json.loads((await command("keys", "signing", "list", "--json")).stdout)
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps({"keys": [key["jwk"] for key in listed["keys"]]}))
    elsewhere = ("--home", str(tmp_path / "elsewhere"))
    said = await command("promise", "verify", str(promised), "--jwks", str(keys), *elsewhere)
    assert said.exit_code == 0, said.output
    missing = await command("promise", "verify", str(promised), *elsewhere)
    assert missing.exit_code == 2
    assert "there are no signing keys in" in missing.stderr
    assert not (tmp_path / "elsewhere").exists(), "looking makes nothing"


async def test_what_was_changed_does_not_hold(command, promised):
    changed = promised.read_bytes().replace(b'"13047"', b'"13048"')
    said = await command("promise", "verify", "-", given=changed)
    assert said.exit_code == 1
    assert "Does not hold: the answer was changed after it was signed: credit, customer" in said.stdout
    shown = await command("promise", "verify", "-", "--json", given=changed)
    assert (shown.exit_code, json.loads(shown.stdout)["holds"]) == (1, False)


async def test_a_strangers_key_does_not_hold(command, promised):
    assert (await command("keys", "signing", "rotate")).exit_code == 0
    assert (await command("promise", "verify", str(promised))).exit_code == 0, "the older key still verifies"
    for key in (promised.parent / "home" / "keys").glob("*.json"):
        key.unlink()
    assert (await command("keys", "signing", "rotate", "--json")).exit_code == 0
    assert (await command("promise", "verify", str(promised))).exit_code == 1


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[]", b"\xff", b'{"signature": 1}', b'{"promise": "prm_1"}']
)
async def test_what_is_no_signed_promise_is_refused(command, document):
    said = await command("promise", "verify", "-", given=document)
    assert said.exit_code == 2
    assert "this is no signed promise" in said.stderr


@pytest.mark.parametrize("place", ["/nowhere.json", "http://127.0.0.1:9/jwks.json"])
async def test_keys_that_cannot_be_had_are_named(command, promised, place):
    said = await command("promise", "verify", str(promised), "--jwks", place)
    assert said.exit_code == (3 if place.startswith("http") else 2)
    assert place in said.stderr


def test_every_reason_has_a_sentence():
    assert list(SENTENCES) == list(KINDS)


def test_a_reason_with_other_figures_is_shown_as_it_is():
    said = sentence("over_limit", {"exposure": "12.00"})
    assert said.says == f"{KINDS['over_limit'].meaning} (exposure 12.00)"
    assert sentence("brand_new", {}).says == "brand_new"
