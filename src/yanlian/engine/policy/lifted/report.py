"""What a trial of a whole kit comes to: expressions, shapes, rows, what was given up and why, and every difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from yanlian.engine.feel.printer_values import shown
from yanlian.engine.policy.lifted.shapes import shapes_of
from yanlian.engine.policy.lifted.sites import Site
from yanlian.engine.policy.lifted.trial import Trial, tried


@dataclass(frozen=True, slots=True)
class Report:
    """All sites and trials of a kit."""

    sites: tuple[Site, ...]
    trials: tuple[Trial, ...]

    @property
    def expressions(self) -> int:
        """Expressions of the kit, however often their inputs are given."""
        return len({_place(site) for site in self.sites})

    @property
    def unreadable(self) -> int:
        """Expressions that are no FEEL: the kit wants them refused."""
        return len({_place(site) for site in self.sites if site.tree is None})

    @property
    def differences(self) -> int:
        """Rows that kernel and interpreter answer differently."""
        return sum(len(trial.differences) for trial in self.trials)

    def expressions_of(self, trials: Iterable[Trial]) -> int:
        """How many expressions of the kit these trials stand for."""
        return len({_place(site) for trial in trials for site in trial.shape.sites})

    def lines(self) -> Iterator[str]:
        """The report as a person reads it."""
        trials = self.trials
        whole = [one for one in trials if one.whole]
        part = [one for one in trials if one.ran and not one.whole]
        none = [one for one in trials if not one.ran]
        yield f"{self.expressions} expressions, {self.unreadable} of them no FEEL; {len(trials)} shapes"
        for name, some in (("as a whole", whole), ("in part", part), ("not at all", none)):
            rows, compared = sum(one.rows for one in some), sum(one.compared for one in some)
            yield (
                f"compiled {name}: {len(some)} shapes of {self.expressions_of(some)} expressions, {rows} rows,"
                f" {compared} compared, {rows - compared} given up"
            )
        yield from self._reasons()
        for trial in trials:
            yield from _differences(trial)
        yield f"{sum(one.compared for one in trials)} rows compared, {self.differences} differences"

    def _reasons(self) -> Iterator[str]:
        counts: Counter[str] = Counter()
        rows: Counter[str] = Counter()
        for trial in self.trials:
            for reason in trial.reasons or (("a value outside of what was promised",) if trial.given_up else ()):
                counts[reason] += 1
                rows[reason] += trial.given_up
        for reason, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
            yield f"    {reason}: {count} shapes, {rows[reason]} rows given up"


def report_on(sites: Iterable[Site]) -> Report:
    """Try all expressions."""
    found = tuple(sites)
    return Report(found, tuple(tried(shape) for shape in shapes_of(found)))


def _place(site: Site) -> tuple[str, str, int]:
    return site.where, site.element, site.number


def _differences(trial: Trial) -> Iterator[str]:
    site = trial.shape.sites[0]
    for one in trial.differences:
        cells = ", ".join(f"{name} = {shown(cell)}" for name, cell in zip(trial.shape.names, one.row, strict=True))
        yield (
            f"    DIFFERS {site.where}: {site.element}: {trial.shape.text} with {cells}:"
            f" kernel {one.kernel}, interpreter {shown(one.interpreter)}"
        )
