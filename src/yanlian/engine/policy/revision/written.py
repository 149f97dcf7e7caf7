"""A tree as YAML again: for who wants to change a whole clause as text."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

import yaml

from yanlian.base.tree import Listing, Scalar, Tree

_Plain: TypeAlias = "_Word | str | list[_Plain] | dict[str, _Plain]"
_WIDTH = 110


class _Word(str):
    """A word that was written without quotes, and means what YAML makes of it."""

    __slots__ = ()


class _Writer(yaml.SafeDumper):
    """Words as they stood: without quotes where they had none."""

    def ignore_aliases(self, data: object) -> bool:
        """Everything is written out."""
        return True


def _word(writer: _Writer, word: _Word) -> yaml.ScalarNode:
    # Whatever YAML makes of it without quotes is its kind, so that none are written.
    kind: str = writer.resolve(yaml.ScalarNode, str(word), (True, False))  # type: ignore[no-untyped-call]
    return writer.represent_scalar(kind, str(word))


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else "'"
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(_Word, _word)
_Writer.add_representer(str, _text)


def yaml_of(tree: Tree, without: Collection[str] = ()) -> str:
    """The text of a tree; keys of its mapping that are named in `without` are left out."""
    plain = _plain(tree)
    if isinstance(plain, dict):
        plain = {key: value for key, value in plain.items() if key not in without}
    return yaml.dump(plain, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=_WIDTH)


def _plain(tree: Tree) -> _Plain:
    if isinstance(tree, Scalar):
        return _Word(tree.text) if tree.plain else tree.text
    if isinstance(tree, Listing):
        return [_plain(one) for one in tree.items]
    return {_Word(key): _plain(entry.value) for key, entry in tree.entries.items()}
