"""Reading a request's body: its type, size and JSON. Knows limits and texts; not what the fields mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from typing import Any

import msgspec
from starlette.types import Receive

from sayso.api.problems import WrongMedia
from sayso.api.refusals import refusal, spell
from sayso.errors import BadField, TooLarge

MOST_TEXT = 200
PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ODD_QUANTITY = re.compile(rb'"quantity"[ \t\r\n]*:[ \t\r\n]*"(?!-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")')
_JSON_TYPE = re.compile(
    rb'application/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?', re.IGNORECASE
)


class Gone(Exception):
    """The client went away before its request was whole; there is nobody to answer."""


def check_type(headers: Mapping[bytes, bytes], accepts: Container[str] = ()) -> None:
    """WrongMedia unless the body is plain UTF-8 JSON, or of a type that is accepted beside, as the headers tell it."""
    given = headers.get(b"content-type", b"")
    media = given.partition(b";")[0].strip().lower().decode("latin-1")
    beside = media in accepts or "*/*" in accepts
    if given != b"application/json" and not beside and not _JSON_TYPE.fullmatch(given.strip()):
        said = given.decode("latin-1")[:80] or "no Content-Type"
        raise WrongMedia(f"the body is {said}", remedy="send Content-Type: application/json in UTF-8")
    coding = headers.get(b"content-encoding", b"identity").lower()
    if coding != b"identity":
        raise WrongMedia(
            f"the body is compressed ({coding.decode('latin-1')[:80]})",
            remedy="send it without Content-Encoding",
        )


async def read(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """The whole body. TooLarge as soon as it is known to be over the limit (bytes); the rest is not kept."""
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > limit:
        raise _too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and not message.get("more_body", False):
        if len(body) > limit:
            raise _too_large(limit)
        return body
    chunks = [body]
    size = len(body)
    while size <= limit:
        if message["type"] != "http.request":
            raise Gone
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is over {limit} bytes", remedy="send it in parts", limit=limit)


class Reader:
    """Decodes one kind of body, and refuses what a typed decoder lets pass."""

    def __init__(self, reads: type, most_text: int = MOST_TEXT) -> None:
        self._reads = reads
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(reads).decode
        self._most_text = most_text

    def value(self, body: bytes) -> Any:
        """The body as its Struct, or BadRequest / BadField saying what is wrong with it."""
        try:
            decoded = self._decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise refusal(error, body, self._reads) from None
        # Three cheap scans find every body that may hold a text to refuse; only those are walked.
        if b"\\" in body or _has_run(body, self._most_text) or _ODD_QUANTITY.search(body):
            try:
                whole = msgspec.json.decode(body)
            except msgspec.DecodeError as error:  # a number that only a Decimal can hold
                raise refusal(error, body, self._reads) from None
            self._walk(whole, ())
        return decoded

    def _walk(self, value: Any, path: tuple[str | int, ...]) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                self._walk(inner, (*path, name))
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                self._walk(inner, (*path, place))
        elif isinstance(value, str):
            check_text(spell(path), value, self._most_text)
            if path[-1] == "quantity" and not PLAIN_NUMBER.fullmatch(value):
                raise BadField(spell(path), value, "not a plain decimal number", remedy='send e.g. "12.5"')


def _has_run(body: bytes, most: int) -> bool:
    """Whether more than `most` bytes stand somewhere without a quotation mark between: a long text, perhaps."""
    at = 0
    while len(body) - at > most:
        quote = body.rfind(b'"', at, at + most + 1)
        if quote < 0:
            return True
        at = quote + 1
    return False


def check_text(field: str, text: str, most: int = MOST_TEXT) -> None:
    """BadField for a text that is too long, or holds a NUL, which no database text can."""
    if len(text) > most:
        raise BadField(field, text, f"the text is longer than {most} characters", remedy="shorten it")
    if "\x00" in text:
        raise BadField(
            field, text.replace("\x00", "␀"), "the text holds a NUL character", remedy="take it out"
        )
