"""Filters, `for`, `some` and `every`: what walks over lists, certain members and maybe members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from yanlian.engine.feel import ast
from yanlian.engine.feel.compare import Truth, conjunction, disjunction
from yanlian.engine.feel.frame import Frame, Piece, Run
from yanlian.engine.feel.normal import ATOMS, clean
from yanlian.engine.feel.numbers import MAX_LIST, truncated, whole
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.temporal import FarDate, from_ordinal, ordinal
from yanlian.engine.feel.values import Fault, IncompleteList, Missing, Range, Unknown, fault, union

# Functions whose result has no part of the list they are given but its members.
_LOOK = frozenset({"count", "sum", "min", "max", "mean", "median", "list contains", "index of"})


def compile_filter(unit: Unit, node: ast.Filter, scope: Scope) -> Piece:
    """`source[n]` and `source[condition]`."""
    source = unit.compile(node.source, scope)
    slot = unit.slot()
    condition = unit.compile(node.condition, scope.filtered(Binding(slot, source.origin)))
    place = node.place
    if condition.fixed and isinstance(condition.value, Decimal):
        number = condition.value
        listed = source.raw or source.run
        n = truncated(number) or 0

        def run_index(f: Frame) -> object:
            members = listed(f)
            if type(members) is list and n and -len(members) <= n <= len(members):
                return clean(members[n - 1 if n > 0 else n])
            return f.settle(index(members, number), place)

        return Piece(run_index)
    # Members are cleaned one by one as the test meets them.
    start, test, truth = source.raw or source.run, condition.run, condition.truth

    def run(f: Frame) -> object:
        value = start(f)
        if type(value) is Unknown:
            return value.plain()
        members = value if isinstance(value, list) else ([] if value is None else [value])
        if truth:
            return select(f, members, slot, test)
        return _numbered_or_selected(f, value, members, slot, test, place)

    return Piece(run, origin=source.origin)


def index(value: object, number: Decimal) -> object:
    """The n-th member, from 1, or from the end with a negative n; what is no list is a list of one.

    Decimals are cut off, as they are for the positions that functions take.
    """
    if type(value) is Unknown or (isinstance(value, IncompleteList) and value.is_open):
        return union(value)
    members = value if isinstance(value, list) else ([] if value is None else [value])
    n = truncated(number)
    if n is None or n == 0 or not -len(members) <= n <= len(members):
        return fault("feel_index", index=number, count=len(members))
    return clean(members[n - 1 if n > 0 else n])


def _numbered_or_selected(
    f: Frame, value: object, members: list[object], slot: int, test: Run, place: ast.Place
) -> object:
    """`source[e]` where e may be a number: an index if e is a number for every member, else a condition."""
    if not members and not (isinstance(members, IncompleteList) and members.is_open):
        f.slots[slot] = None
        only = test(f)
        if type(only) is Unknown:
            return only.plain()
        return f.settle(index(value, only), place) if type(only) is Decimal else []
    results: list[object] = []
    kept = select(f, members, slot, test, results)
    known = [result for result in results if type(result) is not Unknown]
    if len(known) == 0:
        return union(*results)
    if all(type(result) is Decimal for result in known):
        if len(known) < len(results):
            return union(*results)
        number = known[0]
        assert type(number) is Decimal
        return f.settle(index(value, number), place)
    return kept


def select(f: Frame, members: list[object], slot: int, test: Run, results: list[object] | None = None) -> list[object]:
    """The members that pass a test: certainly, or maybe where the test is unknown. `results` takes what it gave."""
    f.meter.spend(len(members) + 1)
    slots = f.slots
    kept: list[object] = []
    maybe: list[object] = []
    missing: set[Missing] = set()
    for member in members:
        if type(member) not in ATOMS:
            member = Decimal(member) if type(member) is int else clean(member)
        slots[slot] = member
        result = test(f)
        if results is not None:
            results.append(result)
        if result is True:
            kept.append(member)
        elif type(result) is Unknown:
            maybe.append(member)
            missing |= result.missing
    if not isinstance(members, IncompleteList) or not members.is_open:
        return IncompleteList(kept, maybe, missing, bounded=True) if maybe else kept
    missing |= members.missing
    for member in members.maybe:
        member = slots[slot] = clean(member)
        result = test(f)
        if results is not None:
            results.append(result)
        if result is True or type(result) is Unknown:
            maybe.append(member)
            # What stands for records nobody delivered lacks those records, not the field that the test looked at.
            lack: frozenset[Missing] | None = getattr(member, "lack", None)
            missing |= (result.missing if isinstance(result, Unknown) else frozenset()) if lack is None else lack
    if maybe or not members.bounded:
        return IncompleteList(kept, maybe, missing, bounded=members.bounded)
    return kept


@dataclass(frozen=True, slots=True)
class _Iterator:
    slot: int
    source: Run
    upto: Run | None


def _iterators(unit: Unit, iterations: tuple[ast.Iteration, ...], scope: Scope) -> tuple[list[_Iterator], Scope]:
    found: list[_Iterator] = []
    for iteration in iterations:
        source = unit.compile(iteration.source, scope)
        upto = None if iteration.upto is None else unit.compile(iteration.upto, scope).run
        slot = unit.slot()
        found.append(_Iterator(slot, source.raw or source.run, upto))
        scope = scope.inner({iteration.name: Binding(slot, source.origin)})
    return found, scope


@dataclass(slots=True)
class _Gathered:
    """What a walk over iterators gives: results of certain members, of maybe members, and what stops the walk."""

    certain: list[object] = field(default_factory=list)
    maybe: list[object] = field(default_factory=list)
    missing: set[Missing] = field(default_factory=set)
    bounded: bool = True
    stop: Unknown | Fault | None = None
    copied: bool = True

    def is_open(self) -> bool:
        return bool(self.maybe) or not self.bounded


def compile_for(unit: Unit, node: ast.For, scope: Scope) -> Piece:
    """`for … return …`; `partial` is the list of results so far."""
    iterators, inner = _iterators(unit, node.iterations, scope)
    partial = unit.slot()
    uses_partial = any(_is_partial(n) for n, _ in ast.walk(node.body))
    copied = uses_partial and _may_keep_partial(node.body)
    body = unit.compile(node.body, inner.inner({"partial": Binding(partial)}) if uses_partial else inner).run
    place = node.place

    slot = iterators[0].slot
    alone = len(iterators) == 1 and not uses_partial

    def run(f: Frame) -> object:
        source = _members(f, iterators[0])
        if alone and type(source) is list and len(source) <= MAX_LIST:
            return _results(f, source, slot, body)
        found = _Gathered()
        if uses_partial:
            f.slots[partial] = found.certain
        found.copied = copied
        _walk(f, iterators, 0, body, found, partial if uses_partial else -1, certain=True, first=source)
        if found.stop is not None:
            return f.settle(found.stop, place)
        if found.is_open():
            return IncompleteList(found.certain, found.maybe, found.missing, bounded=found.bounded)
        return found.certain

    return Piece(run)


def _results(f: Frame, members: list[object], slot: int, body: Run) -> list[object]:
    """What a body gives for every member of a list that is certain: the most common walk, without its book-keeping."""
    f.meter.spend(4 * len(members))
    slots, found = f.slots, []
    for member in members:
        slots[slot] = member if type(member) in ATOMS else clean(member)
        found.append(body(f))
    return found


def _is_partial(node: ast.Node) -> bool:
    return isinstance(node, ast.Name) and node.name == "partial"


def _may_keep_partial(body: ast.Node) -> bool:
    """Whether the list of results so far may outlive the turn it is read in: then every turn needs a copy of its own.
    `partial[-1]`, `partial.x` and `count(partial)` only look at it."""
    looks = 0
    for node, _ in ast.walk(body):
        if isinstance(node, ast.FunctionDefinition):
            return True
        if isinstance(node, (ast.Filter, ast.Path)):
            looks += _is_partial(node.source)
        elif isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and node.function.name in _LOOK:
            looks += sum(_is_partial(argument) for argument in node.positional)
    return looks < sum(_is_partial(node) for node, _ in ast.walk(body))


def compile_quantified(unit: Unit, node: ast.Quantified, scope: Scope) -> Piece:
    """`some` is `or` over all members, `every` is `and`; maybe members can only leave it open."""
    iterators, inner = _iterators(unit, node.iterations, scope)
    condition = unit.compile(node.condition, inner).run
    every, place = node.kind == "every", node.place
    join, decisive = (conjunction, False) if every else (disjunction, True)

    slot, alone = iterators[0].slot, len(iterators) == 1

    def run(f: Frame) -> object:
        source = _members(f, iterators[0])
        if alone and type(source) is list and len(source) <= MAX_LIST:
            return _decided(f, source, slot, condition, join, decisive=decisive)
        found = _Gathered()
        _walk(f, iterators, 0, condition, found, -1, certain=True, decisive=decisive, first=source)
        decided = join(found.certain)
        if decided is decisive:
            return decided
        if isinstance(found.stop, Fault):
            return f.settle(found.stop, place)
        if found.stop is not None:
            return union(found.stop, decided)
        if not found.bounded or any(result is not (not decisive) for result in found.maybe):
            return Unknown(frozenset(found.missing) | union(decided, *found.maybe).missing)
        return decided

    return Piece(run, truth=True)


def _decided(
    f: Frame,
    members: list[object],
    slot: int,
    condition: Run,
    join: Callable[[list[object]], Truth],
    *,
    decisive: bool,
) -> Truth:
    """`some` or `every` over a list that is certain."""
    meter, slots = f.meter, f.slots
    odd: list[object] = []
    for member in members:
        meter.left -= 1
        slots[slot] = member if type(member) in ATOMS else clean(member)
        result = condition(f)
        if result is decisive:
            return decisive
        if result is not (not decisive):
            odd.append(result)
    meter.spend(0)
    return join(odd) if odd else not decisive


def _walk(
    f: Frame,
    iterators: list[_Iterator],
    level: int,
    body: Run,
    found: _Gathered,
    partial: int,
    *,
    certain: bool,
    decisive: bool | None = None,
    first: list[object] | Unknown | Fault | None = None,
) -> None:
    """Run the body for every combination of members, from the iterator of this level on. `first`: what it goes
    through, if that has been found out."""
    if level == len(iterators):
        # What `for` gives is kept: it costs room as well.
        f.meter.spend(1 if decisive is not None else 4)
        if partial >= 0 and found.is_open():
            f.slots[partial] = Unknown(frozenset(found.missing))
        elif partial >= 0 and found.copied:
            f.meter.spend(len(found.certain) >> 1)
            f.slots[partial] = list(found.certain)
        (found.certain if certain else found.maybe).append(body(f))
        if len(found.certain) + len(found.maybe) > MAX_LIST:
            raise FeelError("feel_limit", where=f.meter.where, expected=MAX_LIST, found="for")
        return
    iterator = iterators[level]
    source = _members(f, iterator) if first is None else first
    if isinstance(source, (Unknown, Fault)):
        found.stop = source
        return
    parts: list[tuple[Iterator[object], bool]] = [(iter(source), certain)]
    if isinstance(source, IncompleteList) and source.is_open:
        found.missing |= source.missing
        found.bounded = found.bounded and source.bounded
        parts.append((iter(source.maybe), False))
    for members, sure in parts:
        for member in members:
            f.slots[iterator.slot] = member if type(member) in ATOMS else clean(member)
            _walk(f, iterators, level + 1, body, found, partial, certain=sure, decisive=decisive)
            if found.stop is not None:
                return
            if decisive is not None and found.certain and found.certain[-1] is decisive:
                return


def _members(f: Frame, iterator: _Iterator) -> list[object] | Unknown | Fault:
    """What an iterator goes through: a list, a range of whole numbers or days, or a single value."""
    value = iterator.source(f)
    if iterator.upto is not None:
        return _counted(f, value, iterator.upto(f))
    if type(value) is Unknown:
        return value.plain()
    if isinstance(value, Range):
        low, high = value.low, value.high
        members = _counted(f, low, high)
        if isinstance(members, list):
            skip_low = not value.low_closed and bool(members)
            skip_high = not value.high_closed and len(members) > skip_low
            members = members[1 if skip_low else 0 : len(members) - skip_high]
        return members
    if isinstance(value, list):
        return value
    return fault("feel_iterate_null") if value is None else [value]


def _counted(f: Frame, low: object, high: object) -> list[object] | Unknown | Fault:
    """Whole numbers or days from one end to the other, downwards if the first is larger."""
    if type(low) is Unknown or type(high) is Unknown:
        return union(low, high)
    days = isinstance(low, (date, FarDate)) and isinstance(high, (date, FarDate))
    start = ordinal(low) if isinstance(low, (date, FarDate)) else whole(low)
    end = ordinal(high) if isinstance(high, (date, FarDate)) else whole(high)
    if start is None or end is None or (not days and not (isinstance(low, Decimal) and isinstance(high, Decimal))):
        return fault("feel_iterate_range")
    if abs(end - start) >= MAX_LIST:
        raise FeelError("feel_limit", where=f.meter.where, expected=MAX_LIST, found=f"{start}..{end}")
    f.meter.spend(2 * abs(end - start))
    numbers = range(start, end + 1) if start <= end else range(start, end - 1, -1)
    return [from_ordinal(n) for n in numbers] if days else [Decimal(n) for n in numbers]
