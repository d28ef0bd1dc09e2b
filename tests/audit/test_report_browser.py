"""The page in a real browser: nothing overflows, no request leaves it, light and dark, on a screen and on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from audit.reported import PROBLEMS, hostile, part
from sayso.audit.report.page import page

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CONTRAST = """() => {
    const light = (text) => {
        const [r, g, b] = text.match(/[\\d.]+/g).map(Number)
            .map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const ground = (one) => {
        for (let at = one; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if (!/, 0\\)$/.test(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    const poor = [];
    for (const one of document.querySelectorAll("body *:not(svg *):not(.swatch)")) {
        if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
        if ((a + .05) / (b + .05) < 4.5) poor.push(one.outerHTML.slice(0, 80));
    }
    return poor;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that is installed; none is fetched."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(_NAMES)} is installed")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with everything on it, and hostile names."""
    path = tmp_path_factory.mktemp("report") / "audit.html"
    path.write_text(page(part(hostile()), PROBLEMS), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_nothing_overflows_nothing_is_fetched_and_all_can_be_read(
    browser: Browser, file: Path, width: int, scheme: Any
) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked, said = [], []
    opened.on("request", lambda one: asked.append(one.url))
    opened.on("console", lambda one: said.append(one.text))
    opened.on("dialog", lambda one: said.append(one.message))
    opened.goto(file.as_uri())
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    outside = """(width) => [...document.querySelectorAll("body *:not(.scroll *):not(svg *)")]
        .filter((one) => one.getBoundingClientRect().right > width + 1).map((one) => one.outerHTML.slice(0, 80))"""
    assert opened.evaluate(outside, width) == []
    assert opened.evaluate(_CONTRAST) == []
    assert opened.locator("svg.weeks:visible").count() == 2
    assert (asked, said) == ([file.as_uri()], [])
    opened.close()


def test_it_prints_on_a_few_pages(browser: Browser, file: Path) -> None:
    opened = browser.new_page()
    opened.goto(file.as_uri())
    printed = opened.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    opened.close()
    assert printed.startswith(b"%PDF")
    assert 1 < printed.count(b"/Type /Page\n") <= 12
