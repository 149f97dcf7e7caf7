"""What a trial of a whole kit comes to: cases, shapes, rows, what was left to the interpreter and why, and every
difference; as lines for a person and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from yanlian.engine.feel.printer_values import shown
from yanlian.engine.policy.lifted.cases import Asked, State, Verdict, verdicts_of
from yanlian.engine.policy.lifted.shapes import shapes_of
from yanlian.engine.policy.lifted.sites import Site
from yanlian.engine.policy.lifted.trial import Difference, Trial, tried

_SAYS: dict[State, str] = {
    "compiled": "compiled as a whole",
    "constant": "compiled as a whole, of nothing but constants",
    "part": "compiled in part",
    "left": "not compiled",
    "differs": "kernel and interpreter differ",
}


@dataclass(frozen=True, slots=True)
class Why:
    """A reason why something was left to the interpreter: in how many cases and shapes, and of how many rows."""

    reason: str
    cases: int
    shapes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Report:
    """All trials of a kit and the verdicts of its cases."""

    trials: tuple[Trial, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def differences(self) -> list[tuple[Trial, Difference]]:
        """Rows that kernel and interpreter answer differently."""
        return [(trial, one) for trial in self.trials for one in trial.differences]

    @property
    def compared(self) -> int:
        """Rows that the kernel answered, each compared with the interpreter."""
        return sum(trial.compared for trial in self.trials)

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(trial.rows for trial in self.trials)

    def count(self, state: State) -> int:
        """How many cases went so."""
        return sum(one.state == state for one in self.verdicts)

    def reasons(self) -> list[Why]:
        """Why parts were left, those of most cases first."""
        cases = Counter(reason for one in self.verdicts for reason in one.reasons)
        shapes = Counter(reason for trial in self.trials for reason in trial.reasons)
        rows: Counter[str] = Counter()
        for trial in self.trials:
            for reason in trial.reasons:
                rows[reason] += trial.rows - trial.compared
        found = [Why(one, cases[one], shapes[one], rows[one]) for one in cases.keys() | shapes.keys()]
        return sorted(found, key=lambda why: (-why.cases, -why.shapes, why.reason))

    def lines(self) -> Iterator[str]:
        """The report as a person reads it."""
        for why in self.reasons():
            yield f"    {why.reason}: {why.cases} cases, {why.shapes} shapes, {why.rows} rows"
        yield f"{len(self.verdicts)} cases, {len(self.trials)} shapes, {self.rows} rows"
        for state, says in _SAYS.items():
            yield f"{says}: {self.count(state)} cases"
        for trial, one in self.differences:
            yield f"DIFFERS {_told(trial, one)}"
        yield f"{self.compared} rows compared, {len(self.differences)} differ"

    def as_json(self) -> dict[str, object]:
        """The same for programs, with every case."""
        return {
            "cases": {"all": len(self.verdicts)} | {str(state): self.count(state) for state in _SAYS},
            "shapes": len(self.trials),
            "rows": {"all": self.rows, "compared": self.compared, "differ": len(self.differences)},
            "reasons": [
                {"reason": why.reason, "cases": why.cases, "shapes": why.shapes, "rows": why.rows}
                for why in self.reasons()
            ],
            "differences": [_told(trial, one) for trial, one in self.differences],
            "each": [{"case": one.id, "state": one.state, "reasons": list(one.reasons)} for one in self.verdicts],
        }


def report_on(
    sites: Sequence[Site], asked: Iterable[Asked], step: Callable[[int, int], None] = lambda done, total: None
) -> Report:
    """Try all expressions; `step` is told how many of all shapes are done."""
    shapes = shapes_of(sites)
    trials: list[Trial] = []
    for shape in shapes:
        trials.append(tried(shape))
        step(len(trials), len(shapes))
    return Report(tuple(trials), tuple(verdicts_of(asked, sites, trials)))


def _told(trial: Trial, one: Difference) -> str:
    site, _ = trial.shape.sites[0]
    cells = ", ".join(f"{name} = {shown(cell)}" for name, cell in zip(trial.shape.names, one.row, strict=True))
    return (
        f"{site.where}: {site.element}: {trial.shape.text} with {cells or 'no constants'}:"
        f" kernel {one.kernel}, interpreter {shown(one.interpreter)}"
    )
