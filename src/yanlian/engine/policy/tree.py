"""YAML of packs: how large it may be, in the words of packs; its content apart from layout."""

from __future__ import annotations

from yanlian.base.tree import Listing, Rules, Scalar, Tree, decoded, tree_of_yaml

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40
MAX_NODES = 200_000
RULES = Rules(
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    {
        "bytes": "pack_too_big",
        "depth": "pack_too_deep",
        "nodes": "pack_too_many",
        "encoding": "pack_encoding",
        "syntax": "pack_yaml",
        "key twice": "pack_key_twice",
    },
)


def decode(data: bytes) -> str:
    """The text of a file: UTF-8, with or without a byte-order mark. Raises `Unreadable`."""
    return decoded(data, RULES)


def read_tree(text: str) -> Tree:
    """The tree of one YAML document. Raises `Unreadable` with the line of the first fault of the syntax."""
    return tree_of_yaml(text, RULES)


def canonical(tree: Tree) -> object:
    """The content without layout, comments and the order of keys, as values that can be written as JSON."""
    if isinstance(tree, Scalar):
        return tree.text if not tree.plain else (None if tree.is_null else ["plain", tree.text])
    if isinstance(tree, Listing):
        return ["list", *(canonical(item) for item in tree.items)]
    return {key: canonical(tree.entries[key].value) for key in sorted(tree.entries)}
