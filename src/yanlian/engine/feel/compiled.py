"""The entry: FEEL text compiled once, evaluated as often as needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from functools import partial
from typing import TypeVar, cast

from yanlian.engine.feel import ast
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.compare import negation
from yanlian.engine.feel.compile_calls import as_function
from yanlian.engine.feel.compile_quick import DECIMALS, PLAIN, UNUSUAL, Quick, constantly, quick_of
from yanlian.engine.feel.compile_tests import Tester, compile_tests
from yanlian.engine.feel.compiler import compile_node
from yanlian.engine.feel.frame import MAX_STEPS, Frame, Meter, Piece, Run
from yanlian.engine.feel.meter import CURRENT, within_limits
from yanlian.engine.feel.normal import clean
from yanlian.engine.feel.parser import MAX_DEPTH, parse, parse_unary_tests
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.feel.records import dataclass
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.scope import Binding, Scope, Unit
from yanlian.engine.feel.values import FeelWarning, Function, Unknown

Functions = Mapping[str, Function | Callable[..., object]]
_NOTHING: Mapping[str, object] = {}
_MOST_FOLDED = 1_000_000
_OFTEN = 2
_Built = TypeVar("_Built")
_OUTERMOST = Scope(None, {"?": Binding(0)})


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to be evaluated.

    `free_names` are the names read from outside (first segments). A name inside a filter may be an entry of the
    members or a name from outside; such names are in `free_names` and also in `item_names`. `paths` are the paths
    that can be seen in the text, entries of filtered lists included: ("年报", "营业收入").
    """

    text: str
    ast: ast.Expression
    free_names: frozenset[str]
    item_names: frozenset[str]
    paths: frozenset[tuple[str, ...]]
    run: Run
    slots: int
    functions: Mapping[str, Function] = field(compare=False, repr=False)
    where: str = ""
    light: bool = False
    quick: Quick | None = field(default=None, init=False, compare=False, repr=False)
    turns: int = field(default=0, init=False, compare=False, repr=False)

    def evaluate(
        self,
        variables: Mapping[str, object] = _NOTHING,
        *,
        warnings: list[FeelWarning] | None = None,
        steps: int = MAX_STEPS,
    ) -> object:
        """The value with these variables. Reasons for null are appended to `warnings` if given."""
        quick = self.quick
        if quick is not None:
            if type(variables) is dict:
                try:
                    value = quick(variables)
                except UNUSUAL:
                    value = None
                kind = type(value)
                if kind is int:
                    return DECIMALS.get(cast("int", value)) or Decimal(cast("int", value))
                if kind in PLAIN:
                    return value
        elif self.turns < _OFTEN:
            self._count()
        if warnings is not None:
            noted = len(warnings)
            if (value := self._run(variables, warnings, steps)) is None and len(warnings) == noted:
                self._note_null(warnings)
            return value
        return self._run(variables, None, steps)

    def _count(self) -> None:
        """What is evaluated a second time is likely to be evaluated often: then its quick form pays."""
        object.__setattr__(self, "turns", self.turns + 1)
        if self.turns == _OFTEN:
            object.__setattr__(self, "quick", quick_of(self.ast, self.free_names, self.functions))

    def _note_null(self, warnings: list[FeelWarning]) -> None:
        """Null that nothing has given a reason for comes from a null that was read, if it is not what was asked for."""
        if not isinstance(self.ast, ast.Null):
            warnings.append(FeelWarning("feel_null_input", {}, self.ast.place.line, self.ast.place.column))

    def _run(self, variables: Mapping[str, object], warnings: list[FeelWarning] | None, steps: int) -> object:
        if self.light:
            try:
                return self.run(Frame(variables, [None] * self.slots, warnings, None, steps, self.where))
            except RecursionError:
                raise FeelError("feel_limit", where=self.where, expected="", found="recursion") from None
        meter = Meter(steps, self.where)
        before, CURRENT.meter = CURRENT.meter, meter
        try:
            return within_limits(self.run(Frame(variables, [None] * self.slots, warnings, meter)), meter)
        except RecursionError:
            raise FeelError("feel_limit", where=self.where, expected="", found="recursion") from None
        finally:
            CURRENT.meter = before


@dataclass(frozen=True, slots=True)
class CompiledTests:
    """Unary tests ready to be applied to inputs."""

    text: str
    ast: ast.UnaryTests
    free_names: frozenset[str]
    item_names: frozenset[str]
    paths: frozenset[tuple[str, ...]]
    tester: Tester | None
    slots: int
    where: str = ""

    def matches(
        self,
        value: object,
        variables: Mapping[str, object] = _NOTHING,
        *,
        warnings: list[FeelWarning] | None = None,
        steps: int = MAX_STEPS,
    ) -> bool | Unknown | None:
        """Whether an input passes: true, false, null, or unknown. `-` (any value) is true for an unknown input too."""
        if self.tester is None:
            return True
        slots: list[object] = [None] * self.slots
        value = slots[0] = clean(value)
        meter = Meter(steps, self.where)
        before, CURRENT.meter = CURRENT.meter, meter
        try:
            found = self.tester(Frame(variables, slots, warnings, meter), value)
        except RecursionError:
            raise FeelError("feel_limit", where=self.where, expected="", found="recursion") from None
        finally:
            CURRENT.meter = before
        return negation(found) if self.ast.negated else found


def compile_expression(
    text_or_ast: str | ast.Expression,
    *,
    names: Iterable[str] = (),
    units: bool = False,
    where: str = "",
    functions: Functions | None = None,
    strict_names: bool = False,
    types: Mapping[str, ast.Type] | None = None,
) -> Compiled:
    """An expression as closures.

    `names`: facts and parameters that may be read; with `strict_names` any other is refused with its place. `functions`
    are called by name like the built-in ones. `types`: named types for `instance of`.
    """
    known = tuple(names)
    if isinstance(text_or_ast, str):
        tree = parse(text_or_ast, names=(*known, *(functions or ())), units=units, where=where, types=types or ())
        text = text_or_ast
    else:
        tree, text = text_or_ast, print_expression(text_or_ast)
    unit = _unit(known, functions, types, where, strict=strict_names)
    piece = _limited(where, lambda: compile_node(unit, tree, _OUTERMOST))
    unit.compile = _unset
    free, items = frozenset(unit.free), frozenset(unit.items)
    made = Compiled(text, tree, free, items, _paths(unit), piece.run, unit.slots, unit.functions, where, unit.light)
    if piece.fixed and type(piece.value) in PLAIN:
        object.__setattr__(made, "quick", constantly(piece.value))
    return made


def compile_unary_tests(
    text_or_ast: str | ast.UnaryTests,
    *,
    names: Iterable[str] = (),
    units: bool = False,
    where: str = "",
    functions: Functions | None = None,
    strict_names: bool = False,
    types: Mapping[str, ast.Type] | None = None,
) -> CompiledTests:
    """Unary tests as closures; the options are those of `compile_expression`."""
    known = tuple(names)
    if isinstance(text_or_ast, str):
        tree = parse_unary_tests(
            text_or_ast, names=(*known, *(functions or ())), units=units, where=where, types=types or ()
        )
        text = text_or_ast
    else:
        tree, text = text_or_ast, print_expression(text_or_ast)
    unit = _unit(known, functions, types, where, strict=strict_names)
    tester = _limited(where, lambda: compile_tests(unit, tree.tests, _OUTERMOST)) if tree.tests else None
    unit.compile = _unset
    return CompiledTests(
        text, tree, frozenset(unit.free), frozenset(unit.items), _paths(unit), tester, unit.slots, where
    )


def _limited(where: str, build: Callable[[], _Built]) -> _Built:
    """Compile within limits: constant calls are run now, and a tree may be too deep for the stack that is left."""
    before, CURRENT.meter = CURRENT.meter, Meter(_MOST_FOLDED, where)
    try:
        return build()
    except RecursionError:
        raise FeelError("feel_too_deep", where=where, expected=MAX_DEPTH, found="") from None
    finally:
        CURRENT.meter = before


def _unit(
    names: tuple[str, ...],
    functions: Functions | None,
    types: Mapping[str, ast.Type] | None,
    where: str,
    *,
    strict: bool,
) -> Unit:
    known: Mapping[str, Function] = FUNCTIONS
    if functions:
        known = {**FUNCTIONS, **{name: as_function(name, value) for name, value in functions.items()}}
    unit = Unit(known, frozenset(names), types or {}, where, strict, _unset, FUNCTIONS)
    unit.compile = partial(compile_node, unit)
    return unit


def _unset(node: ast.Node, scope: Scope) -> Piece:
    """Before and after compiling: a unit that kept its way to compile would be a circle, left to the collector."""
    raise AssertionError


def _paths(unit: Unit) -> frozenset[tuple[str, ...]]:
    return frozenset([path for path, times in unit.paths.items() if times > 0])
