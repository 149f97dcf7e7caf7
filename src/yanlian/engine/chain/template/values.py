"""Typed values out of the tree of a chain's file; whatever does not fit is noted as a fault and reading goes on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from yanlian.base.refusal import Refused
from yanlian.base.tree import Listing, Mapped, Scalar, Tree
from yanlian.engine.chain.template.finding import Findings

LONGEST_WORD = 300
LONGEST_TEXT = 20_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_ID = 60
# Line separators of Unicode: some formats keep them, some turn them into line breaks.
_BREAKS = frozenset("\u0085\u2028\u2029")
T = TypeVar("T")


def described(tree: Tree | None) -> str:
    """What stands there, in words for a message."""
    if isinstance(tree, Scalar):
        return tree.text[:40] or "（空 empty）"
    if tree is None:
        return "（空 empty）"
    return "列表 list" if isinstance(tree, Listing) else "映射 mapping"


class Reader:
    """Reads values; `faults` knows the file and where in it."""

    def __init__(self, faults: Findings) -> None:
        self.faults = faults

    def refuse(self, line: int, code: str, /, **data: object) -> None:
        """Note a fault."""
        self.faults.add(line, Refused(code, **data))

    def wrong(self, line: int, key: str, expected_zh: str, expected_en: str, found: str) -> None:
        """Note that something else was expected."""
        self.refuse(line, "chain_value", key=key, expected_zh=expected_zh, expected_en=expected_en, found=found)

    def mapping(self, tree: Tree | None, what: str, known: Iterable[str], needed: Iterable[str]) -> Mapped | None:
        """A mapping with these keys; unknown and missing ones are faults."""
        if not isinstance(tree, Mapped):
            self.wrong(0 if tree is None else tree.line, what, "“键: 值”", "key: value", described(tree))
            return None
        allowed = list(known)
        for key in tree.entries:
            if key not in allowed:
                near = self.faults.nearest(key, allowed)
                self.refuse(tree.line_of(key), "chain_key_unknown", found=key[:60], where=what, nearest=near)
        for key in needed:
            if tree.get(key) is None:
                self.refuse(tree.line, "chain_key_missing", key=key, where=what)
        return tree

    def items(self, owner: Mapped, key: str) -> list[Tree]:
        """The members of a list; a single value where a list is expected is a fault."""
        found = owner.get(key)
        if found is None:
            return []
        if not isinstance(found, Listing):
            self.wrong(found.line, key, "列表 [a, b]", "a list [a, b]", described(found))
            return []
        return found.items

    def word(self, tree: Tree | None, key: str, *, lines: bool = False) -> str:
        """One text, without the blanks around it; `lines`: it may have several."""
        if tree is None:
            return ""
        if not isinstance(tree, Scalar):
            self.wrong(tree.line, key, "文字", "text", described(tree))
            return ""
        if tree.is_null:
            return ""
        text = tree.text.replace("\r\n", "\n").strip()
        most = LONGEST_TEXT if lines else LONGEST_WORD
        if len(text) > most:
            self.wrong(tree.line, key, f"不超过{most}字", f"at most {most} characters", f"{len(text)}")
            return text[:most]
        bad = next((c for c in text if _is_control(c) and not (lines and c == "\n")), "")
        if bad:
            self.refuse(tree.line, "chain_text", key=key, found=f"U+{ord(bad):04X}")
            return "".join(c for c in text if not _is_control(c))
        return text

    def text(self, owner: Mapped, key: str, *, lines: bool = False) -> str:
        """The text of a key; empty when it is not there."""
        return self.word(owner.get(key), key, lines=lines)

    def words(self, owner: Mapped, key: str) -> tuple[str, ...]:
        """A list of words, none empty, none twice."""
        return self.distinct([(item, self.word(item, key)) for item in self.items(owner, key)], key)

    def distinct(self, found: Sequence[tuple[Tree, str]], key: str) -> tuple[str, ...]:
        """Words without the empty ones and those that stand twice, which are faults."""
        words: dict[str, None] = {}
        for item, word in found:
            if not word:
                if isinstance(item, Scalar):
                    self.wrong(item.line, key, "文字", "text", described(item))
            elif word in words:
                self.refuse(item.line, "chain_word_twice", key=key, found=word)
            else:
                words[word] = None
        return tuple(words)

    def names(self, owner: Mapped, key: str) -> dict[str, str]:
        """A mapping of free words to texts, neither empty."""
        tree = owner.get(key)
        if tree is None:
            return {}
        if not isinstance(tree, Mapped):
            self.wrong(tree.line, key, "“名称: 名称”", "name: name", described(tree))
            return {}
        found: dict[str, str] = {}
        for written, entry in tree.entries.items():
            line, value = entry.key.line, entry.value
            name, text = self.word(Scalar(written, line, plain=False), key), self.word(value, key)
            if not name or not text:
                self.wrong(line, key, "“名称: 名称”", "name: name", described(value if name else Scalar("", line)))
            elif name in found:
                self.refuse(line, "chain_word_twice", key=key, found=name)
            else:
                found[name] = text
        return found

    def identifier(self, owner: Mapped, key: str) -> str:
        """An id: lower-case letters, digits and hyphens."""
        found = self.text(owner, key)
        if found and (not _ID.fullmatch(found) or len(found) > _LONGEST_ID):
            self.refuse(owner.line_of(key), "chain_id", key=key, found=found[:80], expected=_LONGEST_ID)
        return found

    def choice(self, owner: Mapped, key: str, allowed: Mapping[str, T], default: T) -> T:
        """One of some words."""
        found = owner.get(key)
        if found is None:
            return default
        text = found.text.strip() if isinstance(found, Scalar) else ""
        if text not in allowed:
            expected = " | ".join(allowed)
            near = self.faults.nearest(text, allowed)
            self.refuse(found.line, "chain_word", key=key, found=described(found), expected=expected, nearest=near)
            return default
        return allowed[text]

    def count(self, owner: Mapped, key: str, default: int, most: int) -> int:
        """A whole number from 1."""
        found = owner.get(key)
        if found is None:
            return default
        text = found.text.strip() if isinstance(found, Scalar) else ""
        if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= most:
            self.wrong(found.line, key, f"1至{most}的整数", f"a whole number from 1 to {most}", described(found))
            return default
        return int(text)

    def day(self, owner: Mapped, key: str) -> date | None:
        """A day."""
        found = owner.get(key)
        if found is None:
            return None
        text = found.text.strip() if isinstance(found, Scalar) else ""
        try:
            if not _DAY.fullmatch(text):
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(found.line, key, "日期，如2026-01-31", "a day, as 2026-01-31", described(found))
            return None

    def address(self, owner: Mapped, key: str) -> str:
        """A web address; only http and https, because pages make it a link."""
        text = self.text(owner, key)
        if text and not re.match(r"https?://[^\s/]+\.[^\s]+$", text):
            self.wrong(owner.line_of(key), key, "网址 https://…", "an address https://…", text[:60])
            return ""
        return text


def _is_control(character: str) -> bool:
    return character in _BREAKS or unicodedata.category(character) in {"Cc", "Cs"} or character in "\ufffe\uffff\ufeff"
