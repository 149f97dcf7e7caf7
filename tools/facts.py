"""Write docs/reference/facts.md from the fact schema: python tools/facts.py."""

from __future__ import annotations

from pathlib import Path

from yanlian.engine.dossier import Field, load_schema

HEAD = """# Facts: reference

What a dossier can hold, and the names that rules use. Made by `tools/facts.py` from
`src/yanlian/engine/dossier/facts.yaml`; a test holds them together. A pack can add records and fields of its own
(`facts:` in `pack.yaml`).

- **one**: the latest record counts and is a context: `登记.注册区划`; where there is none it is unknown. **many**: a list of records: `税务年报[年度 = 上年][1].营业收入`.
- **period** says when a record belongs to; records after the as-of date are not seen, and periods that no department
  delivered whole are unknown. **key** names one matter: a second record with the same key is a correction.
- Money is in yuan, rates are plain numbers, areas square metres, flags `true`/`false`, dates FEEL dates.
- *empty means none*: an empty cell says that there is none (`null`); otherwise an empty cell is unknown.
- *local*: for a firm that moved in, earlier records lie elsewhere and are unknown.

The entity itself: `名称`, `主体类型` (enterprise, institution, person, park), `统一社会信用代码`, `主体编号`.

"""


def words(field: Field) -> str:
    """Unit, calibre, allowed words and note of a field."""
    parts = [field.unit_shown, f"口径：{field.calibre}" if field.calibre else "", " · ".join(field.values), field.note]
    return "；".join(part for part in parts if part)


def page() -> str:
    """The whole page."""
    schema = load_schema()
    text = [HEAD]
    for kind in schema.records.values():
        notes = [f"holder {schema.holder_name(kind.holder)} (`{kind.holder}`)", "many" if kind.many else "one"]
        notes.append("of " + ", ".join(kind.of))
        if kind.period:
            notes.append(f"period {kind.fields[kind.period].zh}")
        if kind.key_fields:
            notes.append("key " + ", ".join(kind.fields[key].zh for key in kind.key_fields))
        if kind.local:
            notes.append("local")
        text.append(f"## {kind.zh} `{kind.key}`: {kind.en}\n\n{' · '.join(notes)}\n")
        if kind.note:
            text.append(f"{kind.note}\n")
        text.append("| name | key | type | empty means | unit, calibre, words |\n| --- | --- | --- | --- | --- |")
        text += [
            f"| {f.zh} | `{f.key}` | {f.type} | {'none' if f.empty == 'none' else 'unknown'} | {words(f)} |"
            for f in kind.fields.values()
        ]
        text.append("")
    return "\n".join(text)


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[1].joinpath("docs", "reference", "facts.md")
    target.write_text(page(), encoding="utf-8")
