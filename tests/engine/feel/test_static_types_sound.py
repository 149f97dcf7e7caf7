"""What types promise, the interpreter keeps: checked on every node of generated expressions, in every evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from yanlian.engine.feel import (
    DateTime,
    DaysTime,
    FeelError,
    IncompleteList,
    Missing,
    Range,
    Time,
    Unknown,
    YearsMonths,
    ast,
    compile_expression,
    compile_unary_tests,
    compiled,
    parse,
    parse_unary_tests,
    print_expression,
)
from yanlian.engine.feel.compiler import compile_node
from yanlian.engine.feel.frame import Frame, Piece
from yanlian.engine.feel.scope import Scope, Unit
from yanlian.engine.feel.static import Typed, TypeFault, infer, infer_tests
from yanlian.engine.feel.types import is_instance

LACK = Unknown(frozenset({Missing("营业收入", "统计局", "2024")}))
ROWS = [{"x": Decimal(1), "y": "a"}, {"x": Decimal(3), "y": "b"}]
ONE, TWO, SOME = Decimal(1), Decimal(2), [Decimal(1), Decimal(2)]
NOON = Time(12, 0)
# Every variable: its type and values of it; null and unknown are values of every type.
WORLD: dict[str, tuple[str, list[object]]] = {
    "n": ("number", [ONE, TWO, Decimal("-2.5")]),
    "s": ("string", ["软件", "", "2", "P1D"]),
    "b": ("boolean", [True, False]),
    "d": ("date", [date(2024, 1, 31), date(2020, 2, 29)]),
    "t": ("time", [NOON, Time(1, 2, 3, 0, 0)]),
    "m": ("date and time", [DateTime(date(2024, 1, 1), NOON)]),
    "y": ("years and months duration", [YearsMonths(14), YearsMonths(-1)]),
    "z": ("days and time duration", [DaysTime.of(1, 2), DaysTime(-5)]),
    "ns": ("list<number>", [[], [ONE], [TWO, None, ONE], IncompleteList([ONE], [TWO, LACK], LACK.missing)]),
    "ss": ("list<string>", [[], ["b"], ["b", "a", None]]),
    "bs": ("list<boolean>", [[], [True], [True, False, None]]),
    "nn": ("list<list<number>>", [[], [SOME], [SOME, [], None], [[ONE]]]),
    "c": ("context<x: number, y: string>", [ROWS[0], {"x": None, "y": None}]),
    "cs": ("list<context<x: number, y: string>>", [[], ROWS, [*ROWS, None], [ROWS[0]]]),
    "o": ("context<>", [{}, ROWS[0], {"y": True}]),
    "r": ("range<number>", [Range(ONE, TWO), Range(None, TWO), Range(ONE, ONE, low_closed=False)]),
    "f": ("function<number> -> number", []),
    "a": ("Any", [ONE, "x", True, ROWS, SOME, ROWS[1], date(2024, 5, 1), [TWO], Range(ONE, TWO)]),
}
TYPES = {
    name: tree.type
    for name, (kind, _) in WORLD.items()
    if isinstance(tree := parse(f"null instance of {kind}"), ast.InstanceOf)
}
FUNCTION = compile_expression("function(x: number) x + 1").evaluate()

ATOMS = [*WORLD, "n", "s", "d", "ns", "cs", "1", "-2", '"a"', "true", "null", "[1..3]", "[]", "{}", '@"P1M"', "abs"]
SHAPES = [
    "({} + {})", "({} - {})", "({} * {})", "({} / {})", "({} ** {})", "(-{})", "({} = {})", "({} != {})", "({} < {})",
    "({} >= {})", "({} and {})", "({} or {})", "not({})", "(if {} then {} else {})", "{}[{}]", "{}[item > {}]",
    "{}[x = {}]", "{}[x > {}].y", "{}[y = {}]", "{}.x", "{}.y", "{}[1]", "{}[-1]", "{}[1].x", "[{}, {}]", "[{}]",
    "{{x: {}, y: {}}}", "{{x: {}, w: x + {}}}.w", "(for i in {} return i)", "(for i in {}, j in {} return [i, j])",
    "(for i in {}..{} return i)", "(for i in {} return i + {})", "(for i in {} return partial)",
    "(some i in {} satisfies i > {})", "(every i in {} satisfies i = {})", "(some i in {} satisfies {})", "({} in {})",
    "({} in (1, {}))", "({} in [{}..{}])", "({} in (> {}))", "({} in (? > {}))", "({} between {} and {})",
    "[{}..{}]", "[{}..{}].start", "({} instance of list<number>)", "(function(p) p + {})({})",
    "(function(p: number) p)({})", "(function(p: list<string>) p)({})", "f({})", "{}({})", "f(x: {})",
    "{}.year", "{}.days", "{}.hour", "{}.months", "{}.start included", "count({}[{}])", "{}[item.x > {}]",
    "sort({}, function(p, q) p < q)", "sort({}, function(p, q) {})", "list replace({}, {}, {})", 'get value({}, "x")',
    'get value({}, "q")', "get value({}, {})", 'context put({}, "x", {})', "context put({}, {}, {})",
    "substring({}, {}, {})", "decimal({}, {})", "time({}, {}, {}, {})", "replace({}, {}, {})", "number({})",
    "string join({}, {})", "date and time({}, {})", "date({}, {}, {})", "sublist({}, {}, {})", "min({}, {})",
    "sum({}, {})", "insert before({}, {}, {})", "remove({}, {})", "range({})", "duration({})", "is({}, {})",
]  # fmt: skip
ONE_ARGUMENT = [
    "string", "number", "string length", "upper case", "count", "all", "any", "reverse", "distinct values", "flatten",
    "sort", "min", "max", "sum", "mean", "product", "median", "stddev", "mode", "floor", "ceiling", "abs", "sqrt",
    "odd", "date", "date and time", "time", "duration", "day of week", "day of year", "month of year", "week of year",
    "get entries", "context", "context merge", "is known", "concatenate", "union", "append",
]  # fmt: skip
TWO_ARGUMENTS = [
    "contains", "starts with", "substring before", "substring after", "matches", "split", "list contains", "append",
    "concatenate", "union", "index of", "modulo", "round up", "years and months duration", "before", "after", "meets",
    "overlaps", "finishes", "includes", "during", "starts", "started by", "coincides", "string join", "remove",
]  # fmt: skip
SHAPES += [f"{name}({{}})" for name in ONE_ARGUMENT] + [f"{name}({{}}, {{}})" for name in TWO_ARGUMENTS]


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(ATOMS))
    shape = draw(st.sampled_from(SHAPES))
    holes = shape.replace("{{", "").replace("}}", "").count("{}")
    return shape.format(*(draw(expressions(depth - 1)) for _ in range(holes)))


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, (_, values) in WORLD.items():
        own = [FUNCTION] if name == "f" else values
        made[name] = draw(st.sampled_from([*own, *own, None, LACK]))
    return made


class Watch:
    """Checks every value that is computed against the type of its node, and every fault against what came out."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.values: dict[int, object] = {}
        self.parents = {id(child): node for node, _ in ast.walk(typed.tree) for child in ast.children(node)}
        self.faults: dict[ast.Place, list[TypeFault]] = {}
        for fault in typed.faults:
            self.faults.setdefault(fault.place, []).append(fault)

    def compile(self, unit: Unit, node: ast.Node, scope: Scope) -> Piece:
        piece = compile_node(unit, node, scope)
        if piece.fixed:
            self.see(node, piece.value)
            return piece

        def run(frame: Frame) -> object:
            value = piece.run(frame)
            self.see(node, value)
            return value

        return piece._replace(run=run, raw=None)

    def see(self, node: ast.Node, value: object) -> None:
        self.values[id(node)] = value
        kind = self.typed.type_of(node)
        if value is not None and is_instance(value, kind, {}) is False:
            raise AssertionError(f"{print_expression(node)} is {value!r}, which is no {print_expression(kind)}")
        for fault in self.faults.get(node.place, ()):
            if not self.holds(fault.code, node, value):
                raise AssertionError(f"{print_expression(node)} is {value!r} in spite of {fault.text()}")
        parent = self.parents.get(id(node))
        for argument in () if not isinstance(node, ast.Call) else (*node.positional, *(e.value for e in node.named)):
            for fault in self.faults.get(argument.place, ()):
                if fault.code == "feel_type_argument" and self.known(argument) and not empty(value):
                    raise AssertionError(f"{print_expression(node)} is {value!r} in spite of {fault.text()}")
        assert parent is not None or node is self.typed.tree

    def known(self, node: ast.Node) -> bool:
        """Whether a node was evaluated and neither null nor unknown."""
        value = self.values.get(id(node))
        return value is not None and is_instance(value, ast.TypeName("Any"), {}) is True

    def holds(self, code: str, node: ast.Node, value: object) -> bool:
        """Whether a value agrees with a fault found at its node."""
        if isinstance(value, Unknown):
            return True
        match node:
            case ast.Compare() if code in {"feel_type_compare", "feel_type_order"} and node.op in {"=", "!="}:
                return empty(value) or not (self.known(node.left) and self.known(node.right))
            case ast.Compare() | ast.Between() if code in {"feel_type_compare", "feel_type_order", "feel_type_null"}:
                return empty(value)
            case ast.Arithmetic() if code in {"feel_type_operator", "feel_type_null"}:
                return value is None
            case ast.Negate() if code == "feel_type_negate":
                return value is None
            case ast.Path() if code in {"feel_type_entry", "feel_type_property"}:
                return nothing(value)
            case ast.Call() if code in {"feel_type_entry", "feel_type_arguments", "feel_type_names"}:
                return value is None
            case ast.Call() if code == "feel_type_compare":
                return empty(value)
            case ast.RangeLiteral() if code == "feel_type_range":
                return value is None
            case ast.ContextLiteral() if code == "feel_type_entry_twice":
                return value is None
        if code in {"feel_type_condition", "feel_type_logic"}:
            return not isinstance(value, bool)
        return not (code == "feel_type_filter" and isinstance(value, (bool, Decimal)))


def empty(value: object) -> bool:
    return value is None or value is False or isinstance(value, Unknown)


def nothing(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(nothing(member) for member in value))


@contextmanager
def watched(typed: Typed) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "compile_node", Watch(typed).compile)
        patch.setattr(compiled, "quick_of", lambda *_: None)  # It looks at no nodes.
        yield


def check(text: str, variables: list[Mapping[str, object]]) -> Typed:
    tree = parse(text, names=WORLD)
    typed = infer(tree, TYPES)
    with watched(typed):
        ready = compile_expression(tree, names=WORLD)
        for one in variables:
            with suppress(FeelError):  # Only a loop that is too long is refused here.
                ready.evaluate(one, steps=100_000)
    return typed


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions(), st.lists(worlds(), min_size=4, max_size=4))
@example("ns[n]", [dict.fromkeys(WORLD) | {"ns": [ONE]}])
@example("cs[x > n]", [dict.fromkeys(WORLD) | {"cs": [None], "n": ONE}])
def test_every_value_is_of_the_type_of_its_node_and_no_fault_is_a_false_alarm(
    text: str, variables: list[Mapping[str, object]]
):
    check(text, variables)


PAIRS = [shape for shape in SHAPES if shape.count("{}") == 2 and "{{" not in shape]
PLAIN: list[Mapping[str, object]] = [
    {name: values[i % len(values)] if values else FUNCTION for name, (_, values) in WORLD.items()} for i in range(3)
]


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape.count("{}") == 1])
def test_one_operand_of_every_type_keeps_the_promise(shape: str):
    for name in WORLD:
        check(shape.format(name), PLAIN)


@pytest.mark.parametrize("shape", PAIRS)
def test_two_operands_of_all_types_keep_the_promise(shape: str):
    for left in WORLD:
        for right in WORLD:
            check(shape.format(left, right), PLAIN)


CELLS = [
    "{}",
    "< {}",
    ">= {}",
    "= {}",
    "!= {}",
    "[{}..{}]",
    "({}..{}]",
    "? > {}",
    "? = {}",
    "[{}, {}]",
    "contains(?, {})",
]


@st.composite
def cells(draw: st.DrawFn) -> str:
    shape = draw(st.sampled_from(CELLS))
    return shape.format(*(draw(expressions(1)) for _ in range(shape.count("{}"))))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells(), st.sampled_from(sorted(WORLD)), st.lists(worlds(), min_size=6, max_size=6))
def test_a_cell_with_a_fault_never_matches_an_input_of_its_type(
    text: str, subject: str, variables: list[dict[str, object]]
):
    tree = parse_unary_tests(text, names=WORLD)
    typed = infer_tests(tree, TYPES[subject], TYPES)
    # `not(…)` turns a test that never matches into one that may always match.
    if tree.negated:
        return
    if not any(fault.code == "feel_type_test" and fault.place == tree.tests[0].place for fault in typed.faults):
        return
    ready = compile_unary_tests(tree, names=WORLD)
    for one in variables:
        value = one[subject]
        # A variable that is null may be equal to an input that is null, and null is different from everything.
        if any(one[name] is None for name in WORLD if name in ready.free_names) or value is None:
            continue
        test = tree.tests[0]
        if test.op == "!=" and compile_expression(test.value, names=WORLD).evaluate(one) is None:
            continue
        assert ready.matches(value, one) is not True, typed.faults[0].text()
