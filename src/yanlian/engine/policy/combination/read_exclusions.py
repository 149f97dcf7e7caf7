"""`exclusions:` out of the YAML of a document's rules or of pack.yaml."""

from __future__ import annotations

from yanlian.base.tree import Listing, Mapped, Scalar, Tree
from yanlian.engine.policy.combination.exclusion import Exclusion, Kind
from yanlian.engine.policy.reading import Reader

_KINDS: tuple[Kind, ...] = ("not_together", "only_without", "only_with")
_KEYS = ("label", *_KINDS, "clause", "per", "switch", "article", "note")


def read_exclusions(reader: Reader, tree: Tree | None) -> tuple[Exclusion, ...]:
    """The list; what is wrong in it is noted and left out."""
    read = [_exclusion(reader, item) for item in reader.listing(tree, "exclusions")]
    return tuple(one for one in read if one is not None)


def _exclusion(reader: Reader, item: Tree) -> Exclusion | None:
    node = reader.mapping(item, "exclusions", _KEYS, ("label",))
    if node is None:
        return None
    kinds = [kind for kind in _KINDS if node.get(kind) is not None]
    if len(kinds) > 1:
        reader.faults.add(node.line, "pack_contradiction", found=" + ".join(kinds))
        return None
    if not kinds:
        reader.faults.add(node.line, "pack_key_missing", key=" | ".join(_KINDS), where="exclusions")
        return None
    kind = kinds[0]
    if not _fits(reader, node, kind):
        return None
    entries = _entries(reader, node.get(kind), kind)
    least = 2 if kind == "not_together" else 1
    if len(entries) < least:
        reader.wrong(node.line, kind, f"至少{least}项编号 at least {least} ids", str(len(entries)))
        return None
    return Exclusion(
        label=reader.text(node, "label"),
        kind=kind,
        entries=entries,
        clause=reader.text(node, "clause"),
        per=reader.choice(node, "per", ("year", "matter", "life"), "year"),
        switch=reader.flag(node, "switch"),
        article=reader.text(node, "article"),
        file=reader.faults.file,
        line=node.line,
    )


def _fits(reader: Reader, node: Mapped, kind: Kind) -> bool:
    """Whether the keys beside the kind go with it."""
    named = node.get("clause") is not None
    if kind == "not_together" and named:
        reader.faults.add(node.line, "pack_contradiction", found="not_together + clause")
    elif kind != "not_together" and not named:
        reader.faults.add(node.line, "pack_key_missing", key="clause", where=f"exclusions.{kind}")
    elif kind == "only_with" and node.get("switch") is not None:
        reader.faults.add(node.line, "pack_contradiction", found="only_with + switch")
    else:
        return True
    return False


def _entries(reader: Reader, tree: Tree | None, key: str) -> tuple[tuple[str, ...], ...]:
    """Ids, or lists of ids that go together."""
    if isinstance(tree, Scalar):
        return ((tree.text,),)
    found: list[tuple[str, ...]] = []
    for item in reader.listing(tree, key):
        if isinstance(item, (Scalar, Listing)):
            ids = reader.texts(item, key)
            if ids:
                found.append(ids)
        else:
            reader.wrong(item.line, key, "编号，或编号列表 an id, or a list of ids", "映射 mapping")
    return tuple(found)
