"""What a page must have whatever it shows, as a browser sees it; and what it must not say on an English page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SIZES = {"desk": (1366, 768), "phone": (390, 844)}
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}

# What a page must have whatever it shows; each line of the answer is one fault.
BASICS = """() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > window.innerWidth) {
    const beyond = e => e.getBoundingClientRect().right > window.innerWidth + 1;
    const wide = [...document.querySelectorAll('main *')].filter(e => beyond(e) && !e.closest('.table-scroll, svg'));
    faults.push('wider than the screen: ' + wide.slice(0, 3).map(e => e.outerHTML.slice(0, 90)).join(' | '));
  }
  if (!root.lang) faults.push('no language');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  let before = 0;
  for (const heading of document.querySelectorAll('main h1, main h2, main h3, main h4')) {
    const level = Number(heading.tagName[1]);
    if (level > before + 1) faults.push('heading jumps to ' + heading.tagName + ': ' + heading.textContent.trim());
    before = level;
  }
  for (const field of document.querySelectorAll('input:not([type=hidden]):not([hidden]), select, textarea')) {
    if (!field.labels.length && !field.getAttribute('aria-label')) faults.push('no label: ' + field.outerHTML);
  }
  for (const one of document.querySelectorAll('a, button')) {
    if (!one.textContent.trim() && !one.getAttribute('aria-label')) faults.push('no words: ' + one.outerHTML);
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push('id twice: ' + id);
  for (const table of document.querySelectorAll('table')) {
    if (!table.querySelector('th[scope]')) faults.push('table without heads');
  }
  for (const one of document.querySelectorAll('[style]:not([style=""])')) {
    if (!one.closest('.chart-drawing')) faults.push('inline style: ' + one.outerHTML.slice(0, 80));
  }
  return faults;
}"""

# Text that stands outside elements marked as Chinese: on an English page it must hold no Chinese.
UNMARKED = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (parent.closest('script, style, svg, [lang=zh-Hans]:not(html)')) continue;
    if (/[\\u3400-\\u9fff\\uff00-\\uffef\\u3000-\\u303f]/.test(node.textContent)) found.push(node.textContent.trim());
  }
  return found;
}"""


def faults_of(page: Page, language: str) -> list[str]:
    """Everything that is unsound about an open page that was asked for in a language."""
    faults = list(page.evaluate(BASICS))
    if page.evaluate("document.documentElement.lang") != LANGUAGES[language]:
        faults.append("the page does not say which language it is in")
    if language == "en":
        faults += [f"Chinese: {text}" for text in page.evaluate(UNMARKED) if text != "中文"]
    return faults


def keep(page: Page, folder: Path | None, name: str, size: str, language: str) -> None:
    """A picture of the whole page, where pictures are wanted."""
    if folder:
        page.screenshot(path=folder / f"{name}-{size}-{language[:2]}.png", full_page=True)
