"""The best lawful combination by looking at every set of outcomes: slow, and written from the rules as people read
them, to compare the search with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product

from tests.engine.policy.tiny_packs import Data

from yanlian.engine.dossier import Dossier
from yanlian.engine.policy import Evaluator
from yanlian.engine.policy.across import apply_caps, apply_stacking, in_order
from yanlian.engine.policy.outcome import Draft

Rule = Mapping[str, object]


def sides(rule: Rule) -> list[set[str]]:
    """Sets of clauses of which at most one may be in a combination."""
    if "only_with" in rule:
        return []
    if "only_without" in rule:
        return [{str(rule["clause"])}, set(names(rule["only_without"]))]
    return [set(names(one)) for one in listed(rule["not_together"])]


def needs(rule: Rule) -> tuple[set[str], set[str]]:
    """The clauses that need, and those of which they need one."""
    if "only_with" not in rule:
        return set(), set()
    return {str(rule["clause"])}, set(names(rule["only_with"]))


def listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def names(value: object) -> list[str]:
    return [str(one) for one in listed(value)]


def scope(draft: Draft, rule: Rule) -> str:
    per = rule.get("per", "year")
    return draft.period if per == "year" else draft.matter if per == "matter" else ""


def signature(draft: Draft, rules: Sequence[Rule]) -> tuple[object, ...]:
    """Where an outcome stands in all rules: outcomes that stand alike go together."""
    found: list[object] = []
    for n, rule in enumerate(rules):
        for role, group in enumerate([*sides(rule), *([] if sides(rule) else needs(rule))]):
            if draft.clause.id in group:
                found.append((n, role, scope(draft, rule)))
    return tuple(found)


def apart(a: Draft, b: Draft, rules: Sequence[Rule]) -> bool:
    """Whether two outcomes may not be given together."""
    for rule in rules:
        if scope(a, rule) != scope(b, rule):
            continue
        here, there = ([n for n, side in enumerate(sides(rule)) if one.clause.id in side] for one in (a, b))
        if here and there and here != there:
            return True
    return False


def wants(draft: Draft, among: Sequence[Draft], rules: Sequence[Rule]) -> Iterator[list[Draft]]:
    """For each need of an outcome those among the others that would meet it."""
    for rule in rules:
        dependents, givers = needs(rule)
        if draft.clause.id in dependents:
            yield [one for one in among if one.clause.id in givers and scope(one, rule) == scope(draft, rule)]


def lawful(chosen: Sequence[Draft], rules: Sequence[Rule]) -> bool:
    return not any(apart(a, b, rules) for a in chosen for b in chosen) and all(
        all(wants(one, chosen, rules)) for one in chosen
    )


@dataclass(frozen=True)
class Best:
    """What enumeration finds: fen by clause and matter, the total, the runner-up's total, and by clause and matter the
    highest total with it."""

    due: Mapping[tuple[str, str], int]
    total: int
    second: int | None
    with_each: Mapping[tuple[str, str], int]


def best(evaluator: Evaluator, dossier: Dossier, rules: Sequence[Rule]) -> Best:
    """Over all lawful sets. `evaluator`: of the same pack without the rules."""
    frame = evaluator.frame(dossier)
    drafts = [one for one in evaluator.drafts(frame) if one.kind != "not_applicable"]
    items = in_order(one for one in drafts if one.kind == "eligible")
    possible = _possible(items, rules)
    certain = _certain(possible, rules)
    open_ = [one for one in possible if one not in certain]
    classes = list(dict.fromkeys(signature(one, rules) for one in open_))
    found: list[tuple[int, tuple[bool, ...], dict[tuple[str, str], int]]] = []
    for bits in product((True, False), repeat=len(classes)):
        taken = {one for one, bit in zip(classes, bits, strict=True) if bit}
        chosen = [one for one in possible if one in certain or signature(one, rules) in taken]
        if lawful(chosen, rules):
            due = _due(frame, drafts, chosen)
            found.append((sum(due.values()), tuple(one in chosen for one in items), due))
    total, flags, due = max(found, key=lambda one: one[:2])
    others = [one for one in found if any(b and not a for a, b in zip(flags, one[1], strict=True))]
    with_each: dict[tuple[str, str], int] = {}
    for fen, its, _ in found:
        for one in (item for item, there in zip(items, its, strict=True) if there):
            key = (one.clause.id, one.matter)
            with_each[key] = max(fen, with_each.get(key, 0))
    return Best(due, total, max((one[0] for one in others), default=None), with_each)


def _possible(items: Sequence[Draft], rules: Sequence[Rule]) -> list[Draft]:
    """Without those that need what nobody has."""
    found = list(items)
    while True:
        kept = [one for one in found if all(wants(one, found, rules))]
        if len(kept) == len(found):
            return kept
        found = kept


def _certain(possible: Sequence[Draft], rules: Sequence[Rule]) -> list[Draft]:
    """Those that nothing stands against."""
    free = [one for one in possible if not any(apart(one, other, rules) for other in possible)]
    certain: list[Draft] = []
    while True:
        more = [one for one in free if all(wants(one, certain, rules))]
        if len(more) == len(certain):
            return certain
        certain = more


def _due(frame: object, drafts: Sequence[Draft], chosen: Sequence[Draft]) -> dict[tuple[str, str], int]:
    copies: list[Draft] = []
    for one in drafts:
        copy = Draft(
            one.clause,
            one.scope,
            one.matter,
            one.period,
            one.event_on,
            one.kind,
            one.amount_fen,
            one.clause_fen,
            deepcopy(one.reason),
            one.open_event,
        )
        if one not in chosen and one.kind == "eligible":
            copy.taken, copy.amount_fen = False, 0
        copies.append(copy)
    apply_stacking(copies)
    apply_caps(frame, copies)  # type: ignore[arg-type]
    return {(one.clause.id, one.matter): one.amount_fen for one in copies}


__all__ = ["Best", "Data", "best", "lawful", "signature"]
