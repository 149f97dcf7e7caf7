"""A served district and a browser. Set YANLIAN_SCREENSHOTS to a folder to keep a picture of every page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.sound import LANGUAGES, SIZES, faults_of, keep

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PLACES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True)
class Served:
    """The address of the server and what it serves."""

    url: str
    firm: str
    leader: str
    run: int
    lead: int
    sessions: dict[str, str]


@contextmanager
def serving(module: str, folder: Path) -> Iterator[dict[str, Any]]:
    """A server of a district of its own while it is needed; gives what it says of itself."""
    command = [sys.executable, "-m", module, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line, "the server did not start; its message stands above"
        yield json.loads(line)
        server.terminate()


def context_for(
    browser: Browser, url: str, session: str | None, language: str, size: tuple[int, int]
) -> BrowserContext:
    """A browser of its own for who is logged in by a session, in a language, at a size."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US", base_url=url)
    cookies = [{"name": "yanlian_language", "value": language, "url": url}]
    if session:
        cookies.append({"name": "sessionid", "value": session, "url": url})
    context.add_cookies(cookies)
    return context


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Iterator[Served]:
    with serving("tests.browser.serve", tmp_path_factory.mktemp("district")) as told:
        yield Served(**told)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("YANLIAN_CHROMIUM") or next(filter(None, map(shutil.which, PLACES)), None)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Visit:
    """One open page with everything that the console complained about."""

    page: Page
    complaints: list[str]


@pytest.fixture
def visit(served: Served, browser: Browser):
    """Opens an address as a role, in a language, at a size; gives the page and the complaints of its console."""
    contexts: list[BrowserContext] = []

    def open_page(path: str, role: str | None, language: str, width: int, height: int) -> Visit:
        context = context_for(browser, served.url, served.sessions[role] if role else None, language, (width, height))
        contexts.append(context)
        page = context.new_page()
        complaints: list[str] = []
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "response",
            lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
        )
        page.goto(served.url + path, wait_until="load")
        return Visit(page, complaints)

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def screenshots() -> Path | None:
    folder = os.environ.get("YANLIAN_SCREENSHOTS")
    if not folder:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


@pytest.fixture
def sound(served: Served, visit, screenshots: Path | None) -> Callable[[str, str, str | None, str], list[str]]:
    """Looks at an address as a role, at a size, in both languages; gives all faults. What is served stands in the path
    by its name: {firm}."""

    def faults(name: str, path: str, role: str | None, size: str) -> list[str]:
        found: list[str] = []
        for language in LANGUAGES:
            opened = visit(path.format_map(vars(served)), role, language, *SIZES[size])
            keep(opened.page, screenshots, name, size, language)
            found += [f"{language}: {one}" for one in (*opened.complaints, *faults_of(opened.page, language))]
        return found

    return faults
