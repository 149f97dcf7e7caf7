"""Text of strangers as a plain tree that knows its lines: no objects, no alias bombs, bounded size and depth.

Built from the parser's events without recursion, so that a hostile file is refused instead of exhausting the stack.
Scalars keep their text; what they mean is decided by whoever expects a value there. Rooms that read other formats grow
the same tree, so that one reader judges them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import yaml

from yanlian.base.refusal import Refused
from yanlian.base.written import LOADER

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})

Trouble = Literal["bytes", "depth", "nodes", "encoding", "syntax", "key twice", "alias"]
_WHAT: Mapping[Trouble, str] = {"bytes": "字节 bytes", "depth": "层 levels", "nodes": "节点 nodes"}


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
        return self.plain and self.text in _NOTHING


@dataclass(slots=True)
class Listing:
    """A sequence."""

    line: int
    items: list[Tree] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A key of a mapping with its value."""

    key: Scalar
    value: Tree


@dataclass(slots=True)
class Mapped:
    """A mapping, keys as text, in the order written."""

    line: int
    entries: dict[str, Entry] = field(default_factory=dict)

    def get(self, key: str) -> Tree | None:
        """The value of a key, or None when the key is not there or is written as nothing."""
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_null):
            return None
        return entry.value

    def line_of(self, key: str) -> int:
        """Where a key stands."""
        return self.entries[key].key.line


Tree: TypeAlias = Scalar | Listing | Mapped


class Unreadable(Exception):
    """A file that cannot be read at all: the line and what is wrong with it; `file`: which of several."""

    def __init__(self, line: int, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.file = ""
        self.line = line
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Rules:
    """What a room reads: its limits, whether a text may repeat itself by aliases, and its refusal for each trouble."""

    most_bytes: int
    most_depth: int
    most_nodes: int
    codes: Mapping[Trouble, str]
    aliases: bool = True

    def unreadable(self, trouble: Trouble, line: int, found: object, expected: object = "") -> Unreadable:
        """The trouble in the words of the room."""
        what = _WHAT.get(trouble, "")
        return Unreadable(line, Refused(self.codes[trouble], what=what, found=found, expected=expected))


def decoded(data: bytes, rules: Rules) -> str:
    """The text of a file: UTF-8, with or without a byte-order mark. Raises `Unreadable`."""
    if len(data) > rules.most_bytes:
        raise rules.unreadable("bytes", 0, len(data), rules.most_bytes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise rules.unreadable("encoding", line, f"0x{data[error.start]:02x}") from None


def tree_of_yaml(text: str, rules: Rules) -> Tree:
    """The tree of one YAML document. Raises `Unreadable` with the line of the first fault of the syntax."""
    growing = Growing(rules)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            _grow(growing, event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise rules.unreadable("syntax", mark.line + 1 if mark else 0, error.problem or "YAML") from None
    except yaml.YAMLError as error:
        raise rules.unreadable("syntax", 0, str(error).splitlines()[0]) from None
    return growing.tree


def _grow(growing: Growing, event: yaml.Event) -> None:
    line = event.start_mark.line + 1 if event.start_mark is not None else 0
    anchor = event.anchor if isinstance(event, yaml.NodeEvent) else None
    if anchor and not growing.rules.aliases:
        raise growing.rules.unreadable("alias", line, anchor)
    if isinstance(event, yaml.ScalarEvent):
        plain = event.style in {None, ""} and bool(event.implicit[0])
        growing.add(Scalar(event.value, line, plain=plain, block=event.style in {"|", ">"}), anchor)
    elif isinstance(event, yaml.CollectionStartEvent):
        growing.open(Listing(line) if isinstance(event, yaml.SequenceStartEvent) else Mapped(line), anchor)
    elif isinstance(event, yaml.CollectionEndEvent):
        growing.close(line)
    elif isinstance(event, yaml.AliasEvent):
        growing.repeat(str(anchor), line)
    elif isinstance(event, yaml.DocumentStartEvent) and growing.root is not None:
        raise growing.rules.unreadable("syntax", line, "---")


@dataclass(slots=True)
class _Open:
    """A collection that is being filled: how many nodes it has and how deep it goes; `key` waits for its value."""

    node: Listing | Mapped
    anchor: str | None
    key: Scalar | None = None
    size: int = 1
    height: int = 1


class Growing:
    """A tree while it grows, step by step. What an alias repeats counts each time, in size and in depth: a bomb is
    refused before it is walked. Every step raises `Unreadable` beyond the limits."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.root: Tree | None = None
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Tree, int, int]] = {}

    @property
    def tree(self) -> Tree:
        """What has grown; an empty text is nothing."""
        return Scalar("", 1) if self.root is None else self.root

    def add(self, word: Scalar, anchor: str | None = None) -> None:
        """A scalar."""
        self._place(word, anchor, 1, 0, word.line)

    def open(self, node: Listing | Mapped, anchor: str | None = None) -> None:
        """A list or mapping begins; what is added stands in it until it is closed."""
        if len(self._open) >= self.rules.most_depth:
            raise self.rules.unreadable("depth", node.line, len(self._open) + 1, self.rules.most_depth)
        self._open.append(_Open(node, anchor))

    def close(self, line: int) -> None:
        """The list or mapping that was opened last ends."""
        if not self._open:
            raise self.rules.unreadable("syntax", line, "]")
        top = self._open.pop()
        self._place(top.node, top.anchor, top.size, top.height, line)

    def repeat(self, anchor: str, line: int) -> None:
        """What an anchor named stands here again."""
        if anchor not in self._anchors:
            raise self.rules.unreadable("syntax", line, f"*{anchor}")
        node, size, height = self._anchors[anchor]
        self._place(node, None, size, height, line)

    def _place(self, node: Tree, anchor: str | None, size: int, height: int, line: int) -> None:
        """Put a finished node where it belongs."""
        if anchor:
            self._anchors[anchor] = (node, size, height)
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        top.size += size
        top.height = max(top.height, height + 1)
        if top.size > self.rules.most_nodes:
            raise self.rules.unreadable("nodes", line, f"> {self.rules.most_nodes}", self.rules.most_nodes)
        if top.height > self.rules.most_depth:
            raise self.rules.unreadable("depth", line, top.height, self.rules.most_depth)
        if isinstance(top.node, Listing):
            top.node.items.append(node)
        elif top.key is None:
            if not isinstance(node, Scalar):
                raise self.rules.unreadable("syntax", node.line, "? (mapping or list as a key)")
            top.key = node
        else:
            put(top.node, top.key, node, self.rules)
            top.key = None


def put(owner: Mapped, key: Scalar, value: Tree, rules: Rules) -> None:
    """Add a key. Raises `Unreadable` when it stands there already: one of the two would be lost."""
    if key.text in owner.entries:
        raise rules.unreadable("key twice", key.line, key.text)
    owner.entries[key.text] = Entry(key, value)
