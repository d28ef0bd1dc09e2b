"""sayso demo as a real process: a day of real orders over HTTP, one document, nothing left behind."""

from __future__ import annotations

import json
import re
import signal

import httpx

from processes import Folder, until


def test_a_day_of_the_demo_is_summed_up_in_one_document(folder: Folder):
    done = folder.run("demo", "--once", "--json", "--days", "1", "--stock", "tight", "--cash-days", "0")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert "cash" not in told
    (summary,) = told["settings"]
    assert (summary["setting"], summary["days"]) == ("tight", 1)
    assert summary["sayso"]["asked"]["orders"] > 50
    assert summary["naive"]["broken_orders"]["orders"] > 0
    assert summary["sayso"]["kept"]["parts_broken"].get("oversold", 0) == 0
    assert "Traceback" not in done.stderr
    assert not (folder.home / "demo" / "postgres" / "data" / "postmaster.pid").exists()


def test_a_demo_stays_up_to_be_looked_at_and_is_alone(folder: Folder):
    demo = folder.popen("demo", "--days", "1", "--port", "0", "--cash-days", "0")
    until(lambda: "Ctrl-C ends it." in folder.log(demo), 120)
    said = folder.log(demo)
    url, key = said.split("Sayso answers at ")[1].split()[0], said.split("  key  ")[1].split()[0]
    head = {"Authorization": f"Bearer {key}", "Sayso-Now": "2010-12-01T12:00:00Z"}
    answer = httpx.get(f"{url}/v1/availability", params={"item": "85123A", "country": "GB"}, headers=head)
    assert answer.json()["items"][0]["state"] == "in_stock", answer.text

    ask = said.split("  ask        sayso ")[1].split("\n  look")[0].replace("\\\n", " ").split()
    asked = folder.run(*ask)
    assert asked.returncode == 0, asked.stderr
    assert "Decided 2010-12-01 12:00 UTC on" in asked.stdout

    second = folder.run("demo", "--once")
    assert second.returncode == 2
    assert "a demo is running in" in second.stderr
    demo.send_signal(signal.SIGINT)
    assert demo.stdout is not None
    with demo.stdout as out:
        shown = out.read().decode()
    assert demo.wait(60) == 0
    assert "A storefront that reads on-hand and a credit flag" in shown


def test_what_was_followed_to_cash_can_be_looked_at(folder: Folder):
    """The commands that the demo prints at its end do what they say."""
    demo = folder.popen("demo", "--days", "1", "--port", "0", "--json")
    until(lambda: "Ctrl-C ends it." in folder.log(demo), 400)
    said = folder.log(demo)
    looks = dict(re.findall(r"^  (order|cases|status|promises|ledger) +sayso (.+)$", said, re.MULTILINE))
    shown = {name: folder.run(*command.split()) for name, command in looks.items()}
    assert {name: one.returncode for name, one in shown.items()} == dict.fromkeys(
        ("order", "cases", "status", "promises", "ledger"), 0
    ), [one.stderr for one in shown.values()]
    assert "was issued for" in shown["order"].stdout
    assert "Orders by stage" in shown["status"].stdout
    assert "kept" in shown["promises"].stdout
    demo.send_signal(signal.SIGINT)
    assert demo.stdout is not None
    with demo.stdout as out:
        told = json.loads(out.read())
    assert demo.wait(60) == 0
    assert told["cash"]["agreement"]["unexplained"] == 0
    assert set(told) == {"settings", "audit", "cash"}


def test_a_folder_that_no_demo_made_is_left_alone(folder: Folder):
    other = folder.home.parent / "other"
    (other / "demo").mkdir(parents=True)
    (other / "demo" / "mine").write_text("precious")
    said = folder.run("demo", "--once", "--home", str(other))
    assert said.returncode == 2
    assert "is not empty, and no demo made it" in said.stderr
    assert (other / "demo" / "mine").read_text() == "precious"
