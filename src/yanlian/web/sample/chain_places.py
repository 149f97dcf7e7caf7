"""Product texts and placements of the sample's fictional firms: most confirmed, some suggested, some left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from yanlian.apps.chains.actions import Suggested
from yanlian.apps.chains.models import Placement, ProductText
from yanlian.engine.chain.template.model import Chain, Segment
from yanlian.web.sample.chain_firms import Stands, rng_of

SOURCE = "样例企业产品登记（虚构）"
# Of a hundred firms so many are confirmed, so many more suggested; the rest is for the workbench to find.
_CONFIRMED, _SUGGESTED = 0.72, 0.9
_WORDS = ("的研发和生产", "研制与销售", "的设计、制造和服务")
_SERVICES = ("的开发和服务", "解决方案与技术服务", "的开发、集成和运维")


@dataclass(frozen=True)
class Drawn:
    """What the sample says of the firms of one chain."""

    products: list[ProductText]
    placements: list[Suggested]


def draw_places(chain: Chain, stands: Sequence[Stands], at: datetime) -> Drawn:
    """Product texts of every firm, and a placement for most, with the words that speak for it."""
    rng = rng_of("places", chain.id)
    drawn = Drawn([], [])
    seen: set[str] = set()
    for one in stands:
        first = one.segments[0].id not in seen
        seen.add(one.segments[0].id)
        chance = 0.0 if first else float(rng.random())
        shares = _shares(len(one.segments), rng)
        for segment, share_ppm in zip(one.segments, shares, strict=True):
            text, word = _text(segment, one.firm.industry, rng)
            drawn.products.append(
                ProductText(
                    entity_id=one.firm.pk, text=text, revenue_share_ppm=share_ppm, source=SOURCE, recorded_at=at
                )
            )
            if chance < _SUGGESTED:
                drawn.placements.append(_placement(chain, segment, one.firm.pk, text, word, chance, rng))
    return drawn


def _placement(
    chain: Chain, segment: Segment, entity: int, text: str, word: str, chance: float, rng: np.random.Generator
) -> Suggested:
    confirmed = chance < _CONFIRMED
    score = int(rng.integers(700_000, 960_000) if confirmed else rng.integers(380_000, 720_000))
    start = text.index(word)
    return Suggested(
        entity,
        chain.id,
        segment.id,
        score,
        [{"field": "product", "text": text, "start": start, "end": start + len(word), "weight": 1.0}],
        SOURCE,
        Placement.State.CONFIRMED if confirmed else Placement.State.SUGGESTED,
    )


def _shares(segments: int, rng: np.random.Generator) -> list[int]:
    if segments == 1:
        return [int(rng.integers(700_000, 1_000_001))]
    main = int(rng.integers(500_000, 800_001))
    return [main, 1_000_000 - main]


def _text(segment: Segment, industry: str, rng: np.random.Generator) -> tuple[str, str]:
    """What the firm says it makes, and the product's name inside it: sometimes under another name."""
    products = segment.products
    if products:
        product = products[int(rng.integers(len(products)))]
        names = (product.name, *product.aliases)
        word = names[int(rng.integers(len(names)))] if rng.random() < 0.5 else product.name
    else:
        word = segment.title
    ends = _WORDS if industry[:1] == "C" else _SERVICES
    return (word + ends[int(rng.integers(len(ends)))])[:300], word[:300]
