"""A decision table as a worksheet: each cell in the plainest form that reads back as the same FEEL."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import xlsxwriter

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.sheet_cells import CellReader
from yanlian.engine.feel.dmn.sheet_read import BASIC_TYPES
from yanlian.engine.feel.dmn.sheet_words import FEEL_MARK, TYPE_WORDS, Cell
from yanlian.engine.feel.parser import parse_unary_tests
from yanlian.engine.feel.refusal import FeelError

_LONGEST_CELL = 32_767
_LONGEST_TITLE = 31
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_DATE = re.compile(r'date\("(\d{4}-\d\d-\d\d)"\)')
_FEEL = re.compile(r"https?://www\.omg\.org/spec/(?:DMN/\d+/)?FEEL/?\d*")
_TYPE_TITLES = {type_ref: title for title, type_ref in reversed(TYPE_WORDS.items())}
_BANDS = {"input": "输入", "output": "输出", "annotation": "说明", "rule": "规则描述"}

Row = list[Cell]


def write_table_sheet(
    table: dmn.DecisionTable,
    title: str = "决策表",
    *,
    types: Mapping[str, str] | None = None,
    names: Iterable[str] = (),
) -> bytes:
    """An XLSX file with the table on one sheet. `types` and `names` as in `read_table_sheet`, to which it goes back.

    Refused (dmn_sheet_cannot_hold): what a sheet has no place for, as a description on a single cell.
    """
    table = _with_column_types(table)
    _refuse_what_is_lost(table)
    layout = _Layout(table, dict(types or {}), CellReader(tuple(names)))
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(_sheet_title(title))
        head = book.add_format({"bold": True, "bg_color": "#e6f0ef", "border": 1, "text_wrap": True, "valign": "top"})
        body = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"bold": True})
        rows, first = layout.rows(), 1 if table.description else 0
        if table.description:
            sheet.write_string(0, 0, _held(table.description, "description"), plain)
        top = first + 1 + len(layout.heads())
        for number, row in enumerate(rows, first):
            for column, cell in enumerate(row):
                style = head if number < top or column == 0 else body
                if isinstance(cell, str) and cell:
                    sheet.write_string(number, column, cell, style)
                elif isinstance(cell, float | int):
                    sheet.write_number(number, column, cell, style)
                else:
                    sheet.write_blank(number, column, None, style)
        for band, start, end in layout.bands():
            if end > start:
                sheet.merge_range(first, start, first, end, _BANDS[band], head)
        sheet.set_column(0, 0, 10)
        sheet.set_column(1, max(1, len(rows[0]) - 1), 22)
        sheet.freeze_panes(top + 1, 1)
    return file.getvalue()


class _Layout:
    """The rows of the sheet."""

    def __init__(self, table: dmn.DecisionTable, types: dict[str, str], cells: CellReader) -> None:
        self.table = table
        self.cells = cells
        kinds = [clause.expression.type_ref for clause in table.inputs] + [o.type_ref for o in table.outputs]
        self.kinds = [kind if kind in BASIC_TYPES else types.get(kind, "") for kind in kinds]
        self.widths = {
            "input": len(table.inputs),
            "output": len(table.outputs),
            "annotation": len(table.annotations),
            "rule": 1 if any(rule.description for rule in table.rules) else 0,
        }

    def bands(self) -> list[tuple[str, int, int]]:
        """Every band with its first and last column."""
        found: list[tuple[str, int, int]] = []
        start = 1
        for band, width in self.widths.items():
            if width:
                found.append((band, start, start + width - 1))
            start += width
        return found

    def rows(self) -> list[Row]:
        """Bands, headings, rules."""
        table = self.table
        top: Row = [table.hit_policy, *[""] * sum(self.widths.values())]
        for band, start, _ in self.bands():
            top[start] = _BANDS[band]
        heads = [self.filled([mark, *cells]) for mark, cells in self.heads()]
        return [top, *heads, *(self.rule(number, rule) for number, rule in enumerate(table.rules, 1))]

    def filled(self, row: Row) -> Row:
        """The row with blanks up to the width of the table."""
        return [*row, *[""] * (1 + sum(self.widths.values()) - len(row))]

    def heads(self) -> list[tuple[str, Row]]:
        """The heading rows that this table needs, each with its mark."""
        inputs, outputs = self.table.inputs, self.table.outputs
        blank: Row = [""] * len(inputs)
        as_labels = [i.label for i in inputs] + [o.label for o in outputs]
        labels = [*as_labels, *self.table.annotations]
        texts = [_expression(i) for i in inputs] + [o.name for o in outputs]
        types = [i.expression.type_ref for i in inputs] + [o.type_ref for o in outputs]
        notes = [clause.description for clause in (*inputs, *outputs)]
        count = len(inputs)
        limits = [i.allowed for i in inputs] + [o.values for o in outputs]
        allowed = [self.optional(limit, kind) for limit, kind in zip(limits, self.kinds, strict=True)]
        defaults = [self.optional(o.default, k, result=True) for o, k in zip(outputs, self.kinds[count:], strict=True)]
        same = all(text == label.strip() for text, label in zip(texts, as_labels, strict=True)) and all(texts[:count])
        rows: list[tuple[str, Row]] = [("序号", [_held(label, "label") for label in labels])]
        optional: list[tuple[str, Row, bool]] = [
            ("表达式", [_held(text, "expression") for text in texts], not same),
            ("类型", [_type_title(type_ref) for type_ref in types], any(types)),
            ("允许值", allowed, any(limit is not None for limit in limits)),
            ("默认值", [*blank, *defaults], any(o.default is not None for o in outputs)),
            ("描述", [_held(note, "description") for note in notes], any(notes)),
            ("结果名称", [*blank, _held(self.table.output_label, "label")], bool(self.table.output_label)),
            ("结果类型", [*blank, _type_title(self.table.type_ref)], bool(self.table.type_ref)),
        ]
        return rows + [(mark, row) for mark, row, wanted in optional if wanted]

    def optional(self, text: dmn.LiteralExpression | None, kind: str, *, result: bool = False) -> Cell:
        """Allowed values or a default; nothing where there is none."""
        return "" if text is None else self.cell(text.text, kind, result=result)

    def rule(self, number: int, rule: dmn.RuleRow) -> Row:
        """One rule."""
        count = len(rule.tests)
        tests = [self.cell(t.text, kind, result=False) for t, kind in zip(rule.tests, self.kinds, strict=False)]
        results = [self.cell(o.text, k, result=True) for o, k in zip(rule.outputs, self.kinds[count:], strict=True)]
        notes = [_held(note, "annotation") for note in rule.annotations]
        notes += [""] * (len(self.table.annotations) - len(notes))
        described = [_held(rule.description, "description")] if self.widths["rule"] else []
        return [number, *tests, *results, *notes, *described]

    def cell(self, text: str, kind: str, *, result: bool) -> Cell:
        """The plainest cell that reads back as this text."""
        read: Callable[[Cell, str], str] = self.cells.result if result else self.cells.test
        for candidate in _candidates(text, kind, result=result):
            try:
                if read(candidate, kind) == text:
                    return _held(candidate, "cell") if isinstance(candidate, str) else candidate
            except Refused:
                continue
        return _held(f"{FEEL_MARK} {text}", "cell")


def _candidates(text: str, kind: str, *, result: bool) -> Iterable[Cell]:
    if _NUMBER.fullmatch(text):
        yield float(text)
    if kind == "boolean" and text in {"true", "false"}:
        yield "是" if text == "true" else "否"
    day = _DATE.fullmatch(text)
    if day:
        yield day[1]
    if kind == "string":
        try:
            tests = parse_unary_tests(text).tests
        except FeelError:
            tests = ()
        values = [test.value.value for test in tests if isinstance(test.value, ast.String) and not test.op]
        if values and len(values) == len(tests) and (len(values) == 1 or not result):
            yield "、".join(values)
    yield text


def _expression(clause: dmn.InputClause) -> str:
    """The input's expression as it is written: marked where blanks around it, or nothing at all, would be lost."""
    text = clause.expression.text
    return text if text == text.strip() and text and not text.startswith(FEEL_MARK) else f"{FEEL_MARK} {text}"


def _type_title(type_ref: str) -> str:
    if type_ref in TYPE_WORDS or type_ref.startswith(FEEL_MARK):
        return f"{FEEL_MARK} {type_ref}"
    return _held(_TYPE_TITLES.get(type_ref, type_ref), "type")


def _sheet_title(title: str) -> str:
    """A name that spreadsheets accept."""
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")[:_LONGEST_TITLE].strip() or "决策表"


def _held(text: str, part: str) -> str:
    """The text, unless a cell cannot hold it."""
    if len(text) > _LONGEST_CELL:
        raise Refused("dmn_sheet_cannot_hold", part=part, found=f"{text[:20]}… ({len(text)})")
    if (text and not text.strip()) or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Refused("dmn_sheet_cannot_hold", part=part, found=ascii(text)[:40])
    return text


def _with_column_types(table: dmn.DecisionTable) -> dmn.DecisionTable:
    """Some modellers type every cell of a result instead of its column: what all cells say is said of the column."""
    outputs = list(table.outputs)
    for number, output in enumerate(outputs):
        said = {rule.outputs[number].type_ref for rule in table.rules}
        if not output.type_ref and len(said) == 1:
            outputs[number] = replace(output, type_ref=said.pop())
    return replace(table, outputs=tuple(outputs))


def _refuse_what_is_lost(table: dmn.DecisionTable) -> None:
    """What has no place on a sheet: descriptions, types and languages of single cells, surplus annotations."""
    columns = [clause.expression for clause in table.inputs]
    limits = [clause.allowed for clause in table.inputs] + [clause.values for clause in table.outputs]
    limits += [clause.default for clause in table.outputs]
    for rule in table.rules:
        if len(rule.annotations) > len(table.annotations):
            raise Refused("dmn_sheet_cannot_hold", part="annotation", found=rule.annotations[-1][:40])
        for result, output in zip(rule.outputs, table.outputs, strict=True):
            if result.type_ref not in {"", output.type_ref}:
                raise Refused("dmn_sheet_cannot_hold", part="typeRef", found=result.type_ref)
    cells = [cell for rule in table.rules for cell in (*rule.tests, *rule.outputs)]
    for text in (*columns, *(limit for limit in limits if limit is not None), *cells):
        if text.description:
            raise Refused("dmn_sheet_cannot_hold", part="description", found=text.description[:40])
        if text.language and not _FEEL.fullmatch(text.language):
            raise Refused("dmn_sheet_cannot_hold", part="expressionLanguage", found=text.language[:80])
    for test in [test for rule in table.rules for test in rule.tests] + [one for one in limits if one is not None]:
        if test.type_ref:
            raise Refused("dmn_sheet_cannot_hold", part="typeRef", found=test.type_ref)
