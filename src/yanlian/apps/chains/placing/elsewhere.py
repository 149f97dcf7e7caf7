"""Where the engine would put firms outside the district, by the model that the workbench's decisions taught it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from yanlian.apps.chains.placing.board import board_of
from yanlian.engine.chain.placement.gate import Gate, excluded
from yanlian.engine.chain.placement.profiles import Profile, Written
from yanlian.engine.chain.placement.suggest import ranked
from yanlian.engine.chain.segments.candidates import Outside
from yanlian.engine.chain.template.model import Chain


def placed_elsewhere(chain: Chain, firms: Sequence[Outside]) -> list[Outside]:
    """The same firms in the same order; those that the chain's gate lets in with the segment on which the engine puts
    them first, unless 其他 is likelier."""
    profiles = [_profile(one) for one in firms]
    gate = Gate(chain)
    inside = [at for at, one in enumerate(profiles) if gate.mark(one) is not None]
    found = list(firms)
    if not inside:
        return found
    board = board_of(chain)
    categories = board.placer.categories
    some = [profiles[at] for at in inside]
    barred = {
        row: [at for at, one in enumerate(categories) if excluded(one, profile) is not None]
        for row, profile in enumerate(some)
    }
    best = ranked(board.placer, board.calibration, board.placer.space.vectors(some), barred, best=1)
    for row, at in enumerate(inside):
        segment, likely = int(best.places[row, 0]), float(best.probabilities[row, 0])
        if segment >= 0 and likely >= float(best.other[row]):
            found[at] = replace(firms[at], placed=categories[segment].id)
    return found


def _profile(firm: Outside) -> Profile:
    texts = [Written("name", firm.name), *(Written("product", one) for one in firm.products)]
    if firm.scope:
        texts.append(Written("scope", firm.scope))
    return Profile(firm.id, tuple(texts))
