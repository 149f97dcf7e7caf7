"""Shared fixtures: every test session has a data folder of its own, so no test touches a user's data."""

from __future__ import annotations

import os
import tempfile

# Before Django's settings are read: they take the data folder from the environment.
os.environ["YANLIAN_DATA"] = tempfile.mkdtemp(prefix="yanlian-tests-")
os.environ.setdefault("YANLIAN_DEBUG", "0")
# The browser tests drive Chromium through a library that leaves an event loop running in its worker; Django would then
# refuse the plain database calls of the tests after them.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
