"""The benchmark of the complexity measures: what it writes, and that a strange shape is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from yanlian.base.refusal import Refused
from yanlian.web.cli.bench_verbs import complexity


def test_seconds_memory_and_nearness_to_the_oracle_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    complexity(shape="30x40", rounds=1, seed=1, peers=sys.executable, json=tmp_path / "figures.json")
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures == json.loads(capsys.readouterr().out)
    assert figures["shape"] == "30x40"
    assert figures["cpu_s"] > 0
    assert figures["peak_mb"] > 0
    worst = {**figures["oracle"], **figures["oracle_sample"]}
    worst.pop("shape")
    assert max(worst.values()) < 1e-10
    # The environment of the tests has none of the peers: that is told, not hidden.
    assert all("not_run" in figures["peers"][name] for name in ("ecomplexity", "datawheel"))


@pytest.mark.parametrize("shape", ["30", "2x40", "axb"])
def test_a_strange_shape_is_refused(shape: str):
    with pytest.raises(Refused) as refusal:
        complexity(shape=shape, rounds=1, seed=1, peers=None, json=None)
    assert refusal.value.code == "complexity_shape"


def test_an_environment_that_cannot_run_is_refused(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        complexity(shape="5x6", rounds=1, seed=1, peers=str(tmp_path / "python"), json=None)
    assert refusal.value.code == "complexity_peers"
