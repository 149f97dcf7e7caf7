"""What a firm outside would be entitled to: the policy calculator on what is known of it, as if it were settled here.

Nothing is promised by it. What is taken for granted is said (`ASSUMED`), what is not known is named, clause by clause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from yanlian.apps.chains.models import OutsideFirm
from yanlian.apps.policies.packs import packs_in_use, today
from yanlian.engine.dossier import Schema
from yanlian.engine.policy.calculator import Calculated, calculate
from yanlian.engine.policy.outcome import Outcome
from yanlian.ui.words import Text, t

# Registers of misconduct: a firm outside stands in none that the district keeps.
_CLEAN = ("严重失信", "失信被执行", "经营异常", "安全生产", "环境处罚")
ASSUMED: Sequence[Text] = (
    ("已在本区登记、纳税并由本区统计", "it is registered, taxed and counted in this district"),
    ("没有严重失信、失信被执行、经营异常、安全生产事故和环境处罚记录",
     "it stands in no register of dishonesty, enforcement, abnormal operation, accidents or pollution"),
    ("以前没有领过本区资金", "it has received no money of the district before"),
)  # fmt: skip
_MILLION = 1_000_000


@dataclass(frozen=True)
class Offer:
    """One clause: what it says of the firm, and which kinds of records would have to be known."""

    outcome: Outcome
    title: str
    document: str
    missing: tuple[str, ...]

    @property
    def is_due(self) -> bool:
        return self.outcome.kind == "eligible" and self.outcome.amount_fen > 0


@dataclass(frozen=True)
class Offers:
    """The clauses that pay, those due first, then those that wait for the fewest records."""

    lines: Sequence[Offer]
    as_of: date
    packs: str

    @property
    def total_fen(self) -> int:
        return sum(one.outcome.amount_fen for one in self.lines if one.is_due)

    @property
    def due(self) -> list[Offer]:
        return [one for one in self.lines if one.is_due]

    @property
    def open(self) -> list[Offer]:
        """Those that depend on what is not known."""
        return [one for one in self.lines if one.outcome.kind in {"unknown", "manual"}]


def offers_for(firm: OutsideFirm, chain: str, day: date | None = None) -> Offers:
    """Every clause in use that pays money, for a firm as it would be once settled here. Raises `PackFaults`."""
    as_of = day or today()
    packs = packs_in_use(as_of)
    found = calculate(packs, facts_of(firm, chain, as_of), as_of)
    pays = {one.id for one in found.evaluator.clauses if not one.source.gate_only}
    lines = [
        Offer(one, packs.clause(one.clause).source.title, one.document, missing_kinds(one, packs.schema))
        for one in found.outcomes
        if one.clause in pays and one.kind in {"eligible", "unknown", "manual"}
    ]
    titles = _documents(found)
    lines = [Offer(one.outcome, one.title, titles.get(one.document, one.document), one.missing) for one in lines]
    lines.sort(key=lambda one: (not one.is_due, -one.outcome.amount_fen, len(one.missing), one.outcome.clause))
    return Offers(lines, as_of, packs.hash[:12])


def _documents(found: Calculated) -> dict[str, str]:
    return {one.document.source.id: one.document.source.title for one in found.evaluator.clauses}


def facts_of(firm: OutsideFirm, chain: str, as_of: date) -> dict[str, object]:
    """What is known of the firm, in the form that the calculator takes, and what is assumed (`ASSUMED`)."""
    district, clusters = _district()
    registration: dict[str, object] = {
        "注册区划": district or "未知",
        "登记状态": "存续",
        "迁入日期": as_of.isoformat(),
        "经营范围": firm.scope or "未知",
    }
    cluster = chain.replace("-", "_")
    if cluster in clusters:
        registration["产业集群"] = cluster
    facts: dict[str, object] = {
        "登记": registration,
        "税务登记": {"主管区划": district or "未知"},
        "四上名录": [{"统计区划": district or "未知"}],
        **{name: [] for name in _CLEAN},
    }
    if firm.year and firm.revenue_fen is not None:
        years = [{"年度": firm.year, "营业收入": _yuan(firm.revenue_fen)}]
        if firm.growth_ppm is not None and firm.growth_ppm > -_MILLION:
            # Last year's revenue follows from this year's and its growth, to the yuan.
            before = firm.revenue_fen * _MILLION // (_MILLION + firm.growth_ppm) // 100 * 100
            years.append({"年度": firm.year - 1, "营业收入": _yuan(before)})
        facts["税务年报"] = years
    return facts


def missing_kinds(outcome: Outcome, schema: Schema) -> tuple[str, ...]:
    """The kinds of records that an outcome lacks, each once, in the reader's language."""
    told = outcome.reason.get("missing")
    kinds: dict[str, None] = {}
    for one in told if isinstance(told, list | tuple) else ():
        if isinstance(one, Mapping):
            name = str(one.get("fact", "")).split(".")[0]
            kind = schema.names.get(name)
            kinds[t(kind.zh, kind.en) if kind else name] = None
    return tuple(kinds)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}元"


def _district() -> tuple[str, frozenset[str]]:
    """The district's code and the codes of its clusters; nothing where its folder does not say."""
    file = Path(settings.DISTRICT) / "district.yaml"
    return _read_district(file, file.stat().st_mtime_ns) if file.is_file() else ("", frozenset())


@lru_cache(maxsize=2)
def _read_district(file: Path, changed: int) -> tuple[str, frozenset[str]]:
    # `changed` is only the key of the cache.
    read = yaml.safe_load(file.read_text(encoding="utf-8"))
    return str(read["district"]["code"]), frozenset(str(one["code"]) for one in read["clusters"])
