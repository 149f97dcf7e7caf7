"""The part of a stage in nodes: the same split as engine.policy.stages, in whole numbers."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from yanlian.engine.native.builder import Builder
from yanlian.engine.native.ir import Node
from yanlian.engine.policy.model_terms import Stage


def stage_node(b: Builder, stage: Stage, units: Node, unit_fen: int) -> Node:
    """Fen of a stage; `units`: the whole in units of its rounding."""
    if stage.own.share is not None:
        shares = [one.share or Fraction(0) for one in stage.instalments]
        return b.multiply(_shared(b, shares, stage.number - 1, units), b.const(unit_fen))
    left = b.multiply(units, b.const(unit_fen))
    for one in stage.instalments:
        if one.amount_fen is not None:
            part = b.arithmetic("max", b.arithmetic("min", b.const(one.amount_fen), left), b.const(0))
            if one is stage.own:
                return part
            left = b.subtract(left, part)
    return left


def _shared(b: Builder, shares: list[Fraction], own: int, units: Node) -> Node:
    """Largest remainder: a share rounded down, and one more when its remainder is among those that get what is left."""
    den = lcm(*(share.denominator for share in shares))
    parts: list[Node] = []
    remainders: list[Node] = []
    left = units
    for share in shares:
        product = b.multiply(units, b.const(int(share * den)))
        part = b.divide(product, b.const(den), "floor")
        # Surely inside: it is what a division by `den` leaves.
        remainder, _ = b.narrowed(b.subtract(product, b.multiply(part, b.const(den))), 0, den - 1)
        parts.append(part)
        remainders.append(remainder)
        left = b.subtract(left, part)
    rank = b.const(0)
    for k, remainder in enumerate(remainders):
        if k != own:
            ahead = b.compare(">=" if k < own else ">", remainder, remainders[own])
            rank = b.add(rank, b.choose(ahead, b.const(1), b.const(0)))
    return b.add(parts[own], b.choose(b.compare("<", rank, left), b.const(1), b.const(0)))
