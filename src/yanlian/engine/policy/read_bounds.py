"""`bounds` of a document: which words of its text include the number they stand beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yanlian.base.tree import Scalar, Tree
from yanlian.engine.policy.reading import Reader, kind_name

INCLUDED, LEFT_OUT = "含", "不含"


@dataclass(frozen=True, slots=True)
class Word:
    """Whether a word bounds from below, stands before the number, and by national usage includes it."""

    below: bool
    before: bool
    included: bool


WORDS: Mapping[str, Word] = {
    "以上": Word(below=True, before=False, included=True),
    "以下": Word(below=False, before=False, included=True),
    "以内": Word(below=False, before=False, included=True),
    "不超过": Word(below=False, before=True, included=True),
    "不高于": Word(below=False, before=True, included=True),
    "不低于": Word(below=True, before=True, included=True),
    "不少于": Word(below=True, before=True, included=True),
    "达到": Word(below=True, before=True, included=True),
    "超过": Word(below=True, before=True, included=False),
    "高于": Word(below=True, before=True, included=False),
    "不足": Word(below=False, before=True, included=False),
    "低于": Word(below=False, before=True, included=False),
    "少于": Word(below=False, before=True, included=False),
}


def read_bounds(reader: Reader, tree: Tree | None) -> Mapping[str, bool]:
    """Word → whether it includes its number, for the words that the document speaks of."""
    found: dict[str, bool] = {}
    for key, value in reader.named(tree, "document.bounds"):
        if key.text not in WORDS:
            reader.faults.add(key.line, "pack_word", key="bounds", found=key.text, expected=" | ".join(WORDS))
        elif not isinstance(value, Scalar) or value.text not in {INCLUDED, LEFT_OUT}:
            reader.wrong(value.line, f"bounds.{key.text}", f"{INCLUDED} | {LEFT_OUT}", kind_name(value))
        else:
            found[key.text] = value.text == INCLUDED
    return found
