"""docs/explanation/arrival-dates.md has the figures and the picture that the trials give."""

from __future__ import annotations

from audit.eta_trials import trial
from docs.arrival_pages import PAGE, PICTURE, picture, with_table
from sayso.audit.eta.backtest import LEARNED


def test_the_table_has_the_figures_of_the_trials():
    text = PAGE.read_text(encoding="utf-8")
    assert with_table(text) == text, "make it anew: python -m docs.arrival_pages"


def test_the_picture_shows_what_was_learned():
    assert PICTURE.read_text(encoding="utf-8") == picture(), "make it anew: python -m docs.arrival_pages"


def test_figures_in_the_text_are_those_of_the_trials():
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    methods = trial("vendors").by_method
    promised, own = (methods[name].figures()["loss_p50_days"] for name in ("promised", LEARNED))
    assert f"the promised day loses {promised:.2f} days and Sayso's P50 {own:.2f}" in text
