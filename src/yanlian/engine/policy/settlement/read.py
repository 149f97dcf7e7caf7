"""Budgets, quotas and cost sharing out of a pack's YAML; whatever does not fit is noted as a fault."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import cast

from yanlian.base.tree import Listing, Mapped, Scalar, Tree
from yanlian.engine.policy.reading import Reader
from yanlian.engine.policy.settlement.rules import (
    Budget,
    Order,
    Over,
    Per,
    Quota,
    Settling,
    Sharing,
    Straddle,
    Ties,
    WhenShort,
)

SETTLEMENT_KEYS = ("budgets", "quotas")
COST_SHARING = "cost_sharing"
_PER = ("year", "life")
_ORDER = ("asc", "desc")
_SHORT = ("pro_rata", "order", "next_year")
_STRADDLE = ("cut", "skip", "stop", "whole")
_TIES = ("all", "first", "manual")
_BUDGET_KEYS = ("label", "over", "per", "amount", "when_short", "order_by", "order", "straddle", "article", "note")
_QUOTA_KEYS = ("label", "over", "per", "count", "by", "rank_by", "order", "ties", "article", "note")


def read_settling(reader: Reader, node: Mapped, where: str) -> tuple[Settling, ...]:
    """The budgets and quotas that stand in a node, quotas first: who is in comes before what they share. `where`:
    rules, clauses or pack, which decides what `over` may be."""
    found: list[Settling] = []
    for item in reader.listing(node.get("quotas"), "quotas"):
        quota = _quota(reader, item, where)
        if quota is not None:
            found.append(quota)
    for item in reader.listing(node.get("budgets"), "budgets"):
        budget = _budget(reader, item, where)
        if budget is not None:
            found.append(budget)
    labels: set[str] = set()
    for one in found:
        if one.label in labels:
            reader.faults.add(one.line, "pack_label_twice", found=one.label, where="quotas / budgets")
        labels.add(one.label)
    return tuple(found)


def _budget(reader: Reader, tree: Tree, where: str) -> Budget | None:
    node = reader.mapping(tree, "budgets", _BUDGET_KEYS, ("label", "over", "per", "amount", "when_short"))
    if node is None:
        return None
    when_short = cast("WhenShort", reader.choice(node, "when_short", _SHORT, "pro_rata"))
    first: Straddle = "stop" if when_short == "next_year" else "cut"
    straddle = cast("Straddle", reader.choice(node, "straddle", _STRADDLE, first))
    if when_short == "pro_rata" and node.get("straddle") is not None:
        reader.faults.add(node.line, "pack_contradiction", found="when_short: pro_rata + straddle")
    if when_short == "next_year" and straddle not in ("stop", "skip"):
        reader.faults.add(node.line, "pack_budget_carried", label=reader.text(node, "label"), found=straddle)
    if when_short == "next_year" and reader.choice(node, "per", _PER, "year") == "life":
        reader.faults.add(node.line, "pack_contradiction", found="when_short: next_year + per: life")
    return Budget(
        label=reader.text(node, "label"),
        over=_over(reader, node, where),
        per=cast("Per", reader.choice(node, "per", _PER, "year")),
        amount=reader.sure_formula(node, "amount"),
        when_short=when_short,
        order_by=reader.formula(node.get("order_by"), "order_by"),
        order=cast("Order", reader.choice(node, "order", _ORDER, "asc")),
        straddle=straddle,
        article=reader.text(node, "article"),
        file=reader.faults.file,
        line=node.line,
    )


def _quota(reader: Reader, tree: Tree, where: str) -> Quota | None:
    node = reader.mapping(tree, "quotas", _QUOTA_KEYS, ("label", "over", "per", "count"))
    if node is None:
        return None
    rank_by = reader.formula(node.get("rank_by"), "rank_by")
    if rank_by is None:
        for key in ("order", "ties"):
            if node.get(key) is not None:
                reader.faults.add(node.line, "pack_contradiction", found=f"{key} − rank_by")
    return Quota(
        label=reader.text(node, "label"),
        over=_over(reader, node, where),
        per=cast("Per", reader.choice(node, "per", _PER, "year")),
        count=reader.sure_formula(node, "count"),
        by=reader.formula(node.get("by"), "by"),
        rank_by=rank_by,
        order=cast("Order", reader.choice(node, "order", _ORDER, "desc")),
        ties=cast("Ties", reader.choice(node, "ties", _TIES, "manual")),
        article=reader.text(node, "article"),
        file=reader.faults.file,
        line=node.line,
    )


def _over(reader: Reader, node: Mapped, where: str) -> Over:
    tree = node.get("over")
    if isinstance(tree, Listing):
        return Over("ids", reader.texts(tree, "over"))
    word = reader.choice(node, "over", ("clause", "document"), "clause")
    if where == "pack" and isinstance(tree, Scalar):
        # A pack has no clauses of its own: which ones are meant has to be said.
        reader.wrong(tree.line, "over", "[id, id, …]", tree.text)
    return Over("document" if word == "document" else "clause")


def read_sharing(reader: Reader, node: Mapped) -> tuple[Sharing, ...]:
    """`cost_sharing`: one mapping of payers to shares, or a list of them with the day each begins; in that order."""
    tree = node.get(COST_SHARING)
    if tree is None:
        return ()
    if isinstance(tree, Mapped):
        found = [Sharing(None, _parts(reader, tree), line=tree.line)]
    else:
        found = [one for item in reader.listing(tree, COST_SHARING) if (one := _dated(reader, item)) is not None]
    for one in found:
        total = sum((rate for _, rate in one.parts), Decimal(0))
        if total != 1:
            reader.faults.add(one.line, "pack_sharing_sum", found=f"{total:%}")
    starts = [one.start for one in found]
    if len(set(starts)) < len(starts):
        reader.faults.add(found[0].line, "pack_contradiction", found=f"{COST_SHARING}: from + from")
    return tuple(sorted(found, key=lambda one: one.start or date.min))


def _dated(reader: Reader, tree: Tree) -> Sharing | None:
    node = reader.mapping(tree, COST_SHARING, ("from", "shares", "reference"), ("from", "shares"))
    if node is None:
        return None
    start = reader.day(node, "from")
    return Sharing(start, _parts(reader, node.get("shares")), reader.text(node, "reference"), node.line)


def _parts(reader: Reader, tree: Tree | None) -> tuple[tuple[str, Decimal], ...]:
    found: list[tuple[str, Decimal]] = []
    for key, value in reader.named(tree, COST_SHARING):
        rate = reader.figure(value, f"{COST_SHARING}.{key.text}", key.line)
        if not 0 <= rate <= 1:
            reader.wrong(key.line, f"{COST_SHARING}.{key.text}", "0%–100%", str(rate))
        found.append((key.text, rate))
    return tuple(found)
