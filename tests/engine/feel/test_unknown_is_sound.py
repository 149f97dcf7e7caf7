"""Whatever is decided with an unknown fact stays so, whatever the fact turns out to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from yanlian.engine.feel import IncompleteList, Missing, Range, Unknown, YearsMonths, compile_expression, is_known
from yanlian.engine.feel.compare import key_of, less

LACK = Unknown(frozenset({Missing("营业收入", "统计局", "2024")}))
LATE = Unknown(frozenset({Missing("成立日期", "市场监管局")}), date(2020, 1, 1), date(2024, 12, 31))
SIZE = Unknown(frozenset({Missing("从业人数", "人社局")}), Decimal(2), Decimal(5))

VALUES: list[object] = [
    None,
    True,
    False,
    Decimal(0),
    Decimal(1),
    Decimal(2),
    Decimal("2.5"),
    Decimal(-3),
    "软件",
    "",
    "2",
    date(2024, 1, 1),
    YearsMonths(12),
    [],
    [Decimal(1), Decimal(2)],
    [Decimal(2), None],
    {"x": Decimal(2), "y": True},
    {"x": None},
    Range(Decimal(1), Decimal(3)),
]
DATES = [date(2020, 1, 1), date(2022, 5, 1), date(2024, 12, 31)]
SIZES = [Decimal(2), Decimal(3), Decimal("4.5"), Decimal(5)]

KNOWN: dict[str, object] = {
    "n": Decimal(2),
    "s": "软件",
    "b": True,
    "d": date(2022, 5, 1),
    "z": None,
    "ns": [Decimal(1), Decimal(2), Decimal(3)],
    "rs": [{"x": Decimal(1), "y": True}, {"x": Decimal(3), "y": False}],
}

ATOMS = ["u", "u", "v", "w", "n", "s", "b", "d", "z", "ns", "rs", "us", "ms", "cs", "1", "2", '"软件"', "true", "false"]
ATOMS += ["null", "[1..3]", '@"2024-01-01"', "[]", "u", "os"]
SHAPES = [
    "({} + {})", "({} - {})", "({} * {})", "({} / {})", "(-{})", "({} = {})", "({} != {})", "({} < {})",
    "({} <= {})",
    "({} > {})", "({} >= {})", "({} and {})", "({} or {})", "not({})", "(if {} then {} else {})", "{}[{}]",
    "{}[item > {}]", "{}[item = {}]", "{}[x > {}]", "{}[x = {}].y", "{}[y]", "{}.x", "{}[1]", "{}[-1]", "[{}, {}]",
    "{{x: {}, y: {}}}", "(for i in {} return i = {})", "(for i in {}, j in {} return [i, j])",
    "(for i in 1..{} return i)",
    "(some i in {} satisfies i > {})", "(every i in {} satisfies i = {})",
    "(some i in {}, j in {} satisfies i = j)",
    "({} in {})", "({} in (1, {}))", "({} in [{}..{}])", "({} in (< {}))", "({} between {} and {})", "count({})",
    "sum({})", "min({})", "max({})", "mean({})", "list contains({}, {})", "any({})", "all({})", "append({}, {})",
    "concatenate({}, {})", "union({}, {})", "distinct values({})", "flatten({})", "index of({}, {})", "reverse({})",
    "sublist({}, 1, 1)", "insert before({}, 1, {})", "remove({}, 1)", "sort({})", "string({})", "string length({})",
    "contains({}, {})", "decimal({}, 1)",
    "abs({})", 'get value({}, "x")', "get entries({})", 'context put({}, "x", {})',
    "context merge([{}, {}])", "({} instance of number)", "({} instance of list<Any>)", "is({}, {})", "date({})",
    "(function(a, b) a = b)({}, {})", "{}[item = {}][1]", "count({}[item > {}])", "mode({})", "median({})",
    "years and months duration({}, {})", "{}.year", "includes([1..3], {})", "(some i in {} satisfies i)",
    "before({}, {})",
    "count({}[y])", "({} in (? > {}))", "list replace({}, 1, {})", "(for i in {} return count(partial))",
    "split({}, {})",
]  # fmt: skip


@st.composite
def expressions(draw: st.DrawFn, depth: int = 4) -> str:
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(ATOMS))
    shape = draw(st.sampled_from(SHAPES))
    holes = shape.replace("{{", "").replace("}}", "").count("{}")
    return shape.format(*(draw(expressions(depth - 1)) for _ in range(holes)))


def with_unknowns() -> dict[str, object]:
    return {
        **KNOWN,
        "u": LACK,
        "v": LATE,
        "w": SIZE,
        "us": [Decimal(1), LACK, Decimal(3)],
        "cs": [{"x": Decimal(1), "y": True}, {"x": LACK, "y": LACK}, {"x": Decimal(3), "y": LACK}],
        "ms": IncompleteList([Decimal(2)], [Decimal(3), LACK], LACK.missing, bounded=True),
        "os": IncompleteList([Decimal(2)], [], LACK.missing),
    }


def made_concrete(u: object, v: object, w: object, takes: tuple[int, int], further: list[object]) -> dict[str, object]:
    return {
        **KNOWN,
        "u": u,
        "v": v,
        "w": w,
        "us": [Decimal(1), u, Decimal(3)],
        "cs": [{"x": Decimal(1), "y": True}, {"x": u, "y": u}, {"x": Decimal(3), "y": u}],
        "ms": [Decimal(2), *[Decimal(3)] * takes[0], *[u] * takes[1]],
        "os": [Decimal(2), *further],
    }


def agrees(before: object, after: object) -> bool:
    """Whether a result with unknowns is still right once everything is known."""
    if isinstance(before, Unknown):
        if before.low is not None and less(after, before.low) is True:
            return False
        return not (before.high is not None and less(before.high, after) is True)
    if isinstance(before, IncompleteList) and before.is_open:
        return isinstance(after, list) and len(after) >= len(before)
    if isinstance(before, list):
        return (
            isinstance(after, list)
            and len(before) == len(after)
            and all(agrees(x, y) for x, y in zip(before, after, strict=True))
        )
    if isinstance(before, Mapping):
        return (
            isinstance(after, Mapping)
            and before.keys() == after.keys()
            and all(agrees(before[key], after[key]) for key in before)
        )
    return key_of(before) == key_of(after)


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    expressions(),
    st.lists(
        st.tuples(
            st.sampled_from(VALUES),
            st.sampled_from(DATES),
            st.sampled_from(SIZES),
            st.tuples(st.integers(0, 2), st.integers(0, 1)),
            st.lists(st.sampled_from(VALUES), max_size=2),
        ),
        min_size=6,
        max_size=6,
    ),
)
@example("(u > 1 and false)", [(Decimal(2), DATES[0], SIZES[0], (0, 0), [])])
def test_what_is_decided_without_a_fact_stays_decided(
    text: str, worlds: list[tuple[object, object, object, tuple[int, int], list[object]]]
):
    compiled = compile_expression(text)
    before = compiled.evaluate(with_unknowns())
    for world in worlds:
        after = compiled.evaluate(made_concrete(*world))
        assert is_known(after)
        assert agrees(before, after), (text, before, after, world)
