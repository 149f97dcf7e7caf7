"""Functions of ranges and points (Allen's relations), and `range(from)`."""

from __future__ import annotations

from collections.abc import Callable

from yanlian.engine.feel import ast
from yanlian.engine.feel.builtins.arguments import rejected
from yanlian.engine.feel.builtins.times import date_and_time, date_of, duration, time_of
from yanlian.engine.feel.compare import equal, less
from yanlian.engine.feel.normal import type_name
from yanlian.engine.feel.parser import parse
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.temporal import parse_at
from yanlian.engine.feel.values import Fault, Function, Range, fault


class _NoOrder(Exception):
    """Two ends that cannot be compared."""


def _less(a: object, b: object) -> bool:
    found = less(a, b)
    if not isinstance(found, bool):
        raise _NoOrder
    return found


def _same(a: object, b: object) -> bool:
    found = equal(a, b)
    if not isinstance(found, bool):
        raise _NoOrder
    return found


def _touching(a: object, b: object, *, both: bool) -> bool:
    """a < b, or a = b where the ends do not both belong."""
    return _less(a, b) or (not both and _same(a, b))


def _before(a: object, b: object) -> bool:
    high, high_in = (a.high, a.high_closed) if isinstance(a, Range) else (a, True)
    low, low_in = (b.low, b.low_closed) if isinstance(b, Range) else (b, True)
    return _touching(high, low, both=high_in and low_in)


def _after(a: object, b: object) -> bool:
    return _before(b, a)


def _meets(a: Range, b: Range) -> bool:
    return a.high_closed and b.low_closed and _same(a.high, b.low)


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _low_before(a: Range, b: Range) -> bool:
    return _less(a.low, b.low) or (_same(a.low, b.low) and a.low_closed and not b.low_closed)


def _high_before(a: Range, b: Range) -> bool:
    return _less(a.high, b.high) or (_same(a.high, b.high) and not a.high_closed and b.high_closed)


def _same_low(a: Range, b: Range) -> bool:
    return _same(a.low, b.low) and a.low_closed == b.low_closed


def _same_high(a: Range, b: Range) -> bool:
    return _same(a.high, b.high) and a.high_closed == b.high_closed


def _overlaps_before(a: Range, b: Range) -> bool:
    return _overlaps(a, b) and _low_before(a, b) and (_high_before(a, b) or _same_high(a, b))


def _overlaps_after(a: Range, b: Range) -> bool:
    return _overlaps(a, b) and _low_before(b, a) and (_high_before(b, a) or _same_high(a, b))


def _finishes(a: object, b: object) -> bool:
    assert isinstance(b, Range)
    if isinstance(a, Range):
        return _same_high(a, b) and (_low_before(b, a) or _same_low(a, b))
    return b.high_closed and _same(a, b.high)


def _starts(a: object, b: object) -> bool:
    assert isinstance(b, Range)
    if isinstance(a, Range):
        return _same_low(a, b) and (_high_before(a, b) or _same_high(a, b))
    return b.low_closed and _same(a, b.low)


def _includes(a: object, b: object) -> bool:
    assert isinstance(a, Range)
    if isinstance(b, Range):
        return not _low_before(b, a) and not _high_before(a, b)
    if b is None:
        raise _NoOrder
    above = _less(a.low, b) or (a.low_closed and _same(a.low, b))
    return above and (_less(b, a.high) or (a.high_closed and _same(a.high, b)))


def _coincides(a: object, b: object) -> bool:
    if isinstance(a, Range) and isinstance(b, Range):
        return _same_low(a, b) and _same_high(a, b)
    return _same(a, b)


def _guarded(name: str, relation: Callable[[object, object], bool], allowed: str) -> Callable[[object, object], object]:
    """A relation for the allowed kinds of arguments: `pp`, `pr`, `rp`, `rr` (p a point, r a range)."""

    def function(a: object, b: object) -> object:
        kinds = ("r" if isinstance(a, Range) else "p") + ("r" if isinstance(b, Range) else "p")
        if kinds not in allowed.split() or a is None or b is None:
            return rejected(name, a, b)
        try:
            return relation(a, b)
        except _NoOrder:
            return rejected(name, a, b)

    return function


def _ranges(relation: Callable[[Range, Range], bool]) -> Callable[[object, object], bool]:
    def both(a: object, b: object) -> bool:
        assert isinstance(a, Range)
        assert isinstance(b, Range)
        return relation(a, b)

    return both


def range_of(text: object) -> object:
    """`range(from)`: a range from text, with literals as ends."""
    if not isinstance(text, str):
        return rejected("range", text)
    try:
        tree = parse(text)
    except FeelError:
        return fault("feel_literal", found=text[:50])
    if not isinstance(tree, ast.RangeLiteral) or tree.low is None or tree.high is None:
        return fault("feel_literal", found=text[:50])
    low, high = _end(tree.low), _end(tree.high)
    if low is None or high is None or type_name(low) != type_name(high) or less(high, low) is not False:
        return fault("feel_literal", found=text[:50])
    return Range(low, high, tree.low_closed, tree.high_closed)


def _end(node: ast.Expression) -> object:
    if isinstance(node, (ast.Number, ast.String)):
        return node.value
    if isinstance(node, ast.Negate) and isinstance(node.operand, ast.Number):
        return -node.operand.value
    if isinstance(node, ast.At):
        return parse_at(node.text)
    makers: dict[str, Callable[..., object]] = {
        "date": date_of,
        "date and time": date_and_time,
        "time": time_of,
        "duration": duration,
    }
    if isinstance(node, ast.Call) and isinstance(node.function, ast.Name) and node.function.name in makers:
        values = [argument.value for argument in node.positional if isinstance(argument, ast.String)]
        if len(values) == len(node.positional) == 1:
            found = makers[node.function.name](values[0])
            return None if isinstance(found, Fault) else found
    return None


def _relation(name: str, relation: Callable[[object, object], bool], allowed: str, *names: tuple[str, str]) -> Function:
    """A relation with its lists of names; called by name it takes only the kinds that the names say."""

    def by_name(chosen: tuple[str, ...]) -> Callable[..., object]:
        return _guarded(name, relation, "".join(one[0] for one in chosen))

    return Function(name, names[0], _guarded(name, relation, allowed), others=names[1:], by_name=by_name)


_RR = ("range1", "range2")
_PR = ("point", "range")
_RP = ("range", "point")
_PP = ("point1", "point2")

FUNCTIONS = (
    _relation("before", _before, "pp pr rp rr", _PP, _PR, _RP, _RR),
    _relation("after", _after, "pp pr rp rr", _PP, _PR, _RP, _RR),
    _relation("meets", _ranges(_meets), "rr", _RR),
    _relation("met by", _ranges(lambda a, b: _meets(b, a)), "rr", _RR),
    _relation("overlaps", _ranges(_overlaps), "rr", _RR),
    _relation("overlaps before", _ranges(_overlaps_before), "rr", _RR),
    _relation("overlaps after", _ranges(_overlaps_after), "rr", _RR),
    _relation("finishes", _finishes, "pr rr", _PR, _RR),
    _relation("finished by", lambda a, b: _finishes(b, a), "rp rr", _RP, _RR),
    _relation("includes", _includes, "rp rr", _RP, _RR),
    _relation("during", lambda a, b: _includes(b, a), "pr rr", _PR, _RR),
    _relation("starts", _starts, "pr rr", _PR, _RR),
    _relation("started by", lambda a, b: _starts(b, a), "rp rr", _RP, _RR),
    _relation("coincides", _coincides, "pp rr", _PP, _RR),
    Function("range", ("from",), range_of),
)
