"""逐句对照: the sentences of an article, each with the parts of the rule that say the same, in the text's order.

Parts find their sentence by the figures and the pairs of characters that both share; each figure of the text is looked
for in the whole rule, and one that is in no part of it is marked. So a person checks a clause against the printed page
sentence by sentence, and sees at once what the rule does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from yanlian.apps.policies.clause_parts import constant, quantity
from yanlian.apps.policies.shelf.index import asked, normal
from yanlian.engine.policy.compiled import Item
from yanlian.engine.policy.model import Bracket, Definition, Parameter, Scale, Table

# (unit, value): money in yuan, spans in months or days; without unit where it is a ratio or a count.
Figure = tuple[str, Decimal]

_MONEY = {"亿元": Decimal(10**8), "万元": Decimal(10**4), "千元": Decimal(1000), "百元": Decimal(100), "元": Decimal(1),
          "亿": Decimal(10**8), "万": Decimal(10**4)}  # fmt: skip
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_FIGURE = re.compile(
    r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|％|‰|个百分点|亿元|万元|千元|百元|元|亿|万|个月|年|月|日|天)?"
    r"|百分之(?P<percent>[一二三四五六七八九十]{1,3})"
    r"|(?P<numeral>[一二两三四五六七八九十])(?P<span>年|个月|倍)"
    r"|P(?P<duration>\d+)(?P<letter>[YMD])"
)
_SENTENCE = re.compile(r"[^。；;！？\n]+[。；;！？]?")
_ENOUGH = 3
_MOST_BEHIND = 12
_SHARED_FIGURE = 4


class Said(Protocol):
    """A part of the rule as the clause page lists it."""

    @property
    def label(self) -> str: ...

    @property
    def value(self) -> str: ...

    @property
    def formula(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: plain text, or a figure that the rule has (`known`) or does not have."""

    text: str
    figure: bool
    known: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the rule: what it is (条件, 金额 …), its label, what it says, its formula, the figures behind names."""

    kind: str
    label: str
    value: str
    formula: str
    behind: Sequence[str] = ()

    @property
    def shown_behind(self) -> Sequence[str]:
        """What stands behind the names of the formula, as much as a page can hold."""
        return [*self.behind[:_MOST_BEHIND], *(["…"] if len(self.behind) > _MOST_BEHIND else [])]

    @property
    def text(self) -> str:
        return " ".join((self.label, self.value, self.formula, *self.behind))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the parts of the rule that stand for it."""

    pieces: Sequence[Piece]
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The whole comparison: the sentences, the parts that no sentence asks for, the figures found and not found."""

    sentences: Sequence[Sentence]
    rest: Sequence[Part]
    found: int
    missing: Sequence[str]


def side_by_side(text: str, parts: Sequence[Part]) -> SideBySide:
    """Each part goes to the sentence with which it shares most; a part that shares next to nothing is left over."""
    sentences = [one.group(0).strip() for one in _SENTENCE.finditer(text) if one.group(0).strip()]
    known = {figure for part in parts for figure in figures(part.text)}
    home: dict[int, list[Part]] = {}
    rest: list[Part] = []
    for part in parts:
        scores = [_likeness(sentence, part) for sentence in sentences]
        best = max(scores, default=0)
        if best >= _ENOUGH:
            home.setdefault(scores.index(best), []).append(part)
        else:
            rest.append(part)
    made = [Sentence(_pieces(one, known), home.get(number, [])) for number, one in enumerate(sentences)]
    marked = [piece for one in made for piece in one.pieces if piece.figure]
    missing = list(dict.fromkeys(piece.text for piece in marked if not piece.known))
    return SideBySide(made, rest, sum(piece.known for piece in marked), missing)


def _likeness(sentence: str, part: Part) -> int:
    shared = figures(sentence) & figures(part.text)
    pairs = _pairs(sentence) & _pairs(f"{part.label} {part.value} {part.formula}")
    return _SHARED_FIGURE * len(shared) + len(pairs)


def _pairs(text: str) -> set[str]:
    return {pair for pair in asked(normal(text)) if len(pair) == 2 and not pair.isascii()}


def _pieces(sentence: str, known: set[Figure]) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for match in _FIGURE.finditer(sentence):
        if match.start() > at:
            pieces.append(Piece(sentence[at : match.start()], figure=False, known=False))
        is_year = _is_year(match)
        ways = set(_readings(match))
        pieces.append(Piece(match.group(0), figure=not is_year, known=bool(ways & known)))
        at = match.end()
    if at < len(sentence):
        pieces.append(Piece(sentence[at:], figure=False, known=False))
    return pieces


def _is_year(match: re.Match[str]) -> bool:
    """2025年 and 6月 are days of the calendar: dates stand in the document's head, not in the clause's figures."""
    number, unit = match.group("number"), match.group("unit")
    if number is None:
        return False
    return unit in ("月", "日") or (unit == "年" and len(number) == 4) or (unit is None and len(number) == 4)


def figures(text: str) -> set[Figure]:
    """Every figure of a text, in each way in which it may be written: three years are 3 and 36 months."""
    return {figure for match in _FIGURE.finditer(text) for figure in _readings(match)}


def _readings(match: re.Match[str]) -> list[Figure]:
    if match.group("percent"):
        return [("", Decimal(_numeral(match.group("percent"))) / 100)]
    if match.group("duration"):
        return _span(Decimal(match.group("duration")), {"Y": "年", "M": "个月", "D": "天"}[match.group("letter")])
    if match.group("numeral"):
        return _span(Decimal(_NUMERALS[match.group("numeral")]), match.group("span"))
    number = Decimal(match.group("number").replace(",", ""))
    unit = match.group("unit") or ""
    if unit in ("%", "％", "个百分点"):
        return [("", (number / 100).normalize())]
    if unit == "‰":
        return [("", (number / 1000).normalize())]
    if unit in _MONEY:
        return [("", (number * _MONEY[unit]).normalize())]
    return _span(number, unit)


def _span(number: Decimal, unit: str) -> list[Figure]:
    plain = ("", number.normalize())
    if unit == "年":
        return [plain, ("月", (number * 12).normalize())]
    return [plain, ("月", number.normalize())] if unit in ("个月", "月") else [plain]


def _numeral(text: str) -> int:
    """三十五 is 35, 十五 is 15."""
    tens, sign, ones = text.partition("十")
    if not sign:
        return _NUMERALS.get(text[0], 0)
    return (_NUMERALS[tens[-1]] if tens else 1) * 10 + (_NUMERALS[ones[0]] if ones else 0)


def parts_of(lines: Iterable[tuple[str, Said]], items: Iterable[Item]) -> list[Part]:
    """The parts of a rule with the figures that stand behind the names they use: parameters, scales, tables."""
    items = list(items)
    behind = {item.name: _figures_of(item) for item in items}
    formulas = {item.name: item.source.formula.text for item in items if isinstance(item.source, Definition)}
    return [
        Part(kind, line.label, line.value, line.formula, _named(line.formula, behind, formulas)) for kind, line in lines
    ]


def _named(formula: str, behind: Mapping[str, Sequence[str]], formulas: Mapping[str, str]) -> list[str]:
    """What stands behind the names in a formula, also through definitions."""
    waiting, seen = [formula], set[str]()
    found: list[str] = []
    while waiting:
        text = waiting.pop()
        for name, said in behind.items():
            if name in text and name not in seen:
                seen.add(name)
                found += said
                if name in formulas:
                    waiting.append(formulas[name])
    return found


def _figures_of(item: Item) -> list[str]:
    source = item.source
    if isinstance(source, Parameter):
        return [f"{source.name} {constant(one.value, source.unit)}" for one in source.values]
    if isinstance(source, Scale):
        return [f"{quantity(one.start, source.unit or '元')}→{_of_bracket(one)}" for one in source.brackets]
    if isinstance(source, Table):
        width = len(source.inputs)
        rows = [[cell.text for cell in row] for row in source.rows]
        return [f"{'，'.join(row[:width])}→{'，'.join(row[width:])}" for row in rows]
    return [f"{source.name} = {source.formula.text}"]


def _of_bracket(one: Bracket) -> str:
    return quantity(one.amount, "元") if one.amount is not None else quantity(one.rate, "比例")
