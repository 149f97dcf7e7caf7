"""Constants of an expression turned into names of columns.

What only fixes a form stays as it is written: the position in a filter, an exponent, how many digits to round to, what
is looked for in a text, what a text is ordered by or lengthened with, months and days; and so do times, moments and
durations, which no dossier holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import cast

from yanlian.engine.feel import ast
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.rebuild import rebuilt
from yanlian.engine.feel.temporal import parse_date

# Numbers as dossiers hold them: by decimal places, the type of the field.
_PLACES = {0: "count", 1: "money", 2: "money", 3: "rate", 4: "rate", 5: "rate", 6: "rate"}
SCALES = {"count": 0, "money": 2, "rate": 6}
_LARGEST = 1 << 62
# Only the first argument is lifted.
_FORMS = frozenset(
    {"decimal", "floor", "ceiling", "round up", "round down", "round half up", "round half down", "substring"}
    | {"starts with", "ends with", "contains", "substring before", "substring after", "matches", "replace", "split"}
)
# Nothing is: the texts in them are dates, names or patterns.
_WHOLE = frozenset({"time", "date and time", "duration", "get value", "range", "number", "context put"})


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant: the type of the field that holds it, and its value."""

    kind: str
    value: Decimal | str | bool | date


@dataclass(frozen=True, slots=True)
class Lifted:
    """An expression that reads `c1`, `c2` … instead of its constants."""

    tree: ast.Expression
    names: tuple[str, ...]
    constants: tuple[Constant, ...]


def lifted(tree: ast.Expression) -> Lifted:
    """An expression without its constants."""
    lifter = _Lifter(tree)
    changed = cast("ast.Expression", lifter.lift(tree))
    return Lifted(changed, tuple(lifter.names), tuple(lifter.constants))


@dataclass(slots=True)
class _Lifter:
    tree: ast.Expression
    constants: list[Constant] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    taken: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.taken = frozenset(node.name for node, _ in ast.walk(self.tree) if isinstance(node, ast.Name))

    def lift(self, node: ast.Node) -> ast.Node:
        constant = constant_in(node)
        if constant is not None:
            self.constants.append(constant)
            name = f"c{len(self.constants)}"
            while name in self.taken:
                name += "_"
            self.names.append(name)
            return ast.Name(name)
        if isinstance(node, ast.Filter):
            condition = node.condition if _is_number(node.condition) else self._below(node.condition)
            return replace(node, source=self._below(node.source), condition=condition)
        if isinstance(node, (ast.Arithmetic, ast.Compare)) and _is_form(node):
            return replace(node, left=self._below(node.left))
        if isinstance(node, ast.Call) and isinstance(node.function, ast.Name):
            return self._call(node, node.function.name)
        return rebuilt(node, self.lift)

    def _below(self, node: ast.Expression) -> ast.Expression:
        return cast("ast.Expression", self.lift(node))

    def _call(self, node: ast.Call, name: str) -> ast.Node:
        if name in _WHOLE or (name == "date" and len(node.positional) == 1):
            return node
        first = name in _FORMS or name == "date"
        positional = [one if first and n else self._below(one) for n, one in enumerate(node.positional)]
        named: list[ast.Entry] = []
        for entry in node.named:
            stays = first and entry.key != FUNCTIONS[name].parameters[0]
            named.append(entry if stays else replace(entry, value=self._below(entry.value)))
        return replace(node, positional=tuple(positional), named=tuple(named))


def constant_in(node: ast.Node) -> Constant | None:
    """The constant that a node is, if a dossier can hold it."""
    if isinstance(node, ast.Number):
        return _number(node.value)
    if isinstance(node, ast.String):
        return Constant("text", node.value)
    if isinstance(node, ast.Boolean):
        return Constant("flag", node.value)
    text = _date_text(node)
    day = None if text is None else parse_date(text)
    return Constant("date", day) if isinstance(day, date) else None


def _date_text(node: ast.Node) -> str | None:
    if isinstance(node, ast.At):
        return node.text
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and node.function.name == "date":
        only = (
            node.positional[0] if len(node.positional) == 1 else node.named[0].value if len(node.named) == 1 else None
        )
        return only.value if isinstance(only, ast.String) else None
    return None


def _number(value: Decimal) -> Constant | None:
    exponent = value.normalize().as_tuple().exponent
    kind = _PLACES.get(max(0, -exponent)) if isinstance(exponent, int) else None
    if kind is None or abs(value.scaleb(SCALES[kind])) >= _LARGEST:
        return None
    return Constant(kind, value)


def _is_form(node: ast.Arithmetic | ast.Compare) -> bool:
    """Whether what stands on the right only fixes a form: an exponent, or a text that rules write out."""
    if node.op == "**":
        return _is_number(node.right)
    return isinstance(node.right, ast.String) and (node.op != "=" or not isinstance(node.left, ast.String))


def _is_number(node: ast.Node) -> bool:
    return isinstance(node.operand if isinstance(node, ast.Negate) else node, ast.Number)
