"""What the cases of a kit come to: a case is compiled when every expression it asks is, with the values it gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.graph import Node
from yanlian.engine.feel.dmn.kit import Case
from yanlian.engine.feel.dmn.program import Program
from yanlian.engine.policy.lifted.sites import Site
from yanlian.engine.policy.lifted.trial import Trial

State = Literal["compiled", "constant", "part", "left", "differs"]
# An element by the file of its model and its name.
Element = tuple[str, str]
TOO_WIDE = "a value beyond 64 bits or beyond the dates of the calendar"
NOTHING = "no expression of FEEL"


@dataclass(frozen=True, slots=True)
class Asked:
    """A case by its id, which no other case has, and the elements that it asks, directly or not; or why it cannot be
    asked at all."""

    id: str
    elements: frozenset[Element]
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a case went. `state`: all of it compiled and its own values answered by the kernel; the same of nothing but
    constants, which is worked out while compiling; in part; left to the interpreter; or a row of one of its expressions
    differs. `reasons`: why not all of it was compiled."""

    id: str
    state: State
    reasons: tuple[str, ...] = ()


def asked_of(program: Program, case: Case) -> Asked:
    """The elements that a case asks: those it names, and all that they require."""
    waiting: list[Node] = []
    for name, space in [(case.invocable, case.namespace), *((one.name, one.namespace) for one in case.expected)]:
        try:
            waiting.append(program.find(name, space or case.namespace))
        except Refused:
            # Of a service the results are named, which are elements or nothing.
            continue
    seen: dict[Element, None] = {}
    while waiting:
        node = waiting.pop()
        key = (node.model.where, node.name)
        if key not in seen:
            seen[key] = None
            waiting += [target for _, target in program.graph.required(node)]
            if isinstance(node.element, dmn.DecisionService):
                waiting += program.graph.service_parts(node, node.element.outputs)
    return Asked(case.id, frozenset(seen))


def verdicts_of(asked: Iterable[Asked], sites: Iterable[Site], trials: Iterable[Trial]) -> Iterator[Verdict]:
    """The verdict of every case."""
    trial_of = {id(site): (trial, cells in trial.left) for trial in trials for site, cells in trial.shape.sites}
    by_element: dict[Element, list[Site]] = {}
    for site in sites:
        by_element.setdefault((site.where, site.element), []).append(site)
    for case in asked:
        own = [
            site
            for element in sorted(case.elements)
            for site in by_element.get(element, ())
            if site.cases is None or case.id in site.cases
        ]
        yield _verdict(case, own, trial_of)


def _verdict(case: Asked, sites: list[Site], trial_of: Mapping[int, tuple[Trial, bool]]) -> Verdict:
    reasons: dict[str, None] = {} if sites else {case.refused or NOTHING: None}
    states: set[State] = set()
    for site in sites:
        if site.tree is None:
            reasons.setdefault(NOTHING)
            states.add("left")
            continue
        trial, left = trial_of[id(site)]
        reasons |= dict.fromkeys(trial.reasons or ((TOO_WIDE,) if left else ()))
        states.add(_state(trial, left=left))
    if "differs" in states:
        return Verdict(case.id, "differs", tuple(reasons))
    if not states or states == {"left"}:
        return Verdict(case.id, "left", tuple(reasons))
    if states & {"part", "left"}:
        return Verdict(case.id, "part", tuple(reasons))
    return Verdict(case.id, "compiled" if "compiled" in states else "constant")


def _state(trial: Trial, *, left: bool) -> State:
    if trial.differences:
        return "differs"
    if not trial.ran:
        return "left"
    if not trial.whole or left:
        return "part"
    return "compiled" if trial.shape.kinds else "constant"
