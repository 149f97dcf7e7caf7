"""The fictional firms of a chain as the registry knows them, and on which segments the sample puts them.

Seeded by the chain and the firm's code: the same district gives the same places. Some segments that others cannot do
without are left empty on purpose, so that the district really lacks something.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yanlian.apps.registry.models import FOREVER, Registration, TaxYear
from yanlian.engine.chain.template.model import Chain, Segment

# The chains on which the firms of a cluster stand; not all of them stand on the second.
CHAINS_OF: Mapping[str, Sequence[str]] = {
    "software": ("software",),
    "vr": ("vr",),
    "microelectronics": ("microelectronics", "semiconductor"),
    "industrial_internet": ("industrial-internet",),
    "ai": ("ai",),
}
YEAR = 2024
# Part of the segments that stay empty, at least three.
_MISSING = 0.1
_SECOND_CHAIN, _SECOND_SEGMENT = 0.6, 0.25


@dataclass(frozen=True, slots=True)
class Firm:
    """A fictional firm: its key, code, industry and last books in fen (nought where none were filed)."""

    pk: int
    code: str
    industry: str
    revenue_fen: int
    cost_fen: int


@dataclass(frozen=True, slots=True)
class Stands:
    """A firm and the segments it stands on, the main one first."""

    firm: Firm
    segments: tuple[Segment, ...]


def rng_of(*names: str) -> np.random.Generator:
    """Random numbers for one part of the sample: adding a part changes no other."""
    return np.random.default_rng([zlib.crc32(name.encode()) for name in names])


def firms_of(cluster: str) -> list[Firm]:
    """The active fictional enterprises of a cluster, in the order of their codes."""
    rows = Registration.objects.filter(
        replaced_at=FOREVER, cluster=cluster, status="存续", entity__fictional=True, entity__kind="enterprise"
    )
    found = list(rows.order_by("entity__code").values_list("entity_id", "entity__code", "industry"))
    years = TaxYear.objects.filter(replaced_at=FOREVER, year=YEAR, entity__registration__in=rows)
    books = {
        pk: (revenue or 0, cost or 0) for pk, revenue, cost in years.values_list("entity_id", "revenue_fen", "cost_fen")
    }
    return [Firm(pk, code, industry or "", *books.get(pk, (0, 0))) for pk, code, industry in found]


def missing_of(chain: Chain) -> frozenset[str]:
    """The segments on which nobody stands: first those upstream that some customer cannot do without."""
    rng = rng_of("missing", chain.id)
    needed = [one.id for one in chain.segments if any(edge.essential == 2 for edge in chain.outputs(one.id))]
    upstream = [one for one in needed if chain.by_id[one].position == "upstream"]
    order = [*rng.permutation(upstream), *rng.permutation([one for one in needed if one not in upstream])]
    wanted = min(max(3, round(len(chain.segments) * _MISSING)), max(len(chain.segments) - 1, 0))
    return frozenset(str(one) for one in order[:wanted])


def stands_of(chain: Chain, firms: Sequence[Firm], *, second: bool = False) -> list[Stands]:
    """Where each firm stands. Every segment that is not left empty has a firm as long as there are enough."""
    rng = rng_of("stands", chain.id)
    missing = missing_of(chain)
    open_ones = [one for one in chain.segments if one.id not in missing]
    if not open_ones:
        return []
    some = [firm for firm in firms if not second or rng.random() < _SECOND_CHAIN]
    weights = 1 / (1 + rng.permutation(len(open_ones)))
    bare = list(range(len(open_ones)))
    found = []
    for firm in some:
        fit = np.array([_fit(firm, one) for one in open_ones])
        if bare:
            best = max(bare, key=lambda at: (fit[at], -at))
            bare.remove(best)
        else:
            both = weights * fit
            best = int(rng.choice(len(open_ones), p=both / both.sum()))
        main = open_ones[best]
        found.append(Stands(firm, (main, *_beside(chain, main, missing, rng))))
    return found


def _fit(firm: Firm, segment: Segment) -> float:
    """How well the firm's industry suits a segment: the code itself, the same kind of work, something else."""
    code = firm.industry.lstrip("ABCDEFGHIJKLMNOPQRST")
    if any(code.startswith(one) or one.startswith(code) for one in segment.industries if one and code):
        return 6.0
    makes = firm.industry[:1] == "C"
    return 2.0 if any((one[:1] in "1234") == makes for one in segment.industries) else 0.3


def _beside(chain: Chain, main: Segment, missing: frozenset[str], rng: np.random.Generator) -> tuple[Segment, ...]:
    """A second segment next to the main one, for some firms."""
    if rng.random() >= _SECOND_SEGMENT:
        return ()
    near = [edge.customer for edge in chain.outputs(main.id)] + [edge.supplier for edge in chain.inputs(main.id)]
    near = sorted({one for one in near if one not in missing and one != main.id})
    return (chain.by_id[near[int(rng.integers(len(near)))]],) if near else ()
