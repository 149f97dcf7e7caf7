"""A value made to fit a declared type (the implicit conversions of DMN 10.3.2.9.4), or the reason why it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.feel import ast
from yanlian.engine.feel.meter import charge_walk
from yanlian.engine.feel.normal import clean, type_name
from yanlian.engine.feel.printer_values import shown
from yanlian.engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths, date_and_midnight
from yanlian.engine.feel.types import is_instance
from yanlian.engine.feel.values import Fault, IncompleteList, Unknown, fault

_ANY = ast.TypeName("Any")
_LIST = ast.TypeName("list")
_MAX_DEPTH = 100
# Values of these Python types are of the FEEL type as they are.
EXACT: Mapping[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": date,
    "time": Time,
    "date and time": DateTime,
    "years and months duration": YearsMonths,
    "days and time duration": DaysTime,
}


def coerce(value: object, kind: ast.Type, types: Mapping[str, ast.Type]) -> object:
    """The value as the type wants it, or a `Fault`.

    A value that does not fit is converted once, as a whole: a list of one to its member, anything to the list of it, a
    date to its midnight (UTC). What stands within lists and contexts is not converted. Null and unknown fit every type.
    """
    kind = resolved(kind, types)
    reason = _fit(value, kind, types, 0)
    if type(reason) is not Fault:
        return reason
    bare = _unrestricted(kind, types)
    many = bare == _LIST or (isinstance(bare, ast.TypeOf) and bare.kind == "list")
    for other in _converted(value, bare, many=many):
        fitted = _fit(other, kind, types, 0)
        if type(fitted) is not Fault:
            return fitted
        if isinstance(value, list) is not many:
            # One where many are wanted, or the other way round: what is wrong with the members says more.
            reason = fitted
    return reason


def _converted(value: object, kind: ast.Type, *, many: bool) -> Iterator[object]:
    """What the value may become where this type is wanted."""
    if many:
        yield [value]
    if isinstance(value, list):
        # From a list of one to its member; an incomplete list may have more.
        if len(value) == 1 and not (isinstance(value, IncompleteList) and value.is_open):
            yield clean(value[0])
    elif isinstance(kind, ast.TypeName) and kind.name == "date and time" and isinstance(value, (date, FarDate)):
        yield date_and_midnight(value)


def _unrestricted(kind: ast.Type, types: Mapping[str, ast.Type]) -> ast.Type:
    for _ in range(_MAX_DEPTH):
        if not isinstance(kind, ast.Restricted):
            return kind
        kind = resolved(kind.base, types)
    return _ANY


def _fit(value: object, kind: ast.Type, types: Mapping[str, ast.Type], depth: int) -> object:
    """The value if it is of the type, through and through, with all parts clean; or a `Fault`."""
    kind = resolved(kind, types)
    if value is None or type(value) is Unknown or kind == _ANY:
        return value
    if depth > _MAX_DEPTH:
        return fault("feel_value_deep")
    if isinstance(kind, ast.Restricted):
        return _restricted(value, kind, types, depth)
    if isinstance(kind, ast.TypeOf) and kind.kind == "list":
        return _list(value, kind, types, depth) if isinstance(value, list) else _unfit(value, kind)
    if isinstance(kind, ast.ContextType):
        return _context(value, kind, types, depth)
    return value if is_instance(value, kind, types) is not False else _unfit(value, kind)


def coercer(kind: ast.Type, types: Mapping[str, ast.Type], most: int = 1_000) -> Callable[[object], object]:
    """`coerce` for one type, with the short ways taken first: a value that is of the type already stays, and what was
    found for texts and numbers with allowed values is kept (of `most` texts and as many numbers)."""
    kind = resolved(kind, types)
    if kind == _ANY:
        return lambda value: value
    if isinstance(kind, ast.Restricted):
        return remembering(lambda value: coerce(value, kind, types), most)
    exact = EXACT.get(kind.name) if isinstance(kind, ast.TypeName) else None
    if exact is None:
        return lambda value: coerce(value, kind, types)
    return lambda value: value if value is None or type(value) is exact else coerce(value, kind, types)


def remembering(fit: Callable[[object], object], most: int) -> Callable[[object], object]:
    """The same with what was found for texts and numbers kept, up to a limit: allowed values are few."""
    texts: dict[str, object] = {}
    numbers: dict[str, object] = {}

    def remembered(value: object) -> object:
        if type(value) is str:
            known, key = texts, value
        elif type(value) is Decimal:
            # By its digits: 1.0 and 1 are equal, and yet not the same text.
            known, key = numbers, str(value)
        else:
            return fit(value)
        try:
            return known[key]
        except KeyError:
            found = fit(value)
            if len(known) < most:
                known[key] = found
            return found

    return remembered


def resolved(kind: ast.Type, types: Mapping[str, ast.Type]) -> ast.Type:
    """The type behind a name, through names of names; a circle of names means any value."""
    for _ in range(_MAX_DEPTH):
        if not isinstance(kind, ast.TypeName) or kind.name not in types:
            return kind
        kind = types[kind.name]
    return _ANY


def _restricted(value: object, kind: ast.Restricted, types: Mapping[str, ast.Type], depth: int) -> object:
    found = _fit(value, kind.base, types, depth + 1)
    if found is None or type(found) is Fault:
        return found
    passed = kind.passes(found)
    if passed is True or type(passed) is Unknown:
        return found
    return fault("feel_not_allowed", found=shortened(found))


def _list(value: list[object], kind: ast.TypeOf, types: Mapping[str, ast.Type], depth: int) -> object:
    charge_walk(len(value))
    made: list[object] = []
    for one in value:
        fitted = _fit(clean(one), kind.member, types, depth + 1)
        if type(fitted) is Fault:
            return fitted
        made.append(fitted)
    if isinstance(value, IncompleteList):
        fitting = (_fit(clean(one), kind.member, types, depth + 1) for one in value.maybe)
        maybe = [one for one in fitting if type(one) is not Fault]
        return IncompleteList(made, maybe, value.missing, bounded=value.bounded)
    return made


def _context(value: object, kind: ast.ContextType, types: Mapping[str, ast.Type], depth: int) -> object:
    if not isinstance(value, Mapping):
        return _unfit(value, kind)
    charge_walk(len(value))
    made = dict(value)
    for entry in kind.entries:
        if entry.name not in value:
            return fault("feel_value_entry", name=entry.name)
        fitted = _fit(clean(value[entry.name]), entry.type, types, depth + 1)
        if type(fitted) is Fault:
            return fitted
        made[entry.name] = fitted
    return made


def _unfit(value: object, kind: ast.Type) -> Fault:
    return fault("feel_value_type", expected=told(kind), found=type_name(value))


def told(kind: ast.Type) -> str:
    """A type as a reader of a message wants it: its kind without its parts."""
    match kind:
        case ast.TypeName():
            return kind.name
        case ast.TypeOf():
            return f"{kind.kind}<{told(kind.member)}>"
        case ast.ContextType():
            return "context"
        case ast.FunctionType():
            return "function"
        case ast.Restricted():
            return told(kind.base)


def shortened(value: object) -> str:
    """A value in a message as FEEL writes it, cut where it is long."""
    text = shown(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
