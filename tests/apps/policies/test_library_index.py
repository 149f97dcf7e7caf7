"""Full-text search: what a person types finds the clause, best first, with the words marked."""

from pathlib import Path

import pytest

from yanlian.apps.policies.shelf.index import ClauseIndex, excerpt, index_of, normal, tokens
from yanlian.engine.policy import load_packs


@pytest.fixture(scope="module")
def index() -> ClauseIndex:
    found = ClauseIndex()
    found.add("A-1", [("title", "高能级创新平台奖励"), ("text", "对新获批的国家级重点实验室给予500万元奖励。")])
    found.add("A-2", [("title", "研发投入补助"), ("id", "A-2"), ("text", "研发投入超过1000万元，累计最高1200万元。")])
    found.add("A-3", [("title", "贷款贴息"), ("text", "对研发类项目贷款给予贴息。"), ("rule", "贷款已结清")])
    found.add("B-1", [("title", "AI voucher"), ("text", "企业使用ＡＩ算力的，按20%发放算力券。")])
    return found


def ids(index, question):
    return [hit.clause for hit in index.search(question)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("重点实验室", ["A-1"]),
        ("研发", ["A-2", "A-3"]),  # in the title before in the text
        ("研发 贷款", ["A-3"]),  # every word must be there
        ("1200万元", ["A-2"]),
        ("ai", ["B-1"]),  # full-width in the text
        ("ＡＩ 算力", ["B-1"]),
        ("vouch", ["B-1"]),  # the beginning of a word
        ("a-2", ["A-2"]),
        ("贴", ["A-3"]),
        ("没有的词", []),
        ("", []),
        ("，。", []),
    ],
)
def test_a_question_finds_its_clauses_best_first(index, question, expected):
    assert ids(index, question) == expected


def test_when_no_clause_has_the_words_as_typed_those_that_come_near_are_found(index):
    # Nobody wrote 国家重点实验室: the text says 国家级重点实验室.
    assert ids(index, "国家重点实验室") == ["A-1"]


def test_the_excerpt_marks_what_was_found_and_says_every_character_in_order():
    text = "为支持企业创新，" * 6 + "对重点实验室给予奖励。" + "本办法自发布之日起施行。" * 6
    marks = excerpt(text, ["重点实验室"])
    assert [mark.text for mark in marks if mark.found] == ["重点实验室"]
    assert marks[0].text == marks[-1].text == "…"
    assert "".join(mark.text for mark in marks[1:-1]) in text


def test_text_of_a_clause_can_not_become_markup():
    marks = excerpt("<b>奖励</b>", ["奖励"])
    assert [(mark.text, mark.found) for mark in marks] == [("<b>", False), ("奖励", True), ("</b>", False)]


def test_pairs_of_characters_and_whole_words_are_what_a_text_is_known_by():
    assert list(tokens("研发投R&D 2.5%")) == ["研", "发", "投", "研发", "发投", "r&d", "2.5%"]
    assert normal("ＬＰＲ") == "lpr"


def test_every_clause_of_the_packs_is_found_by_its_title_and_by_its_id():
    packs = load_packs([Path(__file__).parents[3] / "packs" / name for name in ("national", "laoshan")])
    index = index_of(packs)
    for clause in packs.clauses:
        assert clause.id in ids(index, clause.source.title)
        assert ids(index, clause.id)[0] == clause.id
