"""Calls of functions: built in, given from outside, or defined in FEEL."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import cast

from yanlian.engine.feel import ast
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.coerce import coercer
from yanlian.engine.feel.frame import MAX_CALLS, Frame, Piece, Run, fixed
from yanlian.engine.feel.java import external_function
from yanlian.engine.feel.meter import charge
from yanlian.engine.feel.normal import ATOMS, clean, type_name
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.static import function_type
from yanlian.engine.feel.values import Fault, Function, IncompleteList, Unknown, fault, is_known, union

_SIMPLE = ATOMS - {Unknown, dict}
# Functions that take a list of plain values as it came.
_OF_LISTS = frozenset({"count", "sum", "min", "max", "mean", "median", "product", "list contains"})
_PLAIN = frozenset({Decimal, int, str, bool, type(None), date})
_LONG = frozenset({str, list, dict, IncompleteList})
_SHORT = 100
# Results that need no look of their own.
_ENOUGH = frozenset({bool, Decimal, type(None)})
_IMPURE = frozenset({"now", "today"})


def as_function(name: str, value: Function | Callable[..., object]) -> Function:
    """A Python callable as a FEEL function, with the names of its parameters."""
    if isinstance(value, Function):
        return value
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return Function(name, ("arguments",), value, variadic=True)
    names = tuple(p.name for p in parameters if p.kind is not p.KEYWORD_ONLY)
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    optional = sum(1 for p in parameters if p.default is not p.empty)
    return Function(name, names, value, variadic=variadic, optional=optional)


def takes(function: Function, count: int) -> bool:
    """Whether a function can be called with this many positional arguments."""
    size = len(function.parameters)
    if size - function.optional <= count <= size or (function.variadic and count >= size):
        return True
    return any(len(names) == count for names in function.others)


def called_by_name(function: Function, names: Sequence[str]) -> tuple[Function, list[int]] | None:
    """What a call with these names calls, and for every parameter in order which named argument it takes (-1: left
    out); nothing if the names fit no list of parameters. Where two lists have the same names, the one in the order as
    written counts (`before(range: …, point: …)`)."""
    given = set(names)
    if len(given) < len(names):
        return None
    lists = [p for p in (function.parameters, *function.others) if given <= set(p)]
    for parameters in sorted(lists, key=lambda p: p[: len(names)] != tuple(names)):
        required = len(parameters) - (function.optional if parameters is function.parameters else 0)
        if not set(parameters[:required]) <= given:
            continue
        order = [names.index(p) if p in given else -1 for p in parameters]
        while order and order[-1] == -1:
            order.pop()
        chosen = function if function.by_name is None else replace(function, call=function.by_name(parameters))
        return chosen, order
    return _called_by_number(function, names)


def _called_by_number(function: Function, names: Sequence[str]) -> tuple[Function, list[int]] | None:
    """A variadic function called as `min(c1: …, c2: …)`: the numbers must run from 1 without a gap."""
    if not function.numbered:
        return None
    fixed_names = function.parameters[:-1]
    wanted = [*fixed_names, *(f"{function.numbered}{i + 1}" for i in range(len(names) - len(fixed_names)))]
    if len(wanted) == len(fixed_names) or set(wanted) != set(names):
        return None
    return function, [names.index(name) for name in wanted]


def compile_call(unit: Unit, node: ast.Call, scope: Scope) -> Piece:
    """`f(…)`: the function is settled now if its name can mean nothing else."""
    values = node.positional or tuple(entry.value for entry in node.named)
    names = tuple(entry.key for entry in node.named)
    known = _known_function(unit, node, scope)
    if known is None:
        callee = unit.compile(node.function, scope)
        fallback = unit.functions.get(node.function.name) if isinstance(node.function, ast.Name) else None
        pieces = [unit.compile(value, scope) for value in values]
        return Piece(_dynamic(callee.run, fallback, [p.run for p in pieces], names, node.place))
    pieces = [unit.compile(value, scope) for value in values]
    order: list[int] | None = list(range(len(values)))
    if names:
        known, order = called_by_name(known, names) or (known, None)
    if order is None or (not names and not takes(known, len(values))):
        problem = fault("feel_arguments", function=known.name, count=len(values))
        return Piece(lambda f: f.settle(problem, node.place))
    placed = [pieces[i] if i >= 0 else fixed(None) for i in order]
    run = _static(known, placed, node.place)
    if all(p.fixed for p in placed) and known.run is None and known.name not in _IMPURE and not unit.is_given(known):
        value = apply(known, [p.value for p in placed])
        if type(value) in _SIMPLE:
            return fixed(value)
    return Piece(run)


def _known_function(unit: Unit, node: ast.Call, scope: Scope) -> Function | None:
    if not isinstance(node.function, ast.Name) or node.function.name in unit.given:
        return None
    name = node.function.name
    if any(name in level.names for level in scope.levels()):
        return None
    return unit.functions.get(name)


def apply(function: Function, arguments: list[object]) -> object:
    """The result of a function, unknown where an argument is; possibly a fault."""
    charge(sum(len(value) for value in arguments if isinstance(value, (str, list, dict))))
    if not function.accepts_unknown:
        for value in arguments:
            if type(value) not in _SIMPLE and not is_known(value):
                return union(*arguments)
    return _called(function.call, arguments)


def _called(call: Callable[..., object], arguments: list[object]) -> object:
    """Call; where a function cannot take a list of one, it is given the one (the standard's implicit conversion)."""
    result = call(*arguments)
    if type(result) is Fault and result.code == "feel_argument_type":
        singles = [value[0] if type(value) is list and len(value) == 1 else value for value in arguments]
        if any(one is not value for one, value in zip(singles, arguments, strict=True)):
            return call(*singles)
    return result


def _static(function: Function, pieces: list[Piece], place: ast.Place) -> Run:
    runs = [p.run for p in pieces]
    if function is FUNCTIONS.get(function.name) and function.name in _OF_LISTS:
        # Lists of numbers and texts need not be made lists of decimals first.
        runs[0] = _as_given(pieces[0])
    if function.run is not None:
        return lambda f: invoke(f, function, [r(f) for r in runs], place)
    call, guarded = function.call, not function.accepts_unknown
    if len(runs) == 1:
        only = runs[0]

        def run_one(f: Frame) -> object:
            value = only(f)
            f.meter.left -= 1
            kind = type(value)
            if kind in _LONG:
                _weigh(f, value)
            if guarded and kind not in _SIMPLE and not is_known(value):
                return union(value)
            result = call(value)
            if type(result) in _ENOUGH:
                return result
            return f.settle(_called(call, [value]), place) if type(result) is Fault else _checked(result)

        return run_one
    if len(runs) == 2:
        return _static_of_two(function, runs[0], runs[1], place)

    def run(f: Frame) -> object:
        values = [r(f) for r in runs]
        f.meter.left -= 1
        for value in values:
            kind = type(value)
            if kind in _LONG:
                _weigh(f, value)
            if guarded and kind not in _SIMPLE and not is_known(value):
                return union(*values)
        result = call(*values)
        return f.settle(_called(call, values), place) if type(result) is Fault else _checked(result)

    return run


def _as_given(piece: Piece) -> Run:
    """An argument as it came if it is a list of plain values, without making its integers decimals; else its value."""
    given = piece.raw
    if given is None:
        return piece.run

    def run(f: Frame) -> object:
        value = given(f)
        kind = type(value)
        if kind in _SIMPLE or (kind is list and _PLAIN.issuperset(map(type, cast("list[object]", value)))):
            return value
        return clean(value)

    return run


def _static_of_two(function: Function, first: Run, second: Run, place: ast.Place) -> Run:
    """The same for two arguments, the most common number."""
    call, guarded = function.call, not function.accepts_unknown

    def run(f: Frame) -> object:
        a, b = first(f), second(f)
        f.meter.left -= 1
        kind, other = type(a), type(b)
        if kind in _LONG:
            _weigh(f, a)
        if other in _LONG:
            _weigh(f, b)
        if guarded and not ((kind in _SIMPLE or is_known(a)) and (other in _SIMPLE or is_known(b))):
            return union(a, b)
        result = call(a, b)
        if type(result) in _ENOUGH:
            return result
        return f.settle(_called(call, [a, b]), place) if type(result) is Fault else _checked(result)

    return run


def _weigh(f: Frame, value: object) -> None:
    """Charge for what a function does with a long text or list, and for the one like it that it makes."""
    assert isinstance(value, (str, list, dict))
    size = len(value)
    if size > _SHORT:
        f.meter.spend(8 * size if type(value) is dict else size)


def _checked(result: object) -> object:
    kind = type(result)
    if kind is str and len(cast("str", result)) > _SHORT:
        charge(len(cast("str", result)) >> 3)
    return result if kind in ATOMS else clean(result)


def _dynamic(callee: Run, fallback: Function | None, runs: list[Run], names: tuple[str, ...], place: ast.Place) -> Run:
    # The last function called and what the names meant for it: mostly the same one is called again.
    last: tuple[Function, tuple[Function, list[int]] | None] | None = None

    def run(f: Frame) -> object:
        nonlocal last
        function = callee(f)
        if type(function) is Unknown:
            return function.plain()
        if not isinstance(function, Function):
            if callable(function):
                function = as_function("", function)
            elif fallback is not None:
                function = fallback
            else:
                f.null(place, "feel_no_function", {"found": type_name(function)})
                return None
        values = [r(f) for r in runs]
        if names:
            known = last
            if known is None or known[0] is not function:
                last = known = (function, called_by_name(function, names))
            found = known[1]
            if found is None:
                f.null(place, "feel_arguments", {"function": function.name, "count": len(values)})
                return None
            function, order = found
            values = [values[i] if i >= 0 else None for i in order]
        elif not takes(function, len(values)):
            f.null(place, "feel_arguments", {"function": function.name, "count": len(values)})
            return None
        return invoke(f, function, values, place)

    return run


def invoke(f: Frame, function: Function, values: list[object], place: ast.Place) -> object:
    """Call a function within an evaluation."""
    meter = f.meter
    meter.spend(1 if function.run is None else 20)
    if function.run is None:
        return f.settle(_checked_fault(apply(function, values)), place)
    meter.calls -= 1
    if meter.calls < 0:
        raise FeelError("feel_limit", where=meter.where, expected=MAX_CALLS, found=function.name or "function")
    try:
        return f.settle(function.run(f, values), place)
    finally:
        meter.calls += 1


def _checked_fault(result: object) -> object:
    return result if type(result) is Fault else _checked(result)


def compile_function(unit: Unit, node: ast.FunctionDefinition, scope: Scope) -> Piece:
    """`function(…) body`: a value that remembers the locals around it."""
    names = tuple(p.name for p in node.parameters)
    first = unit.slots
    bindings = {name: Binding(unit.slot()) for name in names}
    end = unit.slots
    body = unit.compile(node.body, scope.inner(bindings)).run
    types = [p.type for p in node.parameters]
    declared = [(i, coercer(t, unit.types)) for i, t in enumerate(types) if t is not None]
    external, known_types = node.external, unit.types
    signature = cache(lambda: function_type(node, known_types))

    def make(f: Frame) -> object:
        captured = list(f.slots)
        outside = _outside(body(f), names) if external else None

        def inside(caller: object, values: list[object]) -> object:
            assert isinstance(caller, Frame)
            for i, fit in declared:
                fitted = values[i] = fit(values[i])
                if type(fitted) is Fault:
                    return fitted
            if outside is not None:
                return outside if isinstance(outside, Fault) else apply(outside, values)
            local = captured.copy()
            local[first:end] = values
            return body(Frame(f.variables, local, caller.warnings, caller.meter))

        def call(*values: object) -> object:
            # Called by what takes a function (`sort`): within the evaluation that made it, at its expense.
            meter = f.meter
            meter.calls -= 1
            if meter.calls < 0:
                raise FeelError("feel_limit", where=meter.where, expected=MAX_CALLS, found="function")
            try:
                result = inside(f, [value if type(value) in ATOMS else clean(value) for value in values])
            finally:
                meter.calls += 1
            return None if type(result) is Fault else result

        return Function("", names, call, signature=signature, run=inside)

    return Piece(make)


def _outside(described: object, names: tuple[str, ...]) -> Function | Fault:
    """The function that is described by the body of an external one: a context with an entry `java`."""
    java = described.get("java") if isinstance(described, Mapping) else None
    if not isinstance(java, Mapping):
        return fault("feel_external")
    return external_function(java.get("class"), java.get("method signature"), names)
