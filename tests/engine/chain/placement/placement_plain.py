"""The slow obvious version of placement: dictionaries and loops, straight from the formulas."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from yanlian.engine.chain.placement.categories import Category
from yanlian.engine.chain.placement.decisions import Decision
from yanlian.engine.chain.placement.profiles import Profile, pieces_of

Weights = dict[str, float]


def folded(character: str) -> str:
    code = ord(character)
    if 0xFF01 <= code <= 0xFF5E:
        character = chr(code - 0xFEE0)
    if "A" <= character <= "Z":
        character = character.lower()
    kept = (
        "一" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf" or "α" <= character <= "ω"
        or (character.isascii() and character.isalnum()) or character in "+.#&-"
    )  # fmt: skip
    return character if kept else "\0"


def grams(text: str) -> set[str]:
    line = "".join(folded(character) for character in text)
    return {
        line[start : start + length]
        for length in range(1, 5)
        for start in range(len(line) - length + 1)
        if "\0" not in line[start : start + length]
    }


def code_grams(code: str) -> set[str]:
    digits = code[1:] if code[:1].isascii() and code[:1].isalpha() else code
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 4):
        return grams(code)
    return {f"code {digits[:length]}" for length in range(2, len(digits) + 1)}


def pieces(profile: Profile) -> list[tuple[set[str], float]]:
    found = []
    for piece in pieces_of(profile):
        written = profile.texts[piece.text]
        words = written.text[piece.start : piece.end]
        found.append((code_grams(words) if written.field == "industry" else grams(words), piece.weight))
    return found


def unit(vector: Mapping[str, float]) -> Weights:
    length = math.sqrt(sum(value * value for value in vector.values()))
    return {gram: value / length for gram, value in vector.items()} if length else dict(vector)


def plus(*terms: tuple[float, Mapping[str, float]]) -> Weights:
    total: Weights = defaultdict(float)
    for factor, vector in terms:
        for gram, value in vector.items():
            total[gram] += factor * value
    return dict(total)


def idf_of(profiles: Sequence[Profile], kept: Sequence[Profile], at_least: int = 2) -> Weights:
    df: dict[str, int] = defaultdict(int)
    for profile in [*profiles, *kept]:
        for gram in set().union(*(one for one, _ in pieces(profile))):
            df[gram] += 1
    always = set().union(*(one for profile in kept for one, _ in pieces(profile)), set())
    total = len(profiles) + len(kept)
    return {
        gram: 1 + math.log((1 + total) / (1 + count))
        for gram, count in df.items()
        if count >= at_least or gram in always
    }


def vector_of(profile: Profile, idf: Weights) -> Weights:
    sums: Weights = defaultdict(float)
    votes: Weights = defaultdict(float)
    for found, weight in pieces(profile):
        known = {gram: idf[gram] for gram in found if gram in idf}
        for gram in known:
            sums[gram] += weight
        for gram, value in unit(known).items():
            votes[gram] += weight * value
    together = {gram: math.log1p(10 * value) * idf[gram] for gram, value in sums.items()}
    return unit(plus((1, unit(together)), (0.5, unit(votes))))


def weights_of(
    categories: Sequence[Category],
    decisions: Sequence[Decision],
    vectors: Mapping[str, Weights],
    idf: Weights,
    prior: float = 0.05,
) -> dict[str, Weights]:
    sums: dict[str, Weights] = {}
    for category in categories:
        terms: list[tuple[float, Mapping[str, float]]] = [(1.0, vector_of(category.seed, idf))]
        for one in sorted(set(decisions)):
            if one.category == category.id and one.verdict != "other":
                terms.append((1.0 if one.verdict == "confirmed" else -0.3, vectors[one.firm]))
        sums[category.id] = plus(*terms)
    made = {}
    for category in categories:
        lane = unit(plus(*((1.0, sums[one.id]) for one in categories if one.parent == category.parent)))
        row = unit(plus((1.0, unit(sums[category.id])), (0.2, lane)))
        confirmed = len({one.firm for one in decisions if one.category == category.id and one.verdict == "confirmed"})
        made[category.id] = {gram: value * (1 + prior * math.log1p(confirmed)) for gram, value in row.items()}
    return made


def score(vector: Weights, weights: Weights) -> float:
    return sum(value * weights.get(gram, 0.0) for gram, value in vector.items())
