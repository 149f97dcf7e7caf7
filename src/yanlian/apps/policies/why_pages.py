"""为什么: rule by rule, why a clause gives an entity what it gives. The same page for the enterprise and the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page, permits
from yanlian.apps.policies.combined import combined
from yanlian.apps.policies.explaining import explain_outcome
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.policies.near_pages import lines_for, sheet_href
from yanlian.apps.policies.results import missing_texts, period_text, schema_in_use
from yanlian.apps.policies.settlement_words import settled_text
from yanlian.apps.policies.settling import lines_of
from yanlian.apps.policies.titles import title_of, titles
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.visible import masked_name, visible_to
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Schema
from yanlian.engine.policy.derivation import LimitLine
from yanlian.engine.policy.explain import Explanation, FactLine, RuleLine, StepLine, TableLine, Used
from yanlian.engine.policy.settlement.cost import payers_of_outcome
from yanlian.ui.numbers import yuan
from yanlian.ui.refusals import shown
from yanlian.ui.words import Text, Tone, t

GROUPS: tuple[tuple[str, Text], ...] = (
    ("gate", ("门槛", "Gates")),
    ("veto", ("否决项", "Vetoes")),
    ("condition", ("条件", "Conditions")),
    ("first_time", ("首次", "First time")),
)
VERDICTS: Mapping[str, tuple[Text, Tone]] = {
    "met": (("满足", "Met"), "good"),
    "not_met": (("不满足", "Not met"), "bad"),
    "unknown": (("缺数据", "Data missing"), "warn"),
    "null": (("没有结果，须人工判定", "No result: for a person"), "info"),
}
VETO_VERDICTS: Mapping[str, tuple[Text, Tone]] = {
    **VERDICTS,
    "met": (("未触及", "Does not apply"), "good"),
    "not_met": (("触及，不能享受", "Applies: not payable"), "bad"),
}
STEPS: Mapping[str, Text] = {
    "amount": ("金额", "Amount"),
    "part": ("分项", "Part"),
    "multiplier": ("系数", "Multiplier"),
    "cap": ("封顶", "Cap"),
    "top_up": ("扣除已付", "Less what was paid"),
    "rounding": ("取整", "Rounding"),
    "stage": ("分期", "Stage"),
}
REDUCTIONS: Mapping[str, Text] = {
    "stacking": ("就高不重复", "Only the highest counts"),
    "exclusion": ("互斥", "Exclusion"),
    "cap": ("上限", "Cap"),
    "budget": ("预算总额", "Budget"),
    "quota": ("名额", "Quota"),
}
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}
# That two equal things are equal needs no line of its own: the figure stands in the table.
ORDERED = frozenset({"<", "<=", ">", ">="})
ROUNDINGS: Mapping[str, Text] = {
    "half_up": ("四舍五入", "half up"),
    "floor": ("舍去尾数", "downwards"),
    "half_even": ("四舍六入五成双", "half to even"),
}
MOST_FACTS = 30


@dataclass(frozen=True)
class Fact:
    """My figure: value with unit, calibre, who delivered it, from which file, recorded when."""

    name: str
    key: str
    value: str
    unit: str
    calibre: str
    holder: str
    source: str
    recorded: str
    known: bool


@dataclass(frozen=True)
class TableText:
    """A table that was asked: the row that fired, what it was asked with, and every row with the cells that kept it
    from firing marked."""

    text: str
    inputs: Sequence[str]
    rows: Sequence[tuple[int, Sequence[tuple[str, str]], bool]]
    more: int


@dataclass(frozen=True)
class Evidence:
    """What a rule or a step rests on, ready for the page."""

    facts: Sequence[Fact]
    more_facts: int
    comparisons: Sequence[str]
    parameters: Sequence[str]
    tables: Sequence[TableText]
    terms: Sequence[str]
    missing: Sequence[str]


@dataclass(frozen=True)
class Rule:
    """A rule with its verdict in words."""

    label: str
    article: str
    text: str
    verdict: str
    tone: str
    # Met although nothing was read: a department delivered, and there is no record.
    nothing: bool
    evidence: Evidence


@dataclass(frozen=True)
class Step:
    """One step of the amount."""

    title: str
    text: str
    substituted: str
    value: str
    after: str
    evidence: Evidence


@page(owner="policies", permission=Permission.SEE_OWN_ENTITY)
def why(request: HttpRequest, pk: int, code: str, clause: str) -> HttpResponse:
    """为什么. An enterprise sees only its own; for others the page does not exist."""
    run = Run.objects.filter(pk=pk, state=Run.State.COMPLETE).first()
    entity = visible_to(request.user).filter(code=code).first()
    matter = request.GET.get("matter")
    if run is None or entity is None:
        raise Http404(code)
    stored = Outcome.objects.filter(run=run, entity=entity, clause=clause)
    stored = stored.filter(matter=matter) if matter is not None else stored.order_by("-amount_fen", "matter")
    others = [one.matter for one in Outcome.objects.filter(run=run, entity=entity, clause=clause).order_by("matter")]
    outcome = stored.first()
    named = title_of(titles(), clause)
    title = t("为什么：{title}", "Why: {title}", title=named.title)
    context: dict[str, object] = {
        "title": title,
        "crumbs": [*_crumbs(request, entity), (named.title, None)],
        "run": run,
        "entity": entity,
        "name": masked_name(entity, request.user),
        "named": named,
        "outcome": outcome,
        "others": [one for one in others if one] if len(others) > 1 else [],
        "may_see_runs": permits(request.user, Permission.SEE_RUNS),
        "dated": [(t("测算", "Run"), f"#{run.pk} {run.as_of}"), (t("快照", "Snapshot"), run.snapshot_hash[:12])],
    }
    try:
        explanation = explain_outcome(run, code, clause, matter if matter is not None else _matter(outcome))
    except Refused as refusal:
        if outcome is None and refusal.code in ("clause_unknown", "clause_not_run", "matter_unknown"):
            raise Http404(clause) from refusal
        context |= {"refusals": shown(refusal), "period": period_text(outcome.period) if outcome else ""}
        return render(request, "policies/why.html", context)
    told = explanation.outcome
    context["near"] = lines_for(run, entity, clause, told.kind, told.matter)
    context["sheet_href"] = sheet_href(run.pk, code, clause, told.matter)
    together = _together(run, explanation)
    return render(request, "policies/why.html", {**context, **explained(explanation), **together})


def _matter(outcome: Outcome | None) -> str | None:
    return outcome.matter if outcome is not None else None


def _crumbs(request: HttpRequest, entity: Entity) -> list[tuple[str, str | None]]:
    if permits(request.user, Permission.SEE_OWN_BENEFITS):
        return [(t("我的政策", "My benefits"), reverse("my-benefits"))]
    return [
        (t("企业名录", "Registry"), reverse("entities")),
        (masked_name(entity, request.user), reverse("dossier", args=[entity.code])),
    ]


def explained(it: Explanation) -> dict[str, object]:
    """The explanation, ready for the page: rules by kind, steps, reductions, what is missing."""
    schema = schema_in_use()
    rules = {
        kind: [_rule(one, schema) for one in it.rules if one.kind == kind]
        for kind in dict.fromkeys(one.kind for one in it.rules)
    }
    reason = it.outcome.reason
    return {
        "it": it,
        "kind": it.outcome.kind,
        "amount_fen": it.outcome.amount_fen,
        "clause_fen": it.outcome.clause_fen,
        "period": period_text(it.outcome.period),
        "matter": it.outcome.matter,
        "groups": [(title, rules[kind]) for kind, title in GROUPS if kind in rules],
        "event_facts": [_fact(one, schema) for one in it.event.facts] if it.event else [],
        "steps": [_step(one, schema) for one in it.steps],
        "reduced": [_reduced(one) for one in it.reduced],
        "limits": [_limit(one) for one in it.limits if one.from_fen is None],
        "provisional": [title_of(titles(), str(one)) for one in cast("list[str]", reason.get("provisional", []))],
        **combined(it),
        "missing": missing_texts(cast("list[dict[str, str]]", reason.get("missing", [])), schema),
        "failed": reason.get("failed", []),
        "manual": reason.get("manual", ""),
        "result": reason.get("result", ""),
        "holder": schema.holder_name(it.clause.department, t("zh", "en")),
        "evidence": [(one.data, _held_by(one.held_by, schema)) for one in it.clause.evidence],
        "none": _why_none(it),
    }


def _together(run: Run, it: Explanation) -> dict[str, object]:
    """What was settled over all beneficiaries, and who pays which part. What others ask for stays with the office."""
    one = it.outcome
    key = (one.entity, one.clause, one.matter, one.period)
    return {
        "settled": [
            (line.rule.label, settled_text(line), reverse("settlement", args=[run.pk, line.entry.rule]))
            for line in lines_of(run, key)
        ],
        "payers": payers_of_outcome(it.clause, it.document, one, it.as_of),
    }


def _held_by(key: str, schema: Schema) -> str:
    return t("本单位", "the beneficiary") if key == "self" else schema.holder_name(key, t("zh", "en"))


def _why_none(it: Explanation) -> str:
    if it.why_not_applicable == "subject":
        return t("该条款不适用于这类主体。", "The clause is for another kind of beneficiary.")
    if it.why_not_applicable == "event":
        return t("没有触发该条款的事项。", "No event triggers the clause.")
    return ""


def _rule(one: RuleLine, schema: Schema) -> Rule:
    word, tone = (VETO_VERDICTS if one.kind == "veto" else VERDICTS)[one.verdict]
    nothing = one.verdict == "met" and not one.used.facts
    return Rule(one.label, one.article, one.text, t(*word), tone, nothing, _evidence(one.used, schema))


def _step(one: StepLine, schema: Schema) -> Step:
    title = t(*STEPS[one.kind]) if one.kind in STEPS else one.kind
    label = one.label
    if one.kind == "rounding":
        unit, _, mode = label.partition(" ")
        label = t("到{unit}，{mode}", "to {unit}, {mode}", unit=unit, mode=t(*ROUNDINGS.get(mode, (mode, mode))))
    if label and label not in (title, one.kind):
        title = t("{title}：{label}", "{title}: {label}", title=title, label=label)
    return Step(title, one.text, one.substituted, one.value, one.after, _evidence(one.used, schema))


def _evidence(used: Used, schema: Schema) -> Evidence:
    return Evidence(
        facts=[_fact(one, schema) for one in used.facts[:MOST_FACTS]],
        more_facts=max(0, len(used.facts) - MOST_FACTS),
        comparisons=[
            f"{one.left} {SIGNS.get(one.op, one.op)} {one.right}："
            + (t("成立", "holds") if one.holds else t("不成立", "does not hold"))
            + (t("，相差{gap}", ", {gap} apart", gap=one.gap) if one.gap and one.gap != "0" else "")
            for one in used.comparisons
            if one.op in ORDERED or not one.holds
        ],
        parameters=[
            t(
                "{name} = {value}{unit}",
                "{name} = {value} {unit}",
                name=one.name,
                value=one.value,
                unit="" if one.unit == "比例" else one.unit,
            )
            + (f"（{one.reference}）" if one.reference else "")
            + (t("，自{day}起", ", from {day}", day=one.valid_from) if one.valid_from else "")
            + (t("至{day}", " to {day}", day=one.valid_to) if one.valid_to else "")
            for one in used.parameters
        ],
        tables=[_table(one) for one in used.tables],
        terms=[f"{one.name} = {one.substituted} = {one.value}" for one in used.terms],
        missing=missing_texts((dict(one) for one in used.missing), schema),
    )


def _table(one: TableLine) -> TableText:
    if one.row:
        text = t("{name}第{row}行", "{name}, row {row}", name=one.name, row=one.row) + f"：{' | '.join(one.cells)}"
    else:
        text = t("{name}：没有符合的行", "{name}: no row fits", name=one.name)
    return TableText(
        text=text + (f"（{one.reference}）" if one.reference else ""),
        inputs=[f"{formula} = {value}" for formula, value in one.tried.inputs],
        rows=[(row.number, list(zip(row.cells, row.verdicts, strict=True)), row.fired) for row in one.tried.rows],
        more=one.tried.more,
    )


def _limit(one: LimitLine) -> str:
    """A stacking group or a cap that took nothing away, in words."""
    title = t(*REDUCTIONS[one.kind])
    limit = t(" {limit}元", " {limit} yuan", limit=one.limit) if one.limit else ""
    return f"{title} {one.label}{limit}：" + t("未减少", "takes nothing away")


def _fact(one: FactLine, schema: Schema) -> Fact:
    return Fact(
        name=one.name,
        key=one.record_key,
        value=_value(one),
        unit=one.unit if one.known else "",
        calibre=one.calibre,
        holder=schema.holder_name(one.holder, t("zh", "en")) if one.holder else "",
        source=one.source,
        recorded=one.recorded,
        known=one.known,
    )


def _value(one: FactLine) -> str:
    if not one.known:
        return t("未送达", "not delivered")
    return {"null": t("无", "none"), "true": t("是", "yes"), "false": t("否", "no")}.get(one.value, one.value)


def _reduced(one: Mapping[str, object]) -> str:
    title = t(*REDUCTIONS.get(str(one.get("by", "")), ("调减", "Reduced")))
    label = str(one.get("label", ""))
    before, after = (cast("int", one.get(key, 0)) for key in ("from_fen", "to_fen"))
    winner = str(one.get("winner", ""))
    said = f"{title} {label}：{yuan(before)} → {yuan(after)}"
    if "paid_fen" in one:
        paid = yuan(cast("int", one["paid_fen"]))
        return said + t("（{clause}已兑付{paid}）", " ({clause}: {paid} was paid already)", clause=winner, paid=paid)
    return said + (t("（由{clause}兑现）", " ({clause} is paid instead)", clause=winner) if winner else "")
