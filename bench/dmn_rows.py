"""The same model over a million rows: rows a CPU second and memory, against one evaluation a row and other engines.

    .venv/bin/python bench/dmn_rows.py [--rows 1000000] [--workers 1] [--peers] [--json FILE]

Three models: a decision table of 20 rules over 4 inputs, vacation days (0020) and lending (0004) of the compatibility
kit. Inputs are drawn at random with a seed and written as Parquet; every measurement runs in a process of its own, CPU
seconds include reading and writing files and the worker processes. `--peers` also asks the other Python engines for
DMN, installed as `bench/feel.py` does, in a loop over a sample of the same rows; none of them has another way.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
KIT = HERE.parent / "tests" / "kit" / "compliance-level-3"
SAMPLE = 2_000
PEERS = ("SpiffWorkflow", "pyDMNrules")
Row = dict[str, object]


# The models and their rows


def table_rows(chance: random.Random) -> Row:
    """Inputs of the decision table of the FEEL benchmark."""
    return {
        "age": chance.randrange(16, 80),
        "income": chance.randrange(500, 9_000),
        "region": chance.choice(["North", "South", "East", "West"]),
        "score": chance.randrange(0, 120),
    }


def vacation_rows(chance: random.Random) -> Row:
    """A person's age and years of service."""
    return {"Age": chance.randrange(16, 70), "Years of Service": chance.randrange(0, 45)}


def lending_rows(chance: random.Random) -> Row:
    """An application for a loan; incomes and amounts hardly ever come twice."""
    monthly = {
        "Income": chance.randrange(1_000, 20_000),
        "Expenses": chance.randrange(100, 9_000),
        "Repayments": chance.randrange(0, 3_000),
    }
    return {
        "ApplicantData": {
            "Monthly": monthly,
            "Age": chance.randrange(16, 90),
            "ExistingCustomer": chance.random() < 0.5,
            "MaritalStatus": chance.choice("SM"),
            "EmploymentStatus": chance.choice(["EMPLOYED", "SELF-EMPLOYED", "STUDENT", "UNEMPLOYED"]),
        },
        "RequestedProduct": {
            "ProductType": chance.choice(["STANDARD LOAN", "SPECIAL LOAN"]),
            "Amount": chance.randrange(1_000, 500_000),
            "Rate": Decimal(chance.randrange(1, 999)) / 10_000,
            "Term": chance.randrange(12, 400),
        },
        "BureauData": {"CreditScore": chance.randrange(300, 999), "Bankrupt": chance.random() < 0.1},
        "SupportingDocuments": "YES",
    }


MODELS: dict[str, Callable[[random.Random], Row]] = {
    "table 20 × 4": table_rows,
    "0020-vacation-days": vacation_rows,
    "0004-lending": lending_rows,
}
# The decision that the other engines are asked for.
ASKED = {"table 20 × 4": "result", "0020-vacation-days": "Total Vacation Days", "0004-lending": "Routing"}


def model_xml(name: str) -> bytes:
    """A model by its name in this benchmark."""
    if name.startswith("table"):
        sys.path.insert(0, str(HERE))
        from feel_peers.cases import rules
        from feel_peers.worker import model

        return model({"kind": "table", "inputs": table_rows(random.Random(0)), "rows": rules()}).encode()
    return (KIT / name / f"{name}.dmn").read_bytes()


def drawn(name: str, rows: int) -> Iterator[Row]:
    """Random rows, always the same ones."""
    chance = random.Random(name)
    return (MODELS[name](chance) for _ in range(rows))


# Measuring, each in a process of its own


def make_input(name: str, rows: int, file: Path) -> None:
    """Write the rows as Parquet, a hundred thousand at a time."""
    import itertools

    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, todo = None, drawn(name, rows)
    writer = None
    while chunk := list(itertools.islice(todo, 100_000)):
        table = pa.Table.from_pylist(chunk, schema=schema)
        if writer is None:
            schema = widened(table.schema)
            writer = pq.ParquetWriter(file, schema)
        writer.write_table(table.cast(schema))
    assert writer is not None
    writer.close()


def widened(schema: object) -> object:
    """The schema with room for every rate."""
    import pyarrow as pa

    def wide(kind: pa.DataType) -> pa.DataType:
        if pa.types.is_struct(kind):
            return pa.struct([pa.field(one.name, wide(one.type)) for one in kind])
        return pa.decimal128(10, 4) if pa.types.is_decimal(kind) else kind

    assert isinstance(schema, pa.Schema)
    return pa.schema([pa.field(one.name, wide(one.type)) for one in schema])


def over_rows(name: str, file: Path, workers: int) -> dict[str, float]:
    """The whole run, files and worker processes included."""
    from datetime import UTC, datetime

    from yanlian.engine.stream.models import ModelJob, run_rows

    job = ModelJob(((name, model_xml(name)),), datetime(2026, 1, 1, tzinfo=UTC))
    started = time.monotonic()
    before = cpu()
    found = run_rows(job, file, file.with_suffix(".out.parquet"), workers=workers)
    return {"rows": found.tally.rows, "cpu": cpu() - before, "seconds": time.monotonic() - started, "memory": memory()}


def one_by_one(name: str, file: Path) -> dict[str, float]:
    """`Program.evaluate` in a loop over a sample, inputs ready as Python values."""
    from yanlian.engine.feel.dmn.program import program
    from yanlian.engine.feel.dmn.read import read_model

    ready = program(read_model(model_xml(name), name))
    names = [one.name for one in ready.graph.main.decisions]
    rows = list(drawn(name, SAMPLE))
    ready.evaluate(names, rows[0])
    before = cpu()
    for row in rows:
        ready.evaluate(names, row)
    return {"rows": SAMPLE, "cpu": cpu() - before, "memory": memory()}


def cpu() -> float:
    """CPU seconds of this process and of those it started that have ended."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def memory() -> float:
    """The most memory that this process or one that it started has had, in megabytes."""
    usage = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(usage) / 1024


def peer_loop(name: str, peer: str, sample: Path) -> dict[str, float]:
    """Another engine over the sample; runs in that engine's environment."""
    given = json.loads(sample.read_text("utf-8"))
    decide = {"SpiffWorkflow": spiff, "pyDMNrules": pydmnrules}[peer](given["xml"], ASKED[name])
    rows, expected = given["rows"], given["results"]
    found = [decide(dict(row)) for row in rows[: len(expected)]]
    if [float(one) if isinstance(one, (int, float)) else one for one in found] != expected:
        raise SystemExit(f"other results than ours: {found[:3]} instead of {expected[:3]}")
    before = time.process_time()
    for row in rows:
        decide(dict(row))
    return {"rows": len(rows), "cpu": time.process_time() - before, "memory": memory()}


def spiff(xml: str, asked: str) -> Callable[[Row], object]:
    """SpiffWorkflow's engine for single decision tables."""
    from lxml import etree
    from SpiffWorkflow.bpmn.script_engine.feel_engine import FeelLikeScriptEngine
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
    from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

    class Workflow:
        script_engine = FeelLikeScriptEngine()

    class Task:
        workflow = Workflow()
        data: Row = {}

    tree = etree.fromstring(xml.encode())
    names = {"dmn": tree.nsmap[None], "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL"}
    reader = DMNParser(None, tree, names)
    reader.parse()
    engine, task = DMNEngine(reader.decision.decisionTables[0]), Task()

    def decide(row: Row) -> object:
        task.data = row
        return engine.result(task).get(asked)

    return decide


def pydmnrules(xml: str, asked: str) -> Callable[[Row], object]:
    """pyDMNrules over a model of one decision."""
    import pyDMNrules

    rules = pyDMNrules.DMN()
    status = rules.useXML(xml)
    if "errors" in status:
        raise SystemExit(str(status["errors"])[:200])

    def decide(row: Row) -> object:
        _, found = rules.decide(row)
        last = (found or [{}])[-1] if isinstance(found, list) else found
        return last.get("Result", {}).get(asked)

    return decide


def measured(*words: object, python: str = sys.executable) -> dict[str, float]:
    """Run one measurement of this file in another process."""
    done = subprocess.run(
        [python, __file__, "--one", *map(str, words)], capture_output=True, text=True, check=False, cwd=HERE.parent
    )
    if done.returncode != 0:
        raise SystemExit((done.stderr or done.stdout).strip().splitlines()[-1])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def one(words: list[str]) -> None:
    """The measurement that the words name."""
    kind, name, *rest = words
    made = {
        "rows": lambda: over_rows(name, Path(rest[0]), int(rest[1])),
        "loop": lambda: one_by_one(name, Path(rest[0])),
        "input": lambda: {"rows": make_input(name, int(rest[1]), Path(rest[0])) or 0},
        "peer": lambda: peer_loop(name, rest[0], Path(rest[1])),
    }[kind]()
    print(json.dumps(made))


# The report


def sample_of(name: str, file: Path) -> None:
    """A sample for the other engines, with our results of its first rows."""
    from yanlian.engine.feel.dmn.program import program
    from yanlian.engine.feel.dmn.read import read_model

    ready = program(read_model(model_xml(name), name))
    rows = list(drawn(name, SAMPLE))
    asked = ASKED[name]
    results = [ready.evaluate([asked], row).values[asked] for row in rows[:20]]
    sample = {"xml": model_xml(name).decode(), "rows": rows, "results": results}
    file.write_text(json.dumps(sample, default=float), "utf-8")


def asked_peers(name: str, work: Path, figures: dict[str, dict[str, float]]) -> None:
    """The other engines over the table; what cannot be asked is said and left out."""
    sys.path.insert(0, str(HERE))
    from feel import Left, cache, command_of

    sample = work / "sample.json"
    sample_of(name, sample)
    for peer in PEERS:
        try:
            command, _ = command_of(peer, cache(), sample)
            figures[peer] = measured("peer", name, peer, sample, python=command[0])
        except (Left, SystemExit) as why:
            print(f"  {peer}: left out ({why})")


def main() -> None:
    """Measure all models and print a table."""
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    report: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in MODELS:
            file = Path(folder) / "in.parquet"
            measured("input", name, file, chosen.rows)
            figures = {"over rows": measured("rows", name, file, chosen.workers)}
            figures["evaluate in a loop"] = measured("loop", name, file)
            if chosen.peers:
                asked_peers(name, Path(folder), figures)
            report[name] = figures
            print(f"{name}, {chosen.rows:,} rows")
            best = figures["over rows"]["rows"] / figures["over rows"]["cpu"]
            for way, one_way in figures.items():
                rate = one_way["rows"] / one_way["cpu"]
                print(
                    f"  {way:20} {rate:12,.0f} rows/CPU s {best / rate:8.1f} × {one_way['memory']:8.0f} MB", flush=True
                )
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
