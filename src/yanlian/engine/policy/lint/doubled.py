"""Two clauses that pay for the same thing, with nothing between them: no common group, no exclusion, no common cap.

Clauses of packs that can meet in one district (one's district lies in the other's) are laid side by side two by two.
Conditions over constants decide whether one event can satisfy both; where they leave it open, it is taken that it can.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from yanlian.engine.feel import ast
from yanlian.engine.feel.tables import Column, Rule, examine
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.lint.reads import kind_of_event
from yanlian.engine.policy.lint.terms import Bound, field_names, ways_of
from yanlian.engine.policy.model import Clause

_STEPS = 20_000
_EVENT = "事件"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a clause pays for: the kind of record of its event, or the figures it takes a share of."""

    clause: CompiledClause
    event: str
    figures: frozenset[str]
    ways: tuple[tuple[Bound, ...], ...]


def note_doubled(review: Review) -> None:
    """Every pair of clauses that may pay the same beneficiary for the same thing."""
    claims = list(_claims(review))
    for first, second in combinations(claims, 2):
        if not _may_meet(first, second) or _tied(first.clause, second.clause):
            continue
        if first.event and first.event == second.event:
            _note(review, "lint_double_event", first, second, review.packs.schema.records[first.event].zh)
        elif not first.event and not second.event and first.figures & second.figures:
            _note(review, "lint_double_base", first, second, "、".join(sorted(first.figures & second.figures)))


def _claims(review: Review) -> Iterator[Claim]:
    taken = field_names(review.packs.schema)
    for clause in review.clauses:
        if clause.source.gate_only or clause.source.manual or clause.document.source.status == "repealed":
            continue
        event = kind_of_event(clause, review.packs.schema)
        figures = {
            one.name for one in review.reads(clause) if one.role == "amount" and one.field and one.field.type == "money"
        }
        day = clause.document.source.valid_from
        ways = tuple(tuple(_of_event(clause, one) for one in way) for way in ways_of(clause, day, taken))
        yield Claim(clause, event.key if event else "", frozenset(figures), ways)


def _of_event(clause: CompiledClause, bound: Bound) -> Bound:
    """A bound in which the event goes by one name, whatever the clause calls it."""
    event = clause.source.event
    if event is None or event.name == _EVENT:
        return bound
    return replace(bound, key=bound.key.replace(f"{event.name}.", f"{_EVENT}."))


def _may_meet(first: Claim, second: Claim) -> bool:
    """Whether one beneficiary may have both: same district, same kind, same time, conditions that do not shut out."""
    a, b = first.clause, second.clause
    if not set(a.source.subject) & set(b.source.subject):
        return False
    if not _same_district(a.document.pack.district, b.document.pack.district) or not _same_time(a, b):
        return False
    known: dict[tuple[int, int], bool] = {}
    return any(_agree(one, other, known) for one in first.ways for other in second.ways)


def _agree(first: Sequence[Bound], second: Sequence[Bound], known: dict[tuple[int, int], bool]) -> bool:
    """Whether two ways ask nothing that shuts the other out."""
    for one in first:
        for other in second:
            if one.key == other.key:
                key = (id(one.tests), id(other.tests))
                if key not in known:
                    known[key] = _are_disjoint(one.tests, other.tests)
                if known[key]:
                    return False
    return True


def _same_district(first: str, second: str) -> bool:
    """Whether one district lies in the other: codes of GB/T 2260, zeros at the end for the larger."""
    a, b = (_stem(code) for code in (first, second))
    return a.startswith(b) or b.startswith(a)


def _stem(code: str) -> str:
    if code in {"100000", "000000", ""}:
        return ""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def _same_time(first: CompiledClause, second: CompiledClause) -> bool:
    def span(clause: CompiledClause) -> tuple[date, date]:
        document = clause.document.source
        return document.valid_from, document.payable_until or document.valid_to or date.max

    (start, end), (since, until) = span(first), span(second)
    return start <= until and since <= end


def _are_disjoint(first: ast.UnaryTests, second: ast.UnaryTests) -> bool:
    column = Column("", allowed=second, expression=ast.Name("?"))
    found = examine([column], [Rule((first,))], "C", steps=_STEPS, most=1)
    return any(one.kind == "never_true" and not one.reason for one in found)


def _tied(first: CompiledClause, second: CompiledClause) -> bool:
    """Whether something holds between the two: a group, an exclusion, a common cap, or that they are stages of one."""
    a, b = first.source, second.source
    if a.stage is not None and b.stage is not None and a.stage.base == b.stage.base:
        return True
    if _groups(first) & _groups(second):
        return True
    owners = (first.document.source, second.document.source, first.document.pack, second.document.pack)
    for owner in owners:
        for exclusion in owner.exclusions:
            names = {exclusion.clause, *(one for entry in exclusion.entries for one in entry)}
            if _is_named(a, names) and _is_named(b, names):
                return True
    wide = [cap.source for clause in (first, second) for cap in clause.caps if cap.source.members]
    return any(_is_named(a, cap.members) and _is_named(b, cap.members) for cap in wide)


def _is_named(clause: Clause, names: Collection[str]) -> bool:
    """By its own id or by that of its document."""
    return clause.id in names or clause.document in names


def _groups(clause: CompiledClause) -> set[str]:
    names = {cap.source.name for cap in clause.caps if cap.source.over == "group"}
    return names | ({clause.source.stacking.group} if clause.source.stacking else set())


def _note(review: Review, code: str, first: Claim, second: Claim, found: str) -> None:
    """Told at the later of the two."""
    a, b = first.clause, second.clause
    same = a.document is b.document
    review.note(
        b,
        code,
        "hint" if same else "warning",
        other=a.id,
        title=a.source.title,
        document=a.document.source.title,
        found=found,
    )
