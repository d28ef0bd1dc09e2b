"""Signatures on promises: compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037), keys by thumbprint (RFC 7638).

Private keys are files in the data folder; their public halves are published as a JWK set (RFC 7517).
"""

from __future__ import annotations

import os
import warnings
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet

from sayso.canon.times import moment, parse_moment
from sayso.errors import BadRequest, Misconfigured

#: The first key signs everything before the second, so that it needs no moment of its own.
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)

#: What stands beside the signature and is not signed: how the promise stands now.
_BESIDE = frozenset({"state", "redated"})


class Key:
    """One signing key: `made` is the moment from which it signs."""

    def __init__(self, secret: bytes, made: datetime) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(secret)
        self.made = made
        public = {"crv": "Ed25519", "kty": "OKP", "x": _b64(self._private.public_key().public_bytes_raw())}
        self.kid = _b64(sha256(msgspec.json.encode(public, order="sorted")).digest())
        self.jwk = {**public, "kid": self.kid, "alg": "EdDSA", "use": "sig"}
        header = {"alg": "EdDSA", "kid": self.kid, "typ": "sayso-promise"}
        self._head = _b64(msgspec.json.encode(header)).encode() + b"."

    def sign(self, payload: bytes) -> bytes:
        """The compact JWS over some bytes."""
        signed = self._head + urlsafe_b64encode(payload).rstrip(b"=")
        return signed + b"." + urlsafe_b64encode(self._private.sign(signed)).rstrip(b"=")


class Signer:
    """The keys of a folder. What was made at a moment is signed by the key of that time, so that a repeated answer
    has the same bytes; before the first key, by the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: list[Key] = []
        self._seen: tuple[int, int] = (0, 0)

    def keys(self) -> list[Key]:
        """The keys, oldest first; one is made where there is none."""
        if not self._keys or self._stamp() != self._seen:
            found = (
                [_read(path) for path in sorted(self._folder.glob("*.json"))] if self._folder.is_dir() else []
            )
            self._keys = sorted(found, key=lambda key: key.made) or [self.rotate(_FIRST)]
            self._seen = self._stamp()
        return self._keys

    def rotate(self, now: datetime) -> Key:
        """Make a new key, which signs from `now` on. Older promises stay verifiable by their keys."""
        secret = os.urandom(32)
        key = Key(secret, now)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{key.kid[:16]}.json"
        partial = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode({**key.jwk, "d": _b64(secret), "made": moment(now)}))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        self._keys = []
        return key

    def signed(self, body: bytes, made: datetime, state: str = "", redated: bytes = b"") -> bytes:
        """An answer's canonical bytes with their signature added, and beside it the promise's state and new dates."""
        keys = self._keys or self.keys()
        key = keys[0]
        for later in keys[1:]:
            if later.made <= made:
                key = later
        added = b',"signature":"' + key.sign(body) + b'"'
        if state:
            added += b',"state":"' + state.encode() + b'"'
        if redated:
            added += b',"redated":' + redated
        return body[:-1] + added + b"}"

    def jwks(self) -> dict[str, Any]:
        """The public halves, as a JWK set."""
        return {"keys": [key.jwk for key in self.keys()]}

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._folder.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_ino)


def verified(document: bytes, jwks: dict[str, Any]) -> dict[str, Any]:
    """The promise that a signed answer carries, verified offline: BadRequest says what does not hold.

    The signature must be by a key of the set, and the answer around it must say what was signed.
    """
    try:
        answer = msgspec.json.decode(document)
        signature = answer.pop("signature")
    except (msgspec.DecodeError, KeyError, AttributeError):
        raise BadRequest(
            "this is no signed promise", remedy="give the whole answer, with its signature"
        ) from None
    try:
        keys = KeySet.import_key_set(jwks)  # type: ignore[arg-type]
        with warnings.catch_warnings():
            # RFC 9864 calls the same algorithm Ed25519; EdDSA is the name that readers of today know.
            warnings.simplefilter("ignore", SecurityWarning)
            opened = jws.deserialize_compact(signature, keys, algorithms=["EdDSA"])
    except (JoseError, ValueError, KeyError, TypeError) as refused:
        raise BadRequest(
            f"the signature does not hold: {refused}", remedy="ask Sayso for the promise again"
        ) from None
    signed: dict[str, Any] = msgspec.json.decode(opened.payload or b"null")
    beside = {name: value for name, value in answer.items() if name not in signed and name not in _BESIDE}
    differing = [name for name, value in signed.items() if answer.get(name) != value] + list(beside)
    if differing:
        raise BadRequest(
            f"the answer was changed after it was signed: {', '.join(sorted(differing))}",
            remedy="trust what was signed",
        )
    return signed


def _read(path: Path) -> Key:
    try:
        found = msgspec.json.decode(path.read_bytes())
        return Key(urlsafe_b64decode(found["d"] + "=="), parse_moment(found["made"]))
    except (OSError, msgspec.DecodeError, KeyError, ValueError) as broken:
        raise Misconfigured(
            f"{path} is not a signing key: {broken}", remedy="restore it or move it away"
        ) from None


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
