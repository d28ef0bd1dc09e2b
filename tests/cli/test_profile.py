"""sayso profile: profiles and policies in sentences, and where two answer differently."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sayso.cli.root import sayso
from sayso.promise.policy import PROFILE_NAMES, profiled


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def profile(*arguments: str) -> Result:
    return CliRunner().invoke(sayso, ["profile", *arguments])


def words(result: Result) -> str:
    """What was printed, on one line."""
    return " ".join(result.stdout.split())


def test_the_list_names_every_profile_and_what_it_is_of():
    found = json.loads(profile("list", "--json").stdout)
    assert [one["profile"] for one in found] == list(PROFILE_NAMES)
    assert found[0]["differs"] == 0
    assert all(one["differs"] for one in found[1:])
    assert "Microsoft Dynamics 365 Business Central" in profile("list").stdout


def test_a_profile_in_sentences_with_stars_and_sources():
    done = profile("show", "business_central")
    assert done.exit_code == 0
    assert done.stdout.startswith("business_central: Microsoft Dynamics 365 Business Central\n")
    assert (
        "What can leave on a day is what is on hand without what is reserved, plus purchase orders"
        in words(done)
    )
    assert (
        "* Safety stock can be sold. Neither the warning nor order promising knows of safety stock."
        in words(done)
    )
    assert "    What comes in can leave on the day on which it comes.\n" in done.stdout
    assert done.stdout.count('Business Central: codeunits "Available to Promise"') == 1


def test_what_has_no_meaning_in_a_profile_is_left_out_of_its_sentences():
    assert "later commitments" not in profile("show", "odoo").stdout
    chapters = json.loads(profile("show", "odoo", "--json").stdout)["chapters"]
    told = {one["setting"]: one for chapter in chapters for one in chapter["told"]}
    assert told["availability.look_ahead"]["counts"] is False


def test_a_policy_of_ones_own_is_explained_too():
    Path("own.toml").write_text('profile = "odoo"\n[credit]\ngrace_days = 7\n')
    done = profile("show", "own.toml")
    assert done.stdout.startswith("own.toml: starts from odoo, Odoo\n")
    assert "* A receivable has seven days of grace." in words(done)
    found = json.loads(profile("show", "own.toml", "--json").stdout)
    assert found["profile"] == "odoo"
    assert found["hash"] != profiled("odoo").hash


def test_two_profiles_are_told_apart_setting_by_setting_with_an_example():
    done = profile("diff", "plain", "business_central")
    assert done.exit_code == 1
    assert "availability.safety_stock plain Safety stock is kept out of what can be sold." in words(done)
    assert "business_central Safety stock can be sold. source: Business Central: codeunits" in words(done)
    assert (
        "the sellable quantity is 2 in plain, and would be 10 with this rule of business_central."
        in words(done)
    )


def test_a_rule_without_a_meaning_in_one_of_them_says_so():
    said = "odoo (This has no meaning here.) What should have come by now counts as if it came today."
    assert said in words(profile("diff", "plain", "odoo"))


def test_the_same_as_one_document():
    found = json.loads(profile("diff", "plain", "tryton", "--json").stdout)
    by_setting = {one["setting"]: one for one in found["differences"]}
    assert by_setting["availability.look_ahead"]["other"]["value"] == '"none"'
    assert by_setting["availability.look_ahead"]["examples"][0]["one"] == "3"
    assert by_setting["availability.look_ahead"]["examples"][0]["other"] == "10"


def test_alike_ends_with_0():
    Path("own.toml").write_text('profile = "odoo"\n')
    done = profile("diff", "odoo", "own.toml")
    assert (done.exit_code, done.stdout) == (0, "odoo and own.toml answer alike.\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [("odo", "did you mean odoo?"), ("none.toml", "none.toml cannot be read"), ("x", "name one of plain")],
)
def test_a_name_that_is_none_is_refused(name, said):
    for done in (profile("show", name), profile("diff", "plain", name)):
        assert done.exit_code == 2
        assert said in done.stderr
