"""Files of chains as trees: how large they may be, in the words of chains.

Tables, JSON and GraphML are brought to the same tree as YAML, so that one reader judges them all.
"""

from __future__ import annotations

from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped, Rules, Scalar, Tree, Unreadable, put, tree_of_yaml
from yanlian.base.tree import decoded as decoded_by

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 12
MAX_NODES = 60_000
RULES = Rules(
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    {
        "bytes": "chain_limit",
        "depth": "chain_limit",
        "nodes": "chain_limit",
        "encoding": "chain_encoding",
        "syntax": "chain_syntax",
        "key twice": "chain_key_twice",
        "alias": "chain_alias",
    },
    aliases=False,
)


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, with or without a byte-order mark. Raises `Unreadable`."""
    return decoded_by(data, RULES)


def read_tree(text: str) -> Tree:
    """The tree of one YAML document. Raises `Unreadable` with the line of the first fault of the syntax."""
    return tree_of_yaml(text, RULES)


def limit(what: str, found: object, expected: int, line: int = 0) -> Unreadable:
    """The refusal of something larger than any chain is."""
    return Unreadable(line, Refused("chain_limit", what=what, found=found, expected=expected))


def syntax(line: int, found: str) -> Unreadable:
    """The refusal of text that is no YAML, JSON or XML of the kind we read."""
    return RULES.unreadable("syntax", line, found)


def said(owner: Mapped, key: str, value: Tree, line: int) -> None:
    """Add a key. Raises `Unreadable` when it stands there already."""
    put(owner, Scalar(key, line, plain=False), value, RULES)


def text_at(text: str, line: int) -> Scalar:
    """A text of a table or of an attribute: as it stands, also where YAML would read null; empty it is nothing."""
    return Scalar(text, line, plain=not text)
