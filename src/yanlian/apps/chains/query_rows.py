"""Answers about supply links as rows: who supplies whom in which tier or on which path, with what the sources say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from yanlian.apps.chains.called import Called, called_column, entities_called
from yanlian.apps.chains.evidence import Found, Pair, links_of
from yanlian.apps.chains.models import SupplyLink
from yanlian.apps.chains.tree_chart import Branch
from yanlian.apps.chains.walking import Walk
from yanlian.apps.people.access import Anyone
from yanlian.engine.chain.network.walks import Direction
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import t, word

# Products and sources that one row names; a row says how many more there are.
_NAMED = 3
# Branches that one firm has in the drawing.
_DRAWN = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One step with its evidence: all supply links of the pair, the newest first."""

    place: int
    supplier: Called
    customer: Called
    links: Sequence[SupplyLink]

    @property
    def year(self) -> int | None:
        """The last year in which the two traded."""
        return self.links[0].year if self.links else None

    @property
    def amount_fen(self) -> int | None:
        """What they traded in that year, as far as it is known."""
        known = [one.amount_fen for one in self.links if one.year == self.year and one.amount_fen is not None]
        return sum(known) if known else None

    @property
    def product(self) -> str:
        """The products, each once."""
        return few([one.product for one in self.links])

    @property
    def said(self) -> str:
        """The sources, each once."""
        return few([one.source for one in self.links])

    @property
    def confidence(self) -> str:
        """The best grade of the sources."""
        return min((one.confidence for one in self.links), default="D")

    @property
    def inferred(self) -> bool:
        """Whether no source saw it: all links are inferred."""
        return bool(self.links) and all(one.inferred for one in self.links)


def few(texts: Sequence[str], unit: str = "项") -> str:
    """The first of some texts, each once, and how many more there are; `unit`: what Chinese counts them by."""
    each = list(dict.fromkeys(texts))
    shown = t("、", ", ").join(each[:_NAMED])
    if len(each) <= _NAMED:
        return shown
    # Chinese counts all of them (等5项), English those that are not named.
    zh, en = "{shown}等{all}{unit}", "{shown} and {more} more"
    return t(zh, en, shown=shown, all=len(each), more=len(each) - _NAMED, unit=unit)


def tier_rows(found: Walk, direction: Direction, user: Anyone) -> list[Row]:
    """The steps of a walk in the order of tiers."""
    pairs = [_pair(step.firm, step.other, direction) for step in found.steps]
    names, links = _said(pairs, user)
    tiers = [step.tier for step in found.steps]
    return [_row(tier, pair, names, links) for tier, pair in zip(tiers, pairs, strict=True)]


def path_rows(found: Found, user: Anyone) -> list[Row]:
    """The steps of paths, numbered path by path: 1001 is the first step of the first path."""
    steps = [
        (number * 1000 + place, (way[place - 1], way[place]))
        for number, way in enumerate(found.paths, 1)
        for place in range(1, len(way))
    ]
    names, links = _said([pair for _, pair in steps], user)
    return [_row(place, pair, names, links) for place, pair in steps]


def common_rows(partners: Sequence[int], firms: Sequence[int], direction: Direction, user: Anyone) -> list[Row]:
    """Each common partner with each firm asked about."""
    pairs = [_pair(firm, partner, direction) for partner in partners for firm in firms]
    names, links = _said(pairs, user)
    return [_row(place // len(firms) + 1, pair, names, links) for place, pair in enumerate(pairs)]


def _pair(firm: int, other: int, direction: Direction) -> Pair:
    return (other, firm) if direction == "up" else (firm, other)


def _said(pairs: Collection[Pair], user: Anyone) -> tuple[Mapping[int, Called], Mapping[Pair, Sequence[SupplyLink]]]:
    return entities_called({end for pair in pairs for end in pair}, user), links_of(pairs)


def _row(place: int, pair: Pair, names: Mapping[int, Called], links: Mapping[Pair, Sequence[SupplyLink]]) -> Row:
    return Row(place, names[pair[0]], names[pair[1]], links[pair])


def tier_tree(found: Walk, firm: int, user: Anyone) -> Branch:
    """The walk as a tree: each firm below the one that led to it first; the rest is counted."""
    names = entities_called(found.tier, user)
    below: dict[int, list[int]] = {}
    placed = {firm}
    for step in found.steps:
        if step.other not in placed:
            placed.add(step.other)
            below.setdefault(step.firm, []).append(step.other)

    def grown(one: int) -> Branch:
        others = below.get(one, [])
        branch = Branch(names[one].name, kind=found.tier[one], below=[grown(other) for other in others[:_DRAWN]])
        left = len(others) - _DRAWN if len(others) > _DRAWN else 0
        left += found.more.get(one, 0)
        if left:
            branch.below.append(Branch(t("另有{n}家", "{n} more", n=left), kind=5))
        return branch

    return grown(firm)


def _columns(place: Column[Row]) -> Sequence[Column[Row]]:
    return (
        place,
        called_column("supplier", ("供应商", "Supplier"), lambda one: one.supplier, main=True),
        called_column("customer", ("客户", "Customer"), lambda one: one.customer),
        Column("product", ("产品", "Product"), lambda one: one.product),
        Column("year", ("最近年度", "Last year"), lambda one: one.year, Kind.YEAR),
        Column("amount", ("交易额", "Traded"), lambda one: one.amount_fen, Kind.MONEY),
        Column("source", ("来源", "Source"), lambda one: one.said, sortable=False),
        Column("confidence", ("可信度", "Confidence"), _confidence, sortable=False),
    )


def _confidence(one: Row) -> str:
    grade = str(word("confidence", one.confidence))
    return t("{g}（推算）", "{g} (inferred)", g=grade) if one.inferred else grade


_CALIBRE = (
    (
        "供应关系以来源所述为准；交易额为两家最近有交易年度已知金额之和，“-”为金额未知；推算的关系单独标明。",
        "Supply links are what sources say. Traded: known amounts of the pair's last year; “-” is not known.",
    ),
)
_HINT = ("按企业、产品或来源搜索", "Search by firm, product or source")
TIERS: Listing[Row] = Listing(
    title=("上下游企业", "Suppliers and customers"),
    columns=_columns(Column("tier", ("层", "Tier"), lambda one: one.place, Kind.YEAR)),
    search_hint=_HINT,
    empty=("没有登记这个方向的供应关系。", "No supply link in this direction is recorded."),
    file_name="tiers",
    calibre=_CALIBRE,
)
PATHS: Listing[Row] = Listing(
    title=("供应路径", "Paths"),
    columns=_columns(
        Column(
            "path",
            ("路径-步", "Path-step"),
            lambda one: t("路径{p} 第{s}步", "path {p}, step {s}", p=one.place // 1000, s=one.place % 1000),
            sortable=False,
        )
    ),
    search_hint=_HINT,
    empty=("在所问步数内没有供应路径。", "No path within so many steps."),
    file_name="paths",
    calibre=_CALIBRE,
)
COMMON: Listing[Row] = Listing(
    title=("共同上下游", "Common partners"),
    columns=_columns(Column("number", ("序号", "No."), lambda one: one.place, Kind.YEAR)),
    search_hint=_HINT,
    empty=("这些企业没有共同的直接上下游。", "These firms have no direct partner in common."),
    file_name="common",
    calibre=_CALIBRE,
)
