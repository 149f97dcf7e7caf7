"""The sandbox's answers at a given size: seconds and memory, the packs of the repository.

    yanlian bench sandbox [--enterprises 100000] [--questions 15] [--snapshot DIR] [--json FILE]
    python bench/sandbox.py …                          the same

Dossiers of a snapshot (one that `yanlian demo --no-serve` made; by default the largest under the data folder) are
repeated under new ids until there are so many enterprises; institutions, parks and persons come along. A question
changes one figure of one clause that pays: the value is another one each time, so that no answer was kept from before.
*Cold* is everything from nothing to the first totals; *warm* a question to a sandbox that is open: reading the change,
building the packs, compiling, running, comparing by groups and spread. The answers of some questions are compared with
those of a new sandbox over the changed packs (`same`). Wall and CPU seconds, medians; compare ratios, not seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.compute as pc
from real_packs import AS_OF, PACKS, repeated

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.overlay import open_dossiers
from yanlian.engine.policy import Evaluator
from yanlian.engine.policy.revision import Change, Proposal, Shelf
from yanlian.engine.policy.revision.figures import ClauseFigure, figures_of
from yanlian.engine.stream.sandbox import Held, Judgement, Sandbox, compared
from yanlian.engine.stream.sandbox.curve import curve, steps_between
from yanlian.engine.stream.sandbox.traits import beneficiaries

_CURVE_POINTS = 11


def largest(data: Path) -> Path:
    """The snapshot with the most dossiers under a data folder. Refused: there is none worth the name."""
    found = [one.parent for one in (data / "snapshots").glob("*/manifest.json")]
    sized = sorted((sum(open_dossiers(one).sizes()), one) for one in found)
    if not sized or sized[-1][0] < 1000:
        raise Refused("sandbox_no_snapshot", folder=str(data / "snapshots"))
    return sized[-1][1]


def enterprises_in(snapshot: Path) -> tuple[int, int]:
    """How many enterprises, and dossiers in all."""
    source = open_dossiers(snapshot)
    kinds = [source.read(group, ["kind"]).column("kind") for group in range(len(source.sizes()))]
    return sum(pc.sum(pc.equal(one, "enterprise")).as_py() or 0 for one in kinds), sum(source.sizes())


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def questions_of(box: Sandbox, base: Judgement, wanted: int) -> list[tuple[str, ClauseFigure]]:
    """Figures of clauses that pay, one a clause in turn, until there are enough."""
    paying = [one for one in base.clauses.values() if base.figures[one.id].total_fen > 0]
    by_clause = [(one.id, [f for f in figures_of(box.shelf, one) if f.value > 1]) for one in paying]
    found: list[tuple[str, ClauseFigure]] = []
    for turn in range(max((len(figures) for _, figures in by_clause), default=0)):
        found += [(clause, figures[turn]) for clause, figures in by_clause if turn < len(figures)]
    return found[:wanted]


def measured(dossiers: Path, questions: int) -> dict[str, object]:
    """All figures for a data set."""
    kept: list[object] = []

    def opened() -> None:
        box = Sandbox(PACKS, Held(dossiers), AS_OF)
        base = box.base()
        who = beneficiaries(box.held, box.judge, Evaluator(box.packs, AS_OF))
        compared(base, base, who)
        kept[:] = [box, base, who]

    cold = timed(opened)
    box, base, who = kept
    warm: list[tuple[float, float]] = []
    told: list[dict[str, object]] = []
    for clause, figure in questions_of(box, base, questions):
        proposal = Proposal("", (Change(figure.at, f"{figure.value * 9 / 10:f}"),))
        found: list[Judgement] = []

        def ask(proposal: Proposal = proposal, found: list[Judgement] = found) -> None:
            found.append(box.ask(proposal))
            compared(base, found[0], who)

        wall, cpu = timed(ask)
        warm.append((wall, cpu))
        one = {"clause": clause, "at": figure.at, "wall": wall, "cpu": cpu, "interpreted": found[0].interpreted}
        told.append(one | {"difference_fen": found[0].total_fen - base.total_fen})
    at, figure = questions_of(box, base, 1)[0]
    values = steps_between(figure.value / 2, figure.value * 2, _CURVE_POINTS)
    along = timed(lambda: list(curve(box, figure.at, values)))
    return {
        "dossiers": box.held.rows,
        "clauses": len(base.clauses),
        "base_interpreted": base.interpreted,
        "base_total_fen": base.total_fen,
        "cold_wall": cold[0],
        "cold_cpu": cold[1],
        "warm_wall": statistics.median(wall for wall, _ in warm),
        "warm_cpu": statistics.median(cpu for _, cpu in warm),
        "warm_wall_worst": max(wall for wall, _ in warm),
        "warm_cpu_worst": max(cpu for _, cpu in warm),
        "curve_points": _CURVE_POINTS,
        "curve_clause": at,
        "curve_wall": along[0],
        "curve_cpu": along[1],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "questions": told,
    }


def agreed(snapshot: Path, questions: int) -> bool:
    """Whether a sandbox says the same as a new one that builds and works out everything, over the snapshot itself."""
    box = Sandbox(PACKS, Held(snapshot), AS_OF)
    base = box.base()
    for _, figure in questions_of(box, base, questions):
        proposal = Proposal("", (Change(figure.at, f"{figure.value * 9 / 10:f}"),))
        evaluator = Evaluator(Shelf(PACKS).revised(proposal, whole=True).packs, AS_OF)
        whole, quick = box.judge.judge(evaluator), box.ask(proposal).figures
        if any((one.fen != quick[id_].fen).any() or one.kinds != quick[id_].kinds for id_, one in whole.items()):
            return False
    return True


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--enterprises", type=int, default=100_000)
    asked.add_argument("--questions", type=int, default=15)
    asked.add_argument("--snapshot", type=Path)
    asked.add_argument("--json", type=Path)
    told = asked.parse_args(arguments)
    snapshot = told.snapshot or largest(Path(os.environ.get("YANLIAN_DATA", "data")))
    enterprises, rows = enterprises_in(snapshot)
    with tempfile.TemporaryDirectory(prefix="yanlian-sandbox-") as scratch:
        dossiers = repeated(snapshot, -(-told.enterprises * rows // enterprises), Path(scratch))
        found: dict[str, object] = {"enterprises": enterprises_in(dossiers)[0], **measured(dossiers, told.questions)}
    found["same"] = agreed(snapshot, 3)
    print(
        f"{found['enterprises']:,} enterprises ({found['dossiers']:,} dossiers), {found['clauses']} clauses\n"
        f"from nothing to the first totals: {found['cold_wall']:.1f} s ({found['cold_cpu']:.1f} s of CPU); "
        f"the interpreter judged {found['base_interpreted']:,} times\n"
        f"a changed figure, warm: median {found['warm_wall']:.2f} s ({found['warm_cpu']:.2f} s of CPU), "
        f"worst {found['warm_wall_worst']:.2f} s ({found['warm_cpu_worst']:.2f})\n"
        f"a curve of {found['curve_points']} points: {found['curve_wall']:.2f} s ({found['curve_cpu']:.2f} s of CPU)\n"
        f"most memory {found['peak_mb']:.0f} MB; the same as worked out in full: {found['same']}"
    )
    if told.json is not None:
        told.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
