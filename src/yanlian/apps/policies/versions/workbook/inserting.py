"""Names (tables, scales, parameters) put into the text of a document that is there; its own lines stay as they are."""

from __future__ import annotations

from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped, Tree
from yanlian.engine.policy.dmn.yaml_text import put, tree_text
from yanlian.engine.policy.tree import read_tree


def with_names(text: str, names: Mapped, file: str) -> str:
    """The text with `{tables: {…}, scales: {…}}` added at the end of the key of that name, or with the key at the end.

    Refused: `book_name_there` for a name that the document has; a document whose key is written on one line.
    """
    tree = read_tree(text)
    for key, entry in names.entries.items():
        own = tree.get(key) if isinstance(tree, Mapped) else None
        if isinstance(own, Mapped) and isinstance(entry.value, Mapped):
            for name in entry.value.entries:
                if name in own.entries:
                    raise Refused("book_name_there", file=file, found=name)
        text = _added(text, key, entry.value, file)
    # What was put together is read once more: nothing is handed back that cannot be read.
    read_tree(text)
    return text


def _added(text: str, key: str, value: Tree, file: str) -> str:
    whole = Mapped(0)
    put(whole, key, value)
    block = tree_text(whole)
    lines = text.splitlines()
    at = next((n for n, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if at is None:
        return text.rstrip("\n") + "\n\n" + block
    rest = lines[at][len(key) + 1 :].split("#")[0].strip()
    if rest not in ("", "{}", "null", "~"):
        raise Refused("book_name_there", file=file, found=key)
    end = next((n for n in range(at + 1, len(lines)) if lines[n] and not lines[n][0].isspace()), len(lines))
    while end > at + 1 and not lines[end - 1].strip():
        end -= 1
    depth = next((len(one) - len(one.lstrip()) for one in lines[at + 1 : end] if one.strip()), 2)
    inner = [(" " * (depth - 2) + one if one.strip() else one) for one in block.splitlines()[1:]]
    return "\n".join([*lines[:at], f"{key}:", *lines[at + 1 : end], *inner, *lines[end:]]) + "\n"
