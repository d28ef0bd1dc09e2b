"""What an audit comes to: figures by direction, cause, week, customer, item, site and channel, and what would mend it.

Values only. Money is in the company's currency, net or gross as the storefront told it; every dictionary and every
list stands in one order, so that the same exports give the same bytes.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec
from msgspec import Struct, field

from sayso.audit.shapes import Direction, Intake, Spot

ZERO = Decimal(0)


class Terms(Struct, frozen=True, forbid_unknown_fields=True):
    """What the audit takes for granted where the exports are silent.

    `within_days`: a yes without a date means that the goods leave so many days after the first possible day at the
    latest. `patience_days`: a no is a sale lost where the ERP could have delivered within so many days. `worst`: so
    many of the worst examples are kept for each direction and cause. `most`: so many customers, items, sites and
    channels are shown; totals count all.
    """

    within_days: int = 0
    patience_days: int = 14
    worst: int = 5
    most: int = 50


class Figure(Struct):
    """How often, and for how much. An order counts once, however many of its lines do."""

    orders: int = 0
    lines: int = 0
    money: Decimal = ZERO

    def add(self, other: Figure) -> None:
        """Count what the other counted, too."""
        self.orders += other.orders
        self.lines += other.lines
        self.money += other.money


class Bar(Struct, frozen=True):
    """A figure of one direction and, where it is by cause, one cause; `of` is the week's Monday, customer, item, ..."""

    direction: Direction
    of: str
    figure: Figure
    cause: str = ""


class Ranking(Struct, frozen=True):
    """The first by money, and how many more there are; their sum with what is left off is the whole."""

    bars: tuple[Bar, ...]
    left_off: int
    rest: Figure


class Sells(Struct, frozen=True):
    """What could be sold if the storefront asked the right rule.

    `at_once` and `later`: of what it took and the ERP would refuse, what the ERP has in time and what it would date.
    `on_better_terms`: the rest of it that only a person could let pass (credit, overdue). `never`: what is left.
    `missed`: what it turned away and the ERP would sell.
    """

    at_once: Decimal = ZERO
    later: Decimal = ZERO
    on_better_terms: Decimal = ZERO
    never: Decimal = ZERO
    missed: Decimal = ZERO


class RuleTried(Struct, frozen=True):
    """One change of the storefront's rule, decided again.

    `avoided`: what it took and would then not have promised wrongly. `won`: what it turned away and would then sell.
    `lost`: good orders that it would then turn away. `turned_away`: lines of `avoided` that become a no; the others
    are sold with another price or date.
    """

    rule: str
    meaning: str
    avoided: Figure
    won: Figure
    lost: Figure
    turned_away: int

    @property
    def worth(self) -> Decimal:
        """Money avoided and won, less money lost."""
        return self.avoided.money + self.won.money - self.lost.money


class Step(Struct, frozen=True):
    """A rule of the smallest set, and what all up to this one avoid and win together, of the whole (0 to 1)."""

    rule: str
    together: Decimal
    share: Decimal


class Contradiction(Struct, frozen=True):
    """A line on which the ERP did otherwise than the judgement says that it would."""

    order: str
    line: int
    judged: str
    outcome: str
    reason: str
    explained: str


class Agreement(Struct, frozen=True):
    """How the judgement's answers stand beside what the ERP did, in lines that the storefront took.

    `no_no` and `yes_yes` agree; `no_yes` (judged no, the ERP did it) and `yes_no` contradict; of `unknown` nothing is
    told. `examples` are the first contradictions.
    """

    no_no: int = 0
    yes_yes: int = 0
    no_yes: int = 0
    yes_no: int = 0
    unknown: int = 0
    examples: tuple[Contradiction, ...] = ()

    @property
    def told(self) -> int:
        """Lines of which the ERP's outcome is known."""
        return self.no_no + self.yes_yes + self.no_yes + self.yes_no


class Findings(Struct, frozen=True):
    """All that an audit found. How causes share a line's money: docs/explanation/audit.md."""

    judgement: str
    erp_profile: str
    own_profile: str
    erp_policy: str
    own_policy: str
    currency: str
    terms: Terms
    since: datetime | None
    until: datetime | None
    orders: int
    lines: int
    taken: Figure
    turned_away: Figure
    directions: dict[Direction, Figure]
    causes: tuple[Bar, ...]
    weeks: tuple[Bar, ...]
    customers: Ranking
    items: Ranking
    sites: Ranking
    channels: Ranking
    worst: tuple[Spot, ...]
    sells: Sells
    rules: tuple[RuleTried, ...]
    smallest: tuple[Step, ...]
    agreement: Agreement
    caveats: tuple[str, ...] = ()
    intake: Intake = field(default_factory=Intake)

    @property
    def clean(self) -> bool:
        """Whether storefront, ERP and policy agree on every line."""
        return not any(figure.lines for figure in self.directions.values())


def body(findings: Findings) -> bytes:
    """The findings as canonical bytes: equal findings, equal bytes."""
    return msgspec.json.encode(findings, order="sorted")


def week(placed: datetime) -> str:
    """The Monday of a moment's week, in UTC, as ISO 8601."""
    day = placed.toordinal()
    return date.fromordinal(day - (day - 1) % 7).isoformat()
