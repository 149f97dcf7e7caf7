"""Functions turned round: counts, sums, the largest and the smallest of a list, roundings, spans of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import Row
from yanlian.engine.feel import IncompleteList, Unknown, ast
from yanlian.engine.feel.temporal import add_months
from yanlian.engine.policy.near.asked import Solver
from yanlian.engine.policy.near.env import Env
from yanlian.engine.policy.near.plan import AddRecord, Lens, Move, Option, SetField
from yanlian.engine.policy.near.relation import EXACT, FLIPPED, KNOWN, holds
from yanlian.engine.policy.near.truth import MOST_MEMBERS, members_of

_MORE = frozenset({">", ">=", "=", KNOWN})
_MOST_ADDED = 5
_JOINS = frozenset({"append", "concatenate", "flatten"})
_ROUNDINGS = frozenset(
    {"floor", "ceiling", "abs", "round up", "round down", "round half up", "round half down", "decimal", "number"}
)


@dataclass(frozen=True, slots=True)
class _Element:
    """One figure of a list: its value, and how to change it."""

    value: object
    change: Callable[[str, object], list[Option]]


def relate_call(solver: Solver, node: ast.Call, name: str, op: str, value: object, env: Env) -> list[Option]:
    """Options after which a function gives a value that stands so to another."""
    arguments = node.positional
    if not arguments:
        return []
    if name == "count":
        return _count(solver, arguments[0], op, value, env)
    if name == "sum":
        return _sum(solver, arguments, op, value, env)
    if name in {"min", "max"}:
        return _extreme(solver, name, arguments, op, value, env)
    if name in _ROUNDINGS:
        return solver.relate(arguments[0], op, value, env)
    if name in {"月数", "周年数"} and len(arguments) == 2:
        return _span(solver, arguments, 12 if name == "周年数" else 1, op, value, env)
    if name == "substring" and len(arguments) >= 2:
        return _part(solver, arguments, op, value, env)
    if name == "记录" and ((op == "!=" and value is None) or op == KNOWN):
        return solver.lacking(node, env)
    return []


# Lists of figures


def _elements(solver: Solver, node: ast.Expression, env: Env) -> Iterator[_Element]:
    """The figures of a list that can be changed one by one."""
    node, env = solver.unfolded(node, env)
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
        if node.function.name in _JOINS:
            for argument in node.positional:
                yield from _elements(solver, argument, env)
    elif isinstance(node, ast.ListLiteral):
        for item in node.items:
            yield _scalar(solver, item, env)
    elif isinstance(node, ast.Path):
        for member in members_of(solver.value(node.source, env))[:MOST_MEMBERS]:
            if isinstance(member, Row) and node.name in member:
                yield _field(solver, member, node.name)
    elif isinstance(node, ast.For) and len(node.iterations) == 1 and node.iterations[0].upto is None:
        walk = node.iterations[0]
        for member in members_of(solver.value(walk.source, env))[:MOST_MEMBERS]:
            yield _scalar(solver, node.body, env.inside(walk.name, member))
    else:
        held = solver.value(node, env)
        if not isinstance(held, list):
            yield _scalar(solver, node, env)


def _scalar(solver: Solver, node: ast.Expression, env: Env) -> _Element:
    return _Element(solver.value(node, env), lambda op, value: solver.relate(node, op, value, env))


def _field(solver: Solver, row: Row, name: str) -> _Element:
    return _Element(row[name], lambda op, value: solver.set_field(Lens(row, row.kind.names[name]), op, value))


def _listed(arguments: Sequence[ast.Expression]) -> ast.Expression:
    return arguments[0] if len(arguments) == 1 else ast.ListLiteral(tuple(arguments))


def _sources(solver: Solver, node: ast.Expression, env: Env) -> Iterator[tuple[ast.Path | ast.For, Env]]:
    """The lists of records that a list of figures comes from: there one more record would count."""
    node, env = solver.unfolded(node, env)
    if isinstance(node, ast.Path) or (isinstance(node, ast.For) and len(node.iterations) == 1):
        yield node, env
    elif isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and node.function.name in _JOINS:
        for argument in node.positional:
            yield from _sources(solver, argument, env)


def _listed_by(node: ast.Path | ast.For) -> ast.Expression:
    return node.source if isinstance(node, ast.Path) else node.iterations[0].source


def _one_more(solver: Solver, node: ast.Expression, op: str, value: Decimal, env: Env) -> list[Option]:
    found: list[Option] = []
    for source, home in _sources(solver, node, env):
        if isinstance(source, ast.Path):
            options = solver.lacking(source.source, home, {source.name: (op, value)})
        else:
            asked = (ast.Compare(op, source.body, ast.Number(value)), home, source.iterations[0].name)
            options = solver.lacking(source.iterations[0].source, home, {}, (asked,))
        found += [option for option in options if any(isinstance(move, AddRecord) for move in option)]
    return found


def _sum(solver: Solver, arguments: Sequence[ast.Expression], op: str, value: object, env: Env) -> list[Option]:
    listed = _listed(arguments)
    elements = list(_elements(solver, listed, env))
    figures = [one.value for one in elements if isinstance(one.value, Decimal)]
    total = sum(figures, Decimal(0))
    found: list[Option] = []
    for one in elements:
        if op == KNOWN or value is None:
            found += one.change(KNOWN, None) if isinstance(one.value, Unknown) else []
        elif isinstance(value, Decimal):
            own = one.value if isinstance(one.value, Decimal) else Decimal(0)
            found += one.change(op, EXACT.subtract(value, EXACT.subtract(total, own)))
    if op in _MORE and isinstance(value, Decimal):
        found += _one_more(solver, listed, op, EXACT.subtract(value, total), env)
    return found + solver.deliveries(_source_value(solver, listed, env))


def _source_value(solver: Solver, node: ast.Expression, env: Env) -> object:
    first = next(_sources(solver, node, env), None)
    return solver.value(node, env) if first is None else solver.value(_listed_by(first[0]), first[1])


def _extreme(
    solver: Solver, name: str, arguments: Sequence[ast.Expression], op: str, value: object, env: Env
) -> list[Option]:
    """max ≥ v and min ≤ v: one of them; max ≤ v and min ≥ v: all of them, the first that is not yet so."""
    listed = _listed(arguments)
    elements = list(_elements(solver, listed, env))
    if op == KNOWN:
        return [option for one in elements if isinstance(one.value, Unknown) for option in one.change(KNOWN, None)]
    one_decides = (name == "max") is (op in {">", ">=", "="})
    found: list[Option] = []
    for one in elements:
        if holds(op, one.value, value):
            continue
        options = one.change(op, value)
        if not one_decides and options:
            return options
        found += options
    if one_decides and name == "max" and isinstance(value, Decimal):
        found += _one_more(solver, listed, op, value, env)
    return found


def _count(solver: Solver, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
    """More members: records changed so that they belong, or added; as many as are lacking."""
    held = solver.value(node, env)
    if op not in {*_MORE, "!="} or isinstance(held, Unknown):
        return solver.deliveries(held)
    count = len(held) if isinstance(held, list) else 0 if held is None else 1
    target = int(value) if isinstance(value, Decimal) else 0
    lacking = target + (op in {">", "!="}) - count
    options = solver.lacking(node, env)
    found: list[Option] = _together(options, lacking)
    for option in options:
        if 1 < lacking <= _MOST_ADDED and all(isinstance(move, AddRecord) for move in option):
            found.append(tuple(_numbered(move, n) for n in range(lacking) for move in option))
        elif lacking >= 1:
            found.append(option)
    return found + (solver.deliveries(held) if isinstance(held, IncompleteList) else [])


def _together(options: list[Option], lacking: int) -> list[Option]:
    """As many records at once as are lacking: those that exist, each changed once, then new ones."""
    changed: dict[int, Move] = {}
    for option in options:
        if len(option) == 1 and isinstance(option[0], SetField):
            changed.setdefault(id(option[0].lens.row.data), option[0])
    chosen = list(changed.values())[: max(lacking, 0)]
    added = next((option for option in options if all(isinstance(move, AddRecord) for move in option)), ())
    rest = lacking - len(chosen)
    if not chosen or lacking < 2 or rest > _MOST_ADDED or (rest and not added):
        return []
    return [(*chosen, *(_numbered(move, n) for n in range(rest) for move in added))]


def _numbered(move: Move, n: int) -> Move:
    """The same record once more, under another key."""
    if not isinstance(move, AddRecord):
        return move
    fields: list[tuple[str, object, str, object, bool]] = []
    for key, value, op, border, free in move.fields:
        is_name = free and isinstance(value, str) and key in move.kind.key_fields
        fields.append((key, f"{value}{n + 1}" if is_name else value, op, border, free))
    return replace(move, fields=tuple(fields))


# Time and text


def _span(
    solver: Solver, arguments: Sequence[ast.Expression], months: int, op: str, value: object, env: Env
) -> list[Option]:
    """Whole months or years between two dates."""
    start, end = (solver.value(one, env) for one in arguments)
    if op == KNOWN or not isinstance(value, Decimal):
        return solver.relate(arguments[0], KNOWN, None, env) + solver.relate(arguments[1], KNOWN, None, env)
    # n whole months have passed when the end is not before the start moved by n months.
    least = int(value) + (op in {">", "<="})
    reach = ">=" if op in {">", ">=", "="} else "<"
    found: list[Option] = []
    if isinstance(start, date):
        found += _at(solver, arguments[1], reach, add_months(start, least * months), env)
    if isinstance(end, date):
        found += _at(solver, arguments[0], FLIPPED[reach], add_months(end, -least * months), env)
    return found


def _at(solver: Solver, node: ast.Expression, op: str, day: object, env: Env) -> list[Option]:
    return solver.relate(node, op, day, env) if type(day) is date else []


def _part(solver: Solver, arguments: Sequence[ast.Expression], op: str, value: object, env: Env) -> list[Option]:
    """A part of a text: the text with that part exchanged."""
    text, start = solver.value(arguments[0], env), solver.value(arguments[1], env)
    if op != "=" or not isinstance(value, str) or not isinstance(start, Decimal) or start < 1:
        return []
    if isinstance(text, Unknown):
        return solver.relate(arguments[0], "=", value, env) if start == 1 else []
    if not isinstance(text, str):
        return []
    at = int(start) - 1
    return solver.relate(arguments[0], "=", text[:at] + value + text[at + len(value) :], env)
