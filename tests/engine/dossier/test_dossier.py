"""A dossier hands out values where somebody delivered, and unknowns that name fact and holder where nobody did."""

from datetime import date
from decimal import Decimal

import pytest

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Delivery, Dossier, Trace, dossier_of_case, load_schema, telling
from yanlian.engine.feel import Missing, Unknown, compile_expression

SCHEMA = load_schema()
AS_OF = date(2025, 12, 31)


def row(**records):
    return {"id": "X", "uscc": None, "name": "甲", "kind": "enterprise", **records}


def feel(text, dossier, **more):
    return compile_expression(text, units=True).evaluate({**{n: dossier[n] for n in dossier}, **more})


def whole(*kinds, start=None):
    return Coverage([Delivery(kind, start, AS_OF, True) for kind in kinds])


def test_stored_integers_become_exact_values():
    dossier = Dossier(
        row(tax_year=[{"year": 2024, "revenue": 123456789}], loan=[{"rate": 43500, "drawn_on": date(2024, 1, 1)}]),
        SCHEMA,
        whole("tax_year", "loan"),
        AS_OF,
    )
    assert feel("税务年报[年度 = 2024][1].营业收入", dossier) == Decimal("1234567.89")
    assert feel("贷款[1].年利率", dossier) == Decimal("0.0435")


def test_an_empty_cell_is_unknown_unless_it_says_none():
    dossier = Dossier(
        row(loan=[{"drawn_on": date(2024, 1, 1), "interest": None, "settled_on": None}]), SCHEMA, whole("loan"), AS_OF
    )
    assert feel("贷款[1].结清日期", dossier) is None
    interest = feel("贷款[1].已付利息", dossier)
    assert isinstance(interest, Unknown)
    assert interest.missing == {Missing("贷款.已付利息", "bank", "2024-01-01")}


def test_a_year_nobody_delivered_is_unknown_and_one_delivered_without_a_record_is_none():
    dossier = Dossier(row(tax_year=[]), SCHEMA, whole("tax_year", start=date(2020, 1, 1)), AS_OF)
    assert feel("税务年报[年度 = 2022][1].营业收入", dossier) is None
    missing = feel("税务年报[年度 = 2019][1].营业收入", dossier)
    assert isinstance(missing, Unknown)
    assert {(m.fact, m.holder) for m in missing.missing} == {("税务年报.营业收入", "tax")}
    assert feel("count(税务年报[年度 >= 2020])", dossier) == 0


def test_a_known_year_inside_an_undelivered_stretch_stays_known():
    dossier = Dossier(row(tax_year=[{"year": 2018, "revenue": 100}]), SCHEMA, Coverage(), AS_OF)
    assert feel("税务年报[年度 = 2018][1].营业收入", dossier) == Decimal("1.00")
    assert isinstance(feel("税务年报[年度 = 2017][1].营业收入", dossier), Unknown)


def test_events_before_the_delivered_time_do_not_matter_to_a_rule_about_later_ones():
    dossier = Dossier(row(accident=[]), SCHEMA, whole("accident", start=date(2015, 1, 1)), AS_OF)
    assert feel('count(安全生产[发生日期 >= date("2023-01-01")])', dossier) == 0
    assert isinstance(feel("count(安全生产)", dossier), Unknown)


def test_how_many_records_an_undelivered_period_holds_is_open():
    dossier = Dossier(row(accident=[]), SCHEMA, Coverage(), AS_OF)
    assert isinstance(feel("count(安全生产) < 3", dossier), Unknown)


def test_the_unknown_history_of_a_firm_that_moved_in_is_unknown():
    registration = {"moved_in_on": date(2023, 5, 1), "established_on": date(2010, 1, 1)}
    dossier = Dossier(
        row(registration=registration, science_title=[]), SCHEMA, whole("registration", "science_title"), AS_OF
    )
    assert isinstance(feel('count(科技资质[认定日期 < date("2023-01-01")]) = 0', dossier), Unknown)
    assert feel('count(科技资质[认定日期 >= date("2023-05-01")]) = 0', dossier) is True


def test_records_after_the_day_are_not_seen():
    dossier = Dossier(
        row(dishonesty=[{"listed_on": date(2026, 1, 5)}], tax_year=[{"year": 2026, "revenue": 1}]),
        SCHEMA,
        whole("dishonesty", "tax_year"),
        AS_OF,
    )
    assert feel("count(严重失信)", dossier) == 0
    assert feel("count(税务年报)", dossier) == 0


def test_a_register_that_does_not_name_a_firm_leaves_unknown_what_it_says_of_it():
    for coverage in (Coverage(), whole("registration")):
        assert isinstance(feel("登记.成立日期", Dossier(row(), SCHEMA, coverage, AS_OF)), Unknown)


def test_records_that_a_kind_of_entity_cannot_have_are_no_lack():
    person = Dossier({**row(), "kind": "person"}, SCHEMA, Coverage(), AS_OF)
    assert person["登记"] is None
    assert person["税务年报"] == []
    assert isinstance(feel("count(参保记录)", person), Unknown)


def test_a_trace_names_each_fact_with_its_source():
    trace = Trace()
    stored = {"year": 2024, "revenue": 100, "source": "税务局 2025-06", "recorded": date(2025, 6, 1)}
    dossier = Dossier(row(tax_year=[stored]), SCHEMA, whole("tax_year"), AS_OF, trace)
    feel("税务年报[年度 = 2024][1].营业收入", dossier)
    reads = {read.name: read for read in trace.take()}
    assert reads["税务年报.营业收入"].source == "税务局 2025-06"
    assert reads["税务年报.营业收入"].recorded == date(2025, 6, 1)
    assert trace.take() == []


def test_worked_cases_are_written_as_people_write():
    dossier = dossier_of_case(
        SCHEMA,
        {"税务年报": [{"年度": 2024, "营业收入": "2000万元"}], "严重失信": "未知", "贷款": [{"年利率": "4.35%"}]},
        "enterprise",
        AS_OF,
    )
    assert feel("税务年报[年度 = 2024][1].营业收入", dossier) == 20_000_000
    assert isinstance(feel("税务年报[年度 = 2024][1].研发费用", dossier), Unknown)
    assert feel("贷款[1].年利率", dossier) == Decimal("0.0435")
    assert isinstance(feel("count(严重失信) = 0", dossier), Unknown)
    assert feel("count(经营异常) = 0", dossier) is True


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"税务年表": []}, "case_fact_unknown"),
        ({"税务年报": [{"收入": 1}]}, "case_fact_unknown"),
        ({"税务年报": [{"年度": "去年"}]}, "figure_unreadable"),
        ({"税务年报": {"年度": 2024}}, "case_value_wrong"),
        ({"贷款": [{"本金": "0.001"}]}, "case_value_wrong"),
        ({"贷款": [{"放款日期": "2025-02-30"}]}, "case_value_wrong"),
        ({"严重失信": [{"状态": "不详"}]}, "case_value_wrong"),
    ],
)
def test_a_case_that_does_not_fit_the_schema_is_refused(facts, code):
    with pytest.raises(Refused) as refused:
        dossier_of_case(SCHEMA, facts, "enterprise", AS_OF)
    assert refused.value.code == code


def test_a_pack_can_add_facts_but_not_change_them():
    extra = {
        "records": {"wafer": {"zh": "流片", "en": "Wafer", "holder": "ind", "record": "many", "of": ["enterprise"]}},
        "fields": {"wafer": {"n": {"zh": "片数", "en": "Wafers", "type": "count"}}},
    }
    assert load_schema(extra).record("流片").fields["n"].zh == "片数"
    with pytest.raises(Refused):
        load_schema({"fields": {"tax_year": {"revenue": {"zh": "收入", "en": "x", "type": "money"}}}})


def test_records_of_which_only_the_year_was_asked_tell_nothing():
    trace = Trace()
    filings = [{"year": year, "rd_deduction": year} for year in (2022, 2023, 2024)]
    dossier = Dossier(row(tax_year=filings), SCHEMA, whole("tax_year"), AS_OF, trace)
    feel("税务年报[年度 = 2024][1].研发费用", dossier)
    assert {read.row_key for read in telling(trace.take()) if read.record} == {("2024",)}
    feel("count(税务年报[年度 >= 2023])", dossier)
    assert {read.row_key for read in telling(trace.take()) if read.record} == {("2022",), ("2023",), ("2024",)}


def test_a_refused_row_leaves_a_gap_for_its_entity_whatever_the_file_covers():
    complete = whole("accident")
    assert feel("count(安全生产)", Dossier(row(accident=[]), SCHEMA, complete, AS_OF)) == 0
    refused = Dossier(row(accident=[], refused=["accident"]), SCHEMA, complete, AS_OF)
    assert isinstance(feel("count(安全生产)", refused), Unknown)
