"""What a dossier can hold: the fact schema of `facts.yaml`, plus what a policy pack adds to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import cast

from yanlian.base.refusal import Refused
from yanlian.base.written import read_yaml

# How a field's type is stored, and by which power of ten its integer is scaled.
SCALES: Mapping[str, int] = {"money": 2, "rate": 6, "area": 2, "count": 0, "year": 0}
TYPES = frozenset({*SCALES, "date", "text", "code", "flag"})


@dataclass(frozen=True, slots=True)
class Field:
    """One figure or word of a record. `empty` is "unknown" or "none": what an empty cell says."""

    key: str
    zh: str
    en: str
    type: str
    unit: str = ""
    calibre: str = ""
    empty: str = "unknown"
    values: tuple[str, ...] = ()
    note: str = ""

    @property
    def scale(self) -> int:
        """Decimal places of the stored integer (money 2: fen; rate 6: ppm); 0 for counts and what is no number."""
        return SCALES.get(self.type, 0)

    @property
    def unit_shown(self) -> str:
        """The unit as a person reads it."""
        return self.unit or {"money": "元", "area": "平方米"}.get(self.type, "")


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record: who holds it, whether there can be many, and which field says when it belongs to."""

    key: str
    zh: str
    en: str
    holder: str
    many: bool
    of: tuple[str, ...]
    period: str | None
    key_fields: tuple[str, ...]
    fields: Mapping[str, Field]
    local: bool = False
    note: str = ""
    # Chinese and English names of the fields → field, for rules that may use either.
    names: Mapping[str, Field] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Schema:
    """All kinds of record and the entity's own fields. `names` finds a kind by its key, Chinese or English name."""

    departments: Mapping[str, Mapping[str, str]]
    entity: Mapping[str, Field]
    records: Mapping[str, RecordKind]
    names: Mapping[str, RecordKind]

    def record(self, name: str) -> RecordKind:
        """The kind with this key or Chinese name; KeyError when there is none."""
        return self.names[name]

    def holder_name(self, holder: str, language: str = "zh") -> str:
        """The department's name in a language; an unknown key reads as itself."""
        names = self.departments.get(holder)
        return names[language] if names else holder


def _field(key: str, entry: Mapping[str, object], where: str) -> Field:
    kind = str(entry.get("type", ""))
    if kind not in TYPES:
        raise Refused("fact_type_unknown", where=where, found=kind, expected=", ".join(sorted(TYPES)))
    values = cast("list[str]", entry.get("values", []))
    return Field(
        key=key,
        zh=str(entry["zh"]),
        en=str(entry["en"]),
        type=kind,
        unit=str(entry.get("unit", "")),
        calibre=str(entry.get("calibre", "")),
        empty=str(entry.get("empty", "unknown")),
        values=tuple(values),
        note=str(entry.get("note", "")),
    )


def _kind(key: str, entry: Mapping[str, object], fields: Mapping[str, Mapping[str, object]]) -> RecordKind:
    built = {name: _field(name, one, f"{key}.{name}") for name, one in fields.items()}
    period = entry.get("period")
    if period is not None and period not in built:
        raise Refused("fact_period_unknown", where=key, found=str(period), expected=", ".join(built))
    return RecordKind(
        key=key,
        zh=str(entry["zh"]),
        en=str(entry["en"]),
        holder=str(entry["holder"]),
        many=entry["record"] == "many",
        of=tuple(cast("list[str]", entry["of"])),
        period=None if period is None else str(period),
        key_fields=tuple(cast("list[str]", entry.get("key", []))),
        fields=built,
        local=bool(entry.get("local", False)),
        note=str(entry.get("note", "")),
        names={name: one for one in built.values() for name in (one.zh, one.key)},
    )


@cache
def _base() -> dict[str, dict[str, dict[str, object]]]:
    text = resources.files("yanlian.engine.dossier").joinpath("facts.yaml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, dict[str, object]]]", read_yaml(text))


@cache
def _plain_schema() -> Schema:
    return _build({}, {})


def load_schema(extra: Mapping[str, object] | None = None) -> Schema:
    """The fact schema, with the `facts:` of policy packs added (`{records: …, fields: …}` as in facts.yaml).

    A pack may add records, fields to records that exist, and words to closed lists (`values: {支出凭证.类别: [路测]}`).
    It cannot change what is there (`Refused("fact_exists")`). `fact_words_unknown`: no such field, or no closed list.
    """
    if not extra:
        return _plain_schema()
    records = cast("Mapping[str, Mapping[str, object]]", extra.get("records") or {})
    fields = cast("Mapping[str, Mapping[str, Mapping[str, object]]]", extra.get("fields") or {})
    words = cast("Mapping[str, list[str]]", extra.get("values") or {})
    schema = _build(records, fields)
    return _with_words(schema, words) if words else schema


def _with_words(schema: Schema, words: Mapping[str, list[str]]) -> Schema:
    """The schema with more words in closed lists, each named `记录.字段` by Chinese names or keys."""
    records = dict(schema.records)
    for where, more in words.items():
        name, _, part = where.partition(".")
        kind = records.get(schema.names[name].key) if name in schema.names else None
        known = kind.names.get(part) if kind else None
        if kind is None or known is None or not known.values:
            raise Refused("fact_words_unknown", where=where)
        longer = replace(known, values=tuple(dict.fromkeys((*known.values, *map(str, more)))))
        fields = {**kind.fields, known.key: longer}
        names = {alias: one for one in fields.values() for alias in (one.zh, one.key)}
        records[kind.key] = replace(kind, fields=fields, names=names)
    named = {alias: records[kind.key] for alias, kind in schema.names.items()}
    return replace(schema, records=records, names=named)


def _build(
    more_records: Mapping[str, Mapping[str, object]],
    more_fields: Mapping[str, Mapping[str, Mapping[str, object]]],
) -> Schema:
    base = _base()
    records: dict[str, RecordKind] = {}
    all_fields = cast("dict[str, dict[str, Mapping[str, object]]]", base["fields"])
    for key in more_records:
        if key in base["records"]:
            raise Refused("fact_exists", where=key, found=key)
    for key, added in more_fields.items():
        for name in added:
            if name in all_fields.get(key, {}):
                raise Refused("fact_exists", where=key, found=name)
    for key, entry in {**base["records"], **more_records}.items():
        fields = {**all_fields.get(key, {}), **more_fields.get(key, {})}
        records[key] = _kind(key, entry, fields)
    names: dict[str, RecordKind] = {}
    for kind in records.values():
        for name in (kind.zh, kind.key):
            if name in names:
                raise Refused("fact_exists", where=kind.key, found=name)
            names[name] = kind
    entity = {key: _field(key, one, f"entity.{key}") for key, one in base["entity"].items()}
    departments = cast("Mapping[str, Mapping[str, str]]", base["departments"])
    return Schema(departments=departments, entity=entity, records=records, names=names)
