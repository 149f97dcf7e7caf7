"""What each file of facts about chains holds: `files.yaml` as mappings of the readers that department files have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import cast

from yanlian.apps.registry.imports.mapping import FileMapping, build_mapping
from yanlian.base.refusal import Refused
from yanlian.base.written import read_yaml
from yanlian.engine.dossier import Field, RecordKind

FILES = ("products", "links", "outside", "ties", "references")
_Entry = Mapping[str, object]


@cache
def file_of(name: str) -> FileMapping:
    """The mapping of one kind of file. Raises `Refused`: chain_file_unknown."""
    if name not in FILES:
        raise Refused("chain_file_unknown", found=name[:40], expected=", ".join(FILES))
    entry = cast("Mapping[str, _Entry]", _written())[name]
    columns = cast("Mapping[str, _Entry]", entry["columns"])
    key = tuple(cast("list[str]", entry["key"]))
    zh, en = cast("list[str]", entry["title"])
    # A column of the key, or one that must be filled, is refused when blank: the readers know it by the key.
    filled = tuple(field for field, one in columns.items() if field in key or one.get("filled"))
    kind = RecordKind(
        key=name,
        zh=zh,
        en=en,
        holder="chains",
        many=True,
        of=(),
        period=None,
        key_fields=filled,
        fields={field: _field(field, one) for field, one in columns.items()},
    )
    made = {
        "title": zh,
        "entity": entry["whom"],
        "optional": [field for field, one in columns.items() if one.get("optional")],
        "signed": [field for field, one in columns.items() if one.get("signed")],
        "words": {field: one["words"] for field, one in columns.items() if "words" in one},
        "columns": {field: one["headers"] for field, one in columns.items()},
    }
    return build_mapping("chains", kind, made)


def template(name: str) -> list[str]:
    """The headers of an empty file: whom a row is about, then the columns."""
    mapping = file_of(name)
    whom = mapping.uscc or mapping.code
    return [whom[0], *(next(iter(column.headers)) for column in mapping.columns)]


def _field(key: str, one: _Entry) -> Field:
    zh, en = cast("list[str]", one["names"])
    empty = "none" if one.get("none") else "unknown"
    return Field(key, zh, en, str(one["type"]), empty=empty, values=tuple(cast("list[str]", one.get("values", []))))


@cache
def _written() -> object:
    file = resources.files("yanlian.apps.chains").joinpath("intake", "files.yaml")
    return read_yaml(file.read_text(encoding="utf-8"))
