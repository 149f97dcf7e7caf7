"""The domain of one input column, cut into atoms: on each atom every test of the column says the same everywhere.

Numbers, dates, moments, times and durations are cut at the border values into points and the open intervals between
them; text into the listed words and *any other*; truth values into two; null is an atom of its own. A set of atoms is
an integer whose bit i stands for atom i.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from yanlian.engine.feel import ast
from yanlian.engine.feel.compare import COMPARISONS, Truth
from yanlian.engine.feel.tables.conditions import Leaf, spelled
from yanlian.engine.feel.tables.scale import SCALES, WHOLE_NUMBERS, Position, Scale, between, placed

_TYPE_SCALES = {
    "number": ("number",),
    "date": ("date",),
    "time": ("time",),
    "date and time": ("local moment", "zoned moment"),
    "dateTime": ("local moment", "zoned moment"),
    "years and months duration": ("months",),
    "year and month duration": ("months",),
    "yearMonthDuration": ("months",),
    "days and time duration": ("nanoseconds",),
    "day and time duration": ("nanoseconds",),
    "dayTimeDuration": ("nanoseconds",),
}
_OTHER_WORDS = ("其他", "其它", "无", "other", "another", "X", "YY", "ZZZ")


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of a domain. `example` lies in it. Of a point `low` spells it; of an interval `low` and `high` spell the
    borders, empty where it is open. `other`: any value that is not listed."""

    example: object
    point: bool = True
    low: str = ""
    high: str = ""
    other: bool = False


@dataclass(slots=True)
class Section:
    """The atoms of one kind, from bit `start` on. `order`: the key of each border → its number; atom 2k+1 is border k
    of a line, atom k border k of a list (`listed`)."""

    kind: str
    start: int
    atoms: list[Atom]
    order: dict[Position | str | bool, int]
    live: int
    listed: bool = False

    def answer(self, op: str, key: Position | str | bool) -> tuple[int, int]:
        """The atoms where `input op key` is true, and where it is false."""
        everything = ((1 << len(self.atoms)) - 1) << self.start
        at = self.start + self.order[key] if self.listed else self.start + 2 * self.order[key] + 1
        below, point = (1 << at) - (1 << self.start), 1 << at
        yes = {
            "=": point,
            "!=": everything & ~point,
            "<": below,
            "<=": below | point,
            ">": everything & ~below & ~point,
            ">=": everything & ~below,
        }[op]
        return yes, everything & ~yes


@dataclass(slots=True)
class Domain:
    """All atoms of a column. `live`: those that exist (an interval without a value does not) without null; `null` the
    atom of null as a set; `says_null`: whether a test asks for null."""

    atoms: list[Atom]
    sections: dict[str, Section]
    live: int
    null: int
    says_null: bool
    known: bool = True
    answers: dict[tuple[str, str, object], tuple[int, int]] = field(default_factory=dict)

    def answer(self, leaf: Leaf) -> tuple[int, int]:
        """The atoms where a comparison is true, and where it is false; on the rest it is null."""
        kind, key = _key(leaf.value)
        asked = (leaf.op, kind, key)
        if asked not in self.answers:
            self.answers[asked] = self._find_answer(leaf, kind, key)
        return self.answers[asked]

    def _find_answer(self, leaf: Leaf, kind: str, key: Position | str | bool | None) -> tuple[int, int]:
        own = self.sections.get(kind)
        yes, no = (0, 0) if own is None or key is None else own.answer(leaf.op, key)
        start, end = (0, 0) if own is None else (own.start, own.start + len(own.atoms))
        for i in (*range(start), *range(end, len(self.atoms))):
            verdict: Truth = COMPARISONS[leaf.op](self.atoms[i].example, leaf.value)
            yes |= (verdict is True) << i
            no |= (verdict is False) << i
        return yes, no


def is_whole_kind(kind: ast.Type | None) -> bool:
    """Whether the domain of a type can be cut at all: not for lists, contexts and functions."""
    return kind is None or (isinstance(kind, ast.TypeName) and kind.name not in {"list", "context", "function"})


def domain_of(kind: ast.Type | None, borders: Sequence[Leaf], *, integral: bool) -> Domain:
    """The domain of a column of a type, cut where its tests have borders. Of a column without a known type the kinds of
    the borders are the domain."""
    found: dict[str, dict[Position | str | bool, str]] = {}
    for leaf in borders:
        where, key = _key(leaf.value)
        if key is not None and where:
            found.setdefault(where, {}).setdefault(key, leaf.spelling)
    kinds = _kinds(kind, list(found))
    ordered_text = any(leaf.op not in {"=", "!="} and isinstance(leaf.value, str) for leaf in borders)
    atoms: list[Atom] = []
    sections: dict[str, Section] = {}
    live = 0
    for one in kinds:
        section = _section(one, len(atoms), found.get(one, {}), integral=integral, ordered_text=ordered_text)
        sections[one] = section
        atoms += section.atoms
        live |= section.live
    if not kinds:
        live |= 1 << len(atoms)
        atoms.append(Atom(_OTHER_WORDS[0], point=False, other=True))
    null = 1 << len(atoms)
    atoms.append(Atom(None, low="null"))
    return Domain(atoms, sections, live, null, any(leaf.value is None for leaf in borders), bool(kinds))


def _kinds(kind: ast.Type | None, found: list[str]) -> list[str]:
    name = kind.name if isinstance(kind, ast.TypeName) else ""
    declared: Iterable[str] = _TYPE_SCALES.get(name, (name,) if name in {"string", "boolean"} else ())
    if not declared:
        return found
    # Local and zoned moments do not mix: what the tests speak of is the domain.
    return [one for one in declared if one in found] or list(declared)[:1]


def _key(value: object) -> tuple[str, Position | str | bool | None]:
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, str):
        return "string", value
    place = placed(value)
    return ("", None) if place is None else place


def _section(
    kind: str, start: int, borders: dict[Position | str | bool, str], *, integral: bool, ordered_text: bool
) -> Section:
    if kind == "boolean":
        return _listed(kind, start, {True: "true", False: "false"}, other=None)
    if kind == "string":
        words = {key: text for key, text in borders.items() if isinstance(key, str)}
        if ordered_text:
            return _line_of_text(start, words)
        return _listed(kind, start, words, other=_other_word(list(words)))
    scale = WHOLE_NUMBERS if integral and kind == "number" else SCALES[kind]
    places = {key: text for key, text in borders.items() if not isinstance(key, (str, bool))}
    return _line(scale, start, places)


def _listed(kind: str, start: int, points: Mapping[bool, str] | Mapping[str, str], other: str | None) -> Section:
    atoms: list[Atom] = []
    order: dict[Position | str | bool, int] = {}
    for key, text in points.items():
        order[key] = len(atoms)
        atoms.append(Atom(key, low=text))
    if other is not None:
        atoms.append(Atom(other, point=False, other=True))
    return Section(kind, start, atoms, order, ((1 << len(atoms)) - 1) << start, listed=True)


def _line(scale: Scale, start: int, borders: dict[Position, str]) -> Section:
    places = sorted(borders)
    atoms: list[Atom] = []
    live = 0
    for i in range(len(places) + 1):
        low, high = (places[i - 1] if i else None), (places[i] if i < len(places) else None)
        inside = between(scale, low, high)
        example = None if inside is None else scale.value(inside)
        live |= (example is not None) << len(atoms)
        low_text, high_text = ("" if one is None else borders[one] for one in (low, high))
        atoms.append(Atom(example, point=False, low=low_text, high=high_text))
        if high is not None:
            point = high if scale is not WHOLE_NUMBERS or high == high.to_integral_value() else None
            live |= (point is not None) << len(atoms)
            atoms.append(Atom(None if point is None else scale.value(point), low=high_text))
    order: dict[Position | str | bool, int] = {place: i for i, place in enumerate(places)}
    return Section(scale.kind, start, atoms, order, live << start)


def _line_of_text(start: int, borders: dict[str, str]) -> Section:
    """Text that is compared by order: between two words there are others."""
    words = sorted(borders)
    atoms: list[Atom] = []
    live = 0
    for i in range(len(words) + 1):
        low, high = (words[i - 1] if i else None), (words[i] if i < len(words) else None)
        example = _word_between(low, high)
        live |= (example is not None) << len(atoms)
        low_text, high_text = ("" if one is None else borders[one] for one in (low, high))
        atoms.append(Atom(example, point=False, low=low_text, high=high_text))
        if high is not None:
            live |= 1 << len(atoms)
            atoms.append(Atom(high, low=borders[high]))
    order: dict[Position | str | bool, int] = {word: i for i, word in enumerate(words)}
    return Section("string", start, atoms, order, live << start)


def _word_between(low: str | None, high: str | None) -> str | None:
    if low is None:
        return "" if high else None
    candidates = (low + tail for tail in ("0", "A", "a", "一", " ", "!", "\t"))
    return next((word for word in candidates if high is None or word < high), None)


def _other_word(words: list[str]) -> str:
    """A word that is not listed: the next code where the words are codes of one width, else 其他."""
    if words and all(word.isascii() and word.isdigit() and len(word) == len(words[0]) for word in words):
        width = len(words[0])
        near = [int(max(words)) + 1, *range(min(len(words) + 1, 10**width))]
        return next((t for n in near if len(t := f"{n:0{width}}") == width and t not in words), f"{'0' * width}0")
    if words and all(len(word) == 1 and "A" <= word <= "Z" for word in words):
        return next((letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in words), "其他")
    return next((word for word in _OTHER_WORDS if word not in words), "".join(words) + "0")


def spelled_atom(atom: Atom) -> str:
    """The example of an atom as FEEL text."""
    return atom.low if atom.point else spelled(atom.example)
