"""Signatures of Standard Webhooks, held against its reference implementation."""

from __future__ import annotations

from datetime import UTC, datetime

from standardwebhooks import Webhook

from sayso.delivery.webhooks_signing import headers, is_secret, new_secret


def test_signatures_are_those_of_the_reference_implementation():
    secret, at, body = new_secret(), datetime.now(UTC), '{"é": 1}'.encode()
    assert headers("evt_1", at, body, [secret])["webhook-signature"] == Webhook(secret).sign(
        "evt_1", at, body.decode()
    )
    assert is_secret(secret)
    assert not any(map(is_secret, ("", "whsec_", "whsec_AAAA", secret[6:], "whsec_!" + secret[6:])))
