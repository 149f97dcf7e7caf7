"""Which names a formula uses, and whether each of them exists: the static check of names and of fields of records.

Walks the FEEL tree with what is known about types: a record kind of the fact schema, or nothing in particular. Inside a
filter the fields of the filtered records are names too. Whatever is not known exactly is not complained about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import RecordKind
from yanlian.engine.feel import ast
from yanlian.engine.policy.reading import nearest

# A record kind, a context with known keys, or None: anything.
Kind = RecordKind | Mapping[str, object] | None

# Functions that hand on members of their first argument, so that what they return has the same fields.
_SAME_MEMBERS = frozenset(
    {
        "sort", "reverse", "sublist", "append", "concatenate", "union", "distinct values", "flatten", "remove",
        "insert before", "list replace", "记录", "record",
    }
)  # fmt: skip
_CLOCKS = frozenset({"now", "today"})


@dataclass(slots=True)
class NameCheck:
    """The check of one formula. `kind_of` gives the kind of a name in scope and raises KeyError for one that is not;
    `wrong` is told every fault with the node where it stands."""

    kind_of: Callable[[str], Kind]
    known: Callable[[], Iterable[str]]
    functions: Mapping[str, object]
    wrong: Callable[[ast.Node, Refused], None]
    quoted: bool = False
    uses: set[str] = field(default_factory=set)

    def kind(self, node: ast.Node, inside: Mapping[str, Kind]) -> Kind:
        """Check a node; what kind of record its value is (or its members are)."""
        match node:
            case ast.Name():
                return self._name(node, inside)
            case ast.Path():
                return self._path(node, inside)
            case ast.Filter():
                source = self.kind(node.source, inside)
                self.kind(node.condition, _Filtered(inside, source))
                return source
            case ast.For() | ast.Quantified():
                return self._loop(node, inside)
            case ast.Call():
                return self._call(node, inside)
            case ast.If():
                self.kind(node.condition, inside)
                first, second = self.kind(node.then, inside), self.kind(node.otherwise, inside)
                return first if first is not None and first == second else None
            case ast.ContextLiteral():
                return self._context(node, inside)
            case ast.ListLiteral():
                kinds = [self.kind(item, inside) for item in node.items]
                return kinds[0] if kinds and kinds[0] is not None and all(k == kinds[0] for k in kinds) else None
            case ast.FunctionDefinition():
                own: dict[str, Kind] = {parameter.name: None for parameter in node.parameters}
                self.kind(node.body, _Inside(inside, own))
                return None
            case _:
                for child in ast.children(node):
                    self.kind(child, inside)
                return None

    def _name(self, node: ast.Name, inside: Mapping[str, Kind]) -> Kind:
        if node.name in inside:
            return inside[node.name]
        if node.name == "?":
            return None
        try:
            kind = self.kind_of(node.name)
        except KeyError:
            if node.name not in self.functions and not _open(inside):
                self._unknown(node, node.name, [*self.known(), *inside])
            return None
        self.uses.add(node.name)
        return kind

    def _unknown(self, node: ast.Node, name: str, known: Iterable[str]) -> None:
        code = "pack_text_unquoted" if self.quoted else "pack_name_unknown"
        self.wrong(node, Refused(code, found=name, nearest=nearest(name, known)))

    def _path(self, node: ast.Path, inside: Mapping[str, Kind]) -> Kind:
        source = self.kind(node.source, inside)
        if isinstance(source, RecordKind):
            if node.name not in source.names:
                near = nearest(node.name, source.names)
                self.wrong(node, Refused("pack_field_unknown", found=node.name, record=source.zh, nearest=near))
            return None
        if source is not None:
            if node.name not in source:
                near = nearest(node.name, source)
                self.wrong(node, Refused("pack_field_unknown", found=node.name, record="{…}", nearest=near))
                return None
            found = source[node.name]
            return found if isinstance(found, RecordKind | Mapping) else None
        return None

    def _loop(self, node: ast.For | ast.Quantified, inside: Mapping[str, Kind]) -> Kind:
        own: dict[str, Kind] = {}
        for iteration in node.iterations:
            own[iteration.name] = self.kind(iteration.source, _Inside(inside, own))
            if iteration.upto is not None:
                self.kind(iteration.upto, _Inside(inside, own))
        if isinstance(node, ast.For):
            return self.kind(node.body, _Inside(inside, {**own, "partial": None}))
        self.kind(node.condition, _Inside(inside, own))
        return None

    def _call(self, node: ast.Call, inside: Mapping[str, Kind]) -> Kind:
        name = node.function.name if isinstance(node.function, ast.Name) else ""
        if name in _CLOCKS and name not in inside:
            self.wrong(node, Refused("pack_clock", found=f"{name}()"))
        self.kind(node.function, inside)
        arguments = [*node.positional, *(entry.value for entry in node.named)]
        first = self.kind(arguments[0], inside) if arguments else None
        for argument in arguments[1:]:
            if isinstance(argument, ast.FunctionDefinition):
                own: dict[str, Kind] = {parameter.name: first for parameter in argument.parameters}
                self.kind(argument.body, _Inside(inside, own))
            elif name in {"记录", "record"} and argument is arguments[1]:
                self._field_argument(argument, first, inside)
            else:
                self.kind(argument, inside)
        return first if name in _SAME_MEMBERS else None

    def _field_argument(self, node: ast.Node, record: Kind, inside: Mapping[str, Kind]) -> None:
        """`记录(列表, 字段, 值)`: the field is text, or the bare name of a field."""
        if not isinstance(node, ast.String) or not isinstance(record, RecordKind):
            self.kind(node, inside)
        elif node.value not in record.names:
            near = nearest(node.value, record.names)
            self.wrong(node, Refused("pack_field_unknown", found=node.value, record=record.zh, nearest=near))

    def _context(self, node: ast.ContextLiteral, inside: Mapping[str, Kind]) -> Kind:
        own: dict[str, Kind] = {}
        for entry in node.entries:
            own[entry.key] = self.kind(entry.value, _Inside(inside, own))
        return own


class _Inside(dict[str, Kind]):
    """Names bound inside an expression, over those around it."""

    def __init__(self, around: Mapping[str, Kind], own: Mapping[str, Kind]) -> None:
        super().__init__({**around, **own})
        self.open = _open(around)


class _Filtered(_Inside):
    """The names inside a filter: the fields of the members too. Members of no known kind may have any field."""

    def __init__(self, around: Mapping[str, Kind], members: Kind) -> None:
        own: dict[str, Kind] = {"item": members}
        if isinstance(members, RecordKind):
            own.update(dict.fromkeys(members.names))
        elif members is not None:
            own.update(dict.fromkeys(members))
        super().__init__(around, own)
        self.open = self.open or members is None


def _open(inside: Mapping[str, Kind]) -> bool:
    return isinstance(inside, _Inside) and inside.open
