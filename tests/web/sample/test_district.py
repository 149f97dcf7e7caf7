"""The district's folder says what its text says: all names and figures, and each of the fourteen traps handled."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml
from tests.web.sample.conftest import DISTRICT

from yanlian.base.refusal import Refused
from yanlian.web.sample.district import District, Figure, read_district, without_blanks


@pytest.fixture(scope="module")
def district() -> District:
    return read_district(DISTRICT)


def figure(district: District, code: str) -> Figure:
    return next(figure for figure in district.figures if figure.id == code)


def test_the_text_names_54_organisations_50_places_51_figures_and_two_persons(district: District) -> None:
    named = [o for o in district.organisations if o.id.startswith("O")]
    assert len({o.name for o in named}) == len(named) == 54
    assert len({p.name for p in district.places}) == len(district.places) == 50
    assert [f.id for f in district.figures] == [f"F{n:02d}" for n in range(1, 52)]
    assert [person["name"] for person in district.people] == ["李国杰", "陈宁"]


def test_every_name_and_alias_stands_in_the_text(district: District) -> None:
    flat = without_blanks(district.text)
    for thing in (*district.organisations, *district.places):
        if thing.id.startswith("G"):
            continue
        for name in (thing.name, *thing.aliases):
            assert without_blanks(name).strip("“”") in flat.replace("“", "").replace("”", "") or name in flat, name


def test_real_organisations_have_no_code_no_filing_and_no_amount() -> None:
    entries = yaml.safe_load((DISTRICT / "organisations.yaml").read_text(encoding="utf-8"))["organisations"]
    allowed = {"id", "name", "kind", "role", "aliases", "cluster", "cluster_context", "quotes", "relations", "figures"}
    assert {key for entry in entries for key in entry} <= allowed | {"note"}
    assert not re.search(r"91\d{6}[0-9A-HJ-NPQRTUWXY]{10}", (DISTRICT / "organisations.yaml").read_text("utf-8"))


def test_public_persons_are_mentions_without_personal_data(district: District) -> None:
    assert {key for person in district.people for key in person} == {"id", "name", "title", "mention", "quote"}


def test_t1_the_two_software_figures_have_different_calibres(district: District) -> None:
    year, half = figure(district, "F01"), figure(district, "F29")
    assert year.calibre == "软件业务收入（全部企业）"
    assert half.calibre == "规上企业营业收入"
    shared = {f.calibre for f in district.figures if f.metric == year.metric}
    assert half.calibre not in shared


def test_t1_no_calibre_covers_figures_of_different_metrics_in_yuan(district: District) -> None:
    metrics: dict[str, set[str]] = {}
    for f in district.figures:
        if f.unit == "元" and f.calibre:
            metrics.setdefault(f.calibre + f.subject, set()).add(f.metric)
    assert all(len(names) == 1 for names in metrics.values())


def test_t2_two_names_are_one_cluster(district: District) -> None:
    assert district.cluster_of("工业物联网") == district.cluster_of("工业互联网") == "industrial_internet"


def test_t3_two_similar_names_stay_two_organisations(district: District) -> None:
    both = [o for o in district.organisations if o.name in ("绿洲创智", "绿洲智健")]
    assert len({o.id for o in both}) == 2
    assert not any(o.aliases for o in both)


def test_t4_one_firm_was_incubated_twice(district: District) -> None:
    incubated = {r.source for r in district.relations if r.kind == "incubated" and r.target == "雷神科技"}
    assert incubated == {"海尔", "众创空间（文中统称）"}


def test_t5_full_names_are_aliases_of_short_names(district: District) -> None:
    aliases = {o.name: o.aliases for o in district.organisations}
    assert aliases["海信网络"] == ("海信网络科技公司",)
    assert aliases["小鸟看看"] == ("青岛小鸟看看科技有限公司",)
    assert aliases["卡奥斯"] == ("海尔卡奥斯",)


@pytest.mark.parametrize(
    ("code", "operator", "word"),
    [
        ("F01", "=", "达到"),
        ("F07", ">=", "余"),
        ("F08", ">", "超过"),
        ("F12", ">=", "上千"),
        ("F19", ">", "多"),
        ("F25", ">", "突破"),
        ("F28", ">", "余"),
    ],
)
def test_t6_the_operator_of_the_text_is_kept(district: District, code: str, operator: str, word: str) -> None:
    found = figure(district, code)
    assert (found.operator, found.operator_word) == (operator, word)
    assert word in found.quote


def test_t7_an_inferred_year_is_marked_and_the_texts_own_word_kept(district: District) -> None:
    half = figure(district, "F29")
    assert half.inferred
    assert (half.as_written, half.starts_on, half.ends_on) == ("今年上半年", "2021-01-01", "2021-06-30")
    assert not figure(district, "F01").inferred
    as_of = yaml.safe_load((DISTRICT / "district.yaml").read_text(encoding="utf-8"))["text"]
    assert "推定" in as_of["as_of_note"]


def test_t8_cumulative_figures_are_stocks_and_figures_of_a_year_flows(district: District) -> None:
    assert {figure(district, code).measure for code in ("F22", "F27", "F28", "F31", "F32", "F45")} == {"stock"}
    assert {figure(district, code).measure for code in ("F01", "F13", "F34", "F41")} == {"flow"}


def test_t9_that_firms_and_persons_are_mixed_is_noted(district: District) -> None:
    assert "企业与人才" in figure(district, "F27").calibre
    assert "不能拆分" in figure(district, "F27").note


def test_t10_open_lists_say_how_many_are_named(district: District) -> None:
    lists = yaml.safe_load((DISTRICT / "district.yaml").read_text(encoding="utf-8"))["lists"]
    assert all(entry["open"] for entry in lists)
    actions = next(entry for entry in lists if entry["name"] == "三大行动")
    assert (actions["said"], actions["named"]) == ("三", 2)
    assert figure(district, "F47").value == "3"
    assert len([p for p in district.places if p.name in ("政府系统提速增效", "群众企业满意度提升")]) == 2


def test_t11_a_planned_field_is_no_cluster(district: District) -> None:
    assert district.planned_fields == ("区块链",)
    assert district.cluster_of("区块链") == ""
    assert len(district.clusters) == 5


def test_t12_the_other_calibre_of_virtual_reality_firms_is_noted(district: District) -> None:
    found = figure(district, "F07")
    assert "崂山区" in found.calibre
    assert "全市" in found.note


def test_t13_slogans_carry_no_figure(district: District) -> None:
    slogans = yaml.safe_load((DISTRICT / "district.yaml").read_text(encoding="utf-8"))["slogans"]
    quotes = {f.quote for f in district.figures}
    assert all(slogan["quote"] not in quotes for slogan in slogans)


def test_t14_quotes_are_found_although_the_text_has_blanks_inside_words(district: District) -> None:
    assert "成 为国内智能交通" in district.text
    assert "成为国内智能交通" not in district.text
    assert "海信网络科技公司成为国内智能交通" in without_blanks(district.text)


def test_a_quote_that_the_text_does_not_hold_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(DISTRICT, tmp_path / "district")
    figures = folder / "figures.yaml"
    figures.write_text(
        figures.read_text(encoding="utf-8").replace("软件业务收入达到900亿元", "软件业务收入达到901亿元"), "utf-8"
    )
    with pytest.raises(Refused) as refused:
        read_district(folder)
    assert refused.value.code == "district_quote_missing"
    assert "F01" in refused.value.text("zh")


def test_a_relation_to_something_unnamed_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(DISTRICT, tmp_path / "district")
    file = folder / "organisations.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("to: 海信医疗", "to: 海信某公司"), "utf-8")
    with pytest.raises(Refused) as refused:
        read_district(folder)
    assert (refused.value.code, refused.value.data["found"]) == ("district_name_unknown", "海信某公司")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read_district(tmp_path)
    assert (refused.value.code, refused.value.data["file"]) == ("district_file_missing", "district.yaml")
