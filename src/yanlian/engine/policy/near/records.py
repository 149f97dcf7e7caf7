"""Records that are lacking: made field by field from what the rules ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from yanlian.engine.dossier import RecordKind, Row
from yanlian.engine.feel import Unknown, ast
from yanlian.engine.policy.near.asked import Asked, Solver
from yanlian.engine.policy.near.env import Env
from yanlian.engine.policy.near.plan import AddRecord, Lens, Move, Option, SetField
from yanlian.engine.policy.near.relation import KNOWN, NoFit, example, fitted, holds
from yanlian.engine.policy.near.truth import members_of

MOST_RECORDS = 3
_MOST_STEPS = 60
_MOST_EXISTING = 6
# Nobody wants one more of these.
_NEVER_ADDED = frozenset(
    {"registration", "tax_registration", "payment", "dishonesty", "abnormal", "enforcement", "accident", "pollution"}
)
# Field key → (stored value, operator, border, free).
_Fields = dict[str, tuple[object, str, object, bool]]


def lacking_of(
    solver: Solver,
    node: ast.Expression,
    env: Env,
    wants: Mapping[str, tuple[str, object]],
    asked: tuple[Asked, ...],
) -> list[Option]:
    """Options that give a list a member: records that exist changed, or one more."""
    node, env = solver.unfolded(node, env)
    if isinstance(node, ast.Name):
        kind = solver.schema.names.get(node.name)
        return _of_kind(solver, kind, wants, asked, env) if kind is not None and env.field_of(node.name) is None else []
    if isinstance(node, ast.Path):
        return solver.lacking(node.source, env, {node.name: (KNOWN, None), **wants}, asked)
    if isinstance(node, ast.Filter):
        if isinstance(node.condition, (ast.Number, ast.Negate)):
            return solver.lacking(node.source, env, wants, asked)
        return solver.lacking(node.source, env, wants, (*asked, (node.condition, env, "")))
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
        return _of_call(solver, node, node.function.name, env, wants, asked)
    return []


def _of_call(
    solver: Solver,
    node: ast.Call,
    name: str,
    env: Env,
    wants: Mapping[str, tuple[str, object]],
    asked: tuple[Asked, ...],
) -> list[Option]:
    if name == "记录" and len(node.positional) == 3 and isinstance(node.positional[1], ast.String):
        held = solver.value(node.positional[2], env)
        if held is None or isinstance(held, Unknown):
            return _joined(solver, node, node.positional[1].value, env)
        return solver.lacking(node.positional[0], env, {node.positional[1].value: ("=", held), **wants}, asked)
    if name in {"append", "concatenate", "distinct values", "sort"} and node.positional:
        return solver.lacking(node.positional[0], env, wants, asked)
    return []


def _joined(solver: Solver, node: ast.Call, name: str, env: Env) -> list[Option]:
    """What is to name a record, brought to name one that is there."""
    found: list[Option] = []
    for member in members_of(solver.value(node.positional[0], env))[:_MOST_EXISTING]:
        held = member[name] if isinstance(member, Row) and name in member else None
        if held is not None and not isinstance(held, Unknown):
            found += solver.relate(node.positional[2], "=", held, env)
    return found


def _of_kind(
    solver: Solver, kind: RecordKind, wants: Mapping[str, tuple[str, object]], asked: tuple[Asked, ...], env: Env
) -> list[Option]:
    if not kind.many:
        return []
    listed = env.scope.frame[kind.zh]
    found: list[Option] = []
    for member in members_of(listed)[:_MOST_EXISTING]:
        if isinstance(member, Row) and member.data:
            found += _existing(solver, member, wants, asked)
    if kind.key in _NEVER_ADDED:
        return found
    found += _made(solver, kind, wants, asked)
    return found


def _existing(
    solver: Solver, member: Row, wants: Mapping[str, tuple[str, object]], asked: tuple[Asked, ...]
) -> list[Option]:
    """What one record that exists lacks: the first thing asked that it does not answer."""
    for name, (op, value) in wants.items():
        held = member.kind.names.get(name)
        if held is not None and not _answers(member[name], op, value):
            return solver.set_field(Lens(member, held), op, value)
    for condition, env, name in asked:
        inside = _around(env, name, member)
        if solver.value(condition, inside) is not True:
            return solver.truth(condition, inside, want=True)
    return []


def _answers(held: object, op: str, value: object) -> bool:
    return holds(op, held, value)


def _around(env: Env, name: str, member: object) -> Env:
    return env.inside(name, member) if name else env.filtering(member)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A record in the making. `beside`: changes of other facts that it needs as well, and which of the things asked
    those are for (whether they answer them shows when the whole is tried)."""

    fields: _Fields
    beside: Option = ()
    trusted: frozenset[int] = frozenset()


def _made(
    solver: Solver, kind: RecordKind, wants: Mapping[str, tuple[str, object]], asked: tuple[Asked, ...]
) -> Iterator[Option]:
    """Records that answer everything asked, found by filling one field after the other; where there are several ways
    (`or`), the first ones."""
    start = _start(solver, kind, wants)
    if start is None:
        return
    waiting = [_Draft(start)]
    given = 0
    for _ in range(_MOST_STEPS):
        if not waiting or given >= MOST_RECORDS:
            return
        draft = waiting.pop()
        steps = _next(solver, kind, draft, asked)
        if steps is not None:
            waiting += reversed(steps)
            continue
        finished = _finished(solver, kind, dict(draft.fields))
        if finished is not None:
            given += 1
            yield (AddRecord(kind, tuple((key, *said) for key, said in finished.items())), *draft.beside)


def _start(solver: Solver, kind: RecordKind, wants: Mapping[str, tuple[str, object]]) -> _Fields | None:
    fields: _Fields = {}
    if kind.period is not None and kind.fields[kind.period].type == "date":
        fields[kind.period] = (solver.as_of, "<=", None, True)
    for name, (op, value) in wants.items():
        field = kind.names.get(name)
        if field is None:
            return None
        try:
            if op == KNOWN:
                fields[field.key] = (example(field, solver.as_of), "=", None, True)
            else:
                fields[field.key] = (fitted(field, op, value, solver.as_of), op, value, False)
        except NoFit:
            return None
    return fields


def _next(solver: Solver, kind: RecordKind, draft: _Draft, asked: tuple[Asked, ...]) -> list[_Draft] | None:
    """The ways to answer the first thing that the record does not answer yet; None when it answers all."""
    member = Row(kind, {key: said[0] for key, said in draft.fields.items()})
    for number, (condition, env, name) in enumerate(asked):
        inside = _around(env, name, member)
        if number in draft.trusted or solver.value(condition, inside) is True:
            continue
        ways = [_changed(member, draft, number, option) for option in solver.truth(condition, inside, want=True)]
        return [way for way in ways if way is not None][:MOST_RECORDS]
    return None


def _changed(member: Row, draft: _Draft, number: int, option: Option) -> _Draft | None:
    """The draft with what an option says about the record; what it says about other facts stands beside it."""
    fields = dict(draft.fields)
    beside: list[Move] = []
    for move in option:
        if not isinstance(move, SetField) or move.lens.row is not member:
            beside.append(move)
            continue
        key = move.lens.field.key
        if key in fields and fields[key][0] == move.value:
            return None
        fields[key] = (move.value, move.op, move.border, move.free)
    trusted = draft.trusted | {number} if beside else draft.trusted
    return _Draft(fields, (*draft.beside, *beside), trusted)


def _finished(solver: Solver, kind: RecordKind, fields: _Fields) -> _Fields | None:
    """With a key of its own; None when it lies in the future and would not be seen."""
    if kind.period is not None:
        period = kind.fields[kind.period]
        held = fields.get(kind.period)
        if held is None:
            fields[kind.period] = (example(period, solver.as_of), "=", None, True)
        elif (isinstance(held[0], date) and held[0] > solver.as_of) or (
            isinstance(held[0], int) and held[0] > solver.as_of.year
        ):
            return None
    for key in kind.key_fields:
        if key not in fields:
            fields[key] = (example(kind.fields[key], solver.as_of), "=", None, True)
    for key, field in kind.fields.items():
        if field.empty == "none" and key not in fields:
            fields[key] = (None, "=", None, True)
    return fields
