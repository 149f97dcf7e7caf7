"""Budgets, quotas and cost sharing in words: for the pages of runs, clauses and explanations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yanlian.apps.policies.models import Run
from yanlian.apps.policies.settling import Line, settlement_of
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.settlement.cost import sharing_on
from yanlian.engine.policy.settlement.result import LIFE, Bucket, RuleTold
from yanlian.engine.policy.settlement.rules import AMOUNT, Budget, Settling
from yanlian.ui import numbers
from yanlian.ui.words import Text, say, t

HOW: dict[str, Text] = {
    "pro_rata": ("不足时按比例核减", "pro rata when short"),
    "order": ("按先后兑现，额满为止", "in order until it is used up"),
    "next_year": ("按先后兑现，余下结转下年", "in order, the rest in the next year"),
    "all": ("并列者全部列入", "level ones all get in"),
    "first": ("按先后列入", "those who stand first get in"),
    "manual": ("并列者人工判定", "a person decides between level ones"),
}
STRADDLE: dict[str, Text] = {
    "cut": ("跨线的一笔付到总额为止", "the one across the line gets what is left"),
    "skip": ("放不下的跳过，后面放得下的照付", "what does not fit is passed over"),
    "stop": ("放不下的一笔及其后不付", "what does not fit, and all after it, is not paid"),
    "whole": ("跨线的一笔全额支付", "the one across the line is paid in full"),
}


def bucket_text(name: str) -> str:
    """The year whose money it is."""
    return t("累计", "life") if name == LIFE else name


def limit_text(rule: RuleTold, bucket: Bucket) -> str:
    """The money, or the number of places."""
    if bucket.limit is None:
        return t("未定", "not known")
    if rule.kind == "budget":
        return numbers.yuan(bucket.limit)
    if rule.grouped:
        return t("每组{n}个", "{n} of each group", n=f"{bucket.limit:,}")
    return t("{n}个", "{n} places", n=f"{bucket.limit:,}")


def how_text(rule: RuleTold) -> str:
    """What happens when it is short."""
    straddle = t("；", "; ") + say(STRADDLE[rule.straddle]) if rule.straddle else ""
    return say(HOW[rule.how]) + straddle


def line_text(rule: RuleTold, bucket: Bucket) -> str:
    """Where the line falls."""
    if not bucket.short:
        return t("未超出", "enough")
    if rule.kind == "budget" and rule.how == "pro_rata":
        return _percent(bucket)
    if not bucket.line:
        return t("全部不予兑现", "nobody") if not bucket.granted else "-"
    return t("{n}项，止于{line}", "{n}, down to {line}", n=f"{bucket.granted:,}", line=key_text(bucket.line))


def key_text(key: str) -> str:
    """What outcomes are ordered by, figures with separators."""
    whole, point, rest = key.partition(".")
    sign = "-" if whole.startswith("-") else ""
    digits = whole.removeprefix("-")
    if not digits.isdecimal() or (point and not rest.isdecimal()):
        return key
    return f"{sign}{int(digits):,}{point}{rest}"


def _percent(bucket: Bucket) -> str:
    """What share of what was asked is granted, in hundredths of a percent, rounded down."""
    ppm = bucket.granted_fen * 10_000 // bucket.asked_fen if bucket.asked_fen else 0
    return t("兑现{p}%", "{p}% granted", p=f"{ppm // 100}.{ppm % 100:02d}")


@dataclass(frozen=True)
class BucketRow:
    """A budget or quota in one year, in the words of the page of a run."""

    number: int
    rule: RuleTold
    bucket: Bucket

    @property
    def year(self) -> str:
        return bucket_text(self.bucket.name)

    @property
    def limit(self) -> str:
        return limit_text(self.rule, self.bucket)

    @property
    def taken(self) -> str:
        paid = self.bucket.paid
        return numbers.yuan(paid) if self.rule.kind == "budget" else t("{n}个", "{n}", n=f"{paid:,}")

    @property
    def how(self) -> str:
        return how_text(self.rule)

    @property
    def line(self) -> str:
        return line_text(self.rule, self.bucket)


def buckets_of(run: Run) -> list[BucketRow]:
    """Every budget and quota of a run with its years; empty when there are none."""
    found = settlement_of(run)
    if found is None:
        return []
    return [BucketRow(one.rule, found.rules[one.rule], one) for one in found.buckets]


def settled_text(line: Line) -> list[str]:
    """One budget or quota that an outcome competed under, in sentences."""
    rule, bucket, entry = line.rule, line.bucket, line.entry
    said = [
        t(
            "{year}：{limit}；共{count}项应得{asked}，核定{granted}（{how}）。",
            "{year}: {limit}; {count} ask for {asked}, {granted} is granted ({how}).",
            year=bucket_text(bucket.name),
            limit=limit_text(rule, bucket),
            count=f"{bucket.count:,}",
            asked=numbers.yuan(bucket.asked_fen),
            granted=numbers.yuan(bucket.granted_fen),
            how=how_text(rule),
        )
    ]
    if entry.rank and rule.how == "pro_rata":
        said.append(
            t(
                "本项应得{before}，按同一比例核定{after}。",
                "This one: {before} asked, {after} granted at the same rate.",
                before=numbers.yuan(entry.before_fen),
                after=numbers.yuan(entry.after_fen),
            )
        )
    elif entry.rank:
        said.append(
            t(
                "本项排第{rank}位（{key}），应得{before}，核定{after}。",
                "This one is number {rank} ({key}): {before} asked, {after} granted.",
                rank=f"{entry.rank:,}",
                key=key_text(entry.key) or "-",
                before=numbers.yuan(entry.before_fen),
                after=numbers.yuan(entry.after_fen),
            )
        )
    if entry.carried_fen:
        said.append(t("结转下一年{fen}。", "{fen} is carried to the next year.", fen=numbers.yuan(entry.carried_fen)))
    if entry.state == "paid":
        said.append(t("此前已兑付，不再调整。", "It was paid before and stays as it is."))
    if entry.provisional:
        said.append(
            t(
                "暂定：尚有{n}项结果未定，可能改变本项。",
                "Provisional: {n} outcomes are not decided yet and may change it.",
                n=f"{bucket.open:,}",
            )
        )
    return said


def sharing_text(clause: CompiledClause, day: date) -> str:
    """Who pays which part of a clause on a day; empty when the cost is not shared."""
    sharing = sharing_on(clause.source, clause.document.source, day)
    if sharing is None:
        return ""
    parts = t("，", ", ").join(f"{payer} {(rate * 100).normalize():f}%" for payer, rate in sharing.parts)
    return parts + (f"（{sharing.reference}）" if sharing.reference else "")


def rule_lines(packs: PackSet, clause: CompiledClause, day: date) -> Iterator[tuple[str, str, str]]:
    """Label, words and formula of the budgets, quotas and the cost sharing that hold over a clause."""
    for one in packs.settling:
        if clause.id in one.clauses:
            yield _kind(one.source), _said(one.source, RuleTold.of(one)), _formulas(one.source)
    if shared := sharing_text(clause, day):
        yield t("各级分担", "Shared by"), shared, ""


def _kind(source: Settling) -> str:
    return t("预算总额", "Budget") if isinstance(source, Budget) else t("名额", "Quota")


def _said(source: Settling, rule: RuleTold) -> str:
    per = t("每年", "per year") if source.per == "year" else t("累计", "for ever")
    over = "" if len(rule.clauses) == 1 else t("，{n}个条款合计", ", over {n} clauses", n=len(rule.clauses))
    article = f"（{source.article}）" if source.article else ""
    return f"{source.label}{article}：{per}{over}；{how_text(rule)}"


def _formulas(source: Settling) -> str:
    limit, by = (source.amount, None) if isinstance(source, Budget) else (source.count, source.by)
    ordering = source.order_by if isinstance(source, Budget) else source.rank_by
    said = [limit.text]
    if ordering is not None:
        first = t("从大到小", "largest first") if source.order == "desc" else t("从小到大", "smallest first")
        text = t("金额", "amount") if ordering.text == AMOUNT else ordering.text
        said.append(t("按 {text} {first}", "by {text}, {first}", text=text, first=first))
    if by is not None:
        said.append(t("每个 {text} 分别计", "for each {text}", text=by.text))
    return "\n".join(said)
