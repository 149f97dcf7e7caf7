"""The drawn parts of a clause page: what the graph keeps of the model, where boxes stand, how cells are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils.translation import override

from yanlian.apps.policies.clause_parts import items_used
from yanlian.apps.policies.diagram import diagram
from yanlian.apps.policies.drawn import drawn
from yanlian.apps.policies.needs import GIVEN, Need, needs_of
from yanlian.apps.policies.table_cells import cell_text
from yanlian.apps.policies.table_grids import table_grids
from yanlian.engine.policy import PackSet, load_packs
from yanlian.engine.policy.dmn import model_of

PACKS = Path(__file__).parents[3] / "packs"


@pytest.fixture(scope="module")
def packs() -> PackSet:
    return load_packs([PACKS / "national", PACKS / "laoshan"])


def listed(packs: PackSet, clause_id: str) -> tuple[Need, ...]:
    clause = packs.clause(clause_id)
    return needs_of(model_of(packs, clause_id), clause.event.each.uses if clause.event else ())


def needs(packs: PackSet, clause_id: str) -> dict[str, Need]:
    return {need.label: need for need in listed(packs, clause_id)}


def test_a_clause_rests_on_its_rules_and_amount_and_these_on_tables_and_data(packs: PackSet):
    found = needs(packs, "LS-2025-01")
    by_id = {need.id: need for need in found.values()}

    def below(label: str) -> set[str]:
        return {by_id[one].label for one in found[label].needs}

    assert found["高能级创新平台奖励"].kind == "clause"
    assert {"适用", "注册地在本区", "未被撤销", "严重失信", "金额"} <= below("高能级创新平台奖励")
    assert below("金额") == {"平台奖励标准"}
    assert below("平台奖励标准") == {"平台"}
    assert below("平台") == {"科技资质"}
    assert found["严重失信"].kind == "veto"


def test_every_clause_is_drawn_with_all_its_tables_rules_and_nothing_that_only_holds_the_model_together(
    packs: PackSet,
):
    for clause in packs.clauses:
        found = needs(packs, clause.id)
        items = {item.name for item in items_used(clause) if item.table is not None}
        assert items <= found.keys(), clause.id
        assert {test.source.label for test in clause.tests} <= found.keys(), clause.id
        assert not {"检查", "事项", "年度", "合格", "全部结论", *GIVEN} & found.keys(), clause.id


def test_what_is_left_out_of_the_drawing_is_named_with_the_element_that_reads_it(packs: PackSet):
    assert needs(packs, "LS-2025-01")["注册地在本区"].unsaid == ("本区",)


def test_no_two_boxes_touch_and_needs_stand_left_of_what_needs_them(packs: PackSet):
    for clause in packs.clauses:
        found = listed(packs, clause.id)
        made = diagram(found, [need.label for need in found])
        boxes = {box.need.id: box for box in made.boxes}
        assert len(boxes) == len(found)
        for one in made.boxes:
            assert one.x >= 0
            assert one.y >= 0
            assert one.x + one.width <= made.width
            assert one.y + one.height <= made.height
            for low in one.need.needs:
                assert boxes[low].x + boxes[low].width < one.x, clause.id
        drawn_boxes = list(made.boxes)
        for number, one in enumerate(drawn_boxes):
            for other in drawn_boxes[number + 1 :]:
                apart = one.x + one.width < other.x or other.x + other.width < one.x
                assert apart or one.y + one.height < other.y or other.y + other.height < one.y, clause.id


def test_most_clauses_fit_the_width_of_a_page(packs: PackSet):
    made = [
        diagram(found, [need.label for need in found])
        for clause in packs.clauses
        if (found := listed(packs, clause.id))
    ]
    assert sum(one.fits for one in made) >= 0.85 * len(made)


def test_a_name_is_whole_on_its_box_and_no_line_begins_with_a_closing_bracket():
    label = "新获批（非重新认定）"
    (box,) = diagram([Need("a", "condition", label)], [label]).boxes
    assert "".join(line.text for line in box.lines) == label
    assert len(box.lines) == 2
    assert not any(line.text.startswith("）") for line in box.lines)


def test_every_box_leads_to_a_place_that_the_page_has(packs: PackSet):
    fixed = {"#about", "#text", "#rules", "#amount"}
    for clause in packs.clauses:
        with override("zh-hans"):
            context = drawn(packs, clause, items_used(clause))
        boxes = context["boxes"]
        assert isinstance(boxes, list)
        for _, mention in boxes:
            numbered = mention.href.rpartition("-")[2].isdigit()
            assert numbered or mention.href in fixed, mention
            if mention.kind in {"table", "scale", "parameter", "definition", "condition", "fact"}:
                assert numbered or mention.href == "#rules", (clause.id, mention)


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        (">= 2000万元", "2,000万元（含）以上", "at least 2,000万元"),
        ("> 2亿元", "2亿元（不含）以上", "more than 2亿元"),
        ("<= 35%", "35%（含）以下", "at most 35%"),
        ("< 10", "10（不含）以下", "less than 10"),
        ("[25%..35%)", "25%（含）至35%", "25% (included) to 35%"),
        ("(5000万元..2亿元]", "5,000万元至2亿元（含）", "5,000万元 to 2亿元 (included)"),
        ("[2..3]", "2（含）至3（含）", "2 (included) to 3 (included)"),
        ("(0..5%)", "0（不含）至5%（不含）", "0 (excluded) to 5% (excluded)"),
        ('"F", "51"', "F、51", "F, 51"),
        ('not("国家级")', "除国家级外", "all but 国家级"),
        ("true", "是", "yes"),
        ("-", "任意", "any"),
        ("null", "-", "-"),
        ('date("2025-06-01")', "2025-06-01", "2025-06-01"),
        ("20000万元", "20,000万元", "20,000万元"),
        ("2025", "2025", "2025"),
        ("平台.级别 + 1", "平台.级别 + 1", "平台.级别 + 1"),
    ],
)
def test_a_cell_is_written_as_officials_write_it(written: str, zh: str, en: str):
    with override("zh-hans"):
        assert cell_text(written) == zh
    with override("en"):
        assert cell_text(written) == en


def test_a_table_tells_its_hit_policy_units_and_what_was_found(packs: PackSet):
    with override("zh-hans"):
        (grid,) = table_grids(packs, "LS-2025-01", items_used(packs.clause("LS-2025-01")))
        assert (grid.hit, grid.hit_name, grid.hit_meaning) == ("U", "唯一命中", "任何情形至多一行成立")
        assert [told.tone for told in grid.findings] == ["good", "info"]
        assert "条款的 where" in grid.findings[1].text
        scores = table_grids(packs, "NAT-TECH-SME", items_used(packs.clause("NAT-TECH-SME")))
        assert all("没有空档和重叠" in one.findings[0].text for one in scores)


def test_a_gap_without_a_reason_is_told_with_an_example(tmp_path: Path):
    text = (PACKS.parent / "tests/web/packs/sample/xx-2025.yaml").read_text("utf-8")
    (tmp_path / "pack.yaml").write_text((PACKS.parent / "tests/web/packs/sample/pack.yaml").read_text("utf-8"))
    (tmp_path / "xx-2025.yaml").write_text(text.replace("""      - ['"市级"', 50万元]\n""", "", 1))
    packs = load_packs([tmp_path])
    with override("zh-hans"):
        (grid,) = table_grids(packs, "XX-2025-01", items_used(packs.clause("XX-2025-01")))
    assert [told.tone for told in grid.findings] == ["good", "warn"]
    assert "平台.级别" in grid.findings[1].text
