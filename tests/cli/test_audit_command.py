"""sayso audit: exports in, figures out, exit statuses, and a part that is never shown as the whole."""

from __future__ import annotations

import csv
import json
import tomllib

import pytest
from click.testing import CliRunner

from sayso.cli.root import sayso

HEAD = "order,line,placed,customer,country,currency,item,quantity,unit_price,amount,total\n"
GOOD = "W1,1,2011-02-03T10:00:00Z,C1,GB,GBP,A,2,2.50,5.00,5.00\n"
SHORT = "W2,1,2011-02-03T11:00:00Z,C1,GB,GBP,A,500,2.50,1250.00,1250.00\n"
ERP = {
    "items": "item,uom,list_price\nA,EA,2.50\n",
    "sites": "site,country\nLON,GB\n",
    "lanes": "site,country,transit_days\nLON,GB,1\n",
    "customers": "customer,country,currency,credit_limit\nC1,GB,GBP,100000\n",
    "stock": "item,site,on_hand\nA,LON,100\n",
}


@pytest.fixture
def folders(tmp_path):
    shop, erp = tmp_path / "shop", tmp_path / "erp"
    shop.mkdir()
    erp.mkdir()
    (shop / "orders.csv").write_text(HEAD + GOOD)
    for kind, text in ERP.items():
        (erp / f"{kind}.csv").write_text(text)
    return shop, erp


def audit(folders, *words):
    shop, erp = folders
    return CliRunner().invoke(sayso, ["audit", *words, "--storefront", str(shop), "--erp", str(erp)])


def test_nothing_differs(folders):
    done = audit(folders, "--json")
    assert done.exit_code == 0, done.output
    findings = json.loads(done.stdout)
    assert (findings["orders"], findings["lines"]) == (1, 1)
    assert findings["intake"]["problems"] == 0
    assert done.stderr == ""


def test_a_difference_is_exit_status_1_and_a_row_of_the_csv(folders, tmp_path):
    shop, _ = folders
    (shop / "orders.csv").write_text(HEAD + GOOD + SHORT)
    done = audit(folders, "--csv", str(tmp_path / "spots.csv"))
    assert done.exit_code == 1, done.output
    assert "The storefront promised" in done.stdout
    with (tmp_path / "spots.csv").open() as file:
        (spot,) = csv.DictReader(file)
    assert (spot["order"], spot["line"], spot["direction"], spot["item"]) == ("W2", "1", "yes_no", "A")


def test_what_was_guessed_is_said_unless_there_is_a_map(folders, tmp_path):
    done = audit(folders)
    assert "was guessed" in done.stderr
    assert "shop/orders.csv: orders" in done.stderr
    shop, _ = folders
    (shop / "orders-2.csv").write_text(HEAD)
    assert "shop/orders-2.csv and 1 more: orders" in audit(folders).stderr
    (shop / "orders-2.csv").unlink()
    path = tmp_path / "audit.toml"
    path.write_text(audit(folders, "map").stdout)
    assert "was guessed" not in audit(folders, "--map", str(path)).stderr


def test_a_map_is_written_that_an_audit_takes(folders, tmp_path):
    done = audit(folders, "map")
    assert done.exit_code == 0, done.output
    tables = tomllib.loads(done.stdout)
    assert tables["storefront"]["orders"]["columns"]["customer"] == "customer"
    assert tables["erp"]["stock"]["files"] == ["stock.csv"]
    path = tmp_path / "audit.toml"
    path.write_text(done.stdout)
    mapped, guessed = (
        json.loads(audit(folders, *words, "--json").stdout) for words in (("--map", str(path)), ())
    )
    for findings in (mapped, guessed):  # which say how each file came to be taken for what it is
        findings["intake"]["files"] = [
            (one["file"], one["role"], one["columns"]) for one in findings["intake"]["files"]
        ]
    assert mapped == guessed


def test_the_folders_may_stand_before_or_after_map(folders):
    shop, erp = folders
    before = CliRunner().invoke(sayso, ["audit", "--storefront", str(shop), "--erp", str(erp), "map"])
    assert before.stdout == audit(folders, "map").stdout


def test_a_part_is_not_shown_as_the_whole(folders):
    shop, _ = folders
    (shop / "orders.csv").write_text(HEAD + GOOD + "W3,1,soon,C1,GB,GBP,A,2,2.50,5.00,5.00\n")
    done = audit(folders)
    assert done.exit_code == 0, done.output
    assert (
        "This is a part, not the whole: 1 problem in the exports; 1 of 2 rows of orders are in no figure"
        in done.stderr
    )
    assert "shop/orders.csv:3: placed: 'soon': not a date; write year-month-day" in done.stderr
    assert "1 not usable" in done.stdout
    findings = json.loads(audit(folders, "--json").stdout)
    assert (findings["intake"]["problems"], findings["intake"]["dropped"]) == (1, 1)
    assert findings["intake"]["problem_counts"][0]["detail"] == "not a date"


def test_strict_lets_no_problem_pass(folders):
    shop, _ = folders
    assert audit(folders, "--strict").exit_code == 0
    (shop / "orders.csv").write_text(HEAD + GOOD + "W3,1,soon,C1,GB,GBP,A,2,2.50,5.00,5.00\n")
    strict = audit(folders, "--strict")
    assert strict.exit_code == 2
    assert "--strict allows none" in strict.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--profile", "sap"], "no such profile"),
        (["--policy", "nowhere.toml"], "No such file"),
        (["--map", "nowhere.toml"], "No such file"),
        (["--since", "soon"], "--since"),
        (["--since", "2012-01-01"], "no order line is left to audit (1 rows of orders, 0 of them not usable"),
        (["--csv", "no/where.csv"], "No such file"),
    ],
)
def test_a_wrong_request_is_exit_status_2(folders, words, said):
    done = audit(folders, *words)
    assert done.exit_code == 2, done.output
    assert said in done.stderr


def test_both_folders_are_needed(folders):
    done = CliRunner().invoke(sayso, ["audit", "--storefront", str(folders[0])])
    assert (done.exit_code, "--erp DIR" in done.stderr) == (2, True)
    done = CliRunner().invoke(sayso, ["audit", "map"])
    assert (done.exit_code, "--storefront DIR" in done.stderr) == (2, True)


def test_what_has_to_be_said_is_asked_for(folders):
    shop, _ = folders
    (shop / "orders.csv").write_text(
        HEAD.replace("customer", "whom") + GOOD.replace("2011-02-03T10:00:00Z", "03/02/2011")
    )
    done = audit(folders)
    assert done.exit_code == 2
    assert "2 things have to be said in the map first" in done.stderr
    assert "Traceback" not in done.stderr
    assert 'write customer = "..."' in done.stderr
    asked = json.loads(audit(folders, "map", "--json").stdout)
    assert [one["file"] for one in asked["questions"]] == ["shop/orders.csv"] * 2
    assert asked["map"]["storefront"]["orders"]["columns"]["order"] == "order"


def test_a_policy_of_the_company_is_held_against_the_erp(folders, tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('profile = "business_central"\n')
    findings = json.loads(audit(folders, "--policy", str(path), "--profile", "odoo", "--json").stdout)
    assert (findings["erp_profile"], findings["own_profile"]) == ("odoo", "business_central")


def test_a_page_that_says_that_it_is_of_a_part(folders, tmp_path):
    shop, _ = folders
    (shop / "orders.csv").write_text(HEAD + GOOD + SHORT + "W3,1,soon,C1,GB,GBP,A,2,2.50,5.00,5.00\n")
    done = audit(folders, "--html", str(tmp_path / "audit.html"))
    assert done.exit_code == 1, done.output
    page = (tmp_path / "audit.html").read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "not the whole" in page
    assert "W2" in page
