"""An answer as it leaves, and the headers that every answer carries."""

from __future__ import annotations

from msgspec import Struct
from starlette.types import Send

Headers = list[tuple[bytes, bytes]]

_NO_STORE = (b"cache-control", b"no-store")
_NO_SNIFF = (b"x-content-type-options", b"nosniff")


class Answer(Struct):
    """Status, media type, body, and what headers there are beside the usual ones."""

    status: int
    media: bytes
    body: bytes
    headers: Headers


async def send_answer(send: Send, answer: Answer) -> None:
    """The whole answer at once. For HEAD too: the server leaves out the body, and tells its length."""
    body = answer.body
    headers = [
        (b"content-type", answer.media), (b"content-length", b"%d" % len(body)), _NO_STORE, _NO_SNIFF,
        *answer.headers,
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
