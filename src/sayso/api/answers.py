"""Sending an answer over ASGI, with the headers that every answer carries."""

from __future__ import annotations

from starlette.types import Send

Headers = list[tuple[bytes, bytes]]

_ALWAYS: Headers = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
]


async def answer(
    send: Send, status: int, body: bytes, media: bytes, extra: Headers | None = None, bare: bool = False
) -> None:
    """A whole answer at once. `bare` leaves out the body, for HEAD, and tells its length all the same."""
    headers = [(b"content-type", media), (b"content-length", b"%d" % len(body)), *_ALWAYS]
    if extra:
        headers += extra
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bare else body})
