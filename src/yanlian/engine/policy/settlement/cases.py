"""Worked cases of several beneficiaries, for rules that hold over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from yanlian.base.figures import parse_figure
from yanlian.engine.dossier import Coverage, Dossier
from yanlian.engine.dossier.cases import row_of_case
from yanlian.engine.policy.amount import EXACT
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.expected import EACH, KINDS, TOTAL
from yanlian.engine.policy.model import Case
from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.settlement.cost import Payers, compare_shares
from yanlian.engine.policy.settlement.memory import settle_here

# What, expected, found.
Said = tuple[str, str, str]


def judged(evaluator: Evaluator, case: Case) -> list[Outcome]:
    """The outcomes of all beneficiaries of a case, settled; each has its name as `entity`."""
    schema, everything = evaluator.packs.schema, Coverage(everything=True)
    # Where nothing else decides, the code does: here the order in which they stand.
    names = {f"{n:06d}": one.name for n, one in enumerate(case.beneficiaries)}
    dossiers = [
        Dossier({**row_of_case(schema, one.facts, one.kind), "id": code}, schema, everything, case.as_of)
        for code, one in zip(names, case.beneficiaries, strict=True)
    ]
    found = [outcome for dossier in dossiers for outcome in evaluator.evaluate_dossier(dossier)]
    return [replace(one, entity=names[one.entity]) for one in settle_here(evaluator, dossiers, found)[0]]


def compare_beneficiaries(case: Case, outcomes: Sequence[Outcome], payers: Payers) -> Iterator[Said]:
    """Where outcomes are not as expected: `{name: {clause: amount | outcome | {…}}, total: …}`."""
    expect = case.expect
    if not isinstance(expect, Mapping):
        yield "expect", "{name: {clause: amount}}", str(expect)
        return
    names = {one.name for one in case.beneficiaries}
    for name, clauses in expect.items():
        if name == TOTAL:
            yield from _amount(TOTAL, clauses, sum(one.amount_fen for one in outcomes))
        elif name not in names or not isinstance(clauses, Mapping):
            yield str(name), "、".join(sorted(names)), str(clauses)
        else:
            yield from _compare_one(str(name), clauses, [one for one in outcomes if one.entity == name], payers)


def _compare_one(
    name: str, clauses: Mapping[object, object], outcomes: Sequence[Outcome], payers: Payers
) -> Iterator[Said]:
    for clause, wanted in clauses.items():
        own = [one for one in outcomes if one.clause == clause]
        what = f"{name} {clause}"
        if not own:
            yield what, str(wanted), "、".join(sorted({one.clause for one in outcomes})) or "—"
        elif isinstance(wanted, Mapping):
            yield from _compare_parts(what, wanted, own, payers)
        elif wanted in KINDS:
            if all(one.kind != wanted for one in own):
                yield what, str(wanted), "、".join(_shown(one) for one in own)
        else:
            yield from _amount(what, wanted, sum(one.amount_fen for one in own), own)


def _compare_parts(
    what: str, wanted: Mapping[object, object], own: Sequence[Outcome], payers: Payers
) -> Iterator[Said]:
    for key, value in wanted.items():
        if key not in EACH:
            yield what, " | ".join(sorted(EACH)), str(key)
        elif key == "outcome":
            if all(one.kind != value for one in own):
                yield what, str(value), "、".join(_shown(one) for one in own)
        elif key == "amount":
            yield from _amount(what, value, sum(one.amount_fen for one in own), own)
        elif key == "carried":
            yield from _amount(f"{what} carried", value, sum(_told(one, "carried_fen") for one in own))
        elif key == "shares":
            yield from compare_shares(f"{what} shares", value, [part for one in own for part in payers(one)])
        elif key == "rank":
            ranks = {_told(one, "rank") for one in own}
            if int(parse_figure(value)) not in ranks:
                yield f"{what} rank", str(value), "、".join(str(one) for one in sorted(ranks))
        elif key == "provisional":
            if any(("provisional" in one.reason) is not value for one in own):
                yield f"{what} provisional", str(value), "、".join(_shown(one) for one in own)
        else:
            facts = {str(fact["fact"]) for one in own for fact in _dicts(one.reason.get("missing"))}
            asked = {str(fact) for fact in value} if isinstance(value, list) else {str(value)}
            if not asked <= facts:
                yield f"{what} missing", "、".join(sorted(asked)), "、".join(sorted(facts)) or "—"


def _told(outcome: Outcome, key: str) -> int:
    """A figure of what budgets and quotas took."""
    return sum(value for cut in _dicts(outcome.reason.get("reduced")) if isinstance(value := cut.get(key), int))


def _dicts(found: object) -> list[Mapping[str, object]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _amount(what: str, wanted: object, found: int, own: Sequence[Outcome] = ()) -> Iterator[Said]:
    fen = int(EXACT.scaleb(parse_figure(wanted), 2))
    if fen != found:
        why = "、".join(_shown(one) for one in own)
        yield what, _yuan(fen), f"{_yuan(found)}{f' ({why})' if why else ''}"


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,.2f}元"


def _shown(one: Outcome) -> str:
    """An outcome in short: kind, amount, and what it was cut by."""
    cuts = [str(cut.get("label", "")) for cut in _dicts(one.reason.get("reduced"))]
    missing = [str(fact["fact"]) for fact in _dicts(one.reason.get("missing"))]
    failed = one.reason.get("failed")
    words = [*cuts, *missing, *([str(label) for label in failed] if isinstance(failed, list) else [])]
    manual = [str(one.reason["manual"])] if "manual" in one.reason else []
    return " ".join([one.kind, *words, *manual])
