"""Budgets, quotas and cost sharing survive the way over DMN, and the model says that it does not hold them."""

from __future__ import annotations

from tests.engine.policy.settlement.together import EVENT
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.engine.dossier import Coverage
from yanlian.engine.policy import load_packs
from yanlian.engine.policy.dmn.export_files import export_documents
from yanlian.engine.policy.dmn.import_model import import_file
from yanlian.engine.stream.components import clause_hashes

RULES = {
    "subject": ["enterprise"],
    "cost_sharing": {"市": "50%", "区": "50%"},
    "budgets": [{"label": "总额", "over": "document", "per": "year", "amount": "100元", "when_short": "pro_rata"}],
    "quotas": [{"label": "名额", "over": "clause", "per": "year", "count": 3, "rank_by": "登记.注册资本"}],
}


def test_a_pack_with_budgets_comes_back_from_its_model_as_it_was(tmp_path):
    folder = written(tmp_path, document(clause(event=EVENT), rules=RULES))
    packs = load_packs([folder])
    (exported,) = export_documents(packs, "tiny", tmp_path / "models", None, lambda done, total: None)
    assert "dmn_pack_settlement" in [note.code for note in exported.notes]
    import_file(exported.file, tmp_path / "back")
    back = load_packs([tmp_path / "back"])
    assert back.hash == packs.hash
    assert [str(one.source.label) for one in back.settling] == ["名额", "总额"]
    assert back.clauses[0].document.source.rules == packs.clauses[0].document.source.rules


def test_another_budget_or_share_is_another_clause(tmp_path):
    hashes = set()
    for n, changed in enumerate(({}, {"budgets": []}, {"quotas": []}, {"cost_sharing": {"区": "100%"}})):
        packs = load_packs([written(tmp_path / str(n), document(clause(event=EVENT), rules={**RULES, **changed}))])
        found = clause_hashes(packs.clauses, packs.schema, Coverage(), packs.clauses[0].document.source.valid_from, {})
        hashes.add(found["T-01"])
    assert len(hashes) == 4
