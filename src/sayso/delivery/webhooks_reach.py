"""One call to an address that a stranger gave: never inside one's own network, no redirect followed, in limited time.

The address is checked when the connection is made, on what the name stands for at that moment: a name that was public when
it was given may be private a moment later. Proxies of the environment are not used; they would connect unchecked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore
from msgspec import Struct

_MOST_READ = (
    64 * 1024
)  # of an answer; nobody looks at it, but a connection whose answer was read can be used again
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Answered(Struct, frozen=True):
    """What came of a call: a status, or 0 and why there is none. `retry_after` is in seconds, where it was said."""

    status: int
    detail: str = ""
    retry_after: float | None = None

    @property
    def acknowledged(self) -> bool:
        """Any 2xx is a yes."""
        return 200 <= self.status < 300


def is_public(address: Address) -> bool:
    """Whether an address is anybody's: not private, loopback, link-local, reserved or multicast, nor one of these in
    disguise (mapped, tunnelled or translated)."""
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _COMPATIBLE:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all(is_public(one) for one in inside if one is not None)


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to what a name stands for, if all of it is public (or private addresses are allowed)."""

    def __init__(self, private: bool) -> None:
        self._private = private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._addresses(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                problem = refused
        raise problem

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as unknown:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {unknown}") from None
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        for address in addresses:
            if not self._private and not is_public(ipaddress.ip_address(address.partition("%")[0])):
                raise httpcore.ConnectError(f"{host} is {address}, which is not a public address")
        return addresses

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("only TCP is spoken")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Reach:
    """Posts to addresses that others gave. `private`: whether addresses of one's own network are allowed."""

    def __init__(
        self, *, private: bool = False, timeout: float = 15.0, trust: ssl.SSLContext | None = None
    ) -> None:
        self._timeout = timeout
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust or ssl.create_default_context(),
            max_connections=None,
            max_keepalive_connections=100,
            keepalive_expiry=30.0,
            network_backend=_Guarded(private),
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """What came of it. Never raises for what the network or the other side does."""
        usual = {"content-type": "application/cloudevents+json", "user-agent": "sayso"}
        given = [(name, value) for name, value in {**usual, **headers}.items()]
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._pool.stream("POST", url, headers=given, content=body) as response,
            ):
                await _read(response)
                return _answered(response)
        except TimeoutError:
            return Answered(0, f"no answer within {self._timeout:g} s")
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
        ) as failed:
            return Answered(0, str(failed)[:300] or type(failed).__name__)

    async def close(self) -> None:
        """Let go of connections."""
        await self._pool.aclose()


async def _read(response: httpcore.Response) -> None:
    read = 0
    async for chunk in response.aiter_stream():
        read += len(chunk)
        if read > _MOST_READ:
            return


def _answered(response: httpcore.Response) -> Answered:
    told = {name.lower(): value for name, value in response.headers}.get(b"retry-after", b"")
    after = float(told) if told.isdigit() and len(told) < 8 else None
    detail = "" if 200 <= response.status < 300 else f"answered {response.status}"
    return Answered(response.status, detail, after)
