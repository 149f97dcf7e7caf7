"""Two clauses for one thing are told unless something stands between them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.engine.policy.lint.lint_examples import reviewed
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.engine.policy import load_packs
from yanlian.engine.policy.lint import review_folders, review_packs

EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期"}


def doubled(folder: Path, first: dict[str, object], second: dict[str, object], **head: object) -> list[str]:
    other = {"document": {"title": "另一个办法", **head}, "clause": second}
    found = reviewed(folder, {"clause": first, "documents": [other]})
    return [fault.code for fault in found if fault.code.startswith("lint_double")]


def where(text: str, name: str = "证") -> dict[str, object]:
    return {"event": {**EVENT, "as": name, "date": f"{name}.认定日期", "where": text}}


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ('证.类别 = "重点实验室"', '证.类别 = "重点实验室"', True),
        ('证.类别 = "重点实验室"', '证.类别 = "技术创新中心"', False),
        ('证.类别 in ("甲", "乙")', '证.类别 in ("丙", "丁")', False),
        ('证.类别 in ("甲", "乙")', '证.类别 in ("乙", "丁")', True),
        ('证.类别 = "甲" and 证.级别 = "省级"', '证.类别 = "甲" and 证.级别 = "市级"', False),
        ('(证.类别 = "甲" and 证.级别 = "省级") or 证.类别 = "乙"', '证.类别 = "甲" and 证.级别 = "市级"', False),
        ('(证.类别 = "甲" and 证.级别 = "省级") or 证.类别 = "乙"', '证.类别 = "乙" and 证.级别 = "市级"', True),
    ],
)
def test_events_of_one_kind_clash_unless_their_conditions_shut_each_other_out(
    tmp_path: Path, first: str, second: str, told: bool
):
    assert doubled(tmp_path, where(first), where(second)) == (["lint_double_event"] if told else [])


def test_the_name_that_a_clause_gives_its_event_does_not_matter(tmp_path: Path):
    assert doubled(tmp_path, where('证.类别 = "甲"'), where('书.类别 = "乙"', "书")) == []


def test_a_common_group_or_a_common_cap_answers_it(tmp_path: Path):
    group = {"stacking": {"group": "平台", "per": "matter"}}
    cap = {"caps": [{"label": "合计", "over": "group", "name": "平台", "per": "year", "amount": "1万元"}]}
    assert doubled(tmp_path / "a", group, group) == []
    assert doubled(tmp_path / "b", group, cap) == []
    assert doubled(tmp_path / "c", group, {}) == ["lint_double_event"]


def test_documents_that_are_never_in_force_together_do_not_clash(tmp_path: Path):
    late = {"valid_from": date(2027, 1, 1)}
    first = {"document": {"valid_to": date(2026, 12, 31)}, "documents": [{"document": late, "clause": {}}]}
    assert not [f for f in reviewed(tmp_path, first) if f.code.startswith("lint_double")]


def test_other_kinds_of_beneficiary_do_not_clash(tmp_path: Path):
    assert doubled(tmp_path, {"subject": ["institution"]}, {"subject": ["enterprise"]}) == []


@pytest.mark.parametrize(
    ("district", "told"), [("370200", True), ("370212", True), ("370213", False), ("440300", False)]
)
def test_packs_meet_where_one_district_lies_in_the_other(tmp_path: Path, district: str, told: bool):
    one = clause(event={**EVENT, "where": '证.类别 = "甲"'})
    here = written(tmp_path, document(one, document={"id": "A"}), name="here")
    other = document({**one, "id": "T-02"}, document={"id": "B"})
    there = written(tmp_path, other, name="there", pack={"id": "there", "title": "别处", "district": district})
    found = review_packs(load_packs([here, there]))
    together = review_folders([here, there])
    assert sum(map(len, together.values())) == len(found)
    assert [f.code for f in found if f.code.startswith("lint_double")] == (["lint_double_event"] if told else [])
