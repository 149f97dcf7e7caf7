"""How good placement is on firms whose place is known: folds by firm, what was learned from the rest; seeded.

Nothing of a held-out firm is used: not its texts in the vocabulary, not its place in the centroids or the calibration.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from yanlian.engine.chain.placement.calibration import Bin, calibrated, calibration_error, reliability
from yanlian.engine.chain.placement.categories import Category
from yanlian.engine.chain.placement.decisions import Decision
from yanlian.engine.chain.placement.grams import Longs
from yanlian.engine.chain.placement.model import Placer, of_decided
from yanlian.engine.chain.placement.profiles import Profile, by_name, only_names
from yanlian.engine.chain.placement.suggest import BEST
from yanlian.engine.chain.placement.vectors import Booleans, Floats, Space


@dataclass(frozen=True, slots=True)
class Known:
    """A firm and the category it stands on. `learned`: what others learn from it; `asked`: what is known of it when it
    is asked about."""

    learned: Profile
    asked: Profile
    category: str


@dataclass(frozen=True)
class Accuracy:
    """Of all held-out firms. `error`: expected calibration error of the first suggestion, `error_of_five` of all five;
    `table`: reliability of the first suggestion; `seconds`: of the processor."""

    firms: int
    top_1: float
    top_5: float
    error: float
    error_of_five: float
    table: tuple[Bin, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class OtherRule:
    """Firms of categories that the model does not have, among others. `found`: share of them that got 其他; `wrongly`:
    share of the others that did; `area`: under the curve of the probability of 其他 (½ chance, 1 perfect); `at_20`,
    `at_10`: share of them above the probability that a fifth, a tenth of the others exceed; `error`: expected
    calibration error of that probability; `area_new`: of those of whose category nobody was ever put aside."""

    hidden: int
    shown: int
    found: float
    wrongly: float
    area: float
    at_20: float
    at_10: float
    error: float
    area_new: float


def folded(
    known: Sequence[Known],
    categories: Sequence[Category],
    *,
    folds: int = 5,
    seed: int = 7,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Accuracy:
    """Accuracy over all folds; `step` hears how many are done."""
    begun = time.process_time()
    fold = np.random.default_rng(seed).permutation(len(known)) % folds
    ranks: list[Longs] = []
    stated: list[Floats] = []
    right: list[Floats] = []
    for number in range(folds):
        step(number, folds)
        rest = [one for one, at in zip(known, fold, strict=True) if at != number]
        held = [one for one, at in zip(known, fold, strict=True) if at == number]
        placer = _learned(rest, categories)
        named = np.array([only_names(one.asked) for one in held])
        vectors = placer.space.vectors([one.asked for one in held])
        scores = placer.scores(vectors, named)
        truth = np.array([placer.place[one.category] for one in held])
        likely = _probabilities(placer, scores, placer.like(vectors), named)[:, :-1]
        best = np.argsort(-scores, axis=1, kind="stable")[:, :BEST]
        hit = best == truth[:, None]
        ranks.append(np.where(hit.any(axis=1), hit.argmax(axis=1), BEST))
        stated.append(np.take_along_axis(likely, best, axis=1))
        right.append(hit.astype(np.float64))
    step(folds, folds)
    return _accuracy(np.concatenate(ranks), np.concatenate(stated), np.concatenate(right), begun)


def _probabilities(placer: Placer, scores: Floats, like: Floats, named: Booleans) -> Floats:
    """By the calibration of firms with more than names and the one of firms asked about by their names alone."""
    made = np.empty((len(scores), scores.shape[1] + 1))
    for rows, only_name in ((~named, False), (named, True)):
        if rows.any():
            made[rows] = of_decided(placer, by_name=only_name).probabilities(scores[rows], like[rows])
    return made


def _accuracy(ranks: Longs, stated: Floats, right: Floats, begun: float) -> Accuracy:
    table = reliability(stated[:, 0], right[:, 0])
    return Accuracy(
        firms=len(ranks),
        top_1=float((ranks < 1).mean()),
        top_5=float((ranks < BEST).mean()),
        error=calibration_error(table),
        error_of_five=calibration_error(reliability(stated.ravel(), right.ravel())),
        table=tuple(table),
        seconds=time.process_time() - begun,
    )


def _learned(rest: Sequence[Known], categories: Sequence[Category], hidden: frozenset[str] = frozenset()) -> Placer:
    """A model that learned from these firms; those of hidden categories were decided to be 其他."""
    space = Space.learned([one.learned for one in rest], [one.seed for one in categories])
    vectors = space.vectors([one.learned for one in rest])
    placer = Placer(space, [one for one in categories if one.id not in hidden])
    made = [
        Decision(one.learned.id, "", "other")
        if one.category in hidden
        else Decision(one.learned.id, one.category, "confirmed")
        for one in rest
    ]
    names = space.vectors([by_name(one.learned) for one in rest])
    placer.decide(
        made,
        {one.learned.id: vectors[at] for at, one in enumerate(rest)},
        {one.learned.id: names[at] for at, one in enumerate(rest)},
    )
    return placer


def growing(
    known: Sequence[Known], categories: Sequence[Category], *, batch: int = 250, seed: int = 7
) -> list[tuple[int, float, float]]:
    """As in the workbench: each batch is suggested by what was confirmed before it, then confirmed. (Confirmed before,
    share right at first place, among five) for each batch. The vocabulary is that of all firms, as it is there."""
    order = np.random.default_rng(seed).permutation(len(known))
    space = Space.learned([one.learned for one in known], [one.seed for one in categories])
    vectors = space.vectors([one.learned for one in known])
    placer = Placer(space, categories)
    made = []
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        scores = placer.scores(vectors[rows])
        own = scores[np.arange(len(rows)), [placer.place[known[at].category] for at in rows]]
        rank = (scores > own[:, None]).sum(axis=1)
        made.append((start, float((rank < 1).mean()), float((rank < BEST).mean())))
        decisions = [Decision(known[at].learned.id, known[at].category, "confirmed") for at in rows]
        placer.decide(decisions, {known[at].learned.id: vectors[at] for at in rows})
    return made


def other_rule(
    known: Sequence[Known],
    categories: Sequence[Category],
    *,
    hidden_share: float = 0.2,
    folds: int = 5,
    seed: int = 7,
    draws: int = 1,
    neighbours: bool = True,
) -> OtherRule:
    """Some categories are hidden; officials said 其他 of their firms outside the first fold, but of every fifth such
    category nobody heard. How is the first fold judged? Over some draws of hidden categories. `neighbours`: whether
    likeness to firms that were put aside counts."""
    random = np.random.default_rng(seed)
    names = sorted(one.id for one in categories)
    fold = np.random.default_rng(seed).permutation(len(known)) % folds
    parts = []
    for _ in range(draws):
        hidden = random.permutation(names)[: round(len(names) * hidden_share)].tolist()
        parts.append(_one_draw(known, categories, fold, hidden, neighbours=neighbours))
    likely, said, away, new = (np.concatenate(column) for column in zip(*parts, strict=True))
    old, shown = away & ~new, likely[~away]
    return OtherRule(
        hidden=int(old.sum()),
        shown=len(shown),
        found=_share(said[old]),
        wrongly=_share(said[~away]),
        area=_area(likely[old], shown),
        at_20=_above(likely[old], shown, 0.2),
        at_10=_above(likely[old], shown, 0.1),
        error=calibration_error(reliability(likely[~new], away[~new].astype(np.float64))),
        area_new=_area(likely[new], shown),
    )


def _one_draw(
    known: Sequence[Known], categories: Sequence[Category], fold: Longs, hidden: Sequence[str], *, neighbours: bool
) -> tuple[Floats, Booleans, Booleans, Booleans]:
    """Of the firms of the first fold: the probability of 其他, whether it was said, whether it is so, and whether
    nobody of their category was put aside."""
    unheard = frozenset(hidden[4::5])
    rest = [one for one, at in zip(known, fold, strict=True) if at and one.category not in unheard]
    placer = _learned(rest, categories, frozenset(hidden))
    held = [one for one, at in zip(known, fold, strict=True) if not at]
    vectors = placer.space.vectors([one.asked for one in held])
    decided = placer.held_out()
    factor = 1.0 if neighbours else 0.0
    calibration = calibrated(decided.scores, decided.truth, decided.like * factor)
    likely = calibration.probabilities(placer.scores(vectors), placer.like(vectors) * factor)
    away = np.array([one.category in hidden for one in held])
    new = np.array([one.category in unheard for one in held])
    return likely[:, -1], likely[:, -1] > likely[:, :-1].max(axis=1), away, new


def _above(some: Floats, others: Floats, share: float) -> float:
    """The share of `some` above what `share` of the others exceed."""
    return float((some > np.quantile(others, 1.0 - share)).mean()) if len(some) else 0.0


def _share(said: Booleans) -> float:
    return float(said.mean()) if len(said) else 0.0


def _area(above: Floats, below: Floats) -> float:
    """The probability that one of `above` is greater than one of `below` (Mann and Whitney), ties half."""
    ordered = np.sort(below)
    if not len(above):
        return 0.5
    left, right = np.searchsorted(ordered, above, "left"), np.searchsorted(ordered, above, "right")
    return float((left + right).mean() / (2 * len(below)))
