"""Every page, as those who open it see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sound import BASICS, SIZES

pytestmark = pytest.mark.browser

PAGES = {
    "login": (None, "/login"),
    "home": ("official", "/"),
    "home-enterprise": ("enterprise", "/"),
    "home-administrator": ("administrator", "/"),
    "overview": ("official", "/district/"),
    "overview-screen": ("official", "/district/?screen=1"),
    "registry": ("official", "/registry/"),
    "registry-empty": ("official", "/registry/?q=没有这家"),
    "dossier": ("official", "/registry/{firm}/"),
    "dossier-real": ("official", "/registry/{leader}/"),
    "dossier-own": ("enterprise", "/registry/{firm}/"),
    "policies": ("official", "/policies/"),
    "clause": ("official", "/policies/XX-2025-01/"),
    "no-application": ("enterprise", "/no-application/"),
    "delivery-modes": ("official", "/delivery-modes/"),
    "policy-review": ("official", "/policy-review/"),
    "runs": ("analyst", "/runs/"),
    "run": ("analyst", "/runs/{run}/"),
    "outcomes": ("official", "/runs/{run}/outcomes/"),
    "nearly": ("official", "/policies/XX-2025-01/nearly/?run={run}"),
    "terms": ("enterprise", "/terms/"),
    "definitions": ("analyst", "/terms/definitions"),
    "users": ("administrator", "/users/"),
    "new-user": ("administrator", "/users/new"),
    "audit": ("administrator", "/audit/"),
    "account": ("official", "/account"),
    "suppliers": ("official", "/suppliers/"),
    "tiers": ("analyst", "/suppliers/{firm}/up/2/"),
    "ecosystems": ("official", "/ecosystems/"),
    "chokepoints": ("official", "/chokepoints/"),
    "key-segments": ("analyst", "/chains/vr/key-segments/"),
    "control-groups": ("official", "/control-groups/"),
    "cross-holdings": ("analyst", "/cross-holdings/"),
    "ownership-own": ("enterprise", "/ownership/{firm}/"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_in_both_languages(name: str, size: str, sound):
    role, path = PAGES[name]
    assert sound(name, path, role, size) == []


def test_charts_are_drawn_and_have_a_table_twin(served, visit):
    opened = visit(f"/runs/{served.run}/", "official", "zh-hans", *SIZES["desk"])
    assert opened.page.locator(".chart-drawing svg").count() == 1
    opened.page.get_by_text("以表格显示").click()
    assert opened.page.locator("details.twin table tbody tr").count() == 10


def test_typing_in_the_search_field_narrows_the_list_without_reloading(visit):
    opened = visit("/registry/", "official", "zh-hans", *SIZES["desk"])
    opened.page.evaluate("window.stayed = true")
    opened.page.fill("#list-words", "海信")
    expect(opened.page.locator("#listing tbody tr")).to_have_count(1)
    assert opened.page.evaluate("window.stayed") is True
    assert opened.page.url.endswith("/registry/?q=%E6%B5%B7%E4%BF%A1&sort=name")
    assert opened.complaints == []


def test_the_menu_of_a_phone_opens_and_closes(visit):
    opened = visit("/", "official", "zh-hans", *SIZES["phone"])
    menu = opened.page.get_by_role("button", name="菜单")
    assert not opened.page.locator("#navigation").is_visible()
    menu.click()
    assert opened.page.locator("#navigation").is_visible()
    assert menu.get_attribute("aria-expanded") == "true"
    menu.click()
    assert not opened.page.locator("#navigation").is_visible()


def test_the_first_tab_leads_to_the_content(visit):
    opened = visit("/registry/", "official", "zh-hans", *SIZES["desk"])
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.className") == "skip"
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "main"


def test_nothing_overflows_at_twice_the_size(served, visit):
    """200 % zoom on a 1366-pixel screen leaves 683 pixels."""
    for path in ("/registry/", f"/registry/{served.firm}/", f"/runs/{served.run}/"):
        opened = visit(path, "official", "zh-hans", 683, 384)
        assert opened.page.evaluate(BASICS) == []
