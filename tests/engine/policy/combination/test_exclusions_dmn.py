"""Exclusions and wide caps survive the way through a DMN model, which says that it does not know them."""

from __future__ import annotations

from pathlib import Path

from tests.engine.policy.tiny_packs import clause, document, run, written

from yanlian.engine.policy import load_packs
from yanlian.engine.policy.dmn import export_model
from yanlian.engine.policy.dmn.export_files import export_documents
from yanlian.engine.policy.dmn.import_model import import_file


def test_a_pack_with_exclusions_and_wide_caps_comes_back_from_its_models_and_means_the_same(tmp_path: Path) -> None:
    cap = {"label": "限", "over": ["A", "U"], "except": ["X"], "per": "year", "amount": "60"}
    rules = {"subject": ["enterprise"], "exclusions": [{"label": "规", "not_together": ["A", "B"]}], "caps": [cap]}
    first = document(clause(id="A", amount="50"), clause(id="B", amount="40"), rules=rules)
    second = document(*(clause(id=one, amount="30") for one in "XY"), document={"id": "U"})
    across = [{"label": "跨文件", "clause": "Y", "only_with": ["A"]}]
    folder = written(tmp_path, first, second, exclusions=across)
    packs = load_packs([folder])
    for made in export_documents(packs, "tiny", tmp_path / "models", None, lambda done, total: None):
        import_file(made.file, tmp_path / "back" / "tiny")
    again = load_packs([tmp_path / "back" / "tiny"])
    assert again.hash == packs.hash
    amounts = {one.clause: one.amount_fen for one in run(again, {})}
    assert (
        amounts == {one.clause: one.amount_fen for one in run(packs, {})} == {"A": 5000, "B": 0, "X": 3000, "Y": 1000}
    )
    notes = {note.code: note.data["clauses"] for note in export_model(packs, "T").notes if "exclusions" in note.code}
    assert notes == {"dmn_pack_exclusions": "A、B"}
