"""YAML text into a plain tree that knows its lines, safely: no objects, no alias bombs, bounded size and depth.

Built from the parser's events without recursion, so that a hostile file is refused instead of exhausting the stack.
Scalars keep their text; what they mean is decided by whoever expects a value there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from yanlian.base.refusal import Refused

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 200_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One word or text. `plain` without quotes; `block` written with | or > (its text starts on the next line)."""

    text: str
    line: int
    plain: bool = True
    block: bool = False

    @property
    def is_null(self) -> bool:
        """Whether it is written as nothing: empty, ~ or null."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(slots=True)
class Listing:
    """A YAML sequence."""

    line: int
    items: list[Tree] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A key of a mapping with its value."""

    key: Scalar
    value: Tree


@dataclass(slots=True)
class Mapped:
    """A YAML mapping, keys as text, in the order written."""

    line: int
    entries: dict[str, Entry] = field(default_factory=dict)

    def get(self, key: str) -> Tree | None:
        """The value of a key, or None when the key is not there or is written as nothing."""
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_null):
            return None
        return entry.value


Tree: TypeAlias = Scalar | Listing | Mapped


class Unreadable(Exception):
    """A file that is no usable YAML: the line and what is wrong with it."""

    def __init__(self, line: int, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.line = line
        self.refusal = refusal


def decode(data: bytes) -> str:
    """The text of a file: UTF-8, with or without a byte-order mark. Raises `Unreadable`."""
    if len(data) > MAX_BYTES:
        raise Unreadable(0, Refused("pack_too_big", found=len(data), expected=MAX_BYTES))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, Refused("pack_encoding", found=f"0x{data[error.start]:02x}")) from None


def read_tree(text: str) -> Tree:
    """The tree of one YAML document. Raises `Unreadable` with the line of the first fault of the syntax."""
    try:
        return _Builder().build(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise Unreadable(line, Refused("pack_yaml", found=error.problem or "YAML")) from None
    except yaml.YAMLError as error:
        raise Unreadable(0, Refused("pack_yaml", found=str(error).splitlines()[0])) from None


@dataclass(slots=True)
class _Open:
    """A collection that is being filled: how many nodes it has and how deep it goes; `key` waits for its value."""

    node: Listing | Mapped
    anchor: str | None
    key: Scalar | None = None
    size: int = 1
    height: int = 1


class _Builder:
    """What an alias repeats counts again each time, in size and in depth: a bomb is refused before it is walked."""

    def __init__(self) -> None:
        self.root: Tree | None = None
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Tree, int, int]] = {}

    def build(self, text: str) -> Tree:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark is not None else 0
            if isinstance(event, yaml.ScalarEvent):
                plain = event.style in {None, ""} and bool(event.implicit[0])
                word = Scalar(event.value, line, plain=plain, block=event.style in {"|", ">"})
                self._place(word, event.anchor, 1, 0, line)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event, line)
            elif isinstance(event, yaml.CollectionEndEvent):
                top = self.stack.pop()
                self._place(top.node, top.anchor, top.size, top.height, line)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in self.anchors:
                    raise Unreadable(line, Refused("pack_yaml", found=f"*{event.anchor}"))
                node, size, height = self.anchors[event.anchor]
                self._place(node, None, size, height, line)
            elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                raise Unreadable(line, Refused("pack_yaml", found="---"))
        return Scalar("", 1) if self.root is None else self.root

    def _open(self, event: yaml.CollectionStartEvent, line: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise Unreadable(line, Refused("pack_too_deep", expected=MAX_DEPTH))
        node: Listing | Mapped = Listing(line) if isinstance(event, yaml.SequenceStartEvent) else Mapped(line)
        self.stack.append(_Open(node, event.anchor))

    def _place(self, node: Tree, anchor: str | None, size: int, height: int, line: int) -> None:
        """Put a finished node where it belongs."""
        if anchor:
            self.anchors[anchor] = (node, size, height)
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += size
        top.height = max(top.height, height + 1)
        if top.size > MAX_NODES:
            raise Unreadable(line, Refused("pack_too_many", expected=MAX_NODES))
        if top.height > MAX_DEPTH:
            raise Unreadable(line, Refused("pack_too_deep", expected=MAX_DEPTH))
        if isinstance(top.node, Listing):
            top.node.items.append(node)
        elif top.key is None:
            if not isinstance(node, Scalar):
                raise Unreadable(line, Refused("pack_yaml", found="? (mapping or list as a key)"))
            top.key = node
        elif top.key.text in top.node.entries:
            raise Unreadable(top.key.line, Refused("pack_key_twice", found=top.key.text))
        else:
            top.node.entries[top.key.text] = Entry(top.key, node)
            top.key = None


def canonical(tree: Tree) -> object:
    """The content without layout, comments and the order of keys, as values that can be written as JSON."""
    if isinstance(tree, Scalar):
        return tree.text if not tree.plain else (None if tree.is_null else ["plain", tree.text])
    if isinstance(tree, Listing):
        return ["list", *(canonical(item) for item in tree.items)]
    return {key: canonical(tree.entries[key].value) for key in sorted(tree.entries)}
