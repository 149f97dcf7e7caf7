"""Short calls mean the formula that they stand for, wherever a formula may stand; wrong ones are refused by name."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.policy.tiny_packs import clause, codes, document, written

from yanlian.engine.feel import ast, compile_expression, parse
from yanlian.engine.policy import check_pack, load_packs
from yanlian.engine.policy.shorthand import SHORTHANDS, written_out

DAYS = st.integers(0, 40_000).map(lambda n: date(1990, 1, 1) + timedelta(days=n))


def value(text: str, **names: object) -> object:
    tree = written_out(parse(text, names=[*names, *SHORTHANDS], units=True))
    return compile_expression(tree, names=names).evaluate(names)


@given(st.integers(0, 10**13), st.sampled_from(["0.13", "0.09", "0.06", "0.03", "0.01"]))
def test_the_price_without_tax_is_exact_to_the_fen(gross_fen: int, rate: str) -> None:
    gross = Decimal(gross_fen).scaleb(-2)
    exact = Context(prec=60).divide(gross, 1 + Decimal(rate))
    wanted = exact.quantize(Decimal("0.01"), ROUND_HALF_UP, Context(prec=60))
    assert value("不含税(额, 率)", 额=gross, 率=Decimal(rate)) == wanted


@given(DAYS, st.integers(1, 12))
def test_an_accounting_year_is_named_by_the_year_in_which_it_begins(day: date, first: int) -> None:
    year = value("财年(日子, 首)", 日子=day, 首=Decimal(first))
    assert isinstance(year, Decimal)
    start, after = date(int(year), first, 1), date(int(year) + 1, first, 1)
    assert start <= day < after


@given(DAYS)
def test_the_first_day_of_a_month(day: date) -> None:
    assert value("月初(日子)", 日子=day) == day.replace(day=1)


def test_a_short_call_may_stand_inside_another_and_inside_a_filter() -> None:
    tree = written_out(parse("列[财年(月初(日期), 4) = 财年(评价日, 4)]", names=SHORTHANDS))
    calls = {one.function for one, _ in ast.walk(tree) if isinstance(one, ast.Call)}
    assert calls == {ast.Name("date")}


@pytest.mark.parametrize("text", ["不含税(1)", "不含税(1, 2, 3)", "不含税(含税额: 1, 税率: 2)", "财年(评价日)"])
def test_a_short_call_with_the_wrong_arguments_is_refused(tmp_path: Path, text: str) -> None:
    assert "pack_shorthand" in codes(check_pack(written(tmp_path, document(clause(amount=text)))))


def test_a_message_about_a_short_call_names_its_own_place(tmp_path: Path) -> None:
    folder = written(tmp_path, document(clause(amount="1元 + 不含税(登记.成立日期, 13%)")))
    first = next(one for one in check_pack(folder) if one.severity == "error")
    text = (folder / "d0.yaml").read_text(encoding="utf-8").splitlines()
    assert first.code == "feel_type_operator"
    assert "不含税" in text[first.line - 1]


def test_the_name_of_a_short_call_cannot_be_used_for_something_else(tmp_path: Path) -> None:
    folder = written(tmp_path, document(clause(), definitions={"月初": "评价日"}))
    assert "pack_name_clash" in codes(check_pack(folder))


def test_the_index_table_of_the_national_pack_rises_and_falls_on_the_days_of_publication() -> None:
    packs = load_packs([Path(__file__).resolve().parents[3] / "packs" / "national"])
    table = packs.packs[0].names.parameters
    one, five = table["LPR一年期"], table["LPR五年期"]
    assert one.values[0].start == five.values[0].start == date(2019, 8, 20)
    at = {p.name: {d.start: d.value for d in p.values} for p in (one, five)}
    assert at["LPR一年期"][date(2024, 10, 21)] == Decimal("0.031")
    assert at["LPR五年期"][date(2024, 2, 20)] == Decimal("0.0395")
    assert all(a.value != b.value for p in (one, five) for a, b in zip(p.values, p.values[1:], strict=False))
