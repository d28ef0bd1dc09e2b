"""sayso up and sayso worker as real processes: they answer, survive what is killed, drain, share, and refuse."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest

from processes import FACTS, Folder, until

PROMISE = {
    "customer": "13047", "ship_to": {"country": "GB"}, "hold": "PT15M", "lines": [{"item": "HEART", "quantity": "1"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def served(folder: Folder) -> tuple[subprocess.Popen[bytes], str]:
    """Two processes that answer, the facts loaded beside them."""
    process, url = folder.up("--processes", "2")
    facts = folder.home.parent / "facts"
    facts.mkdir()
    for kind, text in FACTS.items():
        (facts / f"{kind}.csv").write_text(text)
    loaded = folder.run("facts", "load", str(facts), "--json")
    assert loaded.returncode == 0, loaded.stderr
    return process, url


@pytest.fixture(scope="module")
def shop(folder: Folder, served: tuple[subprocess.Popen[bytes], str]) -> dict[str, str]:
    """The head of a request with a key that was made on the command line."""
    made = folder.run("keys", "create", "shop", "--scope", "promises,orders", "--json")
    assert made.returncode == 0, made.stderr
    return {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}


def children(parent: int, name: str = "spawn_main") -> list[int]:
    """The processes that serve and work, oldest first."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            line = (entry / "cmdline").read_bytes().decode()
        except (OSError, ValueError):
            continue
        if int(stat[1]) == parent and stat[0] != "Z" and name in line:
            found.append(int(entry.name))
    return sorted(found)


def postmaster(folder: Folder) -> int:
    return int((folder.home / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])


def test_it_answers_and_is_ready(served):
    _, url = served
    assert httpx.get(f"{url}/healthz").json()["status"] == "ok"
    assert httpx.get(f"{url}/readyz").json()["status"] == "ready"
    assert httpx.get(f"{url}/openapi.json").json()["openapi"].startswith("3.1")


def test_a_promise_over_http_holds_and_verifies(folder, served, shop):
    _, url = served
    answer = httpx.post(f"{url}/v1/promises", json=PROMISE, headers=shop)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["verdict"], answer.json()["held"]) == ("firm", True)
    file = folder.home.parent / "promise.json"
    file.write_bytes(answer.content)
    verified = folder.run("promise", "verify", str(file))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "Holds: " in verified.stdout


def test_a_doctor_finds_it_well(folder, served, shop):
    _, url = served
    said = folder.run("doctor", "--port", url.rpartition(":")[2], "--json")
    findings = json.loads(said.stdout)["findings"]
    assert [one for one in findings if one["state"] != "ok" and one["check"] != "disk"] == []
    assert {"API", "database", "schema", "ledger", "signing keys"} <= {one["check"] for one in findings}
    assert said.returncode in (0, 1)


def test_all_processes_are_counted_together(served, shop):
    _, url = served
    with httpx.Client() as client:
        before = _requests(client.get(f"{url}/metrics").text)
        for _ in range(10):
            httpx.get(f"{url}/readyz")  # each on a connection of its own, so that both processes answer some
        until(lambda: _requests(client.get(f"{url}/metrics").text) - before >= 10)


def _requests(page: str) -> float:
    return sum(
        float(line.rpartition(" ")[2])
        for line in page.splitlines()
        if line.startswith("sayso_http_request_seconds_count{")
    )


def test_a_killed_process_is_started_again(served, shop):
    process, url = served
    before = children(process.pid)
    assert len(before) == 3, "two serve, one works"
    os.kill(before[0], signal.SIGKILL)
    answer = until(lambda: httpx.post(f"{url}/v1/promises", json=PROMISE, headers=shop))
    assert answer.status_code == 200
    until(lambda: len(now := children(process.pid)) == 3 and before[0] not in now)
    assert process.poll() is None


def test_a_killed_postgresql_is_started_again_and_nothing_is_lost(folder, served, shop):
    _, url = served
    held = httpx.post(f"{url}/v1/promises", json=PROMISE, headers=shop).json()
    before = postmaster(folder)
    os.kill(before, signal.SIGKILL)
    statuses = set()

    def back() -> bool:
        answer = httpx.get(f"{url}/readyz")
        statuses.add(answer.status_code)
        return answer.status_code == 200 and postmaster(folder) != before

    until(back, 60)
    assert statuses <= {200, 503}
    again = httpx.get(f"{url}/v1/promises/{held['promise']}", headers=shop, timeout=30)
    assert (again.status_code, again.json()["state"]) == (200, "held")
    assert until(lambda: httpx.post(f"{url}/v1/promises", json=PROMISE, headers=shop, timeout=30)).json()[
        "held"
    ]


def test_a_hold_ends_though_nobody_asks(folder, served, shop):
    _, url = served
    held = httpx.post(f"{url}/v1/promises", json={**PROMISE, "hold": "PT1S"}, headers=shop).json()
    assert held["held"]
    until(lambda: "ended holds whose time was up" in folder.log(folder.started[0]))


def test_a_second_one_shares_the_database_and_not_the_port(folder, served, shop):
    _, url = served
    taken = folder.run("up", "--port", url.rpartition(":")[2])
    assert taken.returncode == 2
    assert re.search(
        r"cannot listen on 127.0.0.1:\d+: Address already in use\n  stop what listens there", taken.stderr
    )

    server = postmaster(folder)
    second, other = folder.up()
    assert other != url
    held = httpx.post(f"{other}/v1/promises", json=PROMISE, headers=shop).json()
    assert httpx.get(f"{url}/v1/promises/{held['promise']}", headers=shop).json()["state"] == "held"
    assert folder.end(second) == 0
    assert postmaster(folder) == server, "the first one still uses it"
    assert httpx.get(f"{url}/readyz").status_code == 200


def test_a_worker_of_its_own_drains(folder, served):
    worker = folder.popen("worker")
    until(lambda: "working" in folder.log(worker))
    assert folder.end(worker) == 0
    assert "Traceback" not in folder.log(worker)


def test_what_is_under_way_is_finished_before_the_end(folder, served, shop):
    process, url = served
    host, port = url.removeprefix("http://").split(":")
    body = json.dumps(PROMISE).encode()
    head = (
        f"POST /v1/promises HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: {shop['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + body[:10])
        time.sleep(0.3)  # until a process has begun to read it
        status: list[int] = []
        ending = threading.Thread(target=lambda: status.append(folder.end(process)))
        ending.start()
        until(lambda: _refused(host, int(port)))
        line.sendall(body[10:])
        line.settimeout(20)
        answer = line.recv(1 << 16)
    ending.join(60)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:200]
    assert status == [0]
    assert not (folder.home / "postgres" / "data" / "postmaster.pid").exists(), "nobody uses it any more"
    log = folder.log(process)
    assert "Traceback" not in log
    assert all(json.loads(line) for line in log.splitlines())


def _refused(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def test_what_was_killed_leaves_no_process_behind(folder):
    process, url = folder.up()
    left = children(process.pid)
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    until(lambda: not any(Path(f"/proc/{one}").exists() and _alive(one) for one in left))
    assert _refused(*_address(url))


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _address(url: str) -> tuple[str, int]:
    host, port = url.removeprefix("http://").split(":")
    return host, int(port)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--host", "192.0.2.1"), 2, "cannot listen on 192.0.2.1:0: Cannot assign requested address"),
        (("--home", "{place}/file/home"), 2, "cannot be the data folder: Not a directory"),
        (("--policy", "{place}/nowhere.toml"), 2, "nowhere.toml: No such file or directory"),
        (("--follow", "{place}/follow.toml"), 2, "follow.toml: systems is not a table"),
        (("--config", "{place}/broker.toml"), 2, "foo"),
        (("--processes", "0"), 2, "processes cannot be 0"),
        (("--database-url", "postgresql://127.0.0.1:9/x"), 3, "PostgreSQL cannot be reached"),
        (("--simulated-clock", "--host", "0.0.0.0"), 2, "a simulated clock is not served to other machines"),
        (
            ("--config", "{place}/simulated.toml"),
            2,
            "clock = simulated lets every caller say what time it is",
        ),
        (("--config", "{place}/unknown.toml"), 2, "there is no setting 'nonsense'"),
    ],
)
def test_what_cannot_be_served_is_refused(folder, words, status, says):
    place = folder.home.parent
    (place / "file").write_text("")
    (place / "simulated.toml").write_text('clock = "simulated"\n')
    (place / "unknown.toml").write_text("nonsense = 1\n")
    (place / "follow.toml").write_text("systems = 3\n")
    (place / "broker.toml").write_text('broker = "foo://x"\n')
    said = folder.run("up", "--port", "0", *(word.format(place=place) for word in words))
    assert (said.returncode, said.stdout) == (status, ""), said.stderr
    assert says in said.stderr
    assert "Traceback" not in said.stderr
