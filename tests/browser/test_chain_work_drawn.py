"""What to fill, leaders, grades, the sheet, placement and risk in a browser: sound in both languages and sizes; the
workbench by keyboard, taken back, and many at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sound import SIZES

pytestmark = pytest.mark.browser
PAGES = {
    "gaps": ("official", "/chains/vr/gaps/"),
    "gaps-analyst": ("analyst", "/chains/vr/gaps/?x=customers_here&y=unmet_value"),
    "gap": ("official", "/chains/vr/gaps/vr-screen/"),
    "gap-without-candidates": ("official", "/chains/vr/gaps/vr-glass/"),
    "candidate": ("official", "/chains/vr/gaps/vr-screen/candidates/OUT-1/"),
    "leaders": ("official", "/chains/vr/leaders/"),
    "grades": ("official", "/chains/vr/grades/"),
    "sheet": ("official", "/chains/vr/sheet/"),
    "placement": ("official", "/placement/"),
    "workbench": ("official", "/placement/vr/"),
    "workbench-analyst": ("analyst", "/placement/vr/"),
    "waiting": ("official", "/placement/vr/waiting"),
    "bulk": ("official", "/placement/vr/bulk?least=80"),
    "risks": ("official", "/chain-risk/"),
    "shock": ("official", "/chain-risk/shock"),
    "shock-told": ("official", "/chain-risk/shock?firm={firm}&share=100"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_chain_work_is_sound_in_both_languages(name: str, size: str, sound):
    role, path = PAGES[name]
    assert sound(name, path, role, size) == []


def test_the_frontier_is_drawn_and_the_first_gap_says_whom_to_call(visit):
    opened = visit("/chains/vr/gaps/", "official", "zh-hans", *SIZES["desk"])
    expect(opened.page.locator(".chart-drawing svg")).to_have_count(1)
    card = opened.page.locator("ol.firsts > li").first
    for words in ("微显示屏", "空白", "缺它即停产", "可以联系", "样例微显示一号（虚构）"):
        assert words in card.text_content()
    card.get_by_role("link", name="样例微显示一号（虚构）").click()
    expect(opened.page.locator("h1")).to_contain_text("样例微显示一号（虚构）")
    assert opened.complaints == []


def test_a_firm_is_placed_by_one_key_and_taken_back_by_another(visit):
    opened = visit("/placement/vr/", "official", "zh-hans", *SIZES["desk"])
    page = opened.page
    firm = page.locator("h2#firm a").text_content()
    page.keyboard.press("1")
    expect(page.locator(".placing-steps li").first).to_contain_text(firm)
    expect(page.locator("h2#firm a")).not_to_have_text(firm)
    assert "模型已即时学习" in page.locator("#main").text_content()
    page.keyboard.press("u")
    expect(page.locator("h2#firm a")).to_have_text(firm)
    expect(page.locator(".placing-choices button").first).to_be_visible()
    assert opened.complaints == []


def test_keys_typed_into_the_choice_of_a_segment_decide_nothing(visit):
    opened = visit("/placement/vr/", "official", "zh-hans", *SIZES["desk"])
    firm = opened.page.locator("h2#firm a").text_content()
    opened.page.locator("#segment").focus()
    opened.page.keyboard.press("1")
    opened.page.wait_for_timeout(300)
    assert opened.page.locator("h2#firm a").text_content() == firm
    assert opened.complaints == []


def test_many_are_confirmed_only_when_each_of_the_sample_was_looked_at(visit):
    opened = visit("/placement/vr/bulk?least=80", "official", "zh-hans", *SIZES["desk"])
    page = opened.page
    boxes = page.locator("input[name^=right-]")
    assert boxes.count() >= 1
    page.get_by_role("button", name="确认全部").click()
    expect(page.locator("#main")).to_contain_text("抽查")
    assert page.url.endswith("/placement/vr/bulk?least=80") or "/bulk" in page.url
    for box in page.locator("input[name^=right-]").all():
        box.check()
    page.get_by_role("button", name="确认全部").click()
    expect(page.locator("#main")).to_contain_text("已批量确认")
    assert page.url.endswith("/placement/vr/")
    waiting = page.locator(".placing-line li").count()
    page.keyboard.press("u")
    expect(page.locator("#main")).to_contain_text("已撤回整批")
    expect(page.locator(".placing-steps")).to_have_count(0)
    assert page.locator(".placing-line li").count() > waiting


def test_a_shock_tells_whom_it_reaches_and_why(served, visit):
    opened = visit(f"/chain-risk/shock?firm={served.firm}&share=100", "official", "zh-hans", *SIZES["desk"])
    rows = opened.page.locator("section[aria-labelledby=tiers] tbody tr")
    assert rows.count() == 2
    assert "缺料：光学模组" in rows.nth(1).text_content()
    expect(opened.page.locator(".chart-drawing svg")).to_have_count(1)
