"""An explanation as text for people, in Chinese or English. Labels and rules stay in the language of the pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from yanlian.base.refusal import Language
from yanlian.engine.policy.combination.told import combinations_of
from yanlian.engine.policy.explain import EventLine, Explanation, FactLine, RuleLine, StepLine, TableLine, Used
from yanlian.engine.policy.settlement.cost import payers_of_outcome

_WORDS: Mapping[str, tuple[str, str]] = {
    "eligible": ("符合", "eligible"),
    "not_eligible": ("不符合", "not eligible"),
    "unknown": ("待补数据", "unknown: data are missing"),
    "manual": ("人工判定", "a person must decide"),
    "not_applicable": ("不适用", "not applicable"),
    "met": ("满足", "met"),
    "not_met": ("不满足", "not met"),
    "veto_met": ("未触及", "does not apply"),
    "veto_not_met": ("触及", "applies"),
    "rule_unknown": ("未知", "unknown"),
    "null": ("没有结果", "gives null"),
    "gate": ("门槛", "Gate"),
    "veto": ("否决项", "Veto"),
    "condition": ("条件", "Condition"),
    "first_time": ("首次", "First time"),
    "amount": ("金额", "Amount"),
    "part": ("分项", "Part"),
    "multiplier": ("系数", "Multiplier"),
    "cap": ("封顶", "Cap"),
    "top_up": ("扣除已付", "Less what was paid"),
    "rounding": ("取整", "Rounding"),
    "stage": ("分期", "Stage"),
    "stacking": ("就高不重复", "Only the highest counts"),
    "limit": ("上限", "Limit"),
    "exclusion": ("互斥", "Exclusion"),
    "budget": ("预算总额", "Budget"),
    "quota": ("名额", "Quota"),
    "chosen": ("选定的组合", "Combination chosen"),
    "runner_up": ("次优组合", "Runner-up"),
    "with_this": ("含本条款的最好组合", "The best with this clause"),
}
_UNITS: Mapping[str, str] = {
    "分": "fen",
    "元": "yuan",
    "百元": "hundred yuan",
    "千元": "thousand yuan",
    "万元": "ten thousand yuan",
}
_MODES: Mapping[str, tuple[str, str]] = {
    "half_up": ("四舍五入", "half up"),
    "floor": ("舍去尾数", "downwards"),
    "half_even": ("四舍六入五成双", "half to even"),
}
_UNKNOWN = "未知"
_MAX_FACTS = 12


def render_text(explanation: Explanation, language: Language = "zh") -> str:
    """The whole explanation, ready to be printed or shown."""
    return "\n".join(_Page(explanation, language).lines())


class _Page:
    def __init__(self, explanation: Explanation, language: Language) -> None:
        self.explanation = explanation
        self.zh = language == "zh"

    def say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def word(self, key: str) -> str:
        return self.say(*_WORDS[key])

    def lines(self) -> Iterator[str]:
        it = self.explanation
        outcome = it.outcome
        yield f"{it.clause.id} {it.clause.title}  {it.clause.article}".rstrip()
        number = f" {it.document.number}" if it.document.number else ""
        grade = it.document.source.grade or "—"
        yield self.say(
            f"  依据：《{it.document.title}》{number}，{it.document.issuer}；来源等级 {grade}；评价日 {it.as_of}",
            f"  Source: 《{it.document.title}》{number}, {it.document.issuer}; grade {grade}; as of {it.as_of}",
        )
        if it.clause.text:
            yield self.say(f"  原文：{it.clause.text}", f"  Text: {it.clause.text}")
        matter = f" {outcome.matter}" if outcome.matter else ""
        yield self.say("结论：", "Outcome: ") + f"{self.word(outcome.kind)}{self._money()}{matter} ({outcome.period})"
        yield from self._reasons()
        if it.event is not None:
            yield from self._event(it.event)
        if it.why_not_applicable:
            yield self._why_none()
        for rule in it.rules:
            yield from self._rule(rule)
        for step in it.steps:
            yield from self._step(step)
        yield from self._limits()
        yield from self._reduced()
        for payer, fen in payers_of_outcome(it.clause, it.document, it.outcome, it.as_of):
            yield f"{self.say('承担', 'paid by')} {payer}: {_yuan(fen)} {self.say('元', 'yuan')}"

    def _limits(self) -> Iterator[str]:
        """Stacking and caps that took nothing away; those that did follow with what they took."""
        for one in self.explanation.limits:
            if one.from_fen is None:
                limit = f" {one.limit} {self.say('元', 'yuan')}" if one.limit else ""
                kind = self.word("stacking" if one.kind == "stacking" else "limit")
                yield f"{kind} {one.label}{limit}: {self.say('未减少', 'takes nothing away')}"

    def _money(self) -> str:
        outcome = self.explanation.outcome
        if outcome.kind != "eligible" or self.explanation.clause.gate_only:
            return ""
        return f" {_yuan(outcome.amount_fen)} {self.say('元', 'yuan')}"

    def _reasons(self) -> Iterator[str]:
        reason = self.explanation.outcome.reason
        if reason.get("draft"):
            yield self.say("  草案：不能兑付", "  A draft: never payable")
        if "result" in reason:
            yield self.say("  结果：", "  Result: ") + str(reason["result"])
        if "manual" in reason:
            yield self.say("  须人工判定：", "  A person must decide: ") + str(reason["manual"])
        if "apply_by" in reason:
            yield self.say("  尚须申报，截止：", "  Still to be applied for, by: ") + str(reason["apply_by"])
        yield from self._missing(_entries(reason.get("missing")), "  ")
        for key, zh, en in (
            ("provisional", "  尚未最终确定，取决于：", "  Not final, depends on: "),
            ("repeated", "  同一事项另有记录：", "  Further records of the same matter: "),
        ):
            found = reason.get(key)
            if isinstance(found, list):
                yield self.say(zh, en) + "、".join(str(one) for one in found)

    def _missing(self, entries: Iterable[Mapping[str, object]], indent: str) -> Iterator[str]:
        for one in entries:
            period = f" {one['period']}" if one["period"] else ""
            holder = self._holder(str(one["holder"]))
            yield self.say(
                f"{indent}缺：{one['fact']}{period}（{holder}）", f"{indent}Missing: {one['fact']}{period} ({holder})"
            )

    def _holder(self, key: str) -> str:
        names = self.explanation.departments.get(key)
        return names["zh" if self.zh else "en"] if names else key

    def _event(self, event: EventLine) -> Iterator[str]:
        yield self.say(f"事件：{event.text}", f"Event: {event.text}")
        if event.event_on:
            yield self.say(f"  日期 {event.event_on}", f"  on {event.event_on}")
        yield from self._facts(event.facts)

    def _why_none(self) -> str:
        it = self.explanation
        if it.why_not_applicable == "subject":
            kinds = ", ".join(it.clause.subject)
            return self.say(f"  主体类型不在范围内（{kinds}）", f"  Another kind of beneficiary (only {kinds})")
        text = it.clause.event.each.text if it.clause.event else ""
        return self.say(f"  没有符合的事件：{text}", f"  No event counts: {text}")

    def _rule(self, rule: RuleLine) -> Iterator[str]:
        key = "rule_unknown" if rule.verdict == "unknown" else rule.verdict
        verdict = self.word(f"veto_{key}" if rule.kind == "veto" and f"veto_{key}" in _WORDS else key)
        article = f"  {rule.article}" if rule.article else ""
        yield f"{self.word(rule.kind)} [{verdict}] {rule.label}{article}"
        yield f"    {_one_line(rule.text)}"
        yield from self._used(rule.used, gaps=rule.verdict != "met")

    def _step(self, step: StepLine) -> Iterator[str]:
        label = f" {step.label}" if step.label else ""
        if step.kind == "rounding":
            to, mode = step.label.split()
            label = self.say(f"到{to}，{_MODES[mode][0]}", f" to {_UNITS[to]}, {_MODES[mode][1]}")
        yield f"{self.word(step.kind)}{label}"
        if step.text:
            yield f"    {self._equal(_one_line(step.text), step.substituted, step.value)}"
        elif step.value:
            yield f"    {step.value}"
        if step.after:
            yield f"    → {step.after} {self.say('元', 'yuan')}"
        yield from self._used(step.used, gaps=False)

    def _used(self, used: Used, *, gaps: bool) -> Iterator[str]:
        for term in used.terms:
            yield f"    · {self._equal(term.name, _one_line(term.text), term.substituted, term.value)}"
        for one in used.comparisons:
            if gaps and not one.holds and one.gap:
                yield self.say(
                    f"    × {one.left} {one.op} {one.right}，相差 {one.gap}",
                    f"    × {one.left} {one.op} {one.right}, {one.gap} apart",
                )
        for parameter in used.parameters:
            span = f"{parameter.valid_from}—{parameter.valid_to}" if parameter.valid_from else ""
            yield f"    · {parameter.name} = {parameter.value} {parameter.unit}  {parameter.reference}  {span}".rstrip()
        for table in used.tables:
            row = self.say(f"第{table.row}行", f"row {table.row}") if table.row else self.say("无匹配行", "no row")
            yield f"    · {table.name} {row} [{', '.join(table.cells)}] → {table.result}  {table.reference}".rstrip()
            yield from self._tried(table)
        yield from self._facts(used.facts)
        if used.missing:
            yield from self._missing(used.missing, "    ")

    def _tried(self, table: TableLine) -> Iterator[str]:
        """What the table was asked with, and the rows that did not fire with the first cell that kept them from it."""
        for text, value in table.tried.inputs:
            yield f"      {self._equal(text, value)}"
        for row in table.tried.rows:
            if row.fired:
                continue
            kept = next((n for n, one in enumerate(row.verdicts) if one in {"not_met", "unknown"}), None)
            number = self.say(f"第{row.number}行", f"row {row.number}")
            why = self.say("未轮到", "not its turn") if kept is None else f"× {row.cells[kept]}"
            yield f"      {number} {why}"

    def _equal(self, *texts: str) -> str:
        """Texts that stand for the same, joined by equals signs; a repetition is left out."""
        kept = [text for i, text in enumerate(texts) if i == 0 or text != texts[i - 1]]
        return " = ".join(self._value(text) for text in kept)

    def _value(self, text: str) -> str:
        return self.say(_UNKNOWN, "unknown") if text == _UNKNOWN else text

    def _facts(self, facts: tuple[FactLine, ...]) -> Iterator[str]:
        # What is missing first: that is what a reader can do something about.
        ordered = sorted(facts, key=lambda fact: fact.known)
        for fact in ordered[:_MAX_FACTS]:
            key = f"[{fact.record_key}]" if fact.record_key else ""
            unit = f" {fact.unit}" if fact.unit and fact.known else ""
            calibre = f"（{fact.calibre}）" if fact.calibre else ""
            origin = "，".join(part for part in (self._holder(fact.holder), fact.source, fact.recorded) if part)
            yield f"    - {fact.name}{key}{calibre} = {self._value(fact.value)}{unit}  {origin}".rstrip()
        if len(ordered) > _MAX_FACTS:
            more = len(ordered) - _MAX_FACTS
            yield self.say(f"    - 另有{more}项事实", f"    - and {more} more facts")

    def _reduced(self) -> Iterator[str]:
        for one in self.explanation.reduced:
            by = self.word(str(one["by"]) if one["by"] in ("stacking", "exclusion", "budget", "quota") else "limit")
            winner = f" ← {one['winner']}" if one.get("winner") else ""
            paid = (
                self.say("（已兑付 {}）", " ({} already paid)").format(_yuan(one["paid_fen"]))
                if "paid_fen" in one
                else ""
            )
            yield f"{by} {one['label']}: {_yuan(one['from_fen'])} → {_yuan(one['to_fen'])}{winner}{paid}"
        yield from self._combinations()

    def _combinations(self) -> Iterator[str]:
        """What was chosen among clauses that exclude each other, and what comes next to it."""
        for one in combinations_of(self.explanation.outcome.reason):
            yield f"{self.word(one.role)}: {_yuan(one.total_fen)} {self.say('元', 'yuan')}"
            for member in one.members:
                words = " ".join(word for word in (member.clause, member.matter, member.period) if word)
                yield f"    · {words}: {_yuan(member.fen)}"


def _entries(found: object) -> list[Mapping[str, object]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _yuan(fen: object) -> str:
    assert isinstance(fen, int)
    return f"{Decimal(fen).scaleb(-2):,.2f}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
