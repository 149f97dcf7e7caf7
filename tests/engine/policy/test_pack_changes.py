"""Differences between two readings of a pack: what a lawyer calls a change, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from yanlian.engine.policy.changes import pack_changes
from yanlian.engine.policy.combination.exclusion import Exclusion
from yanlian.engine.policy.load import read_pack

PACK = "pack: {id: t, title: 试, district: '370212'}\n"
DOCUMENT = """
document:
  id: T-1
  title: 办法
  status: in_force
  valid_from: 2025-01-01
  source: {grade: A, page: 测试}
rules:
  subject: [enterprise]
  gates:
    - {label: 注册地在本区, when: 登记.注册区划 = 本区}
parameters:
  门槛:
    unit: 元
    values:
      - {from: 2025-01-01, value: 500万元, reference: 第一条}
scales:
  奖补:
    mode: marginal
    input: 元
    brackets: [{from: 0, rate: 10%}, {from: 100万元, rate: 5%}]
tables:
  标准:
    hit: U
    inputs: [登记.登记状态]
    outputs: [金额]
    rules:
      - ['"甲"', 500万元]
      - ['"乙"', 200万元]
clauses:
  - id: T-1-01
    title: 奖励
    article: 第一条
    department: sci
    conditions:
      - {label: 过门槛, when: 登记.注册资本 >= 门槛}
    amount: 标准
    caps:
      - {label: 每年, over: clause, per: year, amount: 900万元}
    cases:
      - {name: 例, as_of: 2025-12-31, facts: {}, expect: {outcome: not_eligible}}
"""


def read(tmp_path: Path, name: str, document: str = DOCUMENT, pack: str = PACK):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "pack.yaml").write_text(pack, encoding="utf-8")
    if document:
        (folder / f"{name}.yaml").write_text(document, encoding="utf-8")
    found, _ = read_pack(folder)
    assert found is not None
    return found


def between(tmp_path, *edits):
    after = DOCUMENT
    for old, new in edits:
        assert old in after
        after = after.replace(old, new)
    return pack_changes(read(tmp_path, "old"), read(tmp_path, "new", after))


def told(changes):
    return [
        (one.kind, one.clause, one.path, one.old.text if one.old else None, one.new.text if one.new else None)
        for one in changes
    ]


def test_other_layout_comments_file_names_and_order_of_keys_change_nothing(tmp_path):
    assert (
        between(
            tmp_path,
            ("    article: 第一条\n    department: sci\n", "    # 说明\n    department: sci\n    article: '第一条'\n"),
        )
        == []
    )


@pytest.mark.parametrize(
    ("old", "new", "kind", "path", "was", "now"),
    [
        ("value: 500万元", "value: 300万元", "changed", ("names", "parameters", "门槛", "values", "2025-01-01"),
         "500万元（第一条）", "300万元（第一条）"),
        ("', 200万元]", "', 250万元]", "changed", ("names", "tables", "标准", "rules", '"乙"'), "200万元", "250万元"),
        ("{from: 100万元, rate: 5%}", "{from: 100万元, rate: 6%}", "changed",
         ("names", "scales", "奖补", "brackets", "1000000"), "5%", "6%"),
        ("登记.注册区划 = 本区}", "登记.注册区划 = 本区, article: 第二条}", "changed",
         ("rules", "gates", "注册地在本区"), "登记.注册区划 = 本区", "登记.注册区划 = 本区（第二条）"),
        ("title: 办法", "title: 新办法", "changed", ("title",), "办法", "新办法"),
    ],
)  # fmt: skip
def test_a_change_in_the_document_is_told_once_with_both_texts(tmp_path, old, new, kind, path, was, now):
    assert told(between(tmp_path, (old, new))) == [(kind, "", path, was, now)]


def test_a_condition_that_is_added_or_dropped_is_told_by_its_label_with_its_line(tmp_path):
    added = '      - {label: 存续, when: 登记.登记状态 = "存续"}\n'
    changes = between(tmp_path, ("    amount: 标准\n", added + "    amount: 标准\n"))
    assert told(changes) == [("new", "T-1-01", ("conditions", "存续"), None, '登记.登记状态 = "存续"')]
    assert changes[0].new.file == "new.yaml"
    assert changes[0].new.line == 1 + DOCUMENT.splitlines().index("    amount: 标准")
    (back,) = pack_changes(
        read(tmp_path, "a", DOCUMENT.replace("    amount: 标准\n", added + "    amount: 标准\n")), read(tmp_path, "b")
    )
    assert (back.kind, back.path) == ("gone", ("conditions", "存续"))


def test_a_cap_and_a_case_say_what_they_are_made_of(tmp_path):
    changes = between(tmp_path, ("amount: 900万元", "amount: 800万元"), ("outcome: not_eligible", "outcome: eligible"))
    assert told(changes) == [
        ("changed", "T-1-01", ("caps", "每年"),
         "over clause；per year；amount 900万元", "over clause；per year；amount 800万元"),
        ("changed", "T-1-01", ("cases", "例"),
         'as_of 2025-12-31；kind enterprise；expect {"outcome": "not_eligible"}',
         'as_of 2025-12-31；kind enterprise；expect {"outcome": "eligible"}'),
    ]  # fmt: skip


def test_an_exclusion_of_a_document_or_of_the_pack_says_what_goes_together(tmp_path):
    rule = "  exclusions: [{label: 择一, not_together: [T-1-01, %s]}]\n"
    changes = between(
        tmp_path, ("rules:\n  subject: [enterprise]\n", "rules:\n  subject: [enterprise]\n" + rule % "[X, Y]")
    )
    assert told(changes) == [
        ("new", "", ("exclusions", "择一"), None, "kind not_together；entries T-1-01、（X、Y）；per year")
    ]
    packs = [read(tmp_path, name) for name in ("before", "after")]
    own = Exclusion("择一", "not_together", (("X",), ("Y",)))
    (change,) = pack_changes(packs[0], replace(packs[1], exclusions=(own,)))
    assert (change.document, change.path) == ("", ("exclusions", "择一"))


def test_a_new_document_and_a_gone_one_are_told_text_by_text(tmp_path):
    whole = pack_changes(read(tmp_path, "empty", ""), read(tmp_path, "full"))
    assert {one.kind for one in whole} == {"new"}
    assert ("T-1", "T-1-01", ("amount",)) in {(one.document, one.clause, one.path) for one in whole}
    back = pack_changes(read(tmp_path, "full2"), None)
    assert {one.kind for one in back} == {"gone"}


def test_the_same_pack_twice_has_no_changes(tmp_path):
    for name in ("laoshan", "national"):
        pack, _ = read_pack(Path(__file__).parents[3] / "packs" / name)
        assert pack_changes(pack, pack) == []
        assert len(pack_changes(None, pack)) > 100
