"""Columns of a table as inputs of a model: which input or component a header means, and cells as FEEL values.

A header is the name of an input (or of a decision, whose value is then given), or of an entry of one: `Applicant.Age`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeAlias

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.coerce import resolved
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.graph import MAX_IMPORTS
from yanlian.engine.feel.dmn.inputs import from_outside
from yanlian.engine.feel.dmn.program import Program
from yanlian.engine.feel.dmn.rows_fit import Types, joined
from yanlian.engine.feel.values import Fault

# From the fitted cells of a row the value of an input, or a `Fault`.
Build: TypeAlias = Callable[[Sequence[object]], object]

_ANY = ast.TypeName("Any")
_OPEN = ast.ContextType(())


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is an input: its number in the table, the name it gives, the path of the entry within."""

    number: int
    header: str
    name: str
    path: tuple[str, ...] = ()


def bind_columns(program: Program, headers: Sequence[str]) -> tuple[list[Column], list[int]]:
    """The columns that are inputs, and the numbers of those that are not.

    Refused: two columns for the same input, or one for an input and one for an entry of it.
    """
    known = dict(_known(program))
    found: list[Column] = []
    rest: list[int] = []
    taken: dict[tuple[str, ...], str] = {}
    for number, header in enumerate(headers):
        column = _column(number, header, known)
        if column is None:
            rest.append(number)
            continue
        full = (column.name, *column.path)
        clash = next((taken[one] for one in taken if one[: len(full)] == full or full[: len(one)] == one), None)
        if clash is not None:
            raise Refused("dmn_rows_column_twice", found=header, expected=clash)
        taken[full] = header
        found.append(column)
    if not found:
        raise Refused(
            "dmn_rows_no_input", found=", ".join(headers)[:200] or "-", expected=", ".join(known)[:200] or "-"
        )
    return found, rest


def is_input(program: Program, header: str) -> bool:
    """Whether a header is an input, a decision or an entry of one."""
    return _column(0, header, dict(_known(program))) is not None


def _known(program: Program) -> Iterator[tuple[str, tuple[ast.Type, Types]]]:
    """All names that a value from outside may come under, with the type it then has; the main model's count first."""
    graph = program.graph
    for model in reversed(list(graph.models.values())):
        yield from _own(program, model, "")
    waiting: list[tuple[dmn.Model, str, int]] = [(graph.main, "", 0)]
    for model, prefix, depth in waiting:
        yield from _own(program, model, prefix)
        if depth < min(MAX_IMPORTS, 5):
            imports = graph.imports(model).items()
            waiting += [(graph.models[space], f"{prefix}{name}.", depth + 1) for name, space in imports if name]


def _own(program: Program, model: dmn.Model, prefix: str) -> Iterator[tuple[str, tuple[ast.Type, Types]]]:
    elements: tuple[dmn.InputData | dmn.Decision, ...] = (*model.inputs, *model.decisions)
    for element in elements:
        node = program.graph.names.get((model.namespace, element.name))
        if node is not None and isinstance(node.element, (dmn.InputData, dmn.Decision)):
            yield prefix + element.name, (program.type_of(node), program.home(node).visible)


def _column(number: int, header: str, known: Mapping[str, tuple[ast.Type, Types]]) -> Column | None:
    name = " ".join(header.split())
    rest: list[str] = []
    while name not in known:
        name, dot, last = name.rpartition(".")
        if not dot:
            return None
        rest.insert(0, last)
    return Column(number, header, name, _path(rest, *known[name]))


def _path(parts: list[str], kind: ast.Type, types: Types) -> tuple[str, ...]:
    """Entry names from what stood between dots; an entry whose name has a dot itself is known by its type."""
    path: list[str] = []
    while parts:
        entries = {entry.name: entry.type for entry in entries_of(kind, types)}
        size = next((n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in entries), 1)
        path.append(".".join(parts[:size]))
        kind = entries.get(path[-1], _ANY)
        parts = parts[size:]
    return tuple(path)


def entries_of(kind: ast.Type, types: Types) -> tuple[ast.TypeEntry, ...]:
    """The entries of a type of contexts, allowed values aside; none for any other."""
    for _ in range(50):
        kind = resolved(kind, types)
        if isinstance(kind, ast.ContextType):
            return kind.entries
        if not isinstance(kind, ast.Restricted):
            return ()
        kind = kind.base
    return ()


def type_at(path: Sequence[str], kind: ast.Type, types: Types) -> ast.Type:
    """The type of an entry of an entry; any where none is declared."""
    for name in path:
        kind = next((entry.type for entry in entries_of(kind, types) if entry.name == name), _ANY)
    return kind


def builder(parts: Sequence[tuple[int, tuple[str, ...]]], kind: ast.Type, types: Types) -> Build:
    """An input put together from fitted cells: each part is the number of a cell with the path where it belongs."""
    if len(parts) == 1 and not parts[0][1]:
        return itemgetter(parts[0][0])
    kind = resolved(kind, types)
    if isinstance(kind, ast.Restricted):
        whole, restricted = builder(parts, kind.base, types), kind
        return lambda cells: _again(whole(cells), restricted, types)
    groups: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for number, path in parts:
        groups.setdefault(path[0], []).append((number, path[1:]))
    inner = [(name, builder(below, type_at((name,), kind, types), types)) for name, below in groups.items()]
    if isinstance(kind, ast.ContextType):
        context = kind
        return lambda cells: joined({name: build(cells) for name, build in inner}, context)
    return lambda cells: _again(joined({name: build(cells) for name, build in inner}, _OPEN), kind, types)


def _again(value: object, kind: ast.Type, types: Types) -> object:
    return value if type(value) is Fault else from_outside(value, kind, types)
