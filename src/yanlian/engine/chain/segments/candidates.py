"""Whom to attract for a gap: firms outside, ordered by declared columns, each with the facts that speak for it.

Lexicographic: a later column only decides where all earlier ones are equal. No score hides a weight.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from yanlian.engine.chain.template.model import Chain, Segment

TieKind = Literal["supplies", "buys", "owns", "owned", "branch"]
ColumnId = Literal["fit", "ties_near", "ties", "growth", "branches", "revenue"]
# The order of columns by which candidates are ranked, unless a reader chooses another.
DECLARED: Final[tuple[ColumnId, ...]] = ("fit", "ties_near", "ties", "growth", "branches", "revenue")
COLUMNS: Final[Mapping[ColumnId, tuple[str, str, str, str]]] = {
    "fit": ("产品匹配", "Product fit",
            "3 引擎归到该环节首位；2 产品写明该环节的产品；1 经营范围写明；0 无",
            "3 placed on the segment first; 2 the product among its products; 1 in its scope of business; 0 none"),
    "ties_near": ("上下游往来", "Ties nearby",
                  "与本地上下游环节企业有贸易、持股或分支关系的家数",
                  "local firms on segments directly joined to the gap that it trades with, owns or has a branch with"),
    "ties": ("本地往来", "Local ties", "与本地企业有上述关系的家数", "local firms it is so tied to"),
    "growth": ("营收增长", "Growth", "本年营业收入 ÷ 上年 − 1", "revenue ÷ that of the year before − 1"),
    "branches": ("外设分支", "Branches", "在注册地以外已设的分支机构数", "branches it has opened away from its seat"),
    "revenue": ("营业收入", "Revenue", "年营业收入", "operating revenue of the year"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties an outside firm to a local one. `segments`: where the local firm stands."""

    kind: TieKind
    local: str
    segments: tuple[str, ...] = ()
    product: str = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """A firm outside the district. Figures None: not known. `placed`: the segment on which the placement engine puts
    it first, where it was asked."""

    id: str
    name: str
    products: tuple[str, ...] = ()
    scope: str = ""
    placed: str | None = None
    revenue: float | None = None
    growth: float | None = None
    branches: int | None = None
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firm for a gap: its columns, and what they rest on (`words` found in its products or scope, `near`: its ties
    with local firms on neighbouring segments)."""

    firm: Outside
    columns: Mapping[ColumnId, float | None]
    words: tuple[str, ...]
    near: tuple[Tie, ...]


def candidates_for(
    chain: Chain, segment: str, firms: Sequence[Outside], order: Sequence[ColumnId] = DECLARED
) -> tuple[Candidate, ...]:
    """The firms that fit a segment at all (fit above 0), ordered by the columns given, the unknown last in each."""
    gap = chain.by_id[segment]
    joined = {one.supplier for one in chain.inputs(segment)} | {one.customer for one in chain.outputs(segment)}
    found = [_candidate(gap, one, joined) for one in firms]
    return tuple(sorted((one for one in found if one.columns["fit"]), key=lambda one: _key(one, order)))


def _candidate(gap: Segment, firm: Outside, joined: set[str]) -> Candidate:
    fit, words = product_fit(gap, firm)
    near = tuple(one for one in firm.ties if joined & set(one.segments))
    columns: dict[ColumnId, float | None] = {
        "fit": fit,
        "ties_near": len({one.local for one in near}),
        "ties": len({one.local for one in firm.ties}),
        "growth": firm.growth,
        "branches": firm.branches,
        "revenue": firm.revenue,
    }
    return Candidate(firm, columns, words, near)


def product_fit(segment: Segment, firm: Outside) -> tuple[int, tuple[str, ...]]:
    """How well a firm's products fit a segment, and the product names found: see `COLUMNS`. A word that the segment
    excludes makes it 0 unless the engine placed the firm there."""
    texts = [one.casefold() for one in firm.products]
    scope = firm.scope.casefold()
    names = [name for one in segment.products for name in (one.name, *one.aliases)]
    made = tuple(name for name in names if any(name.casefold() in text for text in texts))
    written = tuple(name for name in names if name.casefold() in scope)
    words = made or written
    if firm.placed == segment.id:
        return 3, words
    if any(word.casefold() in text for word in segment.excludes for text in (*texts, scope)):
        return 0, ()
    return (2 if made else 1 if written else 0), words


def segments_made(segments: Sequence[Segment], firms: Iterable[Outside]) -> dict[str, list[str]]:
    """By firm the segments whose products are among its own (`product_fit` 2 or 3), the same as asking pair by pair;
    the words of a segment are made ready once for all firms."""
    words = [
        (
            one.id,
            [name.casefold() for product in one.products for name in (product.name, *product.aliases)],
            [word.casefold() for word in one.excludes],
        )
        for one in segments
    ]
    found = {}
    for firm in firms:
        # No name reaches over the end of a text.
        texts = "\0".join(one.casefold() for one in firm.products)
        everything = f"{texts}\0{firm.scope.casefold()}"
        found[firm.id] = [
            segment
            for segment, names, excluded in words
            if firm.placed == segment
            or (any(name in texts for name in names) and not any(word in everything for word in excluded))
        ]
    return found


def _key(one: Candidate, order: Sequence[ColumnId]) -> tuple[object, ...]:
    columns = [one.columns[name] for name in order]
    return (*((value is None, -(value or 0.0)) for value in columns), one.firm.name)
