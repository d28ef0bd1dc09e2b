"""Whom the faults of a file hit and when, all of them at once, and files that cannot be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sayso.errors import Misconfigured
from sayso.systems.simulated.books import ZERO
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.faults import NAMES, parsed, read
from systems.simulated.clerk import DAY, START, Clerk, company, played, release, submit
from systems.simulated.test_course import conserved


async def ten(**rule: Any) -> Company:
    """Ten orders shipped by a warehouse that splits as the rule says."""
    world = company([{"system": "wms", "fault": "split", **rule}])
    for place in range(10):
        await world.wms.ask(release(f"WEB-{place}", (1, "A", 4)))
    await world.until(START + 3 * DAY)
    return world


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"orders": ["WEB-3", "WEB-7"]}, lambda hit: hit == {"WEB-3", "WEB-7"}),
        ({"ordinals": [2, 3]}, lambda hit: len(hit) == 2),
        ({"percent": 0}, lambda hit: not hit),
        ({"percent": "50"}, lambda hit: 1 <= len(hit) <= 9),
        ({"until": "2011-02-01T00:00:00Z"}, lambda hit: not hit),
        ({"from": "2011-02-01T00:00:00Z"}, lambda hit: len(hit) == 10),
        ({"of": "RETURN"}, lambda hit: not hit),
    ],
)
async def test_whom_a_fault_hits(rule: dict[str, Any], expected: Callable[[set[str]], bool]) -> None:
    world = await ten(**rule)
    assert expected({order for _, _, order in played(world, "split")})


async def fire(seed: int) -> Company:
    """A hundred orders through everything at once."""
    plenty = {(item, "LON"): Decimal(5000) for item in "ABCS"}
    world = company(read("fire", seed), seed=seed, stock=plenty, alternatives={"A": ("S", Decimal(1))})
    clerk = Clerk(world)
    for place in range(100):
        await clerk.submit(
            submit(f"WEB-{place}", ("ABC"[place % 3], 1 + place % 7), ("B", 2), freight="5.00")
        )
    await clerk.run()
    return world


async def test_under_fire_the_books_hold_and_the_seed_repeats_it() -> None:
    first, second = await fire(7), await fire(7)
    assert first.outlet.deliveries == second.outlet.deliveries  # type: ignore[attr-defined]
    assert first.faults.played == second.faults.played
    found = Counter(one.fault for one in first.faults.played)
    assert len(found) > 20
    assert conserved(first)
    for order in first.erp.orders.values():
        for line in order.lines.values():
            assert line.shipped == first.wms.shipped.get((order.order, line.line), ZERO)
    for one in first.ar.books()["invoices"].values():
        assert one["total"] == one["paid"] + one["credited"] + one["settled"] + one["open"]
    assert (await fire(8)).outlet.deliveries != first.outlet.deliveries  # type: ignore[attr-defined]


# The file.


@pytest.mark.parametrize("name", ["none", "ordinary", "fire"])
def test_the_files_that_come_along_can_be_read(name: str) -> None:
    assert read(name) is not None


def test_every_fault_stands_in_the_reference() -> None:
    page = Path(__file__).parents[3] / "docs/reference/simulated-systems.md"
    text = page.read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in text] == []


def test_fire_has_every_fault() -> None:
    rules = {rule.fault for found in read("fire")._rules.values() for rule in found}
    assert rules == set(NAMES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[fault]]\nfault = 'late'\nsystem = 'wms'\nchance = 3", "chance"),
        ("[[fault]]\nfault = 'lately'\nsystem = 'wms'", "lately"),
        ("[[fault]]\nfault = 'late'\nsystem = 'mail'", "mail"),
        ("[[fault]]\nfault = 'late'\nsystem = 'wms'\nby = '5 hours'", "by is 5 hours"),
        ("[[fault]]\nfault = 'late'\nsystem = 'wms'\nfrom = 'noon'", "from is noon"),
        ("[[fault]]\nfault = 'late'\nsystem = 'wms'\ntimes = 'often'", "times"),
        ("[[fault]]\nfault = 'short_pick'\nsystem = 'erp'", "short_pick"),
        ("[[fault]]\nfault = 'schema_changed'\nsystem = 'wms'", "rename"),
        ("[[fault]]\nfault = 'down'\nsystem = 'wms'", "lasting"),
        ("[faults]\nlate = 3", "faults"),
        ("fault = [", "TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(text)
    with pytest.raises(Misconfigured) as wrong:
        read(file)
    assert said in wrong.value.detail
    assert str(file) in wrong.value.detail
    assert wrong.value.remedy


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        read(tmp_path / "nothing.toml")


def test_moments_may_be_written_as_toml_has_them(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text("[[fault]]\nfault = 'late'\nsystem = 'wms'\nfrom = 2011-02-01T00:00:00Z\npercent = 0.5")
    assert parsed({"fault": []}, "x") == []
    rule = read(file)._rules["wms", "late"][0]
    assert (rule.begins, rule.percent) == (START, Decimal("0.5"))
