"""All expressions and cases of a folder of a kit: its models, and the test files that ask them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.kit import Case, Kit, Suite
from yanlian.engine.feel.dmn.program import Program
from yanlian.engine.policy.lifted.cases import Asked, asked_of
from yanlian.engine.policy.lifted.sites import Site, sites_of


@dataclass(slots=True)
class Gathered:
    """Expressions, and the cases that ask them."""

    sites: list[Site] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def add(self, kit: Kit, suites: Iterable[Suite]) -> None:
        """Take in a folder. Models and test files are told apart by `where`, which must be their own in the kit."""
        cases: dict[str, list[Case]] = {name: [] for name in kit.models}
        for suite in suites:
            name = next((key for key, one in kit.models.items() if suite.model in {key, one.namespace}), "")
            told: dict[str, int] = {}
            for case in suite.cases:
                told[case.id] = told.get(case.id, 0) + 1
                again = f" ({told[case.id]})" if told[case.id] > 1 else ""
                own = replace(case, id=f"{suite.where} {case.id}{again}")
                if name and not case.unreadable:
                    cases[name].append(own)
                else:
                    self.asked.append(Asked(own.id, frozenset(), case.unreadable or "no such model"))
        for name, own_cases in cases.items():
            self._add_model(kit, name, own_cases)

    def _add_model(self, kit: Kit, name: str, cases: list[Case]) -> None:
        try:
            program: Program = kit.program(name)
        except Refused as refused:
            self.asked += [Asked(case.id, frozenset(), f"refused: {refused.code}") for case in cases]
            return
        self.sites += sites_of(program, cases)
        self.asked += [asked_of(program, case) for case in cases]
