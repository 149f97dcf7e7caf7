"""Generated formulas: well-typed ones have no fault, and what is said of their values is true of every dossier; where
a fault is told, no dossier gives a value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.policy.tiny_packs import AS_OF, clause, document, written

from yanlian.engine.dossier import dossier_of_case, load_schema
from yanlian.engine.feel import Compiled, Unknown, ast, compile_expression
from yanlian.engine.policy import Evaluator, PackSet, check_pack, load_packs
from yanlian.engine.policy.functions import PACK_FUNCTIONS
from yanlian.engine.policy.scope import Scope

ATOMS: Mapping[str, tuple[str, ...]] = {
    "money": (
        "登记.注册资本",
        "税务年报[年度 = 上年][1].营业收入",
        "sum(append(税务年报.营业收入, 0))",
        "max(税务年报.入库税金)",
        '记录(贷款, "合同编号", "A").本金',
        "5万元",
        "0.015元",
    ),
    "count": ("用工年报[1].从业人数", "count(科技资质)", "count(税务年报[营业收入 > 5万元])", "3"),
    "rate": ("贷款[1].年利率", "12.5%", "(count(贷款) / 3)"),
    "date": ("登记.成立日期", "评价日", "科技资质[1].认定日期", "登记.迁入日期", "文件失效日"),
    # The written word is one that 级别 has: comparing a field with a word that it never has is a fault.
    "text": ("名称", "登记.经营范围", '"省级"', "科技资质[-1].级别", "string(上年)"),
    "flag": ("登记.独立法人", "科技资质[1].重新认定", "true", "(some 条 in 严重失信 satisfies 条.移出日期 > 评价日)"),
    "record": ("登记", "科技资质[1]"),
    "list": ("科技资质", "税务年报.营业收入", "[1, 2]"),
}
FIGURES = ("money", "count", "rate")
SCALARS = (*FIGURES, "date", "text", "flag")


@st.composite
def well_typed(draw: st.DrawFn, kind: str, depth: int = 2) -> str:
    """A formula of a kind, with the units of its figures in order."""
    if depth == 0 or kind in {"record", "list"}:
        return draw(st.sampled_from(ATOMS[kind]))

    def part(other: str) -> str:
        return draw(well_typed(other, depth - 1))

    shape = draw(st.integers(0, 5))
    if shape == 0:
        return draw(st.sampled_from(ATOMS[kind]))
    if shape == 1:
        return f"(if {part('flag')} then {part(kind)} else {part(kind)})"
    if kind in FIGURES:
        return _figure(draw, kind, shape, part)
    if kind == "flag":
        return _flag(draw, shape, part)
    if kind == "date":
        return f'({part("date")} + duration("P{draw(st.integers(1, 3))}M"))'
    return f"({part('text')} + {part('text')})"


def _figure(draw: st.DrawFn, kind: str, shape: int, part: object) -> str:
    assert callable(part)
    if shape == 2:
        return f"({part(kind)} {draw(st.sampled_from('+-'))} {part(kind)})"
    if shape == 3:
        return f"({part(kind)} * {part('rate')})"
    if shape == 4:
        return f"{draw(st.sampled_from(('min', 'max')))}({part(kind)}, {part(kind)})"
    return f"({part('money')} / {part('money')})" if kind == "rate" else f"decimal({part(kind)}, 1)"


def _flag(draw: st.DrawFn, shape: int, part: object) -> str:
    assert callable(part)
    if shape == 2:
        return f"({part('flag')} {draw(st.sampled_from(('and', 'or')))} {part('flag')})"
    kind = draw(st.sampled_from(SCALARS))
    if shape == 3:
        return f"({part(kind)} {draw(st.sampled_from(('=', '!=')))} {part(kind)})"
    if shape == 4:
        kind = draw(st.sampled_from((*FIGURES, "date", "text")))
        return f"({part(kind)} {draw(st.sampled_from(('<', '>=')))} {part(kind)})"
    return f"not({part('flag')})"


MONEY = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
DAYS = st.dates(date(2015, 1, 1), date(2026, 12, 31))
RATES = st.sampled_from([Decimal("0.0345"), Decimal(0)])
WORDS = st.sampled_from(["国家级", "省级", "市级", "区级"])


def maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Mostly a value; sometimes nobody said."""
    return st.one_of(values, values, st.just("未知"))


def many(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(st.fixed_dictionaries({}, optional=fields), max_size=3)


FACTS = st.fixed_dictionaries(
    {
        "登记": st.fixed_dictionaries(
            {"成立日期": maybe(DAYS), "迁入日期": st.none() | DAYS},
            optional={"注册资本": MONEY, "独立法人": st.booleans(), "经营范围": st.sampled_from(["软件", "甲"])},
        ),
    },
    optional={
        "税务年报": many(年度=st.just(2024), 营业收入=maybe(MONEY), 入库税金=MONEY),
        "用工年报": many(年度=st.just(2024), 从业人数=st.integers(0, 10**6)),
        "科技资质": many(级别=WORDS, 类别=st.just("平台"), 认定日期=maybe(DAYS), 重新认定=st.booleans()),
        "贷款": many(合同编号=st.sampled_from(["A", "B"]), 本金=MONEY, 年利率=RATES, 放款日期=DAYS),
        "严重失信": many(文书编号=st.just("x"), 列入日期=DAYS, 移出日期=st.none() | DAYS),
    },
)


def scope_of(packs: PackSet, facts: Mapping[str, object]) -> Scope:
    frame = Evaluator(packs, AS_OF).frame(dossier_of_case(load_schema(), facts, "enterprise", AS_OF))
    clause_home = packs.clauses[0].home
    return Scope(clause_home, frame, frame.layer(packs.documents[0].home, AS_OF), AS_OF, {})


PYTHON = {"number": Decimal, "string": str, "boolean": bool, "date": date}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_well_typed_formulas_have_no_fault_and_give_what_is_said_of_them(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
):
    kinds = data.draw(st.lists(st.sampled_from(SCALARS), min_size=4, max_size=8))
    texts = {f"式{i}": data.draw(well_typed(kind)) for i, kind in enumerate(kinds)}
    folder = written(tmp_path_factory.mktemp("pack"), document(clause(definitions=texts)))
    assert [one.line_text("en") for one in check_pack(folder)] == []
    packs = load_packs([folder])
    for _ in range(3):
        scope = scope_of(packs, data.draw(FACTS))
        for name, text in texts.items():
            known = packs.types.name(name, scope.home)
            value = scope[name]
            if isinstance(value, Unknown):
                continue
            assert isinstance(known.type, ast.TypeName), text
            if value is None:
                assert known.nullable, text
                continue
            assert isinstance(value, PYTHON[known.type.name]), (text, value)
            if known.scale is not None and isinstance(value, Decimal):
                exponent = value.normalize().as_tuple().exponent
                assert isinstance(exponent, int)
                assert -exponent <= known.scale, (text, value)
            assert not known.values or value in known.values, text


@st.composite
def of_any_types(draw: st.DrawFn) -> tuple[str, str, str]:
    """One operation on formulas of any kinds, what it is (a comparison, a filter, or one that makes a value), and its
    first operand."""

    def part() -> str:
        kind = draw(st.sampled_from(tuple(ATOMS)))
        return draw(well_typed(kind, 1))

    shape = draw(st.sampled_from(("value", "equal", "call", "minus", "filter", "test")))
    first = part()
    if shape == "value":
        return f"{first} {draw(st.sampled_from(('+', '-', '*', '/', '**', '<', '>=')))} {part()}", shape, first
    if shape == "equal":
        return f"{first} = {part()}", shape, first
    if shape == "call":
        name = draw(st.sampled_from(("floor", "月数", "周年数", "string length", "starts with", "sum", "upper case")))
        more = [part()] if name in {"月数", "周年数", "starts with"} else []
        return f"{name}({', '.join([first, *more])})", "value", first
    if shape == "minus":
        return f"-({first})", "value", first
    if shape == "filter":
        return f"{draw(st.sampled_from(ATOMS['list']))}[{first}]", shape, first
    return f"{first} in ({part()})", "equal", first


@cache
def plain_pack(folder: Path) -> PackSet:
    return load_packs([written(folder, document(clause()), name="plain")])


def opened(text: str) -> Compiled:
    return compile_expression(text, units=True, functions=PACK_FUNCTIONS)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_where_a_fault_is_told_no_dossier_gives_a_value(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    made = data.draw(st.lists(of_any_types(), min_size=10, max_size=10))
    texts = {f"式{i}": text for i, (text, _, _) in enumerate(made)}
    folder = written(tmp_path_factory.mktemp("pack"), document(clause(definitions=texts)))
    faulty = {str(one.refusal.data["where"]) for one in check_pack(folder) if one.code.startswith("feel_type")}
    packs = plain_pack(tmp_path_factory.getbasetemp())
    for text, shape, first in made:
        shown = text if len(text) <= 60 else text[:59] + "…"
        if shown not in faulty:
            continue
        compiled = opened(text)
        for _ in range(2):
            scope = scope_of(packs, data.draw(FACTS))
            value = compiled.evaluate(scope)
            if shape == "equal":
                # Only null is null, whatever it might have been.
                assert value is not True or opened(first).evaluate(scope) is None, text
            elif shape == "filter":
                assert value in (None, []) or isinstance(value, Unknown), text
            else:
                assert value is None or isinstance(value, Unknown), text
