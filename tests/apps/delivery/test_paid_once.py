"""The great test: whatever runs twice, at once or half, every entitlement is paid exactly once.

Real processes with connections of their own, on a SQLite file as installed and on a PostgreSQL server
(YANLIAN_TEST_POSTGRES=postgresql://user@host:port/postgres).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

pytestmark = pytest.mark.slow
WORKER = Path(__file__).with_name("delivery_worker.py")
FIRMS = 40
Place = dict[str, str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """The environment of a fresh, empty database."""
    here = {**os.environ, "YANLIAN_DATA": str(tmp_path)}
    if request.param == "sqlite":
        here.pop("DATABASE_URL", None)
        yield here
        return
    server = os.environ.get("YANLIAN_TEST_POSTGRES")
    if not server:
        pytest.skip("YANLIAN_TEST_POSTGRES names no PostgreSQL server")
    name = f"yanlian_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield {**here, "DATABASE_URL": f"{server.rsplit('/', 1)[0]}/{name}"}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def start(place: Place, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WORKER), *map(str, words)],
        env=place,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    out, errors = process.communicate(timeout=900)
    assert process.returncode == 0, errors[-3000:]
    return out


def run(place: Place, *words: object) -> str:
    return said(start(place, *words))


class Witness:
    """A process that looks on and reports what stands; the ledger must be in order whenever it is asked."""

    def __init__(self, place: Place) -> None:
        self.process = start(place, "reports")

    def report(self) -> dict[str, object]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        found: dict[str, object] = json.loads(self.process.stdout.readline())
        assert found["total_fen"] == 0
        assert found["faults"] == []
        return found


@pytest.fixture
def witness(place: Place) -> Iterator[Witness]:
    """Of the place; the database must have been set up before it is asked."""
    looking = Witness(place)
    yield looking
    looking.process.communicate(timeout=300)


def assert_paid_once(witness: Witness, firms: int) -> None:
    found = witness.report()
    assert found["states"] == {"paid": firms}
    assert found["payments"] == {"paid": firms}
    assert found["most_paid"] == 1
    assert found["transfers"] == {"pending": firms, "post": firms}
    assert found["bank_fen"] == found["due_fen"]
    assert found["in_flight_fen"] == 0
    # Each step was recorded once for each entitlement: nobody did anybody's work twice.
    steps = ("draft", "confirm", "publish", "accept", "clear", "send", "pay")
    assert found["events"] == dict.fromkeys(steps, firms)


def test_four_processes_that_all_do_everything_pay_each_entitlement_once(place: Place, witness: Witness):
    run(place, "setup", FIRMS)
    start_at = time.time() + 4
    processes = [start(place, "everything", start_at, seed) for seed in range(4)]
    answers = [json.loads(said(process)) for process in processes]
    assert_paid_once(witness, FIRMS)
    # They met: somebody was told that the work had been done or the list had changed.
    assert sum(sum(answer.values()) - answer.get("done", 0) for answer in answers) > 0


def killed_at(place: Place, verb: str, point: str) -> None:
    process = start(place, verb, point)
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    os.kill(process.pid, signal.SIGKILL)
    _, errors = process.communicate(timeout=300)
    assert line == f"reached {point}", errors[-3000:]


def finish(place: Place) -> None:
    run(place, "everything", 0, 1)


def test_a_process_killed_while_sending_leaves_all_sent_or_none_and_finishing_pays_once(place: Place, witness: Witness):
    run(place, "setup", 8)
    run(place, "to_cleared")
    for point in ("move", "_reserve", "digest"):
        killed_at(place, "send_stopping", point)
        found = witness.report()
        assert (found["states"], found["payments"], found["transfers"]) == ({"cleared": 8}, {}, {}), point
    killed_at(place, "send_stopping", "commit")
    found = witness.report()
    assert (found["states"], found["payments"], found["files"]) == ({"sent": 8}, {"sent": 8}, 1)
    assert found["in_flight_fen"] == found["due_fen"]
    for point in ("move", "settle_many"):
        killed_at(place, "return_stopping", point)
        found = witness.report()
        assert (found["states"], found["payments"]) == ({"sent": 8}, {"sent": 8}), point
    finish(place)
    assert_paid_once(witness, 8)


def test_processes_killed_at_any_moment_never_pay_twice(place: Place, witness: Witness):
    run(place, "setup", 12)
    chance = random.Random(20251123)
    for _ in range(4):
        process = start(place, "everything", 0, chance.randrange(100))
        # From before the first statement to past the last one; starting takes most of a second.
        time.sleep(chance.uniform(0.5, 3.5))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=300)
        witness.report()
    finish(place)
    assert_paid_once(witness, 12)
