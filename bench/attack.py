"""How the server answers beside callers who ask something else every time: ``python -m bench.attack``.

A real ``rmos serve`` over some 100,000 records; a process of its own, niced, whose callers each ask for
another filter as soon as they have their answer, so that no kept answer serves; and one caller who asks for
the status.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from .reporting import spoil
from .serving import READS, migrated, server
from .tree import plant, plant_in_lists

_STORES = "/api/rmos/stores"
_WORDS = ("rope", "herring", "wave", "braid", "chequer", "wheat", "sheaf", "torres", "arches", "celtic")


class Sizes(NamedTuple):
    """Sound documents, those of a source with a tenth broken, attacking callers, seconds a measurement."""

    sound: int = 95_000
    spoiled: int = 6_000
    callers: int = 32
    seconds: float = 20.0


class Beside(NamedTuple):
    """How long the status took, in ms, and how the attackers were answered: a second, and by status."""

    p50_ms: float
    p99_ms: float
    longest_ms: float
    asked: int
    attack_per_second: float
    attack_p99_ms: float
    attack_statuses: dict[str, int]


QUICK = Sizes(900, 100, 8, 2.0)


def addresses(seed: int) -> Iterator[str]:
    """Yield reads with filters, hardly ever one twice."""
    chance = random.Random(seed)

    def odd() -> str:
        return f"{chance.choice(_WORDS)}{chance.randrange(100) if chance.random() < 0.5 else ''}"

    while True:
        what: dict[str, dict[str, str | int]] = {
            f"{_STORES}/patterns": {"name": odd(), "limit": chance.randint(1, 500)},
            f"{_STORES}/strip-families": {
                "name": odd(),
                "material_type": "wood",
                "limit": chance.randint(1, 500),
            },
            f"{_STORES}/joblogs": {
                "job_type": chance.choice(("slice", "contour", "assembly", "batch")),
                "status": chance.choice(("completed", "failed", "cancelled")),
                "limit": chance.randint(1, 500),
                "sort": chance.choice(("id", "newest")),
            },
            f"{_STORES}/migration/rejects": {"path": odd(), "limit": chance.randint(1, 500)},
            f"{_STORES}/migration/runs/2/diagnostics": {"path": odd(), "limit": chance.randint(1, 500)},
            "/patterns": {"name": f"{odd()}é" if chance.random() < 0.2 else odd()},
            "/joblogs": {"pattern_id": odd()},
            "/rejects": {"path": odd()},
        }
        path = chance.choice(list(what))
        yield f"{path}?{urlencode(what[path])}"


def measured(place: Path, sizes: Sizes) -> tuple[Beside, Beside]:
    """Measure the status in ``place``, which is left empty, alone and beside the attack."""
    with TemporaryDirectory(dir=place) as folder:
        root = Path(folder)
        plant_in_lists(root / "sound", sizes.sound, seed=20)
        plant(root / "spoiled", sizes.spoiled, seed=21)
        spoil(root / "spoiled")
        for tree in (root / "sound", root / "spoiled"):
            migrated(tree, root / "rmos.db")
        with server(root / "rmos.db") as (_, url):
            _asked(url, 0.01)  # the first one has the database audited
            alone = _beside(url, sizes._replace(callers=0))
            return alone, _beside(url, sizes)


def _beside(url: str, sizes: Sizes) -> Beside:
    said: dict[str, float | dict[str, int]] = {}
    if sizes.callers:
        command = [
            sys.executable,
            "-m",
            "bench.attack",
            "--attack",
            url,
            str(sizes.callers),
            str(sizes.seconds),
        ]
        attack = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
        )
        time.sleep(1)
        took = _asked(url, sizes.seconds - 1)
        said = json.loads(attack.communicate()[0])
    else:
        took = _asked(url, sizes.seconds / 4)
    took.sort()
    return Beside(
        took[len(took) // 2],
        took[int(len(took) * 0.99)],
        took[-1],
        len(took),
        **(said or {"attack_per_second": 0.0, "attack_p99_ms": 0.0, "attack_statuses": {}}),  # type: ignore[arg-type]
    )


def _asked(url: str, seconds: float) -> list[float]:
    """Ask for the status until the time is over, with pauses; return how long each answer took, in ms."""
    place, took = urlsplit(url), []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection = HTTPConnection(place.hostname or "", place.port, timeout=60)
        connection.request("GET", READS["status"])
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        connection.close()
        if answer.status != 200:
            sys.exit(f"the status was answered with {answer.status}")
        time.sleep(0.02)
    return took


async def _attack(url: str, callers: int, seconds: float) -> None:
    statuses: Counter[str] = Counter()
    took: list[float] = []
    await asyncio.gather(*(_caller(url, number, seconds, statuses, took) for number in range(callers)))
    took.sort()
    told = {
        "attack_per_second": len(took) / seconds,
        "attack_p99_ms": took[int(len(took) * 0.99)],
        "attack_statuses": dict(statuses),
    }
    print(json.dumps(told))


async def _caller(url: str, number: int, seconds: float, statuses: "Counter[str]", took: list[float]) -> None:
    place, until = urlsplit(url), time.monotonic() + seconds
    for path in addresses(number):
        if time.monotonic() >= until:
            return
        began = time.perf_counter()
        try:
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n\r\n".encode())
            said = await reader.read()
            writer.close()
            statuses[said[9:12].decode()] += 1
        except OSError:
            statuses["cut off"] += 1
        took.append((time.perf_counter() - began) * 1000)


if __name__ == "__main__":
    if "--attack" in sys.argv:
        os.nice(10)
        _, _, to, of, time_for = sys.argv
        asyncio.run(_attack(to, int(of), float(time_for)))
    else:
        with TemporaryDirectory(prefix="rmos-bench-") as where:
            for title, one in zip(
                ("alone", "beside"),
                measured(Path(where), QUICK if "--quick" in sys.argv else Sizes()),
                strict=True,
            ):
                print(title, json.dumps(one._asdict()))
