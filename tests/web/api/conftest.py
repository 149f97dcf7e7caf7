"""The interface is asked about the small chain, with one firm outside that fits a gap of it, and a risk ranking."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.apps.chains.small_chain import write_chain

from yanlian.apps.chains.models import OutsideFirm, RiskRanking


@pytest.fixture(autouse=True)
def small_chain(settings, tmp_path, db):
    settings.CHAINS = write_chain(tmp_path / "chains")
    OutsideFirm.objects.create(
        code="OUT-1", name="外地光学（虚构）", place="外地", products=["折叠光路模组"], year=2024,
        revenue_fen=880_000_00, growth_ppm=100_000, source="名录", fictional=True, recorded_at=timezone.now(),
    )  # fmt: skip
    RiskRanking.objects.create(
        year=2024, epsilon_ppm=1_000, firms=0, links=0, links_uncounted=0, unknown_revenues=0, revenue_fen=0,
        mark="small", made_at=timezone.now(),
    )  # fmt: skip
