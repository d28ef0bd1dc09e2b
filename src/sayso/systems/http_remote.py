"""A system that is asked over HTTP: an effect is posted under its key, and looked up by it. Decides nothing.

`POST {url}/effects` with the effect's key as Idempotency-Key, `GET {url}/effects/{key}` to find what became of it.
What the status means: 2xx with events is done; 409 and 422 and all else that says "not like this" is refused; 429 and
503 are not now; other 5xx, an answer that cannot be read and silence after sending leave it unclear.
"""

from __future__ import annotations

from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from sayso.systems.seam import Ask, Outcome

#: Nothing has been sent yet when one of these comes.
_BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_LONG = 300
_LONGEST_NAME = 200
_MOST_READ = 16 << 20
_MOST_SECONDS = 86_400.0


class HttpRemote:
    """A system behind a URL. `key` goes along as a bearer token where one is set, `timeout` is in seconds, `connections`
    how many requests may be on their way at once."""

    def __init__(
        self,
        url: str,
        key: str = "",
        *,
        timeout: float = 20.0,
        connections: int = 4,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"accept-encoding": "identity", **({"authorization": f"Bearer {key}"} if key else {})},
            timeout=timeout,
            limits=httpx.Limits(max_connections=connections),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    async def send(self, ask: Ask) -> Outcome:
        """Post the effect."""
        body = {
            "effect": ask.effect,
            "kind": ask.kind,
            "order": ask.order,
            "cause": ask.cause,
            "body": ask.body,
        }
        headers = {"idempotency-key": header(ask.effect), "content-type": "application/json"}
        try:
            answer = await self._asked("POST", "/effects", content=_ENCODER.encode(body), headers=headers)
        except _BEFORE as error:
            return Outcome(came="again", failure="down", detail=f"it cannot be reached: {_said(error)}")
        except httpx.HTTPError as error:
            return Outcome(came="unclear", detail=f"no answer came after it was sent: {_said(error)}")
        return _of_post(answer)

    async def find(self, effect: str) -> Outcome | None:
        """Look the effect up."""
        try:
            answer = await self._asked("GET", f"/effects/{quote(effect, safe='')}")
        except httpx.HTTPError as error:
            failure = "down" if isinstance(error, _BEFORE) else "network"
            return Outcome(came="again", failure=failure, detail=f"it cannot be looked up: {_said(error)}")
        return _of_get(answer)

    async def _asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The answer, of which no more than is bearable is read: a system that says more has not answered."""
        async with self._client.stream(method, path, **more) as answer:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > _MOST_READ:
                    raise httpx.ReadError(f"its answer is longer than {_MOST_READ} bytes")
        answer.headers.pop("content-encoding", None)  # it is decoded by now
        return httpx.Response(answer.status_code, headers=answer.headers, content=bytes(body))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def header(effect: str) -> str:
    """A key as the value of a header: as it is, unless a header cannot carry it; then percent-encoded as in the path."""
    plain = effect.isascii() and effect.isprintable() and effect == effect.strip()
    return effect if plain else quote(effect, safe="")


def _of_post(answer: httpx.Response) -> Outcome:
    status = answer.status_code
    if answer.is_success:
        return _done(answer) or _unreadable(answer)
    if status in (429, 503):
        return _not_now(answer)
    if status in (401, 403, 404, 405, 407) or 300 <= status < 400:
        # The door is closed or elsewhere: that is about the address or the key, not about this effect.
        return Outcome(came="again", failure="server", detail=_detail(answer))
    if status in (408, 425) or status >= 500:
        return Outcome(came="unclear", detail=_detail(answer))
    return Outcome(came="refused", detail=_detail(answer))


def _of_get(answer: httpx.Response) -> Outcome | None:
    status = answer.status_code
    if answer.is_success:
        return _done(answer) or Outcome(came="again", failure="server", detail=_unreadable(answer).detail)
    if status == 404:
        return None
    if status in (409, 422):
        return Outcome(came="refused", detail=_detail(answer))
    if status in (429, 503):
        return _not_now(answer)
    return Outcome(came="again", failure="server", detail=_detail(answer))


def _done(answer: httpx.Response) -> Outcome | None:
    """Done, with the events of the answer; None where it cannot be read."""
    try:
        events = _DECODER.decode(answer.content).events
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not all(_name(event.get("id")) and _name(event.get("type")) for event in events):
        return None
    if not all(_name(event["subject"]) for event in events if event.get("subject")):
        return None
    return Outcome(came="done", events=tuple(events))


def _name(value: Any) -> bool:
    """Whether a value can name something: what cannot be kept would be asked for again and again."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable()


class _Answer(msgspec.Struct):
    events: list[dict[str, Any]]


# Numbers go through as they are written: no float in between.
_DECODER = msgspec.json.Decoder(_Answer, float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def _unreadable(answer: httpx.Response) -> Outcome:
    return Outcome(
        came="unclear", detail=f"its answer ({answer.status_code}) cannot be read: {answer.text[:80]!r}"
    )


def _not_now(answer: httpx.Response) -> Outcome:
    throttled = answer.status_code == 429
    return Outcome(
        came="again",
        failure="throttled" if throttled else "down",
        retry_after=_retry_after(answer),
        detail=_detail(answer),
    )


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds (RFC 9110, 10.2.3), where the header can be read; a date counts from the answer's own Date."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), _MOST_SECONDS)
    try:
        since = parsedate_to_datetime(answer.headers.get("date", ""))
        return min(max(0.0, (parsedate_to_datetime(said) - since).total_seconds()), _MOST_SECONDS)
    except (TypeError, ValueError):
        return None


def _detail(answer: httpx.Response) -> str:
    """What the system said, in at most a few lines."""
    try:
        found = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = None
    said = found.get("detail") if isinstance(found, dict) else None
    return str(said)[:_LONG] if said else f"it answered {answer.status_code} {answer.reason_phrase}".strip()


def _said(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__
