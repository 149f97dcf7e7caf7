"""Several beneficiaries with a title each, evaluated and settled in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from tests.engine.policy.tiny_packs import AS_OF, Data, document, written

from yanlian.engine.dossier import Coverage, Dossier
from yanlian.engine.dossier.cases import row_of_case
from yanlian.engine.policy import Evaluator, Outcome, PackSet, load_packs
from yanlian.engine.policy.settlement.memory import settle_here
from yanlian.engine.policy.settlement.result import Settled

EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}
Facts = Mapping[str, object]


def title(day: str, number: str = "A", **more: object) -> Facts:
    """A dossier with one certificate."""
    return {"科技资质": [{"类别": "重点实验室", "证书编号": number, "认定日期": date.fromisoformat(day), **more}]}


def paid(clause: str, yuan: object, year: int, matter: str = "A", number: str = "P") -> list[Facts]:
    """A payment in the ledger."""
    return [
        {"支付编号": number, "条款": clause, "事项": matter, "级别": "区级", "所属年度": year, "金额": yuan,
         "支付日期": date(year, 12, 1)}
    ]  # fmt: skip


def packs_of(folder: Path, *clauses: Data, pack: Data | None = None, **around: object) -> PackSet:
    """A pack with these clauses."""
    rules = {"subject": ["enterprise"], **around.pop("rules", {})}  # type: ignore[dict-item]
    return load_packs([written(folder, document(*clauses, rules=rules, **around), **(pack or {}))])


def settled(
    packs: PackSet, people: Mapping[str, Facts], as_of: date = AS_OF, coverage: Coverage | None = None
) -> tuple[dict[tuple[str, str], Outcome], Settled]:
    """The outcomes by (name, clause) and the settlement."""
    evaluator = Evaluator(packs, as_of)
    covered = coverage or Coverage(everything=True)
    dossiers = [
        Dossier({**row_of_case(packs.schema, facts, "enterprise"), "id": name}, packs.schema, covered, as_of)
        for name, facts in people.items()
    ]
    found = [one for dossier in dossiers for one in evaluator.evaluate_dossier(dossier)]
    outcomes, result = settle_here(evaluator, dossiers, found)
    return {(one.entity, one.clause): one for one in outcomes}, result


def amounts(found: Mapping[tuple[str, str], Outcome], clause: str = "T-01") -> dict[str, int]:
    """Yuan by name, rounded down."""
    return {name: one.amount_fen // 100 for (name, of), one in found.items() if of == clause}


def names(count: int) -> Sequence[str]:
    """Codes in their order."""
    return [f"{n:03d}" for n in range(count)]
