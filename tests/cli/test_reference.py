"""The page about the command line says what the commands say."""

from __future__ import annotations

from pathlib import Path

from sayso.cli.reference import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


def test_the_page_is_in_step():
    assert PAGE.read_text("utf-8") == page(), "python -m sayso.cli.reference > docs/reference/cli.md"
