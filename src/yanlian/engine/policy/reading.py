"""Typed values out of the tree of a file; whatever does not fit is noted as a fault and reading goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from yanlian.base import finding
from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.base.tree import Listing, Mapped, Scalar, Tree
from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.model import Constant, Formula

_TRUE = frozenset({"true", "True", "是"})
_FALSE = frozenset({"false", "False", "否"})
_NOWHERE = Formula("null")
# Keys that people write by the sense: the one that is meant is spelt otherwise.
_MEANT = {"when": "conditions", "condition": "conditions"}


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like a word, or a dash."""
    return finding.nearest(word, known) or "—"


def kind_name(tree: Tree) -> str:
    """What stands there, in words for a message."""
    if isinstance(tree, Scalar):
        return tree.text[:40] or "（空 empty）"
    return "列表 list" if isinstance(tree, Listing) else "映射 mapping"


def constant(scalar: Scalar) -> Constant:
    """What a scalar means where any value may stand: a number as people write it, a date, a truth value or text."""
    if scalar.is_null:
        return None
    if not scalar.plain:
        return scalar.text
    if scalar.text in {"true", "True", "false", "False"}:
        return scalar.text in _TRUE
    day = _day(scalar.text)
    if day is not None:
        return day
    try:
        return parse_figure(scalar.text)
    except Refused:
        return scalar.text


def raw_value(tree: Tree) -> object:
    """A tree as plain values for facts: mappings, lists, and scalars as `constant` reads them; figures with units stay
    text, because only the field's type says what they are."""
    if isinstance(tree, Mapped):
        return {key: raw_value(entry.value) for key, entry in tree.entries.items()}
    if isinstance(tree, Listing):
        return [raw_value(item) for item in tree.items]
    found = constant(tree)
    return tree.text if isinstance(found, Decimal) else found


def _day(text: str) -> date | None:
    if len(text) != 10 or text[4] != "-":
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None


class Reader:
    """Reads the values of one file; `faults` knows which file and clause."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def wrong(self, line: int, key: str, expected: str, found: str) -> None:
        """Note that something else was expected."""
        self.faults.add(line, "pack_value", key=key, expected=expected, found=found)

    def mapping(self, tree: Tree | None, what: str, known: Iterable[str], needed: Iterable[str] = ()) -> Mapped | None:
        """A mapping with these keys; unknown and missing ones are faults."""
        if tree is None:
            return None
        if not isinstance(tree, Mapped):
            self.wrong(tree.line, what, "映射 mapping (key: value)", kind_name(tree))
            return None
        allowed = set(known)
        for key, entry in tree.entries.items():
            if key not in allowed:
                meant = _MEANT.get(key, "")
                near = meant if meant in allowed else nearest(key, allowed)
                self.faults.add(entry.key.line, "pack_key_unknown", found=key, where=what, nearest=near)
        for key in needed:
            if tree.get(key) is None:
                self.faults.add(tree.line, "pack_key_missing", key=key, where=what)
        return tree

    def named(self, tree: Tree | None, what: str) -> list[tuple[Scalar, Tree]]:
        """A mapping whose keys are names chosen by the writer."""
        if tree is None:
            return []
        if not isinstance(tree, Mapped):
            self.wrong(tree.line, what, "映射 mapping (name: …)", kind_name(tree))
            return []
        return [(entry.key, entry.value) for entry in tree.entries.values()]

    def listing(self, tree: Tree | None, what: str) -> list[Tree]:
        """A list; a single value where a list is expected is a fault."""
        if tree is None:
            return []
        if not isinstance(tree, Listing):
            self.wrong(tree.line, what, "列表 list (- …)", kind_name(tree))
            return []
        return tree.items

    def text(self, owner: Mapped, key: str, default: str = "") -> str:
        """Text of a key."""
        found = owner.get(key)
        if found is None:
            return default
        if not isinstance(found, Scalar):
            self.wrong(found.line, key, "文字 text", kind_name(found))
            return default
        return found.text.strip()

    def texts(self, tree: Tree | None, key: str) -> tuple[str, ...]:
        """A list of words, or one word."""
        if isinstance(tree, Scalar):
            return (tree.text,)
        words: list[str] = []
        for item in self.listing(tree, key):
            if isinstance(item, Scalar):
                words.append(item.text)
            elif isinstance(item, Mapped):
                words += [f"{name.text}: {kind_name(value)}" for name, value in self.named(item, key)]
            else:
                self.wrong(item.line, key, "文字 text", kind_name(item))
        return tuple(words)

    def choice(self, owner: Mapped, key: str, allowed: Sequence[str], default: str) -> str:
        """One of some words."""
        found = owner.get(key)
        if found is None:
            return default
        if not isinstance(found, Scalar) or found.text not in allowed:
            self.faults.add(found.line, "pack_word", key=key, found=kind_name(found), expected=" | ".join(allowed))
            return default
        return found.text

    def day(self, owner: Mapped, key: str) -> date | None:
        """A date."""
        found = owner.get(key)
        if found is None:
            return None
        day = _day(found.text) if isinstance(found, Scalar) else None
        if day is None:
            self.wrong(found.line, key, "日期 date 2025-01-31", kind_name(found))
        return day

    def flag(self, owner: Mapped, key: str, *, default: bool = False) -> bool:
        """true or false."""
        found = owner.get(key)
        if found is None:
            return default
        if isinstance(found, Scalar) and found.text in _TRUE | _FALSE:
            return found.text in _TRUE
        self.wrong(found.line, key, "true | false", kind_name(found))
        return default

    def figure(self, tree: Tree | None, key: str, line: int) -> Decimal:
        """A number as people write it."""
        if not isinstance(tree, Scalar):
            self.wrong(line, key, "数 number", "—" if tree is None else kind_name(tree))
            return Decimal(0)
        try:
            return parse_figure(tree.text)
        except Refused:
            self.wrong(tree.line, key, "数 number (2000万元, 30%, 1,234.50)", tree.text)
            return Decimal(0)

    def value(self, tree: Tree | None, key: str) -> Constant:
        """A constant: a scalar, or a list of them."""
        if tree is None:
            return None
        if isinstance(tree, Scalar):
            return constant(tree)
        if isinstance(tree, Listing):
            return tuple(self.value(item, key) for item in tree.items)
        self.wrong(tree.line, key, "值 value", kind_name(tree))
        return None

    def formula(self, tree: Tree | None, key: str) -> Formula | None:
        """A FEEL text. A money amount written with separators is a number, not FEEL."""
        if tree is None:
            return None
        if not isinstance(tree, Scalar):
            self.faults.add(tree.line, "pack_feel_shape", key=key, found=kind_name(tree))
            return _NOWHERE
        text = tree.text.strip()
        if "," in text or "，" in text:
            try:
                text = format(parse_figure(text), "f")
            except Refused:
                text = tree.text.strip()
        return Formula(text, self.faults.file, tree.line, block=tree.block, quoted=not tree.plain and not tree.block)

    def day_formula(self, owner: Mapped | None, key: str, what: str) -> Formula | None:
        """A FEEL date; a plain 2025-01-31 is a date too (FEEL alone would subtract)."""
        tree = owner.get(key) if owner else None
        if owner is not None and isinstance(tree, Scalar) and len(tree.text) == 10 and tree.text[:4].isdecimal():
            day = self.day(owner, key)
            if day is not None:
                return Formula(f'date("{day.isoformat()}")', self.faults.file, tree.line)
        return self.formula(tree, what)

    def sure_formula(self, owner: Mapped, key: str) -> Formula:
        """A FEEL text that must be there; its absence was noted as a missing key."""
        return self.formula(owner.get(key), key) or _NOWHERE
