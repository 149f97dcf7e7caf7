"""Mappings of department files are held to the fact schema."""

from __future__ import annotations

import pytest

from yanlian.apps.registry.imports.mapping import build_mapping, datasets, load_mapping, plain_header
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import load_schema

SCHEMA = load_schema()
ENTRY: dict[str, object] = {
    "title": "t",
    "entity": {"uscc": ["统一社会信用代码"]},
    "columns": {"year": ["年度"], "revenue": {"软件业务收入": "元"}},
}


def test_each_department_has_a_mapping_for_each_kind_it_holds():
    read = [load_mapping(department, key).kind.key for department in SCHEMA.departments for key in datasets(department)]
    assert sorted(read) == sorted(SCHEMA.records)


def test_preferred_headers_are_the_chinese_names_of_the_facts():
    for department in SCHEMA.departments:
        for key in datasets(department):
            mapping = load_mapping(department, key)
            fields = list(SCHEMA.records[key].fields.values())
            assert mapping.template()[-len(fields) :] == [field.zh for field in fields]


def test_amounts_are_in_yuan_unless_the_header_says_otherwise():
    mapping = load_mapping("tax", "tax_year")
    revenue = next(column for column in mapping.columns if column.field.key == "revenue")
    assert revenue.headers["营业收入"] == "元"
    assert revenue.headers["营业收入(万元)"] == "万元"


def test_headers_are_compared_in_narrow_characters_without_blanks():
    assert plain_header(" 营业收入（万元）\n") == "营业收入(万元)"
    assert plain_header("\ufeff年度") == "年度"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"colour": 1}, "unknown keys"),
        ({"columns": {"year": ["年度"]}}, "columns and fields differ"),
        ({"columns": {"year": ["年度"], "revenue": ["软件业务收入"]}}, "unit"),
        ({"columns": {"year": ["年度"], "revenue": {"软件业务收入": "斤"}}}, "unit"),
        ({"columns": {"year": ["年度"], "revenue": {"年度": "元"}}}, "stands twice"),
        ({"creates": "firms"}, "creates"),
    ],
)
def test_a_mapping_that_contradicts_the_schema_is_refused(change: dict[str, object], reason: str):
    build_mapping("ind", SCHEMA.records["software_year"], ENTRY)
    with pytest.raises(Refused, match=reason):
        build_mapping("ind", SCHEMA.records["software_year"], {**ENTRY, **change})


def test_a_word_must_lead_to_a_value_of_the_schema():
    columns = {"year": ["年度"], "grade": ["等级"]}
    with pytest.raises(Refused, match="does not list"):
        build_mapping(
            "ind", SCHEMA.records["land_grade"], {**ENTRY, "columns": columns, "words": {"grade": {"甲": "A+"}}}
        )


@pytest.mark.parametrize(("department", "dataset"), [("tax", "loan"), ("nobody", "loan"), ("tax", "")])
def test_a_department_delivers_only_what_it_holds(department: str, dataset: str):
    with pytest.raises(Refused) as caught:
        load_mapping(department, dataset)
    assert caught.value.code == "dataset_unknown"
    assert ("tax_year" in str(caught.value.data["expected"])) == (department == "tax")
