"""sayso subscribers, as it is typed."""

from __future__ import annotations

import json


async def test_a_subscriber_from_its_first_day_to_its_last(command):
    made = await command(
        "subscribers", "add", "shop", "https://shop.example.com/hooks", "--type", "sayso.order.*"
    )
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert secret.startswith("whsec_")
    assert "only now" in made.stderr

    listed = await command("subscribers", "list")
    assert "shop" in listed.stdout
    assert "sayso.order.*" in listed.stdout
    assert secret not in listed.output

    assert "paused" in (await command("subscribers", "pause", "shop")).stdout
    assert "live" in (await command("subscribers", "resume", "shop")).stdout
    again = json.loads((await command("subscribers", "redeliver", "shop", "1", "--json")).stdout)
    assert again["reached"] == 0
    rotated = json.loads((await command("subscribers", "rotate", "shop", "--json")).stdout)
    assert rotated["secret"] != secret
    assert "nothing more" in (await command("subscribers", "remove", "shop")).stdout
    assert "Nobody" in (await command("subscribers", "list")).stdout


async def test_what_is_wrong_is_named(command):
    for words, named in (
        (["add", "shop", "http://shop.example.com"], "https://"),
        (["add", "shop", "https://shop.example.com", "--type", "orders"], "types[0]"),
        (["add", "a b", "https://shop.example.com"], "subscriber"),
        (["pause", "nobody"], "there is no subscriber nobody"),
    ):
        refused = await command("subscribers", *words)
        assert refused.exit_code == 2, refused.output
        assert named in refused.stderr
