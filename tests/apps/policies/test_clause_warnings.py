"""What a clause page says before anybody uses the clause: a source that is only a shape, marks for fair competition."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.district import make_user

PACKS = Path(__file__).parents[3] / "packs"


@pytest.fixture
def page(db, settings, tmp_path):
    """The text of a clause's page for an official of a district that uses packs of the library."""
    tmp_path.joinpath("packs.yaml").write_text("packs: [wusheng, changfeng, nantong-chongchuan]", encoding="utf-8")
    settings.PACKS, settings.DISTRICT = PACKS, tmp_path
    client = Client()
    client.force_login(make_user("official", "sci"))

    def ask(clause: str, language: str = "zh") -> str:
        client.cookies["language"] = language
        return client.get(reverse("clause", args=[clause])).content.decode()

    return ask


def test_a_clause_from_an_agency_page_warns_that_only_its_shape_is_used(page):
    assert "只取其形" in page("WS-IPO-2023")
    assert "只取其形" not in page("CF-2018-01")


def test_a_mark_for_fair_competition_is_told_in_words(page):
    text = page("NC-HRP-a")
    assert "公平竞争审查：返还地方贡献" in text
    assert "fair_competition" not in text


def test_the_note_of_the_document_stands_under_the_text(page):
    assert "失效日期未见，待核" in page("CF-2018-01")
