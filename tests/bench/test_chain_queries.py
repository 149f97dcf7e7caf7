"""The benchmark of walks compares its own answers: they agree with the engine, and figures are written."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.mark.django_db
def test_walks_over_a_drawn_network_agree_with_the_engine_and_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCH), *sys.path])
    run = importlib.import_module("chain_queries")
    out = tmp_path / "figures.json"
    run.main(["--nodes=400", "--links=1500", "--asked=12", f"--json={out}"])
    figures = json.loads(out.read_text("utf-8"))
    assert figures["different"] == 0
    assert figures["compared"] >= 24
    assert figures["walk_any_up"]["firms_met_most"] > 1
    assert figures["walk_any_up"]["firms_met_median"] == figures["recursive_any_up"]["firms_met_median"]
