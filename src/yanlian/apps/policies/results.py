"""What the latest run says, and why, in words: for the pages of a dossier, a clause and a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.db.models import Count
from django.urls import reverse

from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused
from yanlian.engine.dossier.schema import Schema, load_schema
from yanlian.engine.policy import PackFaults
from yanlian.ui.words import t

# Eligible first, then what can still become eligible.
ORDER = {kind: place for place, kind in enumerate(("eligible", "manual", "unknown", "not_eligible", "not_applicable"))}


def latest_run() -> Run | None:
    """The run with the latest as-of date that is complete; of several the one made last."""
    return Run.objects.filter(state=Run.State.COMPLETE).order_by("-as_of", "-made_at").first()


def schema_in_use() -> Schema:
    """The fact schema with what the packs in use add to it; the plain one when the packs cannot be read."""
    try:
        return packs_in_use().schema
    except (PackFaults, Refused):
        return load_schema()


def clause_titles() -> dict[str, str]:
    """Clause id → title, of the packs in use; empty when they cannot be read."""
    try:
        return {clause.id: clause.source.title for clause in packs_in_use().clauses}
    except (PackFaults, Refused):
        return {}


@dataclass(frozen=True)
class OutcomeRow:
    """One outcome as a dossier shows it."""

    outcome: Outcome
    title: str
    href: str
    period: str
    reasons: Sequence[str]


def outcomes_of(entity: Entity, run: Run) -> list[OutcomeRow]:
    """What a run says of one entity, what is due first."""
    found = sorted(
        Outcome.objects.filter(entity=entity, run=run),
        key=lambda one: (ORDER[one.kind], -one.amount_fen, one.clause, one.matter),
    )
    titles, schema = clause_titles(), schema_in_use()
    return [
        OutcomeRow(
            outcome=one,
            title=titles.get(one.clause, one.clause),
            href=reverse("clause", args=[one.clause]),
            period=period_text(one.period),
            reasons=reasons(one, schema),
        )
        for one in found
    ]


def period_text(period: str) -> str:
    """The year an entitlement belongs to, or once for ever."""
    return t("一次性", "once") if period == "once" else period


def reasons(outcome: Outcome, schema: Schema) -> list[str]:
    """Why it is so, in sentences: what failed, what is missing and who holds it, what a person must judge."""
    return reason_texts(outcome.reason, schema)


def reason_texts(reason: Mapping[str, object], schema: Schema) -> list[str]:
    """The same of a reason as outcomes keep it."""
    said: list[str] = []
    failed = cast("list[str]", reason.get("failed", []))
    if failed:
        said.append(t("未满足：{labels}", "Not met: {labels}", labels="、".join(failed)))
    said += missing_texts(cast("list[dict[str, str]]", reason.get("missing", [])), schema)
    if reason.get("apply_by"):
        said.append(t("尚须申报，截止{day}", "Still to be applied for, by {day}", day=reason["apply_by"]))
    if reason.get("manual"):
        said.append(str(reason["manual"]))
    cuts = cast("list[dict[str, object]]", reason.get("reduced", []))
    said += [t("因“{label}”调减", "Reduced by “{label}”", label=cut.get("label", cut.get("by", "-"))) for cut in cuts]
    if reason.get("result"):
        said.append(str(reason["result"]))
    return said


def missing_text(missing: dict[str, str], schema: Schema) -> str:
    """One missing fact: 缺少：税务年报.营业收入（2020），由税务局提供."""
    return t(
        "缺少：{fact}{period}，由{holder}提供",
        "Missing: {fact}{period}, held by {holder}",
        fact=missing["fact"],
        period=t("（{p}）", " ({p})", p=span_text(missing["period"])) if missing.get("period") else "",
        holder=schema.holder_name(missing["holder"], t("zh", "en")),
    )


def missing_texts(missing: Iterable[dict[str, str]], schema: Schema) -> list[str]:
    """One sentence for each department and period: 缺少税务局数据（2020）：税务年报.营业收入."""
    facts: dict[tuple[str, str], list[str]] = {}
    for one in missing:
        facts.setdefault((one["holder"], one.get("period", "")), []).append(one["fact"])
    return [
        t(
            "缺少{holder}数据{period}：{facts}",
            "Missing from {holder}{period}: {facts}",
            holder=schema.holder_name(holder, t("zh", "en")),
            period=t("（{p}）", " ({p})", p=span_text(period)) if period else "",
            facts=t("、", ", ").join(named),
        )
        for (holder, period), named in facts.items()
    ]


def span_text(period: str) -> str:
    """The period of a missing fact in words: "—2014-12-31" is everything until that day."""
    if period.startswith("—"):
        return t("{day}及以前", "until {day}", day=period[1:])
    if period.endswith("—"):
        return t("{day}及以后", "from {day}", day=period[:-1])
    return period


@dataclass(frozen=True)
class MissingRow:
    """A fact that nobody delivered, and how many outcomes wait for it."""

    fact: str
    holder: str
    period: str
    count: int


def missing_facts(run: Run) -> list[MissingRow]:
    """What is missing, the fact that holds up most outcomes first. An outcome that misses two facts counts for both."""
    waiting = Outcome.objects.filter(run=run, kind=Outcome.Kind.UNKNOWN)
    grouped = waiting.values_list("reason__missing").annotate(n=Count("pk")).order_by()
    return _count_missing(cast("Iterable[tuple[list[dict[str, str]] | None, int]]", grouped))


def _count_missing(grouped: Iterable[tuple[list[dict[str, str]] | None, int]]) -> list[MissingRow]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for missing, n in grouped:
        for one in {(one["fact"], one["holder"], one.get("period", "")) for one in missing or []}:
            counts[one] += n
    schema = schema_in_use()
    return [
        MissingRow(fact, schema.holder_name(holder, t("zh", "en")), span_text(period), n)
        for (fact, holder, period), n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
