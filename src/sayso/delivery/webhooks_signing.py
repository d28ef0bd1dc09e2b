"""Secrets and signatures of Standard Webhooks 1.0 (v1: HMAC-SHA256). Knows no subscriber and no time of its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

_PREFIX = "whsec_"
_BYTES = 32  # Standard Webhooks 1.0, "Signature scheme": between 24 and 64


def new_secret() -> str:
    """`whsec_` and 256 random bits in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(name: str, at: datetime, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """webhook-id, webhook-timestamp (of this attempt) and webhook-signature, with one signature for each secret."""
    seconds = str(int(at.timestamp()))
    signed = b".".join((name.encode(), seconds.encode(), body))
    return {
        "webhook-id": name,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in keys),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_secret(text: str) -> bool:
    """Whether this is a secret of the scheme: the prefix, and 24 to 64 bytes in base64."""
    try:
        return text.startswith(_PREFIX) and 24 <= len(base64.b64decode(text[6:], validate=True)) <= 64
    except (binascii.Error, ValueError):
        return False
