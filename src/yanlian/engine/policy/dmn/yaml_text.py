"""The tree of a pack's file as YAML text; reading the text gives the same tree, lines apart."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import yaml

from yanlian.base.tree import Entry, Listing, Mapped, Scalar, Tree

_WIDTH = 120


def tree_text(tree: Tree) -> str:
    """The YAML of a tree. Lists of plain words and short mappings in lists stand on one line."""
    events: list[yaml.Event] = [yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False)]
    events += _events(tree, inside=False)
    events += [yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent()]
    found = yaml.emit(events, allow_unicode=True, width=_WIDTH)
    assert isinstance(found, str)
    return found


def _events(tree: Tree, *, inside: bool) -> Iterator[yaml.Event]:
    if isinstance(tree, Scalar):
        style = "|" if tree.block and not inside else None if tree.plain else "'"
        yield yaml.ScalarEvent(None, None, (tree.plain, not tree.plain), tree.text, style=style)
        return
    flow = inside or _fits(tree)
    if isinstance(tree, Listing):
        yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=flow)
        for item in tree.items:
            yield from _events(item, inside=flow)
        yield yaml.SequenceEndEvent()
        return
    yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=flow)
    for entry in tree.entries.values():
        yield from _events(entry.key, inside=True)
        yield from _events(entry.value, inside=flow)
    yield yaml.MappingEndEvent()


def _fits(tree: Listing | Mapped) -> bool:
    members = tree.items if isinstance(tree, Listing) else [entry.value for entry in tree.entries.values()]
    words = [one.text for one in members if isinstance(one, Scalar) and not one.block]
    if isinstance(tree, Mapped) or len(words) < len(members):
        return not members
    return sum(map(len, words)) < _WIDTH


def scalar(value: object, *, quoted: bool = False) -> Scalar:
    """A word: text, a number, a truth value, nothing. `quoted` text that must not be read as anything else."""
    if value is None:
        return Scalar("null", 0)
    if isinstance(value, bool):
        return Scalar("true" if value else "false", 0)
    if isinstance(value, Decimal):
        return Scalar(format(value, "f"), 0)
    text = str(value)
    return Scalar(text, 0, plain=not quoted and not Scalar(text, 0).is_null)


def listing(items: list[Tree]) -> Listing:
    """A list."""
    return Listing(0, items)


def mapped(**values: Tree | None) -> Mapped:
    """A mapping; what is None is left out. A trailing underscore of a key is dropped (`from_`)."""
    made = Mapped(0)
    for key, value in values.items():
        if value is not None:
            put(made, key.rstrip("_"), value)
    return made


def put(owner: Mapped, key: str, value: Tree) -> None:
    """Set the value of a key, new or not."""
    known = owner.entries.get(key)
    owner.entries[key] = Entry(known.key if known else scalar(key), value)
