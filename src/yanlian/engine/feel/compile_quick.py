"""The ordinary case of an expression that is evaluated often: known plain values, of types that fit.

Most expressions of a policy are a comparison, a path or a call over plain values. The closures of the compiler are
ready for everything else too, with a frame for locals, warnings and budget, which costs more than the comparison. A
quick closure takes the variables alone. It gives a plain value only where the closures of the compiler would give the
same; for anything out of the ordinary (null, unknown, what is missing, other types, long texts and lists) it gives what
is no plain value, or raises one of `UNUSUAL`, and the closures of the compiler do it all from the start. It changes
nothing, warns of nothing and charges nothing, so that nothing is lost by trying.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, DecimalException
from operator import itemgetter
from typing import TypeAlias

from yanlian.engine.feel import ast
from yanlian.engine.feel.arithmetic import OPERATIONS
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.compare import RAW
from yanlian.engine.feel.numbers import FAST, truncated, whole
from yanlian.engine.feel.temporal import parse_at
from yanlian.engine.feel.values import Function

Quick: TypeAlias = Callable[[dict[str, object]], object]

# What a quick closure may give as the result; integers become decimals.
PLAIN = frozenset({Decimal, int, str, bool, date})
# Most whole numbers are small: finding the decimal of one takes a quarter of the time of making it.
DECIMALS = {number: Decimal(number) for number in range(1, 1000)}
UNUSUAL = (LookupError, DecimalException, RecursionError)
# Longer texts and lists are charged for.
_SHORT = 100
_NUMBERS = frozenset({Decimal, int})
_SCALARS = frozenset({Decimal, int, str})
_ALIKE = frozenset({str, date})
# Functions of numbers and short texts that give such, charge nothing and take no list.
_FUNCTIONS = frozenset(
    {
        *("contains", "starts with", "ends with", "string length", "upper case", "lower case", "substring"),
        *("substring before", "substring after", "abs", "floor", "ceiling", "decimal", "modulo", "min", "max"),
        *("round up", "round down", "round half up", "round half down", "odd", "even"),
    }
)


@dataclass(frozen=True, slots=True)
class _Constant:
    """A part whose value is known now: a decimal, text, day or truth value."""

    value: Decimal | str | date | bool


_Part: TypeAlias = Quick | _Constant


class _NotQuick(Exception):
    """Something in the expression has no quick form."""


@dataclass(frozen=True, slots=True)
class _Names:
    """What the names of the expression mean: variables, else functions."""

    variables: Collection[str]
    functions: Mapping[str, Function]

    def part(self, node: ast.Node) -> _Part:
        """The quick form of a node."""
        build = _BUILD.get(type(node))
        if build is None:
            raise _NotQuick
        return build(self, node)

    def run(self, node: ast.Node) -> Quick:
        """The quick closure of a node. What it gives may be of any type: who takes it looks."""
        return _run(self.part(node))


def quick_of(node: ast.Expression, variables: Collection[str], functions: Mapping[str, Function]) -> Quick | None:
    """The quick closure of an expression whose free names are `variables`; nothing if a part of it has none."""
    try:
        return _Names(variables, functions).run(node)
    except (_NotQuick, RecursionError):
        return None


def constantly(value: object) -> Quick:
    """The quick closure of a constant."""
    return lambda v: value


def _run(part: _Part) -> Quick:
    return constantly(part.value) if isinstance(part, _Constant) else part


def _literal(names: _Names, node: ast.Number | ast.String | ast.Boolean) -> _Part:
    return _Constant(node.value)


def _at(names: _Names, node: ast.At) -> _Part:
    return _folded(parse_at(node.text))


def _name(names: _Names, node: ast.Name) -> _Part:
    if node.name not in names.variables:
        raise _NotQuick
    # Not a closure: reading a variable takes no call of Python.
    return itemgetter(node.name)


def _path(names: _Names, node: ast.Path) -> _Part:
    name, source = node.name, node.source
    if isinstance(source, ast.ContextLiteral):
        return _entry_of(names, source, name)
    record_of = names.run(source)

    def run(v: dict[str, object]) -> object:
        record = record_of(v)
        return record[name] if type(record) is dict else None

    return run


def _entry_of(names: _Names, node: ast.ContextLiteral, name: str) -> _Part:
    """An entry of a context written out with nothing but constants."""
    found = {entry.key: names.part(entry.value) for entry in node.entries}
    if len(found) < len(node.entries) or not all(isinstance(part, _Constant) for part in found.values()):
        raise _NotQuick
    if name not in found:
        raise _NotQuick
    return found[name]


def _member(names: _Names, node: ast.Filter) -> _Part:
    """`list[2]`: only the one member is looked at."""
    number = node.condition
    if isinstance(number, ast.Negate):
        number = number.operand
    n = truncated(number.value) if isinstance(number, ast.Number) else None
    # A list that is not read from outside would be looked through as a whole.
    if not n or not isinstance(node.source, (ast.Name, ast.Path)):
        raise _NotQuick
    at, list_of = -n if number is not node.condition else n - 1, names.run(node.source)

    def run(v: dict[str, object]) -> object:
        members = list_of(v)
        return members[at] if type(members) is list else None

    return run


def _compare(names: _Names, node: ast.Compare) -> _Part:
    raw, left, right = RAW[node.op], names.part(node.left), names.part(node.right)
    first = _run(left)
    if isinstance(right, _Constant):
        return _compare_constant(raw, first, right.value)
    second = right

    def run(v: dict[str, object]) -> object:
        a, b = first(v), second(v)
        kind, other = type(a), type(b)
        if (kind is other and kind in _ALIKE) or (kind in _NUMBERS and other in _NUMBERS):
            return raw(a, b)
        return None

    return run


def _compare_constant(raw: Callable[..., bool], first: Quick, constant: Decimal | str | date | bool, /) -> Quick:
    if isinstance(constant, Decimal):
        # Two integers are compared in a third of the time of an integer and a decimal.
        integer = _integer(constant)

        def run_number(v: dict[str, object]) -> object:
            a = first(v)
            if type(a) is int:
                return raw(a, integer)
            return raw(a, constant) if type(a) is Decimal else None

        return run_number
    kind = type(constant)
    if kind not in _ALIKE:
        raise _NotQuick

    def run(v: dict[str, object]) -> object:
        a = first(v)
        return raw(a, constant) if type(a) is kind else None

    return run


def _integer(number: Decimal) -> int | Decimal:
    """A number in the form in which it is compared with integers."""
    found = whole(number)
    return number if found is None else found


def _between(names: _Names, node: ast.Between) -> _Part:
    low, high = names.part(node.low), names.part(node.high)
    if not isinstance(low, _Constant) or not isinstance(high, _Constant):
        raise _NotQuick
    return _within(names.run(node.value), low.value, high.value)


def _within(first: Quick, low: object, high: object, *, low_closed: bool = True, high_closed: bool = True) -> Quick:
    """Whether a value lies between two numbers."""
    if not isinstance(low, Decimal) or not isinstance(high, Decimal):
        raise _NotQuick
    least, most = _integer(low), _integer(high)
    if not (low_closed and high_closed):
        above, below = RAW["<=" if low_closed else "<"], RAW["<=" if high_closed else "<"]
        return lambda v: above(low, a) and below(a, high) if type(a := first(v)) in _NUMBERS else None

    def run(v: dict[str, object]) -> object:
        a = first(v)
        if type(a) is int:
            return least <= a <= most
        return low <= a <= high if type(a) is Decimal else None

    return run


def _in(names: _Names, node: ast.In) -> _Part:
    """`value in [constants]` and `value in [low..high]`."""
    if len(node.tests) != 1 or node.tests[0].op:
        raise _NotQuick
    test, first = node.tests[0].value, names.run(node.value)
    if isinstance(test, ast.RangeLiteral) and test.low is not None and test.high is not None:
        low, high = names.part(test.low), names.part(test.high)
        if isinstance(low, _Constant) and isinstance(high, _Constant):
            return _within(first, low.value, high.value, low_closed=test.low_closed, high_closed=test.high_closed)
    if not isinstance(test, ast.ListLiteral):
        raise _NotQuick
    parts = [names.part(item) for item in test.items]
    members = [part.value for part in parts if isinstance(part, _Constant)]
    if len(members) < len(parts) or len(members) > _SHORT or not _SCALARS.issuperset(map(type, members)):
        raise _NotQuick
    return lambda v: a in members if type(a := first(v)) in _SCALARS else None


def _arithmetic(names: _Names, node: ast.Arithmetic) -> _Part:
    left, right, fast = names.part(node.left), names.part(node.right), FAST[node.op]
    if isinstance(left, _Constant) and isinstance(right, _Constant):
        return _folded(OPERATIONS[node.op](left.value, right.value))
    first, second, joins = _run(left), _run(right), node.op == "+"

    def run(v: dict[str, object]) -> object:
        a, b = first(v), second(v)
        kind, other = type(a), type(b)
        if kind in _NUMBERS and other in _NUMBERS:
            return fast(a, b)  # type: ignore[arg-type]
        if joins and type(a) is str and type(b) is str and len(a) + len(b) <= _SHORT:
            return a + b
        return None

    return run


def _folded(value: object) -> _Constant:
    """What constants give, if it is a plain value."""
    if isinstance(value, (Decimal, str, date, bool)):
        return _Constant(value)
    raise _NotQuick


def _logic(names: _Names, node: ast.Logic) -> _Part:
    first, second = names.run(node.left), names.run(node.right)
    decisive = node.op == "or"

    def run(v: dict[str, object]) -> object:
        value = first(v)
        if value is decisive:
            return decisive
        # What is no truth value must not be taken for one: then the result is no plain value either.
        return found if value is (not decisive) and type(found := second(v)) is bool else None

    return run


def _if(names: _Names, node: ast.If) -> _Part:
    test, yes, no = names.run(node.condition), names.run(node.then), names.run(node.otherwise)

    def run(v: dict[str, object]) -> object:
        decided = test(v)
        if decided is True:
            return yes(v)
        return no(v) if decided is False else None

    return run


def _call(names: _Names, node: ast.Call) -> _Part:
    if not isinstance(node.function, ast.Name) or node.named or node.function.name in names.variables:
        raise _NotQuick
    name = node.function.name
    function = names.functions.get(name)
    if function is None or function is not FUNCTIONS.get(name):
        raise _NotQuick
    if name == "date" and len(node.positional) == 1 and isinstance(node.positional[0], ast.String):
        return _folded(function.call(node.positional[0].value))
    if name == "list contains" and len(node.positional) == 2:
        return _list_contains(names, *node.positional)
    size = len(node.positional)
    fits = len(function.parameters) - function.optional <= size <= len(function.parameters) or function.variadic
    if name not in _FUNCTIONS or not size or not fits:
        raise _NotQuick
    return _call_of_plain(function.call, [names.run(argument) for argument in node.positional])


def _call_of_plain(call: Callable[..., object], runs: list[Quick]) -> Quick:
    if len(runs) == 2:
        first, second = runs

        def run_two(v: dict[str, object]) -> object:
            a, b = first(v), second(v)
            if type(a) is str and type(b) is str and len(a) <= _SHORT:
                return call(a, b)
            x, y = _argument(a), _argument(b)
            return None if x is None or y is None else call(x, y)

        return run_two

    def run(v: dict[str, object]) -> object:
        values = [_argument(one(v)) for one in runs]
        return None if None in values else call(*values)

    return run


def _argument(value: object) -> Decimal | str | None:
    """A number or short text as functions take it."""
    if type(value) is int:
        return Decimal(value)
    if type(value) is Decimal:
        return value
    return value if type(value) is str and len(value) <= _SHORT else None


def _list_contains(names: _Names, source: ast.Expression, element: ast.Expression) -> _Part:
    """`list contains(list, constant)` over numbers and texts: among these Python's `in` is FEEL's equality."""
    wanted, list_of = names.part(element), names.run(source)
    if not isinstance(wanted, _Constant) or type(wanted.value) not in _SCALARS:
        raise _NotQuick
    value = _integer(wanted.value) if isinstance(wanted.value, Decimal) else wanted.value

    def run(v: dict[str, object]) -> object:
        members = list_of(v)
        if type(members) is list and len(members) <= _SHORT and _SCALARS.issuperset(map(type, members)):
            return value in members
        return None

    return run


_BUILD: dict[type[ast.Node], Callable[..., _Part]] = {
    ast.Number: _literal,
    ast.String: _literal,
    ast.Boolean: _literal,
    ast.At: _at,
    ast.Name: _name,
    ast.Path: _path,
    ast.Filter: _member,
    ast.Compare: _compare,
    ast.Between: _between,
    ast.In: _in,
    ast.Arithmetic: _arithmetic,
    ast.Logic: _logic,
    ast.If: _if,
    ast.Call: _call,
}
