"""Complexity measures at a given size: CPU seconds, memory, distance from the slow oracle, and the peers beside it.

    yanlian bench complexity --shape 1000x2000 [--rounds 3] [--seed 1] [--peers PYTHON] [--json FILE]
    python bench/complexity.py …                       the same

Values are lognormal, half of the cells empty. Every engine runs in a process of its own with one thread of BLAS, over
the same matrix; it computes RCA, ECI, PCI, proximity, density, COI and COG once to warm up on a small matrix (which
compiles ours) and then `--rounds` times; the median of CPU seconds counts. *oracle* is the largest absolute difference
from `obvious.py`: of everything on 40 × 60, and of drawn entries at the given size. Peers: `ecomplexity` and
`economic-complexity` where the given Python has them (the latter needs pandas below 3), each with its own call;
their differences are from the dialect that claims to reproduce them. Compare ratios, not seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from yanlian.base.refusal import Refused
from yanlian.engine.chain.complexity import DIALECTS, Measures, grids_of, measure, obvious
from yanlian.engine.chain.complexity.outlook import opportunity_gain
from yanlian.engine.chain.complexity.table import Columns

HERE = Path(__file__).resolve()
PEERS = HERE.with_name("complexity_peers.py")
STAGES = ("rca", "eci_pci", "proximity", "density", "coi_cog")
SAMPLE = 200


def drawn(rows: int, columns: int, seed: int) -> np.ndarray:
    """Made values, locations × products."""
    random = np.random.default_rng(seed)
    return np.exp(2 * random.normal(size=(rows, columns))) * (random.random((rows, columns)) < 0.5)


def ours(folder: Path, rounds: int) -> dict[str, object]:
    """Measured here: this process is one of its own."""
    values = np.load(folder / "values.npy")
    measure(drawn(20, 40, 0))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, stages = [], []
    for _ in range(rounds):
        marks = [time.process_time()]
        found = measure(values, step=lambda _done, _total, marks=marks: marks.append(time.process_time()))
        seconds.append(time.process_time() - marks[0])
        stages.append(np.diff(marks))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = dict(zip(STAGES, np.median(stages, axis=0).round(4).tolist(), strict=True))
    return {
        "cpu_s": round(statistics.median(seconds), 4),
        "cpu_s_all": [round(one, 4) for one in seconds],
        "stages_cpu_s": told,
        "table_to_matrix_cpu_s": round(_from_table(values), 4),
        "peak_mb": round(peak / 1024),
        "peak_above_start_mb": round((peak - before) / 1024),
        "oracle": {"shape": "40x60", **_whole(drawn(40, 60, 2))},
        "oracle_sample": _sampled(found, values),
    }


def _from_table(values: np.ndarray) -> float:
    """CPU seconds from a long table in memory to the matrix, which ecomplexity's figure includes."""
    rows, columns = np.nonzero(values)
    names = [pa.array([f"{kind}{n:05}" for n in range(size)]) for kind, size in zip("lp", values.shape, strict=True)]
    table = pa.table(
        {
            "location": names[0].take(pa.array(rows)),
            "product": names[1].take(pa.array(columns)),
            "value": pa.array(values[rows, columns]),
        }
    )
    started = time.process_time()
    next(grids_of(table, Columns()))
    return time.process_time() - started


def _whole(values: np.ndarray) -> dict[str, float]:
    """Largest differences from the slow oracle, every entry."""
    found, shape = measure(values), values.shape
    near = np.array([obvious.proximity_row(found.present, p) for p in range(shape[1])])
    locations, products = obvious.eigen(found.present)
    spread = locations.std()
    eci, pci = (locations - locations.mean()) / spread, (products - locations.mean()) / spread
    dense = np.array([[obvious.density(found.present, c, near[p]) for p in range(shape[1])] for c in range(shape[0])])
    raw = products / spread
    gain = [[obvious.gain(found.present, near, raw, c, p, "atlas") for p in range(shape[1])] for c in range(shape[0])]
    coi = np.array([obvious.outlook(found.present, dense, raw, c) for c in range(shape[0])])
    index = [[obvious.rca(values, c, p) for p in range(shape[1])] for c in range(shape[0])]
    pairs = {
        "rca": (found.rca, index),
        "eci": (found.eci, eci),
        "pci": (found.pci, pci),
        "proximity": (found.proximity, near),
        "density": (found.density, dense),
        "coi": (found.coi, (coi - coi.mean()) / coi.std()),
        "cog": (found.cog, gain),
    }
    return {name: float(np.nanmax(np.abs(np.asarray(a) - np.asarray(b)))) for name, (a, b) in pairs.items()}


def _sampled(found: Measures, values: np.ndarray) -> dict[str, float]:
    """Largest differences at the given size, of drawn entries; the eigenvector by what is left of its equation."""
    random = np.random.default_rng(3)
    present, worst = found.present, dict.fromkeys(("rca", "proximity", "density", "cog"), 0.0)
    locations, products = (random.integers(0, size, SAMPLE) for size in values.shape)
    here, product, total = values.sum(axis=1), values.sum(axis=0), values.sum()
    levels, around = found.pci + _middle(found), found.proximity.sum(axis=1)
    for n, (c, p) in enumerate(zip(locations, products, strict=True)):
        differences = {
            "rca": found.rca[c, p] - values[c, p] / here[c] / (product[p] / total),
            "density": found.density[c, p] - obvious.density(present, c, found.proximity[p]),
            "proximity": found.proximity[p, products[-n]] - obvious.proximity(present, p, products[-n]),
            "cog": found.cog[c, p]
            - (not present[c, p]) * float(sum(~present[c] * found.proximity[:, p] * levels / around)),
        }
        worst = {name: max(worst[name], abs(float(differences[name]))) for name in worst}
    over = present / present.sum(axis=1)[:, None]
    back = (present / present.sum(axis=0)).T @ (over @ levels)
    return {**worst, "pci_equation": float(np.abs(back - found.second * levels).max())}


def _middle(found: Measures) -> float:
    """What was taken off the PCI when it was centred: the eigenvector is orthogonal to ubiquity."""
    return -float(found.ubiquity @ found.pci / found.ubiquity.sum())


def peers(folder: Path, python: str, rounds: int) -> dict[str, dict[str, object]]:
    """What the other packages need and answer, in the environment that was given."""
    command = [python, str(PEERS), str(folder), str(rounds)]
    try:
        done = subprocess.run(command, env=_alone(), capture_output=True, text=True, check=True)
    except OSError as fault:
        raise Refused("complexity_peers", python=python, why=fault.strerror or str(fault)) from None
    except subprocess.CalledProcessError as fault:
        raise Refused("complexity_peers", python=python, why=(fault.stderr.strip() or "?").splitlines()[-1]) from None
    return json.loads(done.stdout.splitlines()[-1])


def compared(folder: Path, told: dict[str, dict[str, object]], mine: float) -> None:
    """Add to each peer how often ours is faster and how far the answers lie apart.

    Twenty reflections of made values leave nothing but rounding in Datawheel's ECI and PCI, so that their gain is
    compared with ours from their own PCI.
    """
    values = np.load(folder / "values.npy")
    for name, dialect in (("ecomplexity", DIALECTS["atlas"]), ("datawheel", DIALECTS["datawheel"])):
        if "cpu_s" not in told.get(name, {}):
            continue
        theirs, found = np.load(folder / f"{name}.npz"), measure(values, dialect)
        answers = {one: getattr(found, one) for one in theirs.files}
        if name == "datawheel":
            answers["cog"] = opportunity_gain(
                found.present, found.proximity, found.density, theirs["pci"], dialect.gain
            )
        told[name]["times_ours"] = round(float(str(told[name]["cpu_s"])) / mine, 1)
        told[name]["difference"] = {one: _apart(theirs[one], answers[one]) for one in theirs.files}


def _apart(one: np.ndarray, other: np.ndarray) -> float | None:
    """The largest difference; None where one of the two is undefined throughout."""
    both = np.abs(one - other)
    return None if np.isnan(both).all() else float(np.nanmax(both))


def _alone() -> dict[str, str]:
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    return {**os.environ, **dict.fromkeys(threads, "1")}


def shape_of(text: str) -> tuple[int, int]:
    """`1000x2000` as two numbers."""
    found = re.fullmatch(r"(\d+)[xX×](\d+)", text.strip())
    if not found or min(int(one) for one in found.groups()) < 3:
        raise Refused("complexity_shape", found=text)
    return int(found[1]), int(found[2])


def main(arguments: list[str] | None = None) -> None:
    """Measure, compare, print, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", default="1000x2000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", default="")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.worker:
        print(json.dumps(ours(given.worker, given.rounds)))
        return
    rows, columns = shape_of(given.shape)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "values.npy", drawn(rows, columns, given.seed))
        worker = [sys.executable, str(HERE), "--worker", name, "--rounds", str(given.rounds)]
        done = subprocess.run(worker, env=_alone(), capture_output=True, text=True, check=True)
        figures = {"shape": f"{rows}x{columns}", "seed": given.seed, "rounds": given.rounds}
        figures |= json.loads(done.stdout.splitlines()[-1])
        if given.peers:
            figures["peers"] = peers(folder, given.peers, given.rounds)
            compared(folder, figures["peers"], figures["cpu_s"])
    print(json.dumps(figures, indent=1))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
