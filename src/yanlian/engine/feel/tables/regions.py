"""A cell as a set of atoms: where it is certainly passed and where it may be."""

from __future__ import annotations

from dataclasses import dataclass

from yanlian.engine.feel.tables.conditions import Both, Condition, Either, Leaf, Opaque, Opposite, Sure
from yanlian.engine.feel.tables.domain import Domain


@dataclass(frozen=True, slots=True)
class Region:
    """The atoms where a condition is certainly true (`must`), where it may be (`may`), and the same for false. Where a
    condition is null it is neither; only opaque parts set `must` and `may` apart."""

    must: int
    may: int
    must_not: int
    may_not: int


def region(root: Condition, domain: Domain) -> Region:
    """The region of a condition. The depth is that of the parser's trees, which is bounded."""
    everything = (1 << len(domain.atoms)) - 1
    match root:
        case Leaf():
            yes, no = domain.answer(root)
            return Region(yes, yes, no, no)
        case Opaque():
            return Region(0, everything, 0, everything)
        case Opposite():
            inner = region(root.part, domain)
            return Region(inner.must_not, inner.may_not, inner.must, inner.may)
        case Sure():
            inner = region(root.part, domain)
            return Region(inner.must, inner.may, everything & ~inner.may, everything & ~inner.must)
        case Both() | Either():
            parts = [region(part, domain) for part in root.parts]
            return _all(parts, everything) if isinstance(root, Both) else _any(parts, everything)


def _all(parts: list[Region], everything: int) -> Region:
    must, may, must_not, may_not = everything, everything, 0, 0
    for one in parts:
        must, may = must & one.must, may & one.may
        must_not, may_not = must_not | one.must_not, may_not | one.may_not
    return Region(must, may, must_not, may_not)


def _any(parts: list[Region], everything: int) -> Region:
    must, may, must_not, may_not = 0, 0, everything, everything
    for one in parts:
        must, may = must | one.must, may | one.may
        must_not, may_not = must_not & one.must_not, may_not & one.may_not
    return Region(must, may, must_not, may_not)
