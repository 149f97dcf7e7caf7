"""What a finished run says of budgets and quotas, for people: each with its years, and the lines of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanlian.base.refusal import Refused
from yanlian.web.cli.output import show_table

if TYPE_CHECKING:
    from yanlian.engine.policy.settlement.result import Bucket, RuleTold
    from yanlian.engine.stream import RunReader

_SAYS = {
    "title": ("预算和名额", "Budgets and quotas"),
    "rule": ("规则", "rule"),
    "year": ("年度", "year"),
    "limit": ("总额（元）/ 名额", "budget (yuan) / places"),
    "paid": ("已占用", "taken before"),
    "count": ("竞争（项）", "compete"),
    "granted": ("兑现（项）", "granted"),
    "asked": ("应得（元）", "asked (yuan)"),
    "given": ("核定（元）", "granted (yuan)"),
    "open": ("未定（项）", "undecided"),
    "line": ("截止线", "cut at"),
    "life": ("累计", "life"),
    "rank": ("排名", "rank"),
    "entity": ("主体", "entity"),
    "clause": ("条款", "clause"),
    "matter": ("事项", "matter"),
    "key": ("排序值", "order"),
    "state": ("结果", "result"),
    "carried": ("结转（元）", "carried (yuan)"),
}
_STATES = {
    "granted": ("兑现", "granted"),
    "out": ("未获兑现", "nothing"),
    "paid": ("已兑付", "paid before"),
    "unknown": ("信息不足", "unknown"),
    "manual": ("人工判定", "manual"),
    "open": ("尚未确定", "undecided"),
    "gone": ("此前占用", "taken before"),
}
_MOST = 200


def show_settlement(reader: RunReader, *, english: bool) -> None:
    """Each budget and quota with its years; nothing when the run has none."""
    found = reader.settlement
    if found is None:
        return
    keys = ("rule", "year", "limit", "paid", "count", "granted", "asked", "given", "open", "line")
    columns = [(_say(key, english), "left" if key in ("rule", "year", "line") else "right") for key in keys]
    rows = [_bucket_row(found.rules[one.rule], one, english=english) for one in found.buckets]
    show_table(_say("title", english), columns, rows)


def show_rule(reader: RunReader, asked: str, *, english: bool) -> None:
    """The lines of one budget or quota, by rank. Refused: one that the run does not have."""
    found = reader.settlement
    rules = found.rules if found is not None else ()
    place = next((n for n, one in enumerate(rules) if asked in (one.id, one.label)), None)
    if found is None or place is None:
        raise Refused("run_rule_unknown", found=asked, expected="、".join(one.id for one in rules) or "—")
    keys = ("rank", "year", "entity", "clause", "matter", "key", "state", "asked", "given", "carried")
    columns = [
        (_say(key, english), "right" if key in ("rank", "asked", "given", "carried") else "left") for key in keys
    ]
    table = found.of_rule(place)
    rows = [
        [
            str(one["rank"] or ""),
            _year(one["bucket"], english=english),
            one["entity"],
            one["clause"],
            one["matter"],
            one["key"],
            _STATES[one["state"]][english] + (" *" if one["provisional"] else ""),
            _yuan(one["before_fen"]),
            _yuan(one["after_fen"]),
            _yuan(one["carried_fen"]) if one["carried_fen"] else "",
        ]
        for one in table.slice(0, _MOST).to_pylist()
    ]
    more = "" if table.num_rows <= _MOST else f" ({_MOST} / {table.num_rows:,})"
    show_table(f"{rules[place].id}{more}", columns, rows)


def _bucket_row(rule: RuleTold, one: Bucket, *, english: bool) -> list[str]:
    money = rule.kind == "budget"
    limit = "—" if one.limit is None else _yuan(one.limit) if money else f"{one.limit:,}"
    return [
        rule.id,
        _year(one.name, english=english),
        limit,
        _yuan(one.paid) if money else f"{one.paid:,}",
        f"{one.count:,}",
        f"{one.granted:,}",
        _yuan(one.asked_fen),
        _yuan(one.granted_fen),
        f"{one.open:,}",
        one.line,
    ]


def _year(bucket: str, *, english: bool) -> str:
    return _say("life", english) if bucket == "life" else bucket


def _say(key: str, english: bool) -> str:
    return _SAYS[key][english]


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"
