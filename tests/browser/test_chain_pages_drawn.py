"""The pages of the chain room in a browser: sound in both languages and sizes; the map draws, and opens on a click."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sound import SIZES

PAGES = {
    "chains": ("official", "/chains/"),
    "chain": ("official", "/chains/vr/"),
    "chain-analyst": ("analyst", "/chains/vr/"),
    "chain-segments": ("official", "/chains/vr/segments/"),
    "chain-segment": ("official", "/chains/vr/segments/vr-lens/"),
    "chain-segment-missing": ("official", "/chains/vr/segments/vr-screen/"),
    "chain-compare": ("analyst", "/chains/vr/compare/"),
    "chain-report": ("enterprise", "/chains/vr/segments/vr-lens/report"),
    "place": ("official", "/registry/{firm}/place"),
    "place-own": ("enterprise", "/registry/{firm}/place"),
    "placement-reports": ("official", "/placement-reports/"),
    "chain-files": ("official", "/chain-files/"),
    "leads": ("official", "/leads/"),
    "lead": ("official", "/leads/{lead}/"),
    "new-lead": ("official", "/chains/vr/segments/vr-screen/lead"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_chain_page_is_sound_in_both_languages(name: str, size: str, sound):
    role, path = PAGES[name]
    assert sound(name, path, role, size) == []


def test_the_map_is_drawn_with_grades_in_words_and_opens_the_firms_of_a_segment(served, visit):
    opened = visit("/chains/vr/", "official", "zh-hans", *SIZES["desk"])
    drawing = opened.page.locator(".map-frame .chart-drawing svg")
    expect(drawing).to_have_count(1)
    assert "空白 0家" in drawing.text_content()
    drawing.get_by_text("光学模组", exact=True).click()
    # Firms that are only suggested stand there too, and other tests of the served district leave some.
    confirmed = opened.page.locator("#segment-firms tbody tr").filter(has_text="已确认")
    expect(confirmed).to_have_count(1)
    expect(confirmed.locator("mark")).to_have_text("Pancake光学模组")
    assert opened.complaints == []


def test_in_the_first_screen_an_official_reads_what_is_missing_why_and_whom_to_call(served, visit):
    opened = visit("/chains/vr/", "official", "zh-hans", *SIZES["desk"])
    card = opened.page.locator("ol.gaps > li").first
    assert card.bounding_box()["y"] < SIZES["desk"][1]
    for words in ("微显示屏", "空白", "为什么", "缺它即停产", "找谁", "样例微显示一号（虚构）", "深圳市南山区"):
        assert words in card.text_content()
