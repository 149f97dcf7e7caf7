"""The chains that come with the house: sound, sourced, of a size that an official can read, without real firms."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from yanlian.engine.chain.template.check import check_chain
from yanlian.engine.chain.template.read import chain_files, read_chain, read_chains

ROOT = Path(__file__).resolve().parents[4]
FILES = chain_files(ROOT / "chains")


def test_the_chains_of_the_district_are_read_together():
    expected = {"software", "vr", "microelectronics", "semiconductor", "industrial-internet", "ai"}
    assert {chain.id for chain in read_chains(ROOT / "chains")} == expected


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_chain_has_no_error_and_no_open_warning(file: Path):
    chain = read_chain(file)
    found = check_chain(chain, chain.stated)
    assert [one.line_text("en") for one in found if one.severity != "hint" and not one.accepted] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_chain_has_thirty_to_eighty_segments_and_every_edge_a_source(file: Path):
    chain = read_chain(file)
    assert 30 <= len(chain.segments) <= 80
    assert len(chain.edges) >= len(chain.segments)
    assert {one.position for one in chain.segments} == {"upstream", "midstream", "downstream"}
    assert [one.ends for one in chain.edges if not one.sources or one.stated is None] == []
    assert [one.id for one in chain.segments if not one.sources or not one.products] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_segment_or_edge_names_an_enterprise_of_the_district(file: Path):
    data = yaml.safe_load((ROOT / "districts" / "laoshan" / "organisations.yaml").read_text("utf-8"))
    names = [one["name"] for one in data["organisations"] if one["kind"] == "enterprise"]
    assert len(names) > 20
    chain = read_chain(file)
    said = [one.title for one in chain.segments] + [edge.product for edge in chain.edges]
    said += [name for one in chain.segments for made in one.products for name in (made.name, *made.aliases)]
    assert [(name, text) for name in names for text in said if name in text] == []


def test_adapted_material_keeps_its_licence():
    chain = read_chain(ROOT / "chains" / "semiconductor.yaml")
    kept = " ".join((ROOT / "chains" / "NOTICE").read_text("utf-8").split())
    assert "Permission is hereby granted, free of charge" in chain.notice
    assert "Copyright (c) 2026 Semiconductor Industry Chain Atlas Contributors" in chain.notice
    assert " ".join(chain.notice.split()).partition("MIT License")[2] in kept
