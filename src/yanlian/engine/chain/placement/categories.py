"""What organisations are placed on: segments of a chain, or any classes, with the texts that describe them at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yanlian.engine.chain.placement.profiles import Profile, Written
from yanlian.engine.chain.template.model import Chain, Segment


@dataclass(frozen=True, slots=True)
class Category:
    """`parent`: categories of one parent lend each other a little of their words. `excludes`: words after which a firm
    does not stand here."""

    id: str
    parent: str
    texts: tuple[Written, ...]
    excludes: tuple[str, ...] = ()

    @property
    def seed(self) -> Profile:
        """The words it has before anything was confirmed."""
        return Profile(self.id, self.texts)


def categories_of(chain: Chain, industries: Mapping[str, str] | None = None) -> Sequence[Category]:
    """The segments of a chain; `industries`: code → name of GB/T 4754, whose names then count as words too.

    A segment's parent is its group within its position, so that 光学模组 and 显示模组
    share what 核心器件 have in common.
    """
    return tuple(_category(segment, industries or {}) for segment in chain.segments)


def _category(segment: Segment, industries: Mapping[str, str]) -> Category:
    names = [segment.title]
    for product in segment.products:
        names += [product.name, *product.aliases]
    names += [industries[code] for code in segment.industries if code in industries]
    texts = [Written("product", name) for name in dict.fromkeys(names)]
    texts += [Written("industry", code) for code in segment.industries]
    return Category(segment.id, f"{segment.position}/{segment.group}", tuple(texts), segment.excludes)
