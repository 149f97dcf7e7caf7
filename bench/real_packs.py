"""The packs of the repository over many dossiers: kernel and interpreter, CPU seconds, memory, what the kernel left.

    .venv/bin/python bench/real_packs.py SNAPSHOT --dossiers 1000000 --sample 2000 [--json FILE]

SNAPSHOT is one that the sample district made (`python3 run.py demo --no-serve`, then the newest folder under
`snapshots` of its data). Its dossiers are repeated under new ids until there are enough; the interpreter evaluates a
sample, and its outcomes are compared with the kernel's. Figures of one machine on one day: compare ratios, not seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from yanlian.engine.dossier.layout import parquet_options, write_hashes
from yanlian.engine.dossier.layout_digest import ContentDigest
from yanlian.engine.dossier.layout_hash import hash_rows
from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.engine.dossier.snapshot import write_manifest
from yanlian.engine.stream import evaluate
from yanlian.engine.stream.interpreter import interpreter
from yanlian.engine.stream.kernel import kernel

ROOT = Path(__file__).resolve().parents[1]
PACKS = [ROOT / "packs" / "national", ROOT / "packs" / "laoshan"]
AS_OF = date(2025, 12, 31)
GROUP = 65_536


def repeated(snapshot: Path, rows: int, folder: Path) -> Path:
    """A snapshot of so many dossiers: those of another under ids with a number before them."""
    source = open_dossiers(snapshot)
    once = pa.concat_tables([source.read(group) for group in range(len(source.sizes()))])
    digest, made, copy, waiting = ContentDigest(), 0, 0, []
    hashes = []
    part = folder / "part-00000.parquet"
    with pq.ParquetWriter(part, once.schema, **parquet_options(once.schema)) as file:
        while made < rows:
            ids = pc.binary_join_element_wise(f"{copy:05d}", once.column("id").cast(pa.string()), "-")
            table = once.set_column(0, once.schema.field(0), ids).slice(0, rows - made)
            waiting.append(table)
            made, copy = made + table.num_rows, copy + 1
            if sum(one.num_rows for one in waiting) >= GROUP or made >= rows:
                group = pa.concat_tables(waiting).combine_chunks()
                file.write_table(group, row_group_size=group.num_rows)
                digest.update(group)
                hashes.append(hash_rows(group))
                waiting = []
    write_hashes(part, np.concatenate(hashes))
    write_manifest(folder, digest, source.moment, made, GROUP, source.coverage)
    return folder


def compared(dossiers: Path, sample: int) -> dict[str, float | int | bool]:
    """The interpreter over a sample, and whether the kernel says the same."""
    slow, fast = interpreter(PACKS, dossiers, AS_OF), kernel(PACKS, dossiers, AS_OF)
    source = open_dossiers(dossiers, fast.dictionaries)
    batch = source.read(0).slice(0, sample).combine_chunks().to_batches()[0]
    plain = open_dossiers(dossiers).read(0).slice(0, sample).combine_chunks().to_batches()[0]
    judge, compiled = slow.make(), fast.make()
    compiled(batch.slice(0, 10))
    started = time.process_time()
    expected = judge(plain)
    slow_seconds = time.process_time() - started
    started = time.process_time()
    found = compiled(batch)
    fast_seconds = time.process_time() - started
    return {
        "sample": batch.num_rows,
        "interpreter_cpu": slow_seconds,
        "kernel_cpu": fast_seconds,
        "ratio": slow_seconds / fast_seconds,
        "same": found.equals(expected),
    }


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("snapshot", type=Path)
    asked.add_argument("--dossiers", type=int, default=100_000)
    asked.add_argument("--sample", type=int, default=2_000)
    asked.add_argument("--workers", type=int, default=1)
    asked.add_argument("--json", type=Path)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="yanlian-real-") as scratch:
        folder = Path(scratch) / "dossiers"
        folder.mkdir()
        dossiers = repeated(told.snapshot, told.dossiers, folder)
        found: dict[str, object] = dict(compared(dossiers, min(told.sample, told.dossiers)))
        started, wall = time.process_time(), time.monotonic()
        run = evaluate(
            PACKS, dossiers, AS_OF, Path(scratch) / "run", engine="kernel", form="sheet", workers=told.workers
        )
        found |= {
            "dossiers": told.dossiers,
            "run_cpu": time.process_time() - started,
            "run_wall": time.monotonic() - wall,
        }
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found["report"] = dict(run.report)
        shutil.rmtree(folder)
    report = {key: value for key, value in dict(run.report).items() if key.startswith("interpreted")}
    print(
        f"{found['sample']:,} dossiers: interpreter {found['interpreter_cpu']:.2f} s of CPU, kernel "
        f"{found['kernel_cpu']:.2f} ({found['ratio']:.1f} times), the same: {found['same']}\n"
        f"{told.dossiers:,} dossiers, Parquet to Parquet: {found['run_cpu']:.1f} s of CPU, {found['run_wall']:.1f} s, "
        f"most memory {found['peak_mb']:.0f} MB\nleft to the interpreter: {report}"
    )
    if told.json is not None:
        told.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
