"""Every test of the chain room works on the small chain."""

from __future__ import annotations

import pytest
from tests.apps.chains.small_chain import write_chain


@pytest.fixture(autouse=True)
def small_chain(settings, tmp_path):
    settings.CHAINS = write_chain(tmp_path / "chains")
