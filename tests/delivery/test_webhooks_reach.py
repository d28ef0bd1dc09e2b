"""A subscriber's address leads outside, or nowhere."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from delivery.receiver import Receiver
from sayso.delivery.webhooks_reach import Reach, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "::7f00:1",
    ],
)  # fmt: skip
def test_an_address_of_ones_own_network_is_not_public_in_any_disguise(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_is(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0"]
)
async def test_the_own_machine_is_not_called_however_it_is_written(host):
    async with Receiver() as receiver:
        port = receiver.url.rpartition(":")[2]
        reach = Reach(timeout=5)
        answered = await reach.post(f"http://{host}:{port}", b"{}", {})
        await reach.close()
        assert not receiver.calls
    assert answered.status == 0
    assert not answered.acknowledged


async def test_what_a_name_stands_for_is_asked_when_the_connection_is_made(monkeypatch):
    """A name that was public when it was looked at, and stands for this machine when it is called."""
    import asyncio

    asked = []

    async def resolve(host, port, **more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    async with Receiver() as receiver:
        port = receiver.url.split(":")[2].split("/")[0]
        reach = Reach(timeout=5)
        answered = await reach.post(f"http://hooks.example.com:{port}/", b"{}", {})
        await reach.close()
        assert asked == ["hooks.example.com"]
        assert not receiver.calls
        assert "127.0.0.1, which is not a public address" in answered.detail

        allowed = Reach(private=True, timeout=5)
        assert (await allowed.post(f"http://hooks.example.com:{port}/", b"{}", {})).acknowledged
        await allowed.close()
        assert receiver.calls[0].headers["host"] == f"hooks.example.com:{port}"


async def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    import asyncio

    async def resolve(host, port, **more):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.215.14", "10.0.0.1")
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    reach = Reach(timeout=1)
    assert "10.0.0.1" in (await reach.post("http://hooks.example.com/", b"{}", {})).detail
    await reach.close()


async def test_what_the_network_does_is_an_answer_and_no_error():
    reach = Reach(private=True, timeout=0.3)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        refused = await reach.post(f"http://127.0.0.1:{held.getsockname()[1]}/", b"{}", {})
    assert refused.status == 0
    assert refused.detail
    async with Receiver(lambda count: "hang") as receiver:
        assert (await reach.post(receiver.url, b"{}", {})).detail == "no answer within 0.3 s"
    unknown = await reach.post("http://nowhere.invalid/", b"{}", {})
    assert "nowhere.invalid cannot be resolved" in unknown.detail
    await reach.close()


async def test_connections_are_used_again():
    async with Receiver() as receiver:
        reach = Reach(private=True)
        for _ in range(3):
            assert (await reach.post(receiver.url, b"{}", {})).acknowledged
        assert len(reach._pool.connections) == 1
        await reach.close()
