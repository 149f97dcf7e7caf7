"""The table of GB/T 4754-2017: complete, consistent, and the codes used elsewhere in the house stand in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import yaml

from yanlian.engine.chain.template.codes import ancestors, industries, industry, nearest_code, within
from yanlian.web.sample.industries import ALL

ROOT = Path(__file__).resolve().parents[4]


def test_the_table_has_all_levels_and_every_parent():
    table = industries()
    assert Counter(one.level for one in table.values()) == {1: 20, 2: 97, 3: 473, 4: 1381}
    assert all(one.parent in table for one in table.values() if one.level > 1)
    assert all(one.name and one.name == one.name.strip() for one in table.values())


def test_a_code_is_known_with_and_without_its_letter():
    found = industry("3973")
    assert found is not None
    assert (found.name, found.parent, found.section, found.full) == ("集成电路制造", "397", "C", "C3973")
    assert industry("C3973") == industry(" c3973 ") == found
    assert industry("I3973") is None
    assert industry("3999") is None
    assert industry("") is None
    section = industry("I")
    assert section is not None
    assert section.full == "I"


def test_an_industry_lies_within_all_above_it():
    assert [one.code for one in ancestors("C3973")] == ["3973", "397", "39", "C"]
    assert within("3973", "39")
    assert within("I6520", "I")
    assert not within("3973", "398")
    assert not within("3973", "XX")


def test_the_nearest_code_gives_back_a_lost_zero():
    assert nearest_code("121") == "0121 豆类种植"
    assert nearest_code("39731").startswith("3973 ")
    assert nearest_code("####") == ""


def test_the_codes_of_the_invented_firms_exist():
    assert [one.code for one in ALL if industry(one.code) is None] == []


def test_the_names_of_the_sections_are_those_of_the_policy_pack():
    document = yaml.safe_load((ROOT / "packs" / "national-basics" / "industry.yaml").read_text("utf-8"))
    rules = document["tables"]["行业门类"]["rules"]
    said = {letter.strip('"'): name.strip('"') for letter, name in rules}
    assert said == {one.code: one.name for one in industries().values() if one.level == 1}
