"""The sandbox and the calculator as those who open them see them: on a desk and on a phone, without complaints."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sound import SIZES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", SIZES)
def test_a_firm_types_its_figures_and_sees_what_is_lacking(visit, screenshots, size):
    opened = visit("/calculator/?clause=XX-2025-01&as_of=2025-12-31", None, "zh-hans", *SIZES[size])
    page = opened.page
    expect(page.get_by_role("heading", level=1)).to_have_text("政策计算器")
    page.get_by_role("button", name="计算").click()
    expect(page.locator("section.verdict .status").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if screenshots:
        page.screenshot(path=screenshots / f"calculator-{size}.png", full_page=True)
    assert opened.complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_an_analyst_changes_a_figure_and_sees_the_totals(visit, screenshots, size):
    opened = visit("/sandbox/", "analyst", "zh-hans", *SIZES[size])
    page = opened.page
    page.get_by_role("link", name="新建方案").click()
    page.get_by_label("方案名称").fill(f"试算 {size}")
    page.get_by_label("评价日").fill("2025-12-31")
    page.get_by_role("button", name="新建", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"试算 {size}")
    page.locator("#clause").select_option("XX-2025-01")
    page.get_by_role("button", name="打开").click()
    page.locator("input.figure-field").first.fill("600万元")
    page.get_by_role("button", name="保存改动").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    page.get_by_role("link", name="测算", exact=True).last.click()
    # The page looks again by itself until the answer is there.
    expect(page.get_by_role("heading", name="受改动影响的条款")).to_be_visible(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if screenshots:
        page.screenshot(path=screenshots / f"sandbox-result-{size}.png", full_page=True)
    assert opened.complaints == []
