"""The event that triggers a clause: which record it is, and whether exactly one passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from yanlian.engine.dossier import RecordKind
from yanlian.engine.feel import ast
from yanlian.engine.native.ir import Node
from yanlian.engine.policy.compiled import CompiledClause, Expression
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.places import Place, World
from yanlian.engine.policy.lower.values import (
    Day,
    Flags,
    Nothing,
    NotLowered,
    One,
    Record,
    Several,
    Text,
    Value,
    days_of,
)


@dataclass(frozen=True, slots=True, eq=False)
class Happened:
    """The event. `ask`: only the interpreter can tell which or whether; `index`: the position of its record; `matter`:
    its text as pieces (a word, or a field of the record), nothing for the record's key. `maybe`: surely no event is
    certain, but there may be one that nobody delivered (kept apart from `ask` for who needs no reasons)."""

    kind: RecordKind
    ask: Node
    happens: Node
    index: Node
    day: Node
    place: Place
    matter: tuple[str | tuple[str], ...] | None
    matter_text: Text | None
    maybe: Node


def happened(world: World, clause: CompiledClause, below: Place, *, apart: bool = False) -> Happened:
    """The event of a clause. `apart`: events that may exist undelivered are told apart, see `Happened.maybe`."""
    f, event = world.formulas, clause.event
    assert event is not None
    outer = Place(world, clause.home, below) if clause.home.own and not event.each.plain else below
    each = outer.lowered(event.each)
    if isinstance(each, Several) and each.vague:
        return _vague(world, clause, below, f.occupied(each))
    if not isinstance(each, Several) or len(each.parts) != 1 or isinstance(each.parts[0], One):
        return _vague(world, clause, below, f.builder.negate(each.null))
    part = each.parts[0]
    if part.taken is not None:
        return _vague(world, clause, below, f.occupied(each))
    return _single(world, clause, below, each, part.kind, apart=apart)


def _vague(world: World, clause: CompiledClause, below: Place, occupied: Node) -> Happened:
    """Events that are no records of a kind: the interpreter judges wherever there may be one."""
    f, event = world.formulas, clause.event
    assert event is not None
    world.gave_up("events that are no records of a kind", event.each)
    b = f.builder
    kind = next(iter(world.formulas.schema.records.values()))
    return Happened(
        kind, occupied, b.false, b.const(0), b.const(0), _empty_place(world, clause, below), None, None, f.no
    )


def _empty_place(world: World, clause: CompiledClause, below: Place) -> Place:
    source, f = clause.source.event, world.formulas
    assert source is not None
    beyond = f.beyond()
    return Place(world, clause.home, below, None, {source.name: beyond, "事件": beyond, "事件日": beyond})


def _single(
    world: World, clause: CompiledClause, below: Place, each: Several, kind: RecordKind, *, apart: bool
) -> Happened:
    f = world.formulas
    b = f.builder
    two = b.const(2)

    def step(member: Value, state: tuple[Node, ...]) -> Sequence[Node]:
        assert isinstance(member, Record)
        assert member.index is not None
        sure, perhaps, lost = _passes(world, clause, below, member)
        turn = b.choose(sure, b.arithmetic("min", b.add(state[0], b.const(1)), two), state[0])
        position = b.choose(sure, member.index, state[1])
        if apart:
            return [turn, position, b.either(state[2], perhaps), b.either(state[3], lost)]
        return [turn, position, b.either(state[2], perhaps, lost)]

    def may_pass(member: Value) -> tuple[Node, Node]:
        assert isinstance(member, Record)
        sure, perhaps, lost = _passes(world, clause, below, member)
        return b.either(sure, perhaps), lost

    more = 2 if apart else 1
    ranges = [(0, 2), (0, (1 << 31) - 1), *[(0, 1)] * more]
    walked = f.walk(each, [b.const(0), b.const(0), *[f.no] * more], ranges, step, maybe=may_pass)
    turn, index, doubtful, *lost = walked.carried
    open_ = b.either(doubtful, walked.open)
    given = b.either(walked.given, b.compare("=", turn, two), *lost)
    maybe = b.both(open_, b.compare("=", turn, b.const(0)), b.negate(given)) if apart else f.no
    ask = b.both(b.either(open_, given), b.negate(maybe))
    record = Record(flags=f.plain, kind=kind, index=index, hollow=f.no)
    place, day = _event_place(world, clause, below, record)
    node = day.day if isinstance(day, Day) else b.const(0)
    matter, text, doubt = _matter(f, clause, place, record)
    happens = b.both(b.compare("<=", b.const(1), turn), b.negate(ask))
    return Happened(kind, b.either(ask, b.both(happens, doubt)), happens, index, node, place, matter, text, maybe)


def _event_place(world: World, clause: CompiledClause, below: Place, record: Record) -> tuple[Place, Value]:
    """The place of a clause with its event, and the day of the event."""
    source, event, f = clause.source.event, clause.event, world.formulas
    assert source is not None
    assert event is not None
    names: dict[str, Value] = {source.name: record, "事件": record}
    day = Place(world, clause.home, below, None, names).lowered(event.date)
    names["事件日"] = day
    dated: Day | None = None
    if clause.source.parameters_on == "event" and isinstance(day, Day):
        as_of = f.builder.const(days_of(world.as_of))
        dated = Day(flags=f.plain, day=f.builder.choose(f.clean(day), day.day, as_of))
    return Place(world, clause.home, below, dated, names), day


def _passes(world: World, clause: CompiledClause, below: Place, record: Record) -> tuple[Node, Node, Node]:
    """Whether a record is surely the event, may be it, or cannot be told."""
    f = world.formulas
    b, event, source = f.builder, clause.event, clause.source.event
    assert event is not None
    assert source is not None
    place, day = _event_place(world, clause, below, record)
    if isinstance(day, Nothing):
        return f.no, day.unknown, day.given
    if not isinstance(day, Day):
        raise NotLowered("an event without a date")
    document = clause.document.source
    first: Value = f.constant(document.valid_from)
    last: Value = f.constant(document.valid_to)
    if source.window:
        ends = Place(world, clause.home, below, None, {source.name: record, "事件": record, "事件日": day})
        first, last = _end(f, event.window_from, ends), _end(f, event.window_to, ends)
    bounds = f.bounds_of(day)
    out = [
        b.both(day.null, b.negate(b.either(day.given, day.unknown))),
        b.both(bounds.has_low, b.compare("<", b.const(days_of(world.as_of)), bounds.low)),
    ]
    doubt: list[Node] = []
    if isinstance(last, Day):
        out.append(b.both(bounds.has_low, f.clean(last), b.compare("<", last.day, bounds.low)))
        doubt.append(b.negate(f.clean(last)))
    if isinstance(first, Day):
        out.append(b.both(bounds.has_high, f.clean(first), b.compare("<", bounds.high, first.day)))
        doubt.append(b.negate(f.clean(first)))
    unknown, given = day.unknown, b.either(day.given, *doubt)
    if event.where is not None:
        where = f.not_null(f.as_truth(place.lowered(event.where)))
        out.append(f.false_of(where))
        unknown, given = b.either(unknown, where.unknown), b.either(given, where.given)
    inside = b.negate(b.either(*out))
    sure = b.both(inside, b.negate(b.either(unknown, given)))
    return sure, b.both(inside, unknown), b.both(inside, given)


def _end(f: Formulas, expression: Expression | None, place: Place) -> Value:
    """One end of the window; null is open."""
    if expression is None:
        return f.nothing()
    value = place.lowered(expression)
    if not isinstance(value, Day):
        raise NotLowered("a window without dates")
    return value


def _matter(
    f: Formulas, clause: CompiledClause, place: Place, record: Record
) -> tuple[tuple[str | tuple[str], ...] | None, Text | None, Node]:
    """The matter in pieces, as a text to compare where it is one, and where the interpreter must say it."""
    event, source = clause.event, clause.source.event
    assert event is not None
    assert source is not None
    if event.matter is None:
        return None, _key_text(f, record), f.no
    pieces = _pieces(event.matter.compiled.ast, {source.name, "事件"}, record.kind)
    if pieces is None:
        return (), None, f.builder.true
    doubts = [f.builder.negate(f.clean(f.field(record, one[0]))) for one in pieces if isinstance(one, tuple)]
    text: Text | None = None
    if len(pieces) == 1:
        value = place.lowered(event.matter)
        text = value if isinstance(value, Text) and value.derived is None else None
    return pieces, text, f.builder.either(*doubts)


def _key_text(f: Formulas, record: Record) -> Text | None:
    keys = record.kind.key_fields
    if len(keys) != 1:
        return None
    value = f.field(record, keys[0])
    return replace(value, flags=Flags(f.no, f.no, f.no)) if isinstance(value, Text) else None


def _pieces(tree: ast.Node, names: set[str], kind: RecordKind) -> tuple[str | tuple[str], ...] | None:
    """Texts and text fields of the event joined by +; nothing for anything else."""
    if isinstance(tree, ast.String):
        return (tree.value,)
    if isinstance(tree, ast.Path) and isinstance(tree.source, ast.Name) and tree.source.name in names:
        field = kind.names.get(tree.name)
        return ((field.key,),) if field is not None and field.type in {"text", "code"} else None
    if isinstance(tree, ast.Arithmetic) and tree.op == "+":
        left, right = _pieces(tree.left, names, kind), _pieces(tree.right, names, kind)
        return None if left is None or right is None else (*left, *right)
    return None
