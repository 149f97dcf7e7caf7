"""What holds over several clauses of one dossier: only the highest of a stacking group counts, then caps.

The same order as engine.policy.across. Where an outcome that a person must judge, or a payment made before, could
change the result, the interpreter does it; and where two clauses that exclude each other are both eligible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.combination.exclusion import GIVER, CompiledExclusion
from yanlian.engine.policy.compiled import CompiledCap, CompiledClause
from yanlian.engine.policy.lower.clauses import Judged
from yanlian.engine.policy.lower.dates import year_of
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.payments import nothing_paid
from yanlian.engine.policy.lower.values import NotLowered, Number, Text

_FEN = Fraction(1, 100)


@dataclass(slots=True, eq=False)
class Due:
    """What is due of a clause after stacking and caps. `alone`: before them; `winner`: the place of the member that won
    its group, or -1; `after`: the amounts after each cap that holds over it, in order."""

    judged: Judged
    alone: Node
    amount: Node
    winner: Node | None = None
    # What is due after stacking, before caps.
    stacked: Node | None = None
    after: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """A component: what is due of each clause, where the interpreter must do all of it, and where at most stacking
    and caps take anything away (elsewhere what is due is what the clause alone gives)."""

    due: tuple[Due, ...]
    ask: Node
    stacked: Node
    capped: Node


def settled(f: Formulas, members: Sequence[Judged], *, brief: bool = False) -> Settled:
    """Stacking and caps over the clauses of a component, in their order. `brief`: nobody wants to be told that an
    amount is provisional while a person has to judge another outcome."""
    b = f.builder
    alone = [b.choose(one.eligible, one.fen, b.const(0)) for one in members]
    dues = [Due(one, amount, amount) for one, amount in zip(members, alone, strict=True)]
    asks = [one.ask for one in members]
    stacked, capped = f.no, f.no
    clauses = [one.clause for one in members]
    asks += [_excluded(f, one, members) for one in exclusions_over(clauses)]
    for group in rivals(clauses):
        stacked = b.either(stacked, _several([dues[n].judged.eligible for n in group], f))
        asks.append(_stacked(f, [dues[n] for n in group], brief=brief))
    for cap, places in caps_over(clauses):
        # A cap that only clauses have which do not apply here is none.
        holds = b.either(*(members[n].applies for n in bearers(clauses, cap)))
        ask, low = _limited(f, cap, [dues[n] for n in places], holds, brief=brief)
        asks.append(ask)
        capped = b.either(capped, low)
    return Settled(tuple(dues), b.either(*asks), stacked, capped)


def exclusions_over(clauses: Sequence[CompiledClause]) -> list[CompiledExclusion]:
    """The exclusions that speak of clauses of a component."""
    return list(dict.fromkeys(one for clause in clauses for one in clause.exclusions))


def _excluded(f: Formulas, exclusion: CompiledExclusion, members: Sequence[Judged]) -> Node:
    """Where an exclusion may decide anything, which the interpreter works out: two rivals are eligible, a clause that
    needs another has none in its scope, a person must judge one of them, or something was paid before."""
    b = f.builder
    concerned = [one for one in members if exclusion in one.clause.exclusions]
    of = {one.clause.id: one for one in concerned}
    sides = [[of[clause].eligible for clause in side if clause in of] for side in exclusion.sides]
    asks = [_several([b.either(*side) for side in sides if side], f)]
    for clause in exclusion.dependents:
        if clause not in of:
            continue
        met, doubts = f.no, f.no
        for giver in exclusion.givers:
            if giver in of:
                same, doubt = _together(f, of[clause], of[giver], exclusion.per)
                met = b.either(met, b.both(same, of[giver].eligible))
                doubts = b.either(doubts, b.both(doubt, of[giver].eligible))
        asks.append(b.both(of[clause].eligible, b.either(b.negate(met), doubts)))
    anything = b.either(*(one.eligible for one in concerned))
    asks.append(b.both(anything, b.either(*(one.manual for one in concerned))))
    # What others need is given whatever was paid.
    barred = b.either(*(one.eligible for one in concerned if set(exclusion.roles(one.clause.id)) != {GIVER}))
    asks.append(b.both(barred, b.negate(nothing_paid(f, exclusion.since, set(exclusion.clauses)))))
    return b.either(*asks)


def _several(nodes: Sequence[Node], f: Formulas) -> Node:
    """Whether more than one of these holds."""
    b = f.builder
    one, more = f.no, f.no
    for node in nodes:
        more = b.either(more, b.both(one, node))
        one = b.either(one, node)
    return more


def rivals(clauses: Sequence[CompiledClause]) -> list[list[int]]:
    """The places of clauses of which only the highest counts."""
    found: dict[tuple[str, str], list[int]] = {}
    for n, clause in enumerate(clauses):
        stacking = clause.source.stacking
        if stacking is not None:
            found.setdefault((stacking.group, stacking.per), []).append(n)
    return [group for group in found.values() if len(group) > 1]


def _stacked(f: Formulas, group: list[Due], *, brief: bool) -> Node:
    """Leave the highest of those that compete; ties go to the clause that stands first."""
    b = f.builder
    per = group[0].judged.clause.source.stacking
    assert per is not None
    asks: list[Node] = []
    before = [due.amount for due in group]
    for i, due in enumerate(group):
        winner = b.const(-1)
        best = before[i]
        for j, other in enumerate(group):
            if i == j:
                continue
            same, doubt = _together(f, due.judged, other.judged, per.per)
            asks.append(b.both(doubt, due.judged.eligible, other.judged.eligible))
            competes = b.both(same, due.judged.eligible, other.judged.eligible)
            higher = b.compare("<", best, before[j])
            if j < i:
                # Of equal amounts the clause that stands first wins.
                first = b.both(b.compare("=", best, before[j]), b.compare("=", winner, b.const(-1)))
                higher = b.either(higher, first)
            wins = b.both(competes, higher)
            best = b.choose(wins, before[j], best)
            winner = b.choose(wins, b.const(j), winner)
        lost = b.compare("<=", b.const(0), winner)
        due.amount = due.stacked = b.choose(lost, b.const(0), before[i])
        due.winner = b.choose(b.compare("<", b.const(0), before[i]), winner, b.const(-1))
    if brief:
        return b.either(*asks)
    manual = b.either(*(due.judged.manual for due in group))
    asks.append(b.both(manual, b.either(*(due.judged.eligible for due in group))))
    return b.either(*asks)


def _together(f: Formulas, a: Judged, c: Judged, per: str) -> tuple[Node, Node]:
    """Whether two outcomes fall into one bucket, and whether that cannot be told."""
    if per == "life":
        return f.builder.true, f.no
    return _same_period(f, a, c) if per == "year" else _same_matter(f, a, c)


def _same_period(f: Formulas, a: Judged, c: Judged) -> tuple[Node, Node]:
    if isinstance(a.period, str) and isinstance(c.period, str):
        return f.builder.truth(a.period == c.period), f.no
    first, second = _year(f, a), _year(f, c)
    if first is None or second is None:
        # A word is no year.
        return f.no, f.no
    return f.builder.compare("=", first, second), f.no


def _year(f: Formulas, one: Judged) -> Node | None:
    if isinstance(one.period, str):
        return f.builder.const(int(one.period)) if _is_year(one.period) else None
    if one.period is not None:
        return one.period
    assert one.event is not None
    year, _ = f.by_day(one.event.day, year_of)
    return year


def _is_year(text: str) -> bool:
    return text.isdecimal() and str(int(text)) == text


def _same_matter(f: Formulas, a: Judged, c: Judged) -> tuple[Node, Node]:
    first, second = _matter(f, a), _matter(f, c)
    if first is None or second is None:
        return f.builder.true, f.builder.true
    return f.builder.compare("=", first.code, second.code), f.no


def _matter(f: Formulas, one: Judged) -> Text | None:
    return f.text("") if one.event is None else one.event.matter_text


# Caps


def caps_over(clauses: Sequence[CompiledClause]) -> list[tuple[CompiledCap, list[int]]]:
    """Each cap in the order in which they are applied, with the places of the clauses it holds over."""
    found: list[tuple[CompiledCap, list[int]]] = []
    for over in ("clause", "group", "document"):
        keys: dict[tuple[object, ...], CompiledCap] = {}
        for clause in clauses:
            for cap in clause.caps:
                if cap.source.over == over:
                    keys.setdefault(cap_key(clause, cap), cap)
        found += [(cap, [n for n, one in enumerate(clauses) if is_under(one, cap, key)]) for key, cap in keys.items()]
    # One that excepts all clauses that are run holds over nothing.
    return [(cap, places) for cap, places in found if places]


def cap_key(clause: CompiledClause, cap: CompiledCap) -> tuple[object, ...]:
    """What tells a cap from others: its clause, its document, or its words and group."""
    if cap.source.over == "clause":
        return id(cap), clause.id
    if cap.source.over == "document":
        return id(cap), clause.source.document
    text = " ".join(cap.amount.formula.text.split())
    return (cap.source.label, cap.source.per, text, cap.source.exempt), clause.document.pack.id, cap.source.name


def is_under(clause: CompiledClause, cap: CompiledCap, key: tuple[object, ...]) -> bool:
    """Whether a cap holds over a clause."""
    if clause.id in cap.source.exempt:
        return False
    if cap.source.over == "clause":
        return key[1] == clause.id
    if cap.source.over == "document":
        return key[1] == clause.source.document and (not cap.inherited or cap in clause.caps)
    if clause.document.pack.id != key[1]:
        return False
    if clause.source.stacking is not None and clause.source.stacking.group == key[2]:
        return True
    return any(own.source.over == "group" and own.source.name == key[2] and not own.inherited for own in clause.caps)


def bearers(clauses: Sequence[CompiledClause], cap: CompiledCap) -> list[int]:
    """The places of the clauses that a cap is written for."""
    key = next(cap_key(one, cap) for one in clauses if any(own is cap for own in one.caps))
    return [
        n
        for n, one in enumerate(clauses)
        if any(own.source.over == cap.source.over and cap_key(one, own) == key for own in one.caps)
    ]


def _limited(f: Formulas, cap: CompiledCap, members: list[Due], holds: Node, *, brief: bool) -> tuple[Node, Node]:
    """Lower amounts in order until their sum keeps the limit, where there is one. Where the interpreter must do it; and
    where, at most, anything is lowered."""
    b = f.builder
    asks: list[Node] = []
    taken: list[tuple[Due, Node]] = []
    paying_any = b.either(*(b.both(due.judged.eligible, b.compare("<", b.const(0), due.amount)) for due in members))
    anything = b.both(paying_any, holds)
    whole: Node = b.const(0)
    least: Node | None = None
    for due in members:
        whole = b.add(whole, b.choose(due.judged.eligible, due.judged.fen, b.const(0)))
        paying = b.both(holds, due.judged.eligible, b.compare("<", b.const(0), due.amount))
        limit, doubts = _limit(f, cap, due)
        least = limit if least is None else b.arithmetic("min", least, limit)
        asks += [b.both(paying, doubt) for doubt in doubts]
        used: Node = b.const(0)
        for other, amount in taken:
            same, doubt = _together(f, due.judged, other.judged, cap.source.per)
            asks.append(b.both(paying, doubt, other.judged.eligible))
            used = b.add(used, b.choose(same, amount, b.const(0)))
        left = b.arithmetic("max", b.subtract(limit, used), b.const(0))
        after = b.choose(paying, b.arithmetic("min", due.amount, left), due.amount)
        due.after.append(after)
        due.amount = after
        taken.append((due, after))
    if not brief:
        asks.append(b.both(anything, b.either(*(due.judged.manual for due in members))))
    asks.append(b.both(anything, b.negate(nothing_paid(f, _since(members)))))
    assert least is not None
    return b.either(*asks), b.compare("<", least, whole)


def _limit(f: Formulas, cap: CompiledCap, due: Due) -> tuple[Node, list[Node]]:
    """A limit in fen for a clause, and what makes the interpreter work it out."""
    b = f.builder
    value = due.judged.place.lowered(cap.amount)
    if not isinstance(value, Number):
        raise NotLowered(f"cap {cap.source.label}")
    limit = f.rounded(value, _FEN, "floor")
    node, inside = b.narrowed(limit.num, 0, (1 << 62) - 1)
    return node, [b.negate(f.clean(limit)), b.both(b.negate(inside), b.compare("<", b.const(0), limit.num))]


def _since(members: Sequence[Due]) -> date:
    return min(due.judged.clause.document.source.valid_from for due in members)
