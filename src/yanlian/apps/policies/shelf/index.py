"""Full-text search over the clauses of a set of packs: Chinese by pairs of characters, everything else by words.

Ranking is Okapi BM25 (k1 = 1.2, b = 0.5) over the fields' weighted frequencies (Robertson, Zaragoza and Taylor 2004); a
term that stands in a title counts double. A clause is found when it has every term as typed; when no clause has, those
that share at least half of the pairs of each term. Chinese has no spaces: a pair of neighbouring characters is the
smallest thing that says anything, and finds every longer word that holds it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from yanlian.engine.policy import PackSet
from yanlian.engine.policy.compiled import CompiledClause

# Which field counts how much: a word of a title says more of a clause than one of its text.
WEIGHTS: Mapping[str, int] = {
    "id": 12,
    "title": 8,
    "rule": 4,
    "article": 4,
    "document": 3,
    "theme": 3,
    "evidence": 2,
    "department": 2,
    "text": 2,
    "note": 1,
}
K1, B = 1.2, 0.5
_RUNS = re.compile(r"[㐀-鿿豈-﫿]+|[a-z0-9][a-z0-9.%&-]*")
_AROUND = 24


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text: as found or around it."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that was found: its id, how well, and where it says so."""

    clause: str
    score: float
    field: str
    excerpt: tuple[Mark, ...]


@dataclass(slots=True)
class _Entry:
    """One clause in the index: its texts by field, and how long they are by weight."""

    clause: str
    texts: list[tuple[str, str]]
    length: int = 0


@dataclass(slots=True)
class ClauseIndex:
    """Made once for a set of packs; asking costs by the clauses that share a pair with the question."""

    entries: list[_Entry] = field(default_factory=list)
    postings: dict[str, dict[int, int]] = field(default_factory=dict)
    mean: float = 1.0

    def add(self, clause: str, texts: Sequence[tuple[str, str]]) -> None:
        """A clause with its texts, each under the name of its field (a key of WEIGHTS)."""
        number = len(self.entries)
        entry = _Entry(clause, [(name, text) for name, text in texts if text])
        counts: Counter[str] = Counter()
        for name, text in entry.texts:
            for token in tokens(text):
                counts[token] += WEIGHTS[name]
        entry.length = sum(counts.values())
        self.entries.append(entry)
        for token, count in counts.items():
            self.postings.setdefault(token, {})[number] = count
        self.mean = sum(one.length for one in self.entries) / len(self.entries) or 1.0

    def search(self, question: str) -> list[Hit]:
        """The clauses for a question, the best first; an empty question finds nothing."""
        terms = normal(question).split()[:12]
        if not terms:
            return []
        scores = self._scores(terms)
        exact = [number for number in scores if all(self._has(number, term) for term in terms)]
        chosen = exact or [number for number in scores if all(self._resembles(number, term) for term in terms)]
        hits = [self._hit(number, scores[number], terms) for number in chosen]
        return sorted(hits, key=lambda hit: (-hit.score, hit.clause))

    def _scores(self, terms: Sequence[str]) -> dict[int, float]:
        scores: dict[int, float] = {}
        total = len(self.entries)
        for token in {token for term in terms for token in asked(term)}:
            found = self._found(token)
            weight = math.log(1 + (total - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found.items():
                norm = K1 * (1 - B + B * self.entries[number].length / self.mean)
                scores[number] = scores.get(number, 0.0) + weight * count * (K1 + 1) / (count + norm)
        for number in scores:
            scores[number] *= 1 + sum(self._in_title(number, term) for term in terms) / len(terms)
        return scores

    def _found(self, token: str) -> Mapping[int, int]:
        """Where a token stands; of words of letters and figures also where one begins with it."""
        if token in self.postings or not token.isascii():
            return self.postings.get(token, {})
        merged: Counter[int] = Counter()
        for word, where in self.postings.items():
            if word.startswith(token):
                merged.update(where)
        return merged

    def _has(self, number: int, term: str) -> bool:
        return any(term in normal(text) for _, text in self.entries[number].texts)

    def _in_title(self, number: int, term: str) -> bool:
        return any(name in ("title", "id") and term in normal(text) for name, text in self.entries[number].texts)

    def _resembles(self, number: int, term: str) -> bool:
        wanted = set(asked(term))
        return 2 * sum(number in self._found(token) for token in wanted) >= len(wanted) > 0

    def _hit(self, number: int, score: float, terms: Sequence[str]) -> Hit:
        entry = self.entries[number]
        best = max(entry.texts, key=lambda one: (_covered(one[1], terms), one[0] not in ("id", "title", "document")))
        return Hit(entry.clause, score, best[0], excerpt(best[1], terms))


@lru_cache(maxsize=4)
def index_of(packs: PackSet) -> ClauseIndex:
    """The index of a set of packs; made once as long as the set is in memory."""
    index = ClauseIndex()
    for clause in packs.clauses:
        index.add(clause.id, list(texts_of(packs, clause)))
    return index


def texts_of(packs: PackSet, clause: CompiledClause) -> Iterator[tuple[str, str]]:
    """What of a clause can be found: its words, those of its rules, its document, its proofs."""
    source, document = clause.source, clause.document.source
    yield from (("id", source.id), ("title", source.title), ("article", source.article), ("text", source.text))
    yield from (("theme", source.theme), ("note", source.note))
    yield from (("document", document.title), ("document", document.number), ("id", document.id))
    yield "department", packs.schema.holder_name(source.department, "zh")
    yield "department", packs.schema.holder_name(source.department, "en")
    yield from (("rule", test.source.label) for test in clause.tests if not test.inherited)
    yield from (("rule", part.label) for part in source.parts)
    yield from (("rule", factor.label) for factor in source.multipliers)
    yield from (("rule", cap.label) for cap in source.caps)
    yield from (("evidence", one.data) for one in source.evidence)
    yield from (("note", flag) for flag in source.flags)
    if source.manual:
        yield "rule", source.manual


def normal(text: str) -> str:
    """Full-width forms, capitals and other dress taken off: ＡＩ is ai."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(text: str) -> Iterator[str]:
    """What a text is known by: each Chinese character, each pair of neighbours, each word of letters and figures."""
    for run in _RUNS.findall(normal(text)):
        if run[0].isascii():
            yield run
        else:
            yield from run
            yield from (run[at : at + 2] for at in range(len(run) - 1))


def asked(term: str) -> list[str]:
    """What a term of a question asks for: its pairs, or the character where it is only one."""
    wanted: list[str] = []
    for run in _RUNS.findall(term):
        if run[0].isascii() or len(run) == 1:
            wanted.append(run)
        else:
            wanted += [run[at : at + 2] for at in range(len(run) - 1)]
    return wanted


def _covered(text: str, terms: Sequence[str]) -> int:
    plain = normal(text)
    return sum(3 if term in plain else any(one in plain for one in asked(term)) for term in terms)


def excerpt(text: str, terms: Sequence[str]) -> tuple[Mark, ...]:
    """The part of a text around what was found, which is marked; the whole text when it is short."""
    spans = _spans(text, terms)
    start = max(0, spans[0][0] - _AROUND) if spans else 0
    stop = min(len(text), start + 4 * _AROUND)
    marks = [Mark("…", found=False)] if start else []
    at = start
    for begin, end in spans:
        if begin >= stop:
            break
        if begin > at:
            marks.append(Mark(text[at:begin], found=False))
        marks.append(Mark(text[begin:end], found=True))
        at = end
    if at < stop:
        marks.append(Mark(text[at:stop], found=False))
    if max(at, stop) < len(text):
        marks.append(Mark("…", found=False))
    return tuple(marks)


def _spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Where the terms stand (or their pairs, where none stands whole), without overlap, in order."""
    plain = normal(text)
    if len(plain) != len(text):
        # A character whose plain form is longer: places would not fit, so only exact words are marked.
        plain = text.casefold() if len(text.casefold()) == len(text) else text
    covered = [False] * len(text)
    whole = [term for term in terms if term in plain]
    for word in whole or [pair for term in terms for pair in asked(term)]:
        at = plain.find(word)
        while at >= 0:
            covered[at : at + len(word)] = [True] * len(word)
            at = plain.find(word, at + 1)
    spans: list[tuple[int, int]] = []
    for place, marked in enumerate(covered):
        if marked and spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        elif marked:
            spans.append((place, place + 1))
    return spans
