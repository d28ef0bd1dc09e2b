"""Real `sayso` processes for tests, on a data folder of their own, and a small distributor's facts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

SOON = datetime.now(UTC).date() + timedelta(days=30)

#: A small distributor: two sites, three items, a customer with a limit of 1,000.00 GBP who owes 300.00.
FACTS = {
    "sites": "site,country,timezone,cutoff,handling_days\nLON,GB,Europe/London,23:59,0\n",
    "lanes": "site,country,region,transit_days,cost\nLON,GB,,1,5\n",
    "items": (
        "item,name,uom,status,stocked,pack,minimum,lead_days\n"
        "HEART,White hanging heart,EA,active,true,,,14\n"
        "CAKE,Regency cakestand,EA,active,true,,,\n"
        "BIRD,Bird ornament,EA,active,true,8,8,10\n"
    ),
    "units": "item,uom,factor\nCAKE,CS,4\n",
    "customers": (
        "customer,name,country,currency,terms_days,credit_limit\n"
        "13047,Cornershop,GB,GBP,30,1000\n13048,Gift hall,GB,GBP,30,\n"
    ),
    "taxes": "country,region,category,rate\nGB,,,20\n",
    "prices": (
        "line_type,source_type,source,target_type,target,uom,currency,variant,min_quantity,starts,price\n"
        "price,all,,item,HEART,EA,GBP,,0,,2.55\n"
        "price,all,,item,CAKE,EA,GBP,,0,,12.75\n"
        "price,all,,item,BIRD,EA,GBP,,0,,1.69\n"
    ),
    "stock": "item,site,on_hand,reserved,safety_stock\nHEART,LON,32,0,2\nCAKE,LON,1000,0,0\nBIRD,LON,80,0,0\n",
    "receivables": f"document,customer,amount,open,currency,issued,due\nINV-1,13047,300,300,GBP,2025-01-01,{SOON}\n",
}  # fmt: skip


class Folder:
    """A data folder, and the real `sayso` processes that were started on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.started: list[subprocess.Popen[bytes]] = []

    def popen(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a process and leave it running; its log goes to a file beside the home."""
        with open(self.home.with_name(f"{self.home.name}-{len(self.started)}.log"), "wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "sayso", *words],
                env=self._environment(), cwd=self.home.parent, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "sayso", *words],
            env=self._environment(), cwd=self.home.parent, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def up(self, *words: str) -> tuple[subprocess.Popen[bytes], str]:
        """`sayso up` on a free port, ready: the process and its URL."""
        process = self.popen("up", "--port", "0", "--json", *words)
        assert process.stdout is not None
        told = process.stdout.readline()
        assert told, self.log(process)
        return process, json.loads(told)["url"]

    def log(self, process: subprocess.Popen[bytes]) -> str:
        """What a process logged so far."""
        return self.home.with_name(f"{self.home.name}-{self.started.index(process)}.log").read_text()

    def end(self, process: subprocess.Popen[bytes]) -> int:
        """SIGTERM, and the exit status."""
        process.send_signal(signal.SIGTERM)
        status = process.wait(60)
        if process.stdout is not None:
            process.stdout.close()
        return status

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")}
        return {
            **kept,
            "SAYSO_HOME": str(self.home),
            "TMPDIR": str(self.home.parent),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }


def until(met: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait until something holds, and return it."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = met()
        except httpx.HTTPError:
            found = None
        if found:
            return found
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)
