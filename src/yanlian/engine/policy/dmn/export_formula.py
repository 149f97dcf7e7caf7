"""A formula of a pack in standard FEEL: names led to elements of the model, our own functions and units spelt out.

The tree is rewritten with what is known about names: those bound inside the formula and the fields of filtered
records stay, all others become the names of elements. Units vanish when the tree is printed plainly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import TypeAlias, cast

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import RecordKind
from yanlian.engine.feel import ast, print_expression
from yanlian.engine.policy.compiled import PARAMETER_ON
from yanlian.engine.policy.naming import Kind

# Local names: how each is to be printed, and what kind of record it is.
Inside: TypeAlias = Mapping[str, tuple[str, Kind]]
_SAME_MEMBERS = frozenset(
    {
        "sort", "reverse", "sublist", "append", "concatenate", "union", "distinct values", "flatten", "remove",
        "insert before", "list replace",
    }
)  # fmt: skip
KNOWN = frozenset({"已知", "is known"})
RECORD = frozenset({"记录", "record"})
BETWEEN_DATES = frozenset({"月数", "周年数"})
_NULL = ast.Null()


class Untold(Exception):
    """Something that standard FEEL cannot say; `refusal` names it."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Meanings:
    """What names mean where a formula stands. `name` gives the tree and kind for a name (KeyError: a function or
    nothing), `table` the decision behind a table (None: no table), `parameter` a parameter's function, `beyond` one of
    our own functions; each notes what it hands out in `uses`."""

    name: Callable[[str, dict[str, None]], tuple[ast.Expression, Kind]]
    table: Callable[[str, dict[str, None]], ast.Expression | None]
    parameter: Callable[[str, dict[str, None]], ast.Expression | None]
    beyond: Callable[[str, str, Kind, dict[str, None]], str]


@dataclass(slots=True)
class Teller:
    """Rewrites the formulas that stand in one place; `uses` are the elements they need, in order."""

    meanings: Meanings
    uses: dict[str, None] = field(default_factory=dict)

    def told(self, tree: ast.Expression) -> tuple[str, Kind]:
        """The formula as text, and the kind of record it gives."""
        found, kind = self.say(tree, {})
        return print_expression(found, plain=True), kind

    def tests(self, tree: ast.UnaryTests) -> str:
        """The cell of a decision table as text."""
        return print_expression(rebuilt(tree, lambda node: self.say(node, {})[0]), plain=True)

    def say(self, node: ast.Expression, inside: Inside) -> tuple[ast.Expression, Kind]:
        """A node rewritten, and the kind of record that its value or its members are."""
        match node:
            case ast.Name():
                return self._name(node, inside)
            case ast.Path():
                return self._path(node, inside)
            case ast.Filter():
                source, kind = self.say(node.source, inside)
                condition, _ = self.say(node.condition, _filtered(inside, kind))
                return replace(node, source=source, condition=condition), kind
            case ast.For():
                iterations, own = self._iterations(node.iterations, inside)
                body, kind = self.say(node.body, {**own, "partial": ("partial", None)})
                return replace(node, iterations=iterations, body=body), kind
            case ast.Quantified():
                iterations, own = self._iterations(node.iterations, inside)
                return replace(node, iterations=iterations, condition=self.say(node.condition, own)[0]), None
            case ast.Call():
                return self._call(node, inside)
            case ast.If():
                condition, _ = self.say(node.condition, inside)
                (then, first), (otherwise, second) = self.say(node.then, inside), self.say(node.otherwise, inside)
                kind = first if first is not None and first == second else None
                return replace(node, condition=condition, then=then, otherwise=otherwise), kind
            case ast.ContextLiteral():
                return self._context(node, inside)
            case ast.ListLiteral():
                members = [self.say(item, inside) for item in node.items]
                kinds = [kind for _, kind in members]
                same = kinds[0] if kinds and all(kind == kinds[0] for kind in kinds) else None
                return replace(node, items=tuple(tree for tree, _ in members)), same
            case ast.FunctionDefinition():
                return self._function(node, inside, None), None
            case _:
                return rebuilt(node, lambda child: self.say(child, inside)[0]), None

    def _name(self, node: ast.Name, inside: Inside) -> tuple[ast.Expression, Kind]:
        if node.name in inside:
            printed, kind = inside[node.name]
            return replace(node, name=printed), kind
        try:
            return self.meanings.name(node.name, self.uses)
        except KeyError:
            return node, None

    def _path(self, node: ast.Path, inside: Inside) -> tuple[ast.Expression, Kind]:
        source, kind = self.say(node.source, inside)
        if isinstance(kind, RecordKind):
            known = kind.names.get(node.name)
            return replace(node, source=source, name=known.zh if known else node.name), None
        found = kind.get(node.name) if kind is not None else None
        return replace(node, source=source), found if isinstance(found, RecordKind | Mapping) else None

    def _iterations(
        self, iterations: Iterable[ast.Iteration], inside: Inside
    ) -> tuple[tuple[ast.Iteration, ...], Inside]:
        own: dict[str, tuple[str, Kind]] = dict(inside)
        made: list[ast.Iteration] = []
        for one in iterations:
            source, kind = self.say(one.source, own)
            upto = None if one.upto is None else self.say(one.upto, own)[0]
            own[one.name] = (one.name, kind)
            made.append(replace(one, source=source, upto=upto))
        return tuple(made), own

    def _context(self, node: ast.ContextLiteral, inside: Inside) -> tuple[ast.Expression, Kind]:
        own: dict[str, tuple[str, Kind]] = dict(inside)
        kinds: dict[str, object] = {}
        entries: list[ast.Entry] = []
        for entry in node.entries:
            value, kind = self.say(entry.value, own)
            own[entry.key] = (entry.key, kind)
            kinds[entry.key] = kind
            entries.append(replace(entry, value=value))
        return replace(node, entries=tuple(entries)), kinds

    def _function(self, node: ast.FunctionDefinition, inside: Inside, kind: Kind) -> ast.Expression:
        own = {parameter.name: (parameter.name, kind) for parameter in node.parameters}
        return replace(node, body=self.say(node.body, {**inside, **own})[0])

    # Calls

    def _call(self, node: ast.Call, inside: Inside) -> tuple[ast.Expression, Kind]:
        name = node.function.name if isinstance(node.function, ast.Name) and node.function.name not in inside else ""
        arguments = [*node.positional, *(entry.value for entry in node.named)]
        if name in KNOWN and len(arguments) == 1:
            return ast.Compare("!=", self.say(arguments[0], inside)[0], _NULL), None
        if name == PARAMETER_ON:
            return self._parameter_on(node, arguments, inside), None
        if name in RECORD and len(arguments) == 3:
            return self._record(arguments, inside)
        if not arguments and name:
            table = self.meanings.table(name, self.uses)
            if table is not None:
                return table, None
        return self._plain_call(node, name, inside)

    def _plain_call(self, node: ast.Call, name: str, inside: Inside) -> tuple[ast.Expression, Kind]:
        function = self.say(node.function, inside)[0]
        if name in BETWEEN_DATES:
            function = ast.Name(self.meanings.beyond(name, "", None, self.uses))
        first: Kind = None
        positional: list[ast.Expression] = []
        for number, argument in enumerate(node.positional):
            if number and isinstance(argument, ast.FunctionDefinition):
                positional.append(self._function(argument, inside, first))
                continue
            told, kind = self.say(argument, inside)
            first = first if number else kind
            positional.append(told)
        named: list[ast.Entry] = []
        for number, entry in enumerate(node.named):
            if number and isinstance(entry.value, ast.FunctionDefinition):
                named.append(replace(entry, value=self._function(entry.value, inside, first)))
                continue
            told, kind = self.say(entry.value, inside)
            first = first if number else kind
            named.append(replace(entry, value=told))
        call = replace(node, function=function, positional=tuple(positional), named=tuple(named))
        return call, first if name in _SAME_MEMBERS else None

    def _parameter_on(self, node: ast.Call, arguments: list[ast.Expression], inside: Inside) -> ast.Expression:
        name = arguments[0].value if arguments and isinstance(arguments[0], ast.String) else ""
        function = self.meanings.parameter(name, self.uses) if name and len(arguments) == 2 else None
        if function is None:
            raise Untold(Refused("dmn_pack_parameter_name", found=print_expression(node)))
        return ast.Call(function, (self.say(arguments[1], inside)[0],))

    def _record(self, arguments: list[ast.Expression], inside: Inside) -> tuple[ast.Expression, Kind]:
        records, kind = self.say(arguments[0], inside)
        named = arguments[1]
        if not isinstance(named, ast.String):
            raise Untold(Refused("dmn_pack_field_name", found=print_expression(named)))
        function = self.meanings.beyond("记录", named.value, kind, self.uses)
        return ast.Call(ast.Name(function), (records, self.say(arguments[2], inside)[0])), kind


def _filtered(inside: Inside, members: Kind) -> Inside:
    """The names inside a filter: fields of the members before all others, records with their Chinese names."""
    own: dict[str, tuple[str, Kind]] = {"item": ("item", members)}
    if isinstance(members, RecordKind):
        own.update({name: (one.zh, None) for name, one in members.names.items()})
    elif members is not None:
        own.update({name: (name, None) for name in members})
    return {**inside, **own}


def rebuilt(node: ast.Node, change: Callable[[ast.Expression], ast.Expression]) -> ast.Expression:
    """A node with all expressions directly in it changed; tests and entries are gone through."""

    def through(value: object) -> object:
        if isinstance(value, ast.Test | ast.Entry | ast.Iteration):
            return replace(value, value=change(value.value)) if not isinstance(value, ast.Iteration) else value
        if isinstance(value, tuple):
            return tuple(through(member) for member in value)
        return change(cast("ast.Expression", value)) if _is_expression(value) else value

    changed = {part.name: through(getattr(node, part.name)) for part in fields(node) if part.name != "place"}
    return cast("Callable[..., ast.Expression]", replace)(node, **changed)


def _is_expression(value: object) -> bool:
    types = (ast.TypeName, ast.TypeOf, ast.ContextType, ast.FunctionType, ast.Restricted, ast.TypeEntry, ast.Parameter)
    return isinstance(value, ast.Node) and not isinstance(value, types)


def number_text(value: Decimal) -> str:
    """A number without exponent."""
    return print_expression(ast.Number(value), plain=True)
