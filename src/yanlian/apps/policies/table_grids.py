"""The decision tables of a clause as its page shows them: hit policy in the corner, inputs left, outputs right; beside
each, what was found out about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from yanlian.apps.policies.table_cells import cell_text, is_figure
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Schema
from yanlian.engine.feel import ast
from yanlian.engine.feel.dmn.check import check_model
from yanlian.engine.feel.dmn.model import BusinessKnowledge, Decision
from yanlian.engine.feel.dmn.program import program
from yanlian.engine.feel.tables import Finding
from yanlian.engine.policy import PackSet
from yanlian.engine.policy.compiled import Item
from yanlian.engine.policy.dmn import model_of
from yanlian.engine.policy.dmn.marks import mark_of
from yanlian.engine.policy.model import Definition, Table
from yanlian.ui.words import Text, Tone, english, say, t

# Letter → what it is called in the corner of the table, and what it means.
HIT_POLICIES: dict[str, tuple[Text, Text]] = {
    "U": (("唯一命中", "unique"), ("任何情形至多一行成立", "at most one row applies")),
    "A": (("任意命中", "any"), ("可有多行成立，结果须一致", "rows that apply must agree")),
    "P": (("优先命中", "priority"), ("多行成立时取优先级最高的结果", "the result that ranks highest")),
    "F": (("首个命中", "first"), ("自上而下取第一个成立的行", "the first row that applies, from the top")),
    "R": (("按行序", "rule order"), ("按行序列出全部成立的行", "all rows that apply, in order")),
    "O": (("按优先级", "output order"), ("按优先级列出全部成立的行", "all rows that apply, best first")),
    "C": (("汇集", "collect"), ("列出全部成立的行", "all rows that apply")),
    "C+": (("求和", "sum"), ("全部成立的行求和", "the sum of the rows that apply")),
    "C<": (("取最小", "smallest"), ("全部成立的行中取最小", "the smallest of the rows that apply")),
    "C>": (("取最大", "largest"), ("全部成立的行中取最大", "the largest of the rows that apply")),
    "C#": (("计数", "count"), ("成立的行数", "how many rows apply")),
}
# Columns of a table that fits half the page.
_MOST_NARROW = 4
_TONES: dict[str, Tone] = {"error": "bad", "warning": "warn", "info": "info"}
_BARE = re.compile(r"(?:[<>=\[\](]|\.\.|\s)*\d+(?:\.\d+)?(?:\s*\.\.\s*\d+(?:\.\d+)?)?[\[\])]?")


@dataclass(frozen=True)
class Head:
    """A column: what it is called, the unit of its figures if they have one, and whether it holds only figures."""

    label: str
    unit: str = ""
    is_figures: bool = False


@dataclass(frozen=True)
class Told:
    """Something found out about a table, as a sentence with its tone."""

    tone: Tone
    text: str


@dataclass(frozen=True)
class TableGrid:
    """A decision table as a grid. `anchor` names its place on the page."""

    name: str
    anchor: str
    hit: str
    hit_name: str
    hit_meaning: str
    inputs: Sequence[Head]
    outputs: Sequence[Head]
    rows: Sequence[tuple[int, Sequence[str], Sequence[tuple[str, bool]]]]
    reference: str
    findings: Sequence[Told]

    @property
    def is_wide(self) -> bool:
        """Whether it needs the whole width of the page."""
        return len(self.inputs) + len(self.outputs) > _MOST_NARROW


def table_grids(packs: PackSet, clause_id: str, items: Iterable[Item]) -> list[TableGrid]:
    """The decision tables that a clause uses."""
    found = findings_of(packs, clause_id)
    tables = [(item, item.source) for item in items if isinstance(item.source, Table)]
    return [
        TableGrid(
            name=table.name,
            anchor=f"table-{number}",
            hit=table.hit,
            hit_name=say(HIT_POLICIES[table.hit][0]),
            hit_meaning=say(HIT_POLICIES[table.hit][1]),
            inputs=_heads(packs.schema, item, table),
            outputs=_results(table),
            rows=_rows(table),
            reference=table.reference,
            findings=told(table, None if found is None else found.get((*item.home.key, "tables", item.name))),
        )
        for number, (item, table) in enumerate(tables, 1)
    ]


def _results(table: Table) -> list[Head]:
    width = len(table.inputs)
    return [
        Head(name, is_figures=all(is_figure(row[width + number].text) for row in table.rows))
        for number, name in enumerate(table.outputs)
    ]


def _rows(table: Table) -> list[tuple[int, list[str], list[tuple[str, bool]]]]:
    width = len(table.inputs)
    figures = [head.is_figures for head in _results(table)]
    texts = [[cell_text(cell.text) for cell in row] for row in table.rows]
    return [(number, row[:width], list(zip(row[width:], figures, strict=True))) for number, row in enumerate(texts, 1)]


# Units


def _heads(schema: Schema, item: Item, table: Table) -> list[Head]:
    """The inputs; a unit is named in the head where figures of the column stand without one."""
    assert item.table is not None
    heads = []
    for number, (formula, one) in enumerate(zip(table.inputs, item.table.inputs, strict=True)):
        is_bare = any(_BARE.fullmatch(row[number].text.strip()) for row in table.rows)
        heads.append(Head(" ".join(formula.text.split()), _unit(schema, one.compiled.ast, item) if is_bare else ""))
    return heads


def _unit(schema: Schema, tree: ast.Expression, item: Item) -> str:
    """The unit of the field an input reads, if all fields of that name have the same; definitions are looked through
    as long as they are nothing but another name."""
    seen: set[str] = set()
    while isinstance(tree, ast.Name) and tree.name not in seen:
        seen.add(tree.name)
        named = item.home.visible.get(tree.name)
        if named is None or named.expression is None or not isinstance(named.source, Definition):
            return ""
        tree, item = named.expression.compiled.ast, named
    if not isinstance(tree, ast.Path):
        return ""
    fields = [kind.names[tree.name] for kind in schema.records.values() if tree.name in kind.names]
    units = {one.unit_shown for one in fields}
    return units.pop() if len(units) == 1 else ""


# Findings


@lru_cache(maxsize=256)
def findings_of(packs: PackSet, clause_id: str) -> Mapping[tuple[str, ...], Sequence[Finding]] | None:
    """Gaps, overlaps and dead rows by the place of the table in the packs; None when the clause is no DMN model."""
    try:
        model = model_of(packs, clause_id)
    except Refused:
        return None
    places: dict[str, tuple[str, ...]] = {}
    for element in (*model.decisions, *model.knowledge):
        assert isinstance(element, Decision | BusinessKnowledge)
        of = mark_of(element.description).get("of")
        if isinstance(of, list):
            places[element.name] = tuple(str(part) for part in of)
    found: dict[tuple[str, ...], list[Finding]] = {place: [] for place in places.values()}
    for complaint in check_model(program(model)):
        if isinstance(complaint.fault, Finding) and complaint.element in places:
            found[places[complaint.element]].append(complaint.fault)
    return found


def told(table: Table, found: Sequence[Finding] | None) -> list[Told]:
    """The findings in words. Cases that a table leaves open on purpose are said with its own reason."""
    if found is None:
        return [Told("info", t("尚未检查空档与重叠。", "Gaps and overlaps have not been looked for."))]
    open_cases = [one for one in found if one.kind == "gap" or one.reason == "more_gaps"]
    others = [one for one in found if one not in open_cases]
    sentences = [] if table.incomplete else [_told(one) for one in open_cases]
    sentences += [_told(one) for one in others]
    if table.incomplete:
        reason = t("未列出的情形：{reason}", "Cases not listed: {reason}", reason=table.incomplete)
        sentences.append(Told("info", reason))
    if not found and not table.incomplete:
        return [Told("good", t("各种情形均已覆盖，没有空档和重叠。", "Every case is covered; no gaps, no overlaps."))]
    if not others:
        sentences.insert(0, Told("good", t("各行之间没有重叠。", "No rows overlap.")))
    return sentences


def _told(finding: Finding) -> Told:
    return Told(_TONES[finding.severity], finding.text("en" if english() else "zh"))
