"""Every code that is stored has words in both languages."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from yanlian.apps.people.models import User
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.models import Entity, Relation, Statement
from yanlian.ui.words import t, word, words

CHINESE = re.compile("[㐀-鿿]")


@pytest.mark.parametrize(
    ("group", "choices"),
    [
        ("outcome", Outcome.Kind),
        ("run", Run.State),
        ("kind", Entity.Kind),
        ("role", User.Role),
        ("relation", Relation.Kind),
        ("operator", Statement.Operator),
    ],
)
def test_every_stored_code_has_words(group, choices):
    assert set(choices.values) <= set(words(group))


def test_english_words_hold_no_chinese_and_chinese_words_are_not_missing():
    for group in ("outcome", "run", "kind", "role", "relation", "cluster", "document", "delivery", "industry", "grade"):
        for code, found in words(group).items():
            assert not CHINESE.search(found.en), (group, code)
            assert CHINESE.search(found.zh), (group, code)


def test_a_code_without_words_fails_loudly():
    with pytest.raises(KeyError):
        word("outcome", "invented")


def test_the_language_decides():
    with translation.override("zh-hans"):
        assert t("共{n}家", "{n} firms", n=3) == "共3家"
    with translation.override("en"):
        assert t("共{n}家", "{n} firms", n=3) == "3 firms"
        assert str(word("outcome", "eligible")) == "Eligible"
