"""A clause: the article beside its rule, what the rule uses, worked cases, and what the latest run gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yanlian.apps.people.access import Permission, page, permits
from yanlian.apps.policies import clause_parts
from yanlian.apps.policies.clause_soundness import soundness_of
from yanlian.apps.policies.clause_terms import term_lines
from yanlian.apps.policies.drawn import drawn
from yanlian.apps.policies.exclusion_lines import exclusion_lines
from yanlian.apps.policies.packs import packs_in_use
from yanlian.apps.policies.pages import CLAUSES, document_state, faulty_packs
from yanlian.apps.policies.results import latest_run
from yanlian.apps.policies.settlement_words import rule_lines
from yanlian.apps.policies.shelf.day import Day, dated, day_of
from yanlian.apps.policies.shelf.sentences import Part, parts_of, side_by_side
from yanlian.apps.policies.table_grids import table_grids
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackFaults, PackSet
from yanlian.engine.policy.cases import CaseResult, run_cases
from yanlian.engine.policy.compiled import CompiledClause, Item
from yanlian.engine.policy.model import Cap, Clause, Document
from yanlian.ui import numbers
from yanlian.ui.words import english, say, t, word


@dataclass(frozen=True)
class Rule:
    """A labelled rule with its formula; `inherited`: it stands in the document for all clauses."""

    label: str
    formula: str
    article: str
    inherited: bool
    anchor: str


@dataclass(frozen=True)
class Line:
    label: str
    value: str
    formula: str = ""


EXPECTED = {
    "matter": ("事项", "matter"),
    "amount": ("", ""),
    "missing": ("缺少", "missing"),
    "failed": ("未满足", "not met"),
    "result": ("结果", "result"),
}
FAIR = "fair_competition"
PER = {"year": ("每年", "a year"), "life": ("累计", "in total"), "matter": ("每一事项", "a matter")}
OVER = {
    "clause": ("本条款", "this clause"),
    "document": ("本文件", "this document"),
    "group": ("同组", "the group"),
    "department": ("本部门全部条款", "all clauses of the department"),
    "listed": ("所列条款", "the clauses listed"),
}
UNITS = {"分": ("分", "fen"), "元": ("元", "yuan"), "百元": ("百元", "100 yuan"), "万元": ("万元", "10,000 yuan")}
MODES = {
    "floor": ("舍去零头", "down"),
    "half_up": ("四舍五入", "half up"),
    "half_even": ("四舍六入五成双", "half to even"),
}


@page(owner="policies", permission=Permission.SEE_POLICIES)
def clause(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """条款: who, under which conditions, how much, by which text, and does the rule pass its cases."""
    day = day_of(request)
    try:
        packs = packs_in_use(day.on)
        found = packs.clause(clause_id)
    except PackFaults as faults:
        return faulty_packs(request, faults)
    except Refused as refusal:
        raise Http404(clause_id) from refusal
    return render(request, "policies/clause.html", _context(request, packs, found, day))


def _context(request: HttpRequest, packs: PackSet, found: CompiledClause, day: Day) -> dict[str, object]:
    source, document = found.source, found.document.source
    items = clause_parts.items_used(found)
    run = latest_run() if permits(request.user, Permission.SEE_RUNS) else None
    amount = [*amount_lines(found), *(Line(*one) for one in rule_lines(packs, found, day.on))]
    return {
        "title": source.title,
        "crumbs": [(say(CLAUSES.title), reverse("policies") + day.query), (source.id, None)],
        "clause": source,
        "flags": [flag_text(flag) for flag in source.flags],
        "document": document,
        "state": document_state(document, day.on),
        "day": day,
        "about": about(packs, source, document),
        # Only an address of the web becomes a link; packs also name files and shelves.
        "has_link": document.source.url.startswith(("https://", "http://")),
        "gates": _rules(found, "gate"),
        "vetoes": _rules(found, "veto"),
        "conditions": _rules(found, "condition"),
        "amount": amount,
        "compared": side_by_side(source.text, _parts(found, amount, items)) if source.text else None,
        "parameters": clause_parts.parameter_lines(items, day.on),
        "tables": table_grids(packs, source.id, items),
        "scales": clause_parts.scales(items),
        "definitions": clause_parts.definitions(items),
        **drawn(packs, found, items),
        "today": day.on,
        "may_try": permits(request.user, Permission.TRY_RULES),
        **_cases(packs, source),
        **soundness_of(found, day.on, may_review=permits(request.user, Permission.SEE_RUNS)),
        "run": run,
        "counts": run.by_clause.get(source.id, {}) if run else {},
        "dated": [*dated(day), (t("政策包", "Packs"), packs.hash[:12])],
    }


def _parts(found: CompiledClause, amount: Sequence[Line], items: Sequence[Item]) -> list[Part]:
    """The parts of the rule that its own article asks for: trigger, its conditions, the amount with its limits."""
    event = found.source.event
    lines: list[tuple[str, Line]] = []
    if event is not None:
        where = f" where {event.where.text}" if event.where else ""
        lines.append((t("触发", "Trigger"), Line(event.name, "", f"{event.each.text}{where}")))
    kinds = {"gate": t("门槛", "Gate"), "veto": t("否决项", "Veto"), "condition": t("条件", "Condition")}
    lines += [
        (kinds[test.kind], Line(test.source.label, test.source.article, test.source.when.text))
        for test in found.tests
        if not test.inherited and test.kind in kinds
    ]
    lines += [(t("金额", "Amount"), line) for line in amount]
    return parts_of(lines, items)


def flag_text(flag: str) -> str:
    """A mark on a clause, in words: what is marked for fair competition says so."""
    kind, found, what = flag.partition(": ")
    return t("公平竞争审查：{what}", "Fair competition: {what}", what=what) if found and kind == FAIR else flag


@dataclass(frozen=True)
class CaseLine:
    """A worked case and whether the rule passes it."""

    name: str
    as_of: date
    expected: str
    state: str
    problem: str


@lru_cache(maxsize=2)
def _results(packs: PackSet) -> dict[str, list[CaseResult]]:
    """The results of all worked cases by clause; computed once for each loading of the packs."""
    results: dict[str, list[CaseResult]] = {}
    for result in run_cases(packs):
        results.setdefault(result.clause, []).append(result)
    return results


def _cases(packs: PackSet, source: Clause) -> dict[str, object]:
    """The worked cases of a clause, computed with the rules in use."""
    lines = [
        CaseLine(
            name=result.case.name,
            as_of=result.case.as_of,
            expected=expected_text(result.case.expect),
            state="passed" if result.passed else "failed",
            problem="" if result.passed else result.text("en" if english() else "zh"),
        )
        for result in _results(packs).get(source.id, [])
    ]
    return {"cases": lines, "passed": sum(line.state == "passed" for line in lines)}


def expected_text(expect: object) -> str:
    """What a case expects, in words: the outcome, the amount, what is missing, what fails."""
    if isinstance(expect, list | tuple):
        return "；".join(expected_text(one) for one in expect)
    if not isinstance(expect, Mapping):
        return str(expect)
    outcome = expect.get("outcome")
    parts = [str(word("outcome", str(outcome)))] if outcome else []
    for key, label in EXPECTED.items():
        if key in expect:
            value = expect[key]
            text = "、".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
            parts.append(f"{say(label)} {text}".strip())
    return t("，", ", ").join(parts)


def _rules(found: CompiledClause, kind: str) -> list[Rule]:
    tests = [test for test in found.tests if test.kind == kind]
    return [
        Rule(test.source.label, test.source.when.text, test.source.article, test.inherited, f"{kind}-{number}")
        for number, test in enumerate(tests, 1)
    ]


def about(packs: PackSet, source: Clause, document: Document) -> list[Line]:
    """Who, where from, since when, who answers, how it is delivered, with which evidence."""
    language = t("zh", "en")
    subjects = source.subject or document.rules.subject
    holders = packs.schema.holder_name
    proofs = [(one.data, holders(one.held_by, language)) for one in source.evidence]
    named = (t("{data}（{holder}）", "{data} ({holder})", data=data, holder=holder) for data, holder in proofs)
    evidence = t("；", "; ").join(named)
    lines = [
        Line(t("适用对象", "For whom"), t("、", ", ").join(str(word("kind", one)) for one in subjects)),
        Line(t("负责部门", "Department"), packs.schema.holder_name(source.department, language)),
        Line(t("兑现方式", "Delivery"), str(word("delivery", source.delivery))),
        Line(t("佐证材料", "Evidence"), evidence or numbers.NONE),
        Line(t("所属文件", "Document"), document.title),
        Line(t("文号", "Number"), document.number or t("来源未给出", "not given by the source")),
        Line(t("发文机关", "Issued by"), document.issuer),
        Line(t("条文", "Article"), source.article or numbers.NONE),
        Line(t("有效期", "In force"), _span(document)),
    ]
    if source.event:
        record = source.event.each.text
        trigger = t("每一条{record}记录判定一次", "one outcome for each record of {record}", record=record)
        lines.insert(1, Line(t("触发事项", "Trigger"), trigger, source.event.where.text if source.event.where else ""))
    return lines


def _span(document: Document) -> str:
    start = numbers.iso(document.valid_from)
    end = numbers.iso(document.valid_to) if document.valid_to else t("未载明", "no end stated")
    text = t("{start}至{end}", "{start} to {end}", start=start, end=end)
    if document.payable_until:
        last = numbers.iso(document.payable_until)
        text += t("，可兑付至{day}", ", payable until {day}", day=last)
    return text


def amount_lines(found: CompiledClause) -> list[Line]:
    """How the amount comes about, in the order of evaluation."""
    source = found.source
    lines: list[Line] = []
    if source.manual:
        lines.append(Line(t("人工判定", "A person judges"), source.manual))
    if source.gate_only:
        lines.append(Line(t("资格", "Qualification"), t("只认定资格，不直接给付资金", "no money is paid directly")))
    if source.amount:
        lines.append(Line(t("金额", "Amount"), "", source.amount.text))
    lines += [Line(part.label, part.when.text if part.when else "", part.amount.text) for part in source.parts]
    if source.cap:
        lines.append(Line(t("单项上限", "Cap"), "", source.cap.text))
    lines += [Line(one.label, t("系数", "factor"), one.factor.text) for one in source.multipliers]
    lines += _history_lines(source)
    lines += [
        Line(t("互斥：{label}", "Exclusion: {label}", label=label), said) for label, said in exclusion_lines(found)
    ]
    lines += [_cap_line(cap.source) for cap in found.caps]
    if source.amount or source.parts:
        unit = say(UNITS.get(found.rounding.to, (found.rounding.to, found.rounding.to)))
        mode = say(MODES.get(found.rounding.mode, (found.rounding.mode, found.rounding.mode)))
        lines.append(Line(t("取整", "Rounding"), t("到{unit}，{mode}", "to {unit}, {mode}", unit=unit, mode=mode)))
    lines += [Line(*one) for one in term_lines(source)]
    return lines


def _history_lines(source: Clause) -> list[Line]:
    """What earlier payments and other clauses take away."""
    lines: list[Line] = []
    if source.first_time:
        lines.append(Line(t("首次", "First time only"), source.first_time.label, source.first_time.when.text))
    if source.top_up:
        text = t("扣除此前同一阶梯已兑付的金额", "less what was paid for the same ladder")
        formula = "" if source.top_up == "default" else source.top_up.text
        lines.append(Line(t("差额补足", "Top-up"), text, formula))
    if source.stacking:
        text = t(
            "“{group}”组内的条款{per}只取最高一项",
            "of the group “{group}” only the highest counts, {per}",
            group=source.stacking.group,
            per=say(PER.get(source.stacking.per, (source.stacking.per, source.stacking.per))),
        )
        lines.append(Line(t("就高不重复", "Highest only"), text))
    return lines


def _cap_line(cap: Cap) -> Line:
    over, per = OVER.get(cap.wide or cap.over, (cap.over, cap.over)), PER.get(cap.per, (cap.per, cap.per))
    text = t("{over}{per}合计不超过", "{over}, {per}: at most", over=say(over), per=say(per))
    if cap.wide == "listed":
        text += t("（{clauses}）", " ({clauses})", clauses="、".join(cap.members))
    if cap.exempt:
        text += t("，不含{clauses}", "; without {clauses}", clauses="、".join(cap.exempt))
    return Line(cap.label, text, cap.amount.text)
