"""What the ownership pages say of one organisation: stakes in and of it, their routes, who controls it and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from yanlian.apps.chains.called import Called, called
from yanlian.apps.chains.held import Around, Direct
from yanlian.apps.chains.tree_chart import Branch
from yanlian.apps.people.access import Anyone
from yanlian.base.refusal import Refused
from yanlian.engine.chain.network.control import Control
from yanlian.engine.chain.network.holdings import WHOLE, over_whole
from yanlian.engine.dossier.related import COMMON, HELD_INDIRECTLY, INDIRECT
from yanlian.ui.numbers import rate
from yanlian.ui.words import english, t

Side = Literal["holders", "holdings"]
# Shares below a millionth are told as none.
_LEAST = 1e-6
_DEEPEST, _WIDEST = 4, 12


@dataclass(frozen=True, slots=True)
class Stake:
    """One owner's stake in a firm: direct and integrated share in millionths (None: not stated, not computable)."""

    other: Called
    direct_ppm: int | None
    has_direct: bool
    share_ppm: int | None
    route: str
    since: date | None
    source: str

    @property
    def way(self) -> str:
        """Direct or only through others."""
        return t("直接", "direct") if self.has_direct else t("间接", "indirect")


@dataclass(frozen=True)
class Facts:
    """What hangs together with one organisation, with names, and what is wrong with it."""

    around: Around
    names: Mapping[str, Called]
    closed: Refused | None

    @property
    def number(self) -> int | None:
        """The organisation among the owners of the holdings; None when no stated holding names it."""
        return self.around.number.get(self.around.code)

    def name(self, code: str) -> str:
        """A name as this user may read it."""
        return self.names[code].name


def facts_of(found: Around, user: Anyone) -> Facts:
    """Names for everything found, and whether the equations can be solved."""
    delivered = {one.holder: one.holder_name for one in found.direct if one.holder_name}
    delivered |= {one.held: one.held_name for one in found.direct if one.held_name}
    codes = {found.code, *(end for one in found.direct for end in (one.holder, one.held))}
    closed = None
    try:
        _ = found.ownership
    except Refused as refusal:
        names = called(codes, user, delivered)
        cycle = " → ".join(names[code].name for code in str(refusal.data["cycle"]).split(" → "))
        closed = Refused(refusal.code, cycle=cycle)
    return Facts(found, called(codes, user, delivered), closed)


def stakes(facts: Facts, side: Side) -> list[Stake]:
    """Who holds of the organisation, or what it holds, directly or through others; the greatest share first."""
    around = facts.around
    of_it = side == "holders"
    direct = {
        (one.holder if of_it else one.held): one
        for one in around.direct
        if (one.held if of_it else one.holder) == around.code
    }
    shares = _shares(facts, side)
    made = [
        _stake(facts, code, direct.get(code), shares.get(code), of_it=of_it)
        for code in sorted({*direct, *shares} - {around.code})
    ]
    return sorted(made, key=lambda one: (-(one.share_ppm or one.direct_ppm or 0), one.other.code))


def _shares(facts: Facts, side: Side) -> dict[str, float]:
    number, around = facts.number, facts.around
    if facts.closed or number is None:
        return {}
    row = around.ownership.holders_of(number) if side == "holders" else around.ownership.held_by(number)
    return {code: float(row[place]) for code, place in around.number.items() if row[place] >= _LEAST}


def _stake(facts: Facts, code: str, direct: Direct | None, share: float | None, *, of_it: bool) -> Stake:
    route = ""
    if share is not None and facts.number is not None:
        other = facts.around.number[code]
        ends = (other, facts.number) if of_it else (facts.number, other)
        route = _route(facts, *ends)
    return Stake(
        other=facts.names[code],
        direct_ppm=direct.share_ppm if direct else None,
        has_direct=direct is not None,
        share_ppm=None if share is None else round(share * WHOLE),
        route=route,
        since=direct.since if direct else None,
        source=direct.source if direct else "",
    )


def _route(facts: Facts, owner: int, firm: int) -> str:
    """The chain that carries most, and how many others there are."""
    found = facts.around.ownership.routes(owner, firm)
    holdings = facts.around.holdings
    first = found.found[0].owners
    text = facts.name(holdings.owners[first[0]])
    for one, other in pairwise(first):
        text += f" →({rate(holdings.share(one, other))}) {facts.name(holdings.owners[other])}"
    if len(found.found) > 1 or found.cut:
        text += t("；另有{n}条路径", "; further routes: {n}", n=len(found.found) - 1)
    if found.rest > _LEAST:
        text += t("；其余经交叉持股{p}", "; the rest by cross-holdings {p}", p=rate(round(found.rest * WHOLE)))
    return text


@dataclass(frozen=True)
class Verdict:
    """Who controls the organisation in the end: in words, with the reason."""

    controller: Called | None
    grade: str
    reason: str


def verdict(facts: Facts) -> Verdict:
    """The ultimate controller and on which holdings that rests."""
    found = facts.around.controls.of(facts.number) if facts.number is not None else None
    if found is None:
        return Verdict(None, "", _nobody(facts))
    owners = facts.around.holdings.owners
    controller = facts.names[owners[found.controller]]
    if found.circle:
        names = "、".join(facts.name(owners[one]) for one in found.circle)
        reason = t(
            "{names}的多数股份由彼此及其控制的企业持有，没有环外的控制人。",
            "The majority of {names} is held by each other and by what they control; nobody outside decides.",
            names=names,
        )
        return Verdict(None, "circle", reason)
    return Verdict(controller, found.grade, _reason(facts, found, controller.name))


def _nobody(facts: Facts) -> str:
    number = facts.number
    if number is None or not facts.around.holdings.stated_ppm[number]:
        return t("没有登记股东及其持股比例。", "No holder with a stated share is recorded.")
    return t(
        "已登记的股东中，没有人单独或合计持有过半数，也没有明显领先的大股东。",
        "No recorded holder has more than half, alone or together with what it controls, nor is far ahead.",
    )


def _reason(facts: Facts, found: Control, name: str) -> str:
    owners = facts.around.holdings.owners
    assert facts.number is not None
    shares = [(facts.name(owners[one]), facts.around.holdings.share(one, facts.number)) for one in found.via]
    via = "、".join(f"{holder}（{rate(share)}）" for holder, share in shares)
    if found.grade == "majority":
        zh, en = "通过逐级过半数的持股控制：{via}。", "Controls through a chain of majorities: {via}."
    elif found.grade == "summed":
        zh, en = (
            "{name}及其控制的企业合计持有{sum}，超过半数：{via}。",
            "{name} and what it controls hold {sum} together, more than half: {via}.",
        )
    else:
        zh, en = (
            "推定，待核实：{via}合计{sum}，超过30%且至少为第二大方（{next}）的两倍，未过半数。",
            "Presumed, to be verified: {via}, {sum} in all, above 30% and at least twice the next ({next}), not half.",
        )
    return t(zh, en, via=via, name=name, sum=rate(found.block_ppm), next=rate(found.next_ppm))


def notices(facts: Facts) -> list[str]:
    """What is wrong with the sources, or was left out."""
    found = []
    if facts.closed:
        found.append(facts.closed.text("en" if english() else "zh"))
    for place in over_whole(facts.around.holdings):
        firm = facts.name(facts.around.holdings.owners[place])
        stated = rate(int(facts.around.holdings.stated_ppm[place]))
        found.append(
            t(
                "{firm}的股东持股比例合计{p}，超过100%，来源有误，请核对。",
                "The stated shares in {firm} add up to {p}, above 100%: a source is wrong.",
                firm=firm,
                p=stated,
            )
        )
    if facts.around.cut:
        found.append(
            t("股权关系网过大，只计算了一部分。", "The holdings that hang together are too many; only a part was read.")
        )
    return found


def related_lines(facts: Facts, user: Anyone) -> list[tuple[str, str, Called]]:
    """Related parties in the policies' meaning (a quarter): kind, words, who."""
    words = {
        INDIRECT: t("间接持股25%以上", "holds indirectly, a quarter or more"),
        HELD_INDIRECTLY: t("被间接持股25%以上", "is held indirectly, a quarter or more"),
        COMMON: t("同一方持股25%以上", "held by the same party, a quarter or more each"),
    }
    found = facts.around.related()
    names = called([one.other for one in found], user, {code: one.name for code, one in facts.names.items()})
    return [(one.way, words[one.way], facts.names.get(one.other, names[one.other])) for one in found]


def branches(facts: Facts, side: Side) -> Branch:
    """Direct holders of holders (or holdings of holdings) as a tree; an owner met twice on its own way ends it."""
    above: dict[str, list[Direct]] = {}
    for one in facts.around.direct:
        above.setdefault(one.held if side == "holders" else one.holder, []).append(one)
    code = facts.around.code
    root = Branch(facts.name(code))
    _grow(facts, root, code, above, (code,), side)
    return root


def _grow(
    facts: Facts, branch: Branch, code: str, above: Mapping[str, Sequence[Direct]], way: tuple[str, ...], side: Side
) -> None:
    following = sorted(above.get(code, ()), key=lambda one: (-(one.share_ppm or 0), one.holder, one.held))
    for one in following[:_WIDEST]:
        other = one.holder if side == "holders" else one.held
        note = t("比例未知", "share unknown") if one.share_ppm is None else rate(one.share_ppm)
        child = Branch(facts.name(other), note, 1 if facts.names[other].person else 0)
        branch.below.append(child)
        if other not in way and len(way) < _DEEPEST:
            _grow(facts, child, other, above, (*way, other), side)
    if len(following) > _WIDEST:
        more = t("另有{n}家", "{n} more", n=len(following) - _WIDEST)
        branch.below.append(Branch(more, kind=5))


def percent_of(ppm: int | None) -> Decimal | None:
    """Millionths as a percentage number with at most four decimals, for sheets and sorting."""
    return None if ppm is None else Decimal(ppm) / 10_000
