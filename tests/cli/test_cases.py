"""sayso cases show and act, as they are typed. (The list is tried with the ledger.)"""

from __future__ import annotations

import json

import pytest

CASE = "cas_05xk9wz3r81vgq6m2d4t7bnehc"


@pytest.fixture
async def opened(command, conn):
    """One case of an invoice that nobody pays, of an order that is not known."""
    await conn.execute(
        'INSERT INTO cases (id, kind, key, state, owner, opened, due, customer, document, amount, currency, next_step) '
        "VALUES ($1, 'invoice_overdue', 'I-1', 'open', 'receivables', now() - interval '5 days', now() - interval '2 days',"
        " 'ada', 'I-1', 30.50, 'GBP', 'Remind the customer of the invoice I-1')",
        CASE,
    )  # fmt: skip
    return command


async def test_the_list_is_narrowed(opened):
    for words, there in (
        ((), True), (("--overdue",), True), (("--owner", "receivables"), True), (("--kind", "short_pick"), False),
        (("--order", "WEB-1"), False), (("--customer", "ada", "--assigned", "bea"), False),
    ):  # fmt: skip
        for said in (await opened("cases", *words), await opened("cases", "list", *words)):
            assert said.exit_code == 0, said.output
            assert (CASE in said.stdout) is there, words
    assert "late" in (await opened("cases")).stdout
    assert (await opened("cases", "--kind", "nonsense")).exit_code == 2


async def test_a_case_is_shown_whole(opened):
    said = await opened("cases", "show", CASE)
    assert said.exit_code == 0, said.output
    for words in (
        "Invoice overdue (invoice_overdue), open",
        "30.50 GBP",
        "remedies: write_off",
        "document I-1",
        ", late",
    ):
        assert words in said.stdout, words
    found = json.loads((await opened("cases", "show", CASE, "--json")).stdout)
    assert (found["case"], found["context"], found["overdue"]) == (CASE, None, True)
    none = await opened("cases", "show", "cas_none")
    assert none.exit_code == 2
    assert "there is no case cas_none" in none.stderr


async def test_something_is_done_about_it(opened, conn):
    said = await opened(
        "cases", "act", CASE, "write_off", "--amount", "20.5", "--by", "Ann Reed", "--note", "too little"
    )
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("Done: 20.5 of I-1 are written off.")
    assert "Ann Reed (terminal): write_off too little" in said.stdout
    told = json.loads(await conn.fetchval("SELECT body FROM inbox WHERE source = 'sayso'"))
    assert told["data"]["lines"] == [
        {"invoice": "I-1", "amount": "0", "write_off": "20.5", "reason": "too little"}
    ]
    assert (await opened("cases", "act", CASE, "assign", "--to", "bea")).exit_code == 0
    assert CASE in (await opened("cases", "--assigned", "bea")).stdout
    closed = await opened("cases", "act", CASE, "close", "--note", "done", "--json")
    assert json.loads(closed.stdout)["closed_by"] == "terminal"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("release_hold",), "does not fit a case of invoice overdue"),
        (("write_off", "--amount", "much"), "a value cannot be used"),
        (("write_off", "--amount", "-1"), "not a positive number"),
        (("close",), "the note is blank"),
        (("nonsense",), "nonsense"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_said(opened, conn, words, says):
    said = await opened("cases", "act", CASE, *words)
    assert said.exit_code == 2
    assert says in said.stderr
    assert await conn.fetchval("SELECT count(*) FROM case_history") == 0
