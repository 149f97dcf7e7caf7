"""The registry on real databases with real processes: a SQLite file as installed, and a PostgreSQL server.

(YANLIAN_TEST_POSTGRES=postgresql://user@host:port/postgres.) The same files must give the same snapshots on both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from registry_files import tax_header, tax_row, uscc
from test_registry_import import registration_file, registration_row

pytestmark = pytest.mark.slow
WORKER = Path(__file__).with_name("registry_worker.py")
FIRMS = 300
Place = dict[str, str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """The environment of a fresh, empty database."""
    here = {**os.environ, "YANLIAN_DATA": str(tmp_path / "data"), "YANLIAN_KEY_PERSONS": "k"}
    here.pop("DATABASE_URL", None)
    if request.param == "sqlite":
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
    command = [sys.executable, str(WORKER), *map(str, words)]
    return subprocess.Popen(command, env=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors[-3000:]
    return out


@pytest.fixture
def folder(tmp_path: Path, csv_file: Callable[..., Path]) -> Path:
    registered = [registration_row(uscc(n), f"样例{n}") for n in range(FIRMS)]
    returns = [tax_row(uscc(n), year, f"{n}.{year % 100:02d}") for n in range(FIRMS) for year in (2022, 2023)]
    corrected = [tax_row(uscc(n), 2023, "1" if n % 3 == 0 else f"{n}.23") for n in range(1, FIRMS)]
    csv_file(registration_file(*registered), "registration.csv")
    csv_file([tax_header(), *returns, tax_row(uscc(FIRMS)), tax_row(uscc(1), 2021, "x")], "tax.csv")
    csv_file([tax_header(), *corrected], "corrected.csv")
    renamed = [registration_row(uscc(n), f"样例{n}" if n % 2 else f"新名{n}") for n in range(FIRMS)]
    csv_file(registration_file(*renamed), "renamed.csv")
    return tmp_path


# Of these very files; the hash of a snapshot is over its content, so it is one number for all databases.
HASHES: dict[str, tuple[str, str]] = {}


def test_two_imports_of_one_file_at_once_store_it_once_and_snapshots_are_the_same(place: Place, folder: Path):
    said(start(place, "setup", folder))
    begin = time.time() + 3
    racing = [start(place, "tax", folder, begin) for _ in range(2)]
    answers = sorted((json.loads(said(process)) for process in racing), key=lambda answer: bool(answer["already"]))
    assert [answer["already"] for answer in answers] == [False, True]
    assert {answer["stored"] for answer in answers} == {FIRMS * 2}
    assert json.loads(said(start(place, "correct", folder))) == [99, 200, FIRMS]
    found = json.loads(said(start(place, "report", folder)))
    assert (found["batches"], found["entities"], found["records"]) == (4, FIRMS + 5, FIRMS * 2 + 99)
    assert found["faults"] == [[602, "entity_unknown"], [603, "money_unreadable"]]
    hashes = (found["before"], found["after"])
    assert found["before"] != found["after"]
    assert HASHES.setdefault("files", hashes) == hashes
