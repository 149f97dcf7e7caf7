"""Facts about the file of thresholds."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanlian.base.refusal import Refused
from yanlian.engine.chain.segments import default_thresholds, read_thresholds

HEAD = "thresholds: {id: mine, title: 本区, title_en: Ours, stated: 2026-11-20, based_on: default}\n"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "thresholds.yaml"
    file.write_text(text, "utf-8")
    return file


def test_every_shipped_threshold_has_a_source_and_a_reason() -> None:
    found = list(default_thresholds().comparisons())
    assert len(found) >= 8
    assert all(one.source and one.because for one in found)


def test_a_district_overrides_one_line_and_says_why(tmp_path: Path) -> None:
    text = HEAD + "set: [{at: strong.firms, at_least: 5, source: 区里 2026 年会议, because: 本区企业多}]\n"
    found = read_thresholds(written(tmp_path, text))
    assert {one.at: one.at_least for one in found.comparisons() if one.changed} == {"strong.firms": 5}
    assert len(list(found.comparisons())) == len(list(default_thresholds().comparisons()))
    assert found.id == "mine"


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        (HEAD + "set: [{at: strong.size, at_least: 5, source: a, because: b}]", "set", "strong.size"),
        (HEAD + "set: [{at: strong.firms, at_least: 五, source: a, because: b}]", "strong.firms.at_least", "五"),
        (HEAD + "set: [{at: strong.firms, at_least: 5, source: a}]", "strong.firms.because", "None"),
        (HEAD + "sets: []", "-", "sets"),
        ("thresholds: {id: a, title: b, title_en: c, stated: 2026-01-01}\nstrong: []", "strong", "[]"),
        ("thresholds: {id: a, title: b, title_en: c, stated: soon}", "thresholds.stated", "soon"),
        ("- a", "-", "['a']"),
        ("thresholds: {based_on: other}", "thresholds.based_on", "other"),
        ("a: [", "-", "while"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_place(tmp_path: Path, text: str, at: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read_thresholds(written(tmp_path, text))
    assert refused.value.code == "segment_thresholds"
    assert refused.value.data["at"] == at
    assert said in str(refused.value.data["found"])
