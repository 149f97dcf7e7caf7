"""A served district and a browser. Set YANLIAN_SCREENSHOTS to a folder to keep a picture of every page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("district")
    command = [sys.executable, "-m", "tests.browser.serve", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line, "the server did not start; its message stands above"
        yield Served(**json.loads(line))
        server.terminate()


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
        context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
        contexts.append(context)
        cookies = [{"name": "yanlian_language", "value": language, "url": served.url}]
        if role:
            cookies.append({"name": "sessionid", "value": served.sessions[role], "url": served.url})
        context.add_cookies(cookies)
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
