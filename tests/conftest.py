"""Shared fixtures: every test session has a data folder of its own, so no test touches a user's data."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Generator
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import settings

# Machines are shared and slow at times: how long an example took says nothing about the code.
settings.register_profile("yanlian", deadline=None)
settings.load_profile("yanlian")

# A shell that starts the tests in the background lets them ignore Ctrl-C, and what they start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Before Django's settings are read: they take the data folder from the environment.
os.environ["YANLIAN_DATA"] = tempfile.mkdtemp(prefix="yanlian-tests-")
os.environ.setdefault("YANLIAN_DEBUG", "0")
# The browser tests drive Chromium through a library that leaves an event loop running in its worker; Django would then
# refuse the plain database calls of the tests after them.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# No district of ours: a test that brings its own packs runs all of them, not those that Laoshan names. For the
# processes that tests start, and for this one, where pytest-django may have read the settings before.
os.environ["YANLIAN_DISTRICT"] = tempfile.mkdtemp(prefix="yanlian-district-")
django_settings.DISTRICT = os.environ["YANLIAN_DISTRICT"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Where everything must be there (YANLIAN_REQUIRE_ALL=1), a test skipped for a missing part has failed."""
    report = yield
    if report.skipped and os.environ.get("YANLIAN_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skipped, but YANLIAN_REQUIRE_ALL=1 wants every part: {report.longrepr}"
    return report
