"""Settings: documented, one by one; found in their order; refused by name."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sayso import wiring
from sayso.errors import Misconfigured, SaysoError
from sayso.wiring import Settings

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "settings.md"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No sayso.toml and no variable of the machine that the tests run on."""
    monkeypatch.chdir(tmp_path)
    for one in fields(Settings):
        monkeypatch.delenv(f"SAYSO_{one.name.upper()}", raising=False)
    monkeypatch.delenv("SAYSO_CONFIG", raising=False)


def documented() -> dict[str, tuple[str, str, str]]:
    """Default, unit and meaning by setting, from the page."""
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: (default.strip("`"), unit, meaning) for name, default, unit, meaning in rows}


def shown(value: object) -> str:
    if value == "":
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_setting_is_documented_with_its_default_and_nothing_else_is():
    usual = {one.name: shown(getattr(Settings(), one.name)) for one in fields(Settings)}
    assert {name: default for name, (default, _, _) in documented().items()} == {**usual, "home": "~/.sayso"}
    assert all(meaning.endswith(".") for _, _, meaning in documented().values())


def test_flag_then_variable_then_file_then_default(tmp_path, monkeypatch):
    assert wiring.settings().port == 8080
    (tmp_path / "sayso.toml").write_text("port = 1\nmost_lines = 9\naccess_log = false\n")
    assert wiring.settings().port == 1
    monkeypatch.setenv("SAYSO_PORT", "2")
    assert wiring.settings().port == 2
    found = wiring.in_force(port=3, host=None)
    assert (found.settings.port, found.settings.most_lines, found.settings.access_log) == (3, 9, False)
    assert found.origins["port"] == "--port"
    assert found.origins["most_lines"] == "sayso.toml"
    assert found.origins["host"] == "default"


def test_a_file_can_be_named(tmp_path, monkeypatch):
    (tmp_path / "other.toml").write_text('host = "::1"\n')
    assert wiring.settings(tmp_path / "other.toml").host == "::1"
    monkeypatch.setenv("SAYSO_CONFIG", str(tmp_path / "other.toml"))
    assert wiring.settings().host == "::1"
    monkeypatch.setenv("SAYSO_CONFIG", "nowhere.toml")
    with pytest.raises(Misconfigured, match=r"nowhere\.toml"):
        wiring.settings()


@pytest.mark.parametrize(
    ("text", "says"),
    [("port = 70000", "port cannot be 70000"), ("port = true", "port is a whole number, not True"),
     ("port = 1.5", "not 1.5"), ('port = "http"', "port is a whole number, not 'http'"),
     ("pool = 1", "pool cannot be 1"), ("prot = 1", "no setting 'prot'"), ('clock = "slow"', "clock cannot be 'slow'"),
     ('log_level = "loud"', "log_level cannot be"), ("host = 1", "host is a text"), ("home = 1", "home is a text"),
     ("debug = 3", "debug is true or false"), ("port = ", "sayso.toml")],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_refused_by_name(tmp_path, text, says):
    (tmp_path / "sayso.toml").write_text(text)
    with pytest.raises(Misconfigured, match=re.escape(says)) as refused:
        wiring.settings()
    assert refused.value.remedy
    assert refused.value.exit_status == 2


@pytest.mark.parametrize(
    ("host", "asked_for", "served"),
    [("127.0.0.1", True, True), ("localhost", True, True), ("::1", True, True), ("127.0.0.1", False, False),
     ("0.0.0.0", True, False), ("10.0.0.1", True, False), ("::", True, False), ("shop.example", True, False)],
)  # fmt: skip
def test_a_simulated_clock_is_for_this_machine_and_when_asked_for(host, asked_for, served):
    wiring.check_clock(Settings(host=host), asked_for)
    simulated = Settings(host=host, clock="simulated")
    if served:
        wiring.check_clock(simulated, asked_for)
        return
    with pytest.raises(Misconfigured, match="clock"):
        wiring.check_clock(simulated, asked_for)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_home_that_cannot_be_one_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(SaysoError, match="cannot be the data folder"):
        wiring.check_home(Settings(home=tmp_path / place))


def test_a_home_is_absolute_whatever_the_folder_it_is_named_in(tmp_path):
    assert wiring.settings(home="here").home == tmp_path / "here"
    assert wiring.settings(home="~/here").home == Path.home() / "here"
