"""How chains, segments and edges are called on pages, in the reader's language."""

from __future__ import annotations

from yanlian.engine.chain.template.model import Chain, Edge, Segment
from yanlian.ui.words import t, word


def chain_title(chain: Chain) -> str:
    """The chain's name."""
    return t("{title}产业链", "{title} chain", title=t(chain.title, chain.title_en or chain.title))


def segment_title(segment: Segment) -> str:
    """The segment's name."""
    return t(segment.title, segment.title_en or segment.title)


def lane_title(chain: Chain, group: str) -> str:
    """The name of a lane; English only where the template gives one."""
    return t(group, chain.groups.get(group, group))


def place_words(segment: Segment) -> str:
    """Where in the chain it stands: 上游 第1级."""
    return t("{p} 第{n}级", "{p}, tier {n}", p=word("position", segment.position), n=segment.tier)


def edge_words(edge: Edge) -> str:
    """What flows along an edge, and how much the customer needs it."""
    return t(
        "{product}（{how}）", "{product} ({how})", product=edge.product, how=word("essential", str(edge.essential))
    )
