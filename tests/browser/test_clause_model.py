"""The clause page's drawings and the modeller in a real browser: read, change a cell, check, take away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sound import BASICS, SIZES
from yanlian.apps.policies.model_pages import dmn_file
from yanlian.engine.feel.dmn.modeller import for_modeller, from_modeller
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.policy import load_packs

pytestmark = pytest.mark.browser

PACKS = Path(__file__).parents[2] / "packs"
CLAUSE = "/policies/XX-2025-01/"
# What the editor's own file says of itself in every console.
OWN_WORDS = "minified copy of the development build of Inferno"
# The sizes of text on the drawing as they reach the eye, in pixels.
TEXT_SIZES = """() => {
  const svg = document.querySelector('.diagram svg');
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return [...svg.querySelectorAll('text')].map(e => parseFloat(getComputedStyle(e).fontSize) * scale);
}"""
# Names that are wider than their boxes, as the browser's own fonts set them.
SPILLED = """() => [...document.querySelectorAll('.diagram .box')].flatMap(box => {
  const room = box.querySelector('rect').getBBox();
  return [...box.querySelectorAll('text')].map(e => [e.textContent, e.getBBox()]).filter(([, at]) =>
    at.x < room.x || at.x + at.width > room.x + room.width || at.y + at.height > room.y + room.height + 1)
    .map(([text]) => text);
})"""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_drawing_is_readable_and_every_name_stays_inside_its_box(visit, language: str, size: str):
    opened = visit(CLAUSE, "official", language, *SIZES[size])
    assert opened.complaints == []
    assert opened.page.locator(".diagram svg .box").count() >= 8
    assert min(opened.page.evaluate(TEXT_SIZES)) >= 11
    assert opened.page.evaluate(SPILLED) == []


def test_a_box_of_the_drawing_leads_to_where_it_is_explained(visit):
    opened = visit(CLAUSE, "official", "zh-hans", *SIZES["desk"])
    opened.page.locator(".diagram .box.table").click()
    assert opened.page.url.endswith("#table-1")
    expect(opened.page.locator("#table-1")).to_be_in_viewport()
    opened.page.get_by_text("以文字列出").click()
    expect(opened.page.locator("dl.needs")).to_contain_text("平台奖励标准")


def test_the_page_says_everything_without_a_script(served, browser):
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": served.sessions["enterprise"], "url": served.url}])
    page = context.new_page()
    page.goto(served.url + CLAUSE)
    expect(page.locator(".diagram svg")).to_be_visible()
    expect(page.locator("#table-1 .corner")).to_have_text("U 唯一命中")
    context.close()


def test_paper_has_the_words_beside_the_drawing(visit):
    opened = visit(CLAUSE, "official", "zh-hans", *SIZES["desk"])
    words = opened.page.locator("dl.needs")
    expect(words).not_to_be_visible()
    opened.page.emulate_media(media="print")
    expect(words).to_be_visible()


def test_a_changed_cell_shows_in_the_case_that_it_changes(visit, screenshots):
    opened = visit(CLAUSE, "official", "zh-hans", *SIZES["desk"])
    page = opened.page
    page.get_by_role("link", name="在建模器中打开").click()
    cell = page.locator("td.output-cell").first
    expect(cell).to_have_text("5000000")
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.type("4000000")
    page.get_by_role("button", name="检查", exact=True).click()
    changed = page.locator(".trial-table tr.changed")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("¥5,000,000.00")
    expect(changed).to_contain_text("¥4,000,000.00")
    if screenshots:
        page.screenshot(path=screenshots / "modeller-desk-zh.png", full_page=True)
    assert [one for one in opened.complaints if OWN_WORDS not in one] == []


def test_what_is_taken_away_unchanged_says_the_same_with_the_same_drawing(served, visit, tmp_path: Path):
    opened = visit(f"{CLAUSE}modeller/", "official", "zh-hans", *SIZES["desk"])
    expect(opened.page.locator("td.output-cell").first).to_be_visible()
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="下载 DMN 1.5").click()
    download.value.save_as(tmp_path / "taken.dmn")
    taken = read_model((tmp_path / "taken.dmn").read_bytes(), "taken")
    packs = load_packs([Path(__file__).parents[1] / "web" / "packs" / "sample"])
    given = read_model(dmn_file(packs, "XX-2025-01", None), "given")
    assert taken == given
    assert sorted(taken.shapes, key=lambda one: one.element) == sorted(given.shapes, key=lambda one: one.element)
    assert len(taken.edges) == len(given.edges)


THROUGH = """async xml => {
  const place = document.createElement('div');
  document.body.append(place);
  const modeller = new DmnJS({ container: place });
  const { warnings } = await modeller.importXML(xml);
  const saved = await modeller.saveXML({ format: true });
  modeller.destroy();
  place.remove();
  return [warnings.map(one => one.message), saved.xml];
}"""


def through_the_editor(page: Page, text: str) -> str:
    warnings, saved = page.evaluate(THROUGH, for_modeller(text))
    assert warnings == []
    return from_modeller(saved)


@pytest.mark.parametrize("clause", ["NAT-SME-SIZE", "SZ-HR-2023-01", "ND-2023-SRDI", "LS-APT-2025-01"])
def test_models_with_functions_contexts_and_relations_come_back_whole(visit, clause: str):
    packs = load_packs([PACKS / "national", PACKS / "laoshan"])
    opened = visit(f"{CLAUSE}modeller/", "official", "en", *SIZES["desk"])
    text = dmn_file(packs, clause, None).decode()
    given, taken = read_model(text.encode(), "a"), read_model(through_the_editor(opened.page, text).encode(), "b")
    # An editor may end its file with the kinds of element in another order.
    assert replace(taken, version=given.version) == given


def test_every_drawing_and_table_opens_from_the_list_by_keyboard(visit):
    opened = visit(f"{CLAUSE}modeller/", "official", "en", *SIZES["desk"])
    views = opened.page.locator("#modeller-view")
    expect(views.locator("option:checked")).to_have_text("Table: 平台奖励标准")
    views.focus()
    opened.page.keyboard.press("Home")
    expect(opened.page.locator(".modeller .djs-container")).to_be_visible()
    expect(opened.page.locator(".modeller .bjs-powered-by:visible")).to_have_count(1)


@pytest.mark.parametrize("size", SIZES)
def test_the_modeller_stays_inside_the_page_and_its_mark_is_seen(visit, size: str):
    opened = visit(f"{CLAUSE}modeller/", "official", "zh-hans", *SIZES[size])
    expect(opened.page.locator("td.output-cell").first).to_be_visible()
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    mark = opened.page.locator(".bjs-powered-by:visible")
    expect(mark).to_have_count(1)
    on_top = "e => { const b = e.getBoundingClientRect(); e.scrollIntoView({block: 'center'});"
    on_top += " const c = e.getBoundingClientRect(); return b.width > 0 && e.contains("
    on_top += "document.elementFromPoint(c.x + c.width / 2, c.y + c.height / 2)); }"
    assert mark.evaluate(on_top)
    faults = [one for one in opened.page.evaluate(BASICS) if one.startswith(("no label", "id twice", "heading", "not"))]
    assert faults == []
