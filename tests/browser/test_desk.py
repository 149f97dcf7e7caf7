"""The officials' desk in a real browser: search, a draft edited with its faults at their lines, differences, cases."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sound import SIZES

pytestmark = pytest.mark.browser

PAGES = {
    "library-search": "/policies/?q=重点实验室",
    "documents": "/policy-documents/?on=2025-12-31",
    "parameters": "/policy-parameters/",
    "clause-sentences": "/policies/XX-2025-01/",
    "case-runner": "/policies/XX-2025-01/try",
    "versions": "/versions/",
    "new-version": "/versions/new",
    "missing-data": "/runs/{run}/missing/",
    "compare-runs": "/runs/compare",
    "corrections": "/rounds/corrections",
    "returns": "/rounds/returns",
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_pages_of_the_desk_are_sound(sound, name: str, size: str):
    assert sound(f"desk-{name}", PAGES[name], "official", size) == []


def begun(visit) -> Page:
    page = visit("/versions/new", "official", "zh-hans", *SIZES["desk"]).page
    page.get_by_label("这个版本为什么而改").fill("试改")
    page.get_by_role("button", name="新建草稿").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("试改")
    return page


def test_a_draft_is_edited_its_fault_leads_to_its_line_and_the_change_stands_in_the_differences(visit):
    page = begun(visit)
    page.get_by_role("link", name="xx-2025.yaml").first.click()
    area = page.locator("textarea")
    text = area.input_value()
    assert "500万元" in text
    numbers = page.locator(".gutter span")
    assert numbers.count() == len(text.split("\n"))
    area.fill(text + "\n坏: [")
    expect(numbers).to_have_count(len(text.split("\n")) + 1)
    page.get_by_role("button", name="先看有无问题").click()
    expect(page.get_by_text("文本还没有保存。问题见下。")).to_be_visible()
    page.locator("[data-line]").first.click()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    old = """['"国家级"', 500万元]"""
    assert old in text
    page.locator("textarea").fill(text.replace(old, old.replace("500万元", "300万元")))
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()
    page.get_by_role("link", name="返回版本").click()
    page.get_by_role("link", name="看差异").click()
    expect(page.locator("ins").first).to_contain_text("300万元")
    expect(page.locator("del").first).to_contain_text("500万元")


def test_a_case_is_changed_and_run_on_the_page(visit):
    page = visit("/policies/XX-2025-01/try", "official", "zh-hans", *SIZES["desk"]).page
    area = page.locator("#facts")
    facts = area.input_value()
    assert "国家级" in facts
    area.fill(facts.replace("国家级", "省级"))
    page.get_by_role("button", name="运行").click()
    expect(page.locator(".verdict .amount")).to_contain_text("2,000,000.00")
    expect(page.get_by_text("事实已改动")).to_be_visible()
