"""The figures and the picture of docs/explanation/arrival-dates.md, made from what the trials give.

PYTHONPATH=src:tests python -m docs.arrival_pages writes both.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from audit.eta_trials import NAMES, trial, world
from sayso.audit.eta.backtest import LEARNED
from sayso.promise.eta import Lateness
from sayso.promise.eta_learning import learned

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "arrival-dates.md"
START, END = "<!-- table:start -->", "<!-- table:end -->"
PICTURE = ROOT / "docs" / "pictures" / "arrival-dates.svg"

_CALLED = {
    "vendors": "the demo's vendors", "changing": "vendors change", "sparse": "few receipts",
    "seasonal": "seasons", "weekly": "delivery weekdays",
}  # fmt: skip
_HEAD = """\
| receipts | lines | P90 covers | overdue | P50 to P90 | Sayso loses | promised | + mean | lead time | one for all |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""


def table() -> str:
    """What each trial gives: coverage in percent, the rest in days."""
    rows = []
    for name in NAMES:
        found = trial(name)
        own, again = found.by_method[LEARNED], found.overdue.figures()
        loss = [
            f"{score.figures()['loss_days']:.2f}"
            for method, score in found.by_method.items()
            if method != LEARNED
        ]
        figures = own.figures()
        rows.append(
            f"| {_CALLED[name]} (`{name}`) | {own.lines:,.0f} | **{figures['coverage_p90']:.1f}** |"
            f" {again['coverage_p90']:.1f} | {figures['width_days']:.1f} | **{figures['loss_days']:.2f}** |"
            f" {' | '.join(loss)} |"
        )
    return "\n".join([_HEAD, *rows])


_TODAY, _PROMISED = date(2011, 3, 31), date(2011, 4, 4)
_SHOWN = (
    ("generated-near3", "a near vendor"),
    ("generated-far3", "a far vendor"),
    ("nobody yet", "a vendor without receipts"),
)
_FIRST, _LAST, _LEFT, _STEP, _ROW, _HIGH = -3, 23, 232, 24, 104, 64
_STYLE = """\
    .page { fill: #ffffff; stroke: #d0d7de; } .bar { fill: #54aeff; } .head { font-size: 15px; font-weight: 600; }
    .head, .text { fill: #1f2328; } .text { font-size: 13px; } .soft { font-size: 12px; fill: #57606a; }
    .line { stroke: #8c959f; } .p50 { stroke: #1a7f37; stroke-width: 2; } .p90 { stroke: #bc4c00; stroke-width: 2; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #30363d; } .bar { fill: #1f6feb; } .head, .text { fill: #e6edf3; }
      .soft { fill: #9da7b3; } .p50 { stroke: #3fb950; } .p90 { stroke: #f0883e; }
    }"""


def picture() -> str:
    """How late three vendors are, and where their P50 and P90 lie."""
    known = learned(world("vendors"), _TODAY)
    body = [
        line for place, (vendor, called) in enumerate(_SHOWN) for line in _row(known, vendor, called, place)
    ]
    bottom = 40 + _ROW * len(_SHOWN)
    ticks = [
        f'  <text class="soft" x="{_x(day)}" y="{bottom + 18}" text-anchor="middle">{day if day else "promised"}</text>'
        for day in (0, 5, 10, 15, 20)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {bottom + 50}" role="img"'
            " aria-labelledby=\"title desc\" font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\">",
            '  <title id="title">How late three vendors are</title>',
            '  <desc id="desc">Shares of deliveries by days after the promised day, with P50 and P90, for a near vendor,'
            " a far vendor, and one without receipts, who is taken to be like any of the others.</desc>",
            f"  <style>\n{_STYLE}\n  </style>",
            f'  <rect class="page" x="0.5" y="0.5" width="899" height="{bottom + 49}" rx="10"/>',
            *body, *ticks,
            f'  <text class="soft" x="{_x(22)}" y="{bottom + 38}" text-anchor="end">days after the promised day</text>',
            "</svg>\n",
        ]
    )  # fmt: skip


def _row(known: Lateness, vendor: str, called: str, place: int) -> list[str]:
    base = 40 + _ROW * place + _HIGH
    arrival = known.arrivals("", vendor, _PROMISED)
    assert arrival.p50 is not None
    assert arrival.p90 is not None
    habit = known.habit(vendor)
    days = habit.days if habit else known.days
    whole = sum(weight for _, weight in days)
    rests_on = f"{habit.receipts} deliveries" if habit else "as wide as all vendors"
    lines = [
        f'  <text class="head" x="24" y="{base - 36}">{escape(called)}</text>',
        f'  <text class="soft" x="24" y="{base - 18}">{rests_on}</text>',
        f'  <line class="line" x1="{_x(_FIRST) - 8}" y1="{base}" x2="{_x(_LAST)}" y2="{base}"/>',
    ]
    for day, weight in days:
        if _FIRST <= day < _LAST and (high := _HIGH * weight // whole):
            lines.append(
                f'  <rect class="bar" x="{_x(day) - 8}" y="{base - high}" width="16" height="{high}"/>'
            )
    marks = (("p50", "P50", arrival.p50), ("p90", "P90", arrival.p90))
    for kind, text, day in marks:
        x = _x((day - _PROMISED).days) + (10 if kind == "p90" else -10)
        lines.append(f'  <line class="{kind}" x1="{x}" y1="{base - _HIGH - 4}" x2="{x}" y2="{base + 6}"/>')
        lines.append(
            f'  <text class="text" x="{x + (5 if kind == "p90" else -5)}" y="{base - _HIGH + 8}"'
            f' text-anchor="{"start" if kind == "p90" else "end"}">{text}</text>'
        )
    return lines


def _x(day: int) -> int:
    return _LEFT + _STEP * (day - _FIRST)


def with_table(text: str) -> str:
    """The page with the table in its place."""
    start, end = text.index(START) + len(START), text.index(END)
    return f"{text[:start]}\n{table()}\n{text[end:]}"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
