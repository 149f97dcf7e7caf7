"""YAML text as a plain tree that knows its lines: no objects, no aliases, bounded size and depth.

Built from the parser's events without recursion, so that a hostile file is refused instead of exhausting the stack.
Tables, JSON and GraphML are brought to the same tree, so that one reader judges them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from yanlian.base.refusal import Refused

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 12
MAX_NODES = 60_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """One word or text as it is written; `nothing` when it is written as no value (empty, ~, null)."""

    text: str
    line: int
    nothing: bool = False


@dataclass(slots=True)
class Listing:
    """A sequence."""

    line: int
    items: list[Tree] = field(default_factory=list)


@dataclass(slots=True)
class Mapped:
    """A mapping, keys as text, in the order written; `lines` says where each key stands."""

    line: int
    entries: dict[str, Tree] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def get(self, key: str) -> Tree | None:
        """The value of a key, or None when the key is not there or is written as nothing."""
        value = self.entries.get(key)
        return None if isinstance(value, Scalar) and value.nothing else value

    def put(self, key: str, value: Tree, line: int) -> None:
        """Add a key. Raises `Unreadable` when it stands there already: one of the two would be lost."""
        if key in self.entries:
            raise Unreadable(line, Refused("chain_key_twice", found=key))
        self.entries[key] = value
        self.lines[key] = line


Tree: TypeAlias = Scalar | Listing | Mapped


class Unreadable(Exception):
    """A file that cannot be read at all: the line and what is wrong with it; `file`: which of several."""

    def __init__(self, line: int, refusal: Refused) -> None:
        super().__init__(refusal.code)
        self.file = ""
        self.line = line
        self.refusal = refusal


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, with or without a byte-order mark. Raises `Unreadable`."""
    if len(data) > MAX_BYTES:
        raise limit("字节 bytes", len(data), MAX_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, Refused("chain_encoding", found=f"0x{data[error.start]:02x}")) from None


def limit(what: str, found: object, expected: int, line: int = 0) -> Unreadable:
    """The refusal of something larger than any chain is."""
    return Unreadable(line, Refused("chain_limit", what=what, found=found, expected=expected))


def syntax(line: int, found: str) -> Unreadable:
    """The refusal of text that is no YAML, JSON or XML of the kind we read."""
    return Unreadable(line, Refused("chain_syntax", found=found))


def read_tree(text: str) -> Tree:
    """The tree of one YAML document. Raises `Unreadable` with the line of the first fault of the syntax."""
    try:
        return grown(_yaml_steps(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise syntax(mark.line + 1 if mark else 0, error.problem or "YAML") from None
    except yaml.YAMLError as error:
        raise syntax(0, str(error).splitlines()[0]) from None


END = "end"
Step: TypeAlias = Tree | tuple[str, int]


def _yaml_steps(text: str) -> Iterator[Step]:
    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark is not None else 0
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            raise Unreadable(line, Refused("chain_alias", found=event.anchor))
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style in {None, ""} and bool(event.implicit[0])
            yield Scalar(event.value, line, nothing=plain and event.value in _NOTHING)
        elif isinstance(event, yaml.SequenceStartEvent):
            yield Listing(line)
        elif isinstance(event, yaml.MappingStartEvent):
            yield Mapped(line)
        elif isinstance(event, yaml.CollectionEndEvent):
            yield (END, line)
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise syntax(line, "---")


def grown(steps: Iterator[Step]) -> Tree:
    """The tree that steps build: a scalar stands for itself, a list or mapping stays open until its end. Raises
    `Unreadable` when it grows larger or deeper than any chain is."""
    root: Tree = Scalar("", 1, nothing=True)
    open_: list[tuple[Listing | Mapped, list[Scalar]]] = []
    for count, step in enumerate(steps):
        if count > MAX_NODES:
            raise limit("节点 nodes", f"> {MAX_NODES}", MAX_NODES)
        if isinstance(step, tuple):
            if not open_:
                raise syntax(step[1], "]")
            open_.pop()
            continue
        if not open_:
            root = step
        else:
            _place(*open_[-1], step)
        if isinstance(step, Listing | Mapped):
            if len(open_) >= MAX_DEPTH:
                raise limit("层 levels", len(open_) + 1, MAX_DEPTH, step.line)
            open_.append((step, []))
    return root


def _place(owner: Listing | Mapped, key: list[Scalar], value: Tree) -> None:
    if isinstance(owner, Listing):
        owner.items.append(value)
    elif key:
        name = key.pop()
        owner.put(name.text, value, name.line)
    elif isinstance(value, Scalar):
        key.append(value)
    else:
        raise syntax(value.line, "? (mapping or list as a key)")
