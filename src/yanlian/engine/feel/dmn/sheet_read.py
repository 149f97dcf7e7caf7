"""A decision table from a worksheet, in the shape that `sheet_words` describes; nothing on the sheet is left unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from yanlian.base.refusal import Refused
from yanlian.base.workbook import cell_name
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.sheet_cells import CellReader, number_of
from yanlian.engine.feel.dmn.sheet_grid import Grid, open_sheet
from yanlian.engine.feel.dmn.sheet_words import (
    BAND_WORDS,
    FEEL_MARK,
    LABEL_WORDS,
    POLICY_WORDS,
    ROW_WORDS,
    TYPE_WORDS,
    Cell,
    word,
)

BASIC_TYPES = frozenset({"number", "string", "boolean", "date", "date and time", "time"})
_ORDER = ("input", "output", "annotation", "rule")


def read_table_sheet(
    data: bytes,
    where: str = "",
    sheet: str | None = None,
    *,
    types: Mapping[str, str] | None = None,
    names: Iterable[str] = (),
) -> dmn.DecisionTable:
    """The decision table on a sheet of an XLSX file; without a name, the only sheet that has cells.

    `types` gives for types of the model's own the basic type their columns are read as; `names` are what FEEL in cells
    may refer to. Refused: a file that is no workbook, and every cell that is not certain, each by its name; several at
    once as `SheetRefused`.
    """
    grid = open_sheet(data, where, sheet)
    table = _Table(grid, dict(types or {}), CellReader(tuple(names)))
    found = table.read()
    grid.finish()
    assert found is not None
    return found


@dataclass(slots=True)
class _Table:
    """Where the parts of the table are, as they become known."""

    grid: Grid
    types: dict[str, str]
    cells: CellReader
    top: int = 0
    left: int = 0
    columns: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in _ORDER})
    heads: dict[str, int] = field(default_factory=dict)
    rules: list[int] = field(default_factory=list)

    def read(self) -> dmn.DecisionTable | None:
        """The table, or nothing when faults have been noted that make reading on useless."""
        grid = self.grid
        policy = self.corner()
        description = self.title()
        self.bands()
        if not self.columns["output"]:
            raise grid.refuse("dmn_sheet_heading", self.top, self.left + 1, found="-", expected="输出 / output")
        self.rows()
        inputs = tuple(map(self.input, self.columns["input"]))
        outputs = tuple(map(self.output, self.columns["output"]))
        kinds = [
            *(self.kind(i.expression.type_ref) for i in inputs),
            *(self.kind(o.type_ref) for o in outputs),
        ]
        notes = tuple(self.text(self.top + 1, column) for column in self.columns["annotation"])
        for column in self.columns["rule"]:
            grid.used.add((self.top + 1, column))
        rules = tuple(self.rule(row, kinds) for row in self.rules)
        first = self.columns["output"][0]
        return dmn.DecisionTable(
            inputs,
            outputs,
            rules,
            policy,
            notes,
            self.head("result name", first),
            self.type_ref("result type", first),
            description=description,
        )

    # Where things are

    def corner(self) -> str:
        """Find the row whose first cell is a hit policy and which has bands."""
        grid = self.grid
        rows = sorted({row for row, _ in grid.cells})
        for row in rows:
            filled = sorted(column for r, column in grid.cells if r == row)
            policy = POLICY_WORDS.get(word(grid.cells[row, filled[0]]))
            if policy and any(word(grid.cells[row, column]) in BAND_WORDS for column in filled[1:]):
                self.top, self.left = row, filled[0]
                grid.used.add((row, filled[0]))
                return policy
        row, column = min(grid.cells, default=(0, 0))
        found = str(grid.cells.get((row, column), ""))[:40]
        raise grid.refuse("dmn_sheet_corner", row, column, found=found)

    def title(self) -> str:
        """The lines above the table, one cell each: its description."""
        lines: list[str] = []
        for row in sorted({row for row, _ in self.grid.cells if row < self.top}):
            filled = [column for r, column in self.grid.cells if r == row]
            if len(filled) == 1:
                lines.append(self.text(row, filled[0]))
        return "\n".join(lines)

    def bands(self) -> None:
        """Which columns are inputs, outputs and notes: said by the first row, which holds on under it and its area."""
        grid = self.grid
        band, column = "", self.left + 1
        while True:
            first = grid.origin.get((self.top, column))
            inside = first is not None and first == grid.origin.get((self.top, column - 1))
            here = grid.cells.get((self.top, column))
            if here is not None:
                found = BAND_WORDS.get(word(here), "")
                late = bool(found and band) and _ORDER.index(found) < _ORDER.index(band)
                if not found or late:
                    expected = "输入、输出、说明 / input, output, annotation"
                    grid.fault("dmn_sheet_heading", self.top, column, found=str(here)[:40], expected=expected)
                band = found or band
            elif not band or not (inside or grid.cells.get((self.top + 1, column)) is not None):
                return
            grid.used.add((self.top, column))
            if band:
                self.columns[band].append(column)
            column += 1

    def rows(self) -> None:
        """Which rows are headings and which are rules, by the first column."""
        grid = self.grid
        mark = grid.get(self.top + 1, self.left)
        shared = grid.origin.get((self.top + 1, self.left)) == (self.top, self.left)
        if word(mark) not in LABEL_WORDS and not shared:
            grid.fault("dmn_sheet_heading", self.top + 1, self.left, found=str(mark)[:40], expected="序号 / no.")
        for row in sorted({row for row, _ in grid.cells if row > self.top + 1} | self.covered()):
            mark = grid.cells.get((row, self.left))
            name = ROW_WORDS.get(word(mark)) if isinstance(mark, str) else None
            if mark is None:
                continue
            grid.used.add((row, self.left))
            if name and not self.rules and name not in self.heads:
                self.heads[name] = row
            else:
                self.number(row, mark)

    def covered(self) -> set[int]:
        """Rows below the headings that only have a share in merged areas."""
        return {row for row, column in self.grid.origin if row > self.top + 1 and column == self.left}

    def number(self, row: int, mark: Cell) -> None:
        """A rule: its number must be that of its place, so that a lost row is noticed."""
        expected = len(self.rules) + 1
        text = str(mark).strip()
        if isinstance(mark, float | int) and not isinstance(mark, bool) and mark == int(mark):
            text = str(int(mark))
        self.rules.append(row)
        if text != str(expected):
            self.grid.fault("dmn_sheet_number", row, self.left, found=text[:40], expected=expected)

    # What they say

    def text(self, row: int, column: int) -> str:
        """Free text as it stands; numbers and dates as they would be written."""
        return self.grid.reading(row, column, _free_text, "")

    def head(self, name: str, column: int) -> str:
        """The text of a heading row, which may be missing."""
        return self.text(self.heads[name], column) if name in self.heads else ""

    def type_ref(self, name: str, column: int) -> str:
        """A type by its Chinese or its own name."""
        text = self.head(name, column)
        if text.startswith(FEEL_MARK):
            return text.removeprefix(FEEL_MARK).strip()
        return TYPE_WORDS.get(text.strip(), text.strip())

    def kind(self, type_ref: str) -> str:
        """The basic type by which cells of a column are read."""
        return type_ref if type_ref in BASIC_TYPES else self.types.get(type_ref, "")

    def input(self, column: int) -> dmn.InputClause:
        """An input column."""
        label = self.text(self.top + 1, column)
        expression = label.strip()
        if "expression" in self.heads:
            expression = _expression(self.head("expression", column))
            if not expression and self.grid.cells.get((self.heads["expression"], column)) is None:
                self.grid.fault("dmn_sheet_blank", self.heads["expression"], column)
        elif not expression:
            self.grid.fault("dmn_sheet_blank", self.top + 1, column)
        type_ref = self.type_ref("type", column)
        return dmn.InputClause(
            dmn.LiteralExpression(expression, type_ref),
            label,
            self.optional("allowed", column, self.kind(type_ref), result=False),
            description=self.head("description", column),
        )

    def output(self, column: int) -> dmn.OutputClause:
        """An output column."""
        label = self.text(self.top + 1, column)
        name = self.head("expression", column) if "expression" in self.heads else label
        type_ref = self.type_ref("type", column)
        kind = self.kind(type_ref)
        return dmn.OutputClause(
            " ".join(name.split()),
            label,
            type_ref,
            self.optional("allowed", column, kind, result=False),
            self.optional("default", column, kind, result=True),
            description=self.head("description", column),
        )

    def optional(self, name: str, column: int, kind: str, *, result: bool) -> dmn.LiteralExpression | None:
        """Allowed values or a default, if the sheet has any."""
        if name not in self.heads or self.grid.get(self.heads[name], column) is None:
            return None
        return dmn.LiteralExpression(self.cell(self.heads[name], column, kind, result=result))

    def cell(self, row: int, column: int, kind: str, *, result: bool) -> str:
        """A cell as FEEL. An area that is merged across columns would give one text two meanings."""
        first = self.grid.origin.get((row, column), (row, column))
        if first[1] != column and self.grid.cells.get(first) is not None:
            self.grid.fault("dmn_sheet_merged", row, column, found=cell_name(*first))
            self.grid.used.add((row, column))
            return ""
        read = self.cells.result if result else self.cells.test
        return self.grid.reading(row, column, lambda cell: read(cell, kind), "")

    def rule(self, row: int, kinds: list[str]) -> dmn.RuleRow:
        """One rule."""
        inputs, outputs = self.columns["input"], self.columns["output"]
        tests = [self.cell(row, c, kind, result=False) for c, kind in zip(inputs, kinds, strict=False)]
        results = [self.cell(row, c, k, result=True) for c, k in zip(outputs, kinds[len(inputs) :], strict=True)]
        return dmn.RuleRow(
            tuple(map(dmn.LiteralExpression, tests)),
            tuple(map(dmn.LiteralExpression, results)),
            tuple(self.text(row, column) for column in self.columns["annotation"]),
            description="\n".join(filter(None, (self.text(row, column) for column in self.columns["rule"]))),
        )


def _expression(text: str) -> str:
    """Text of an expression, with or without the mark for FEEL."""
    if text.startswith(FEEL_MARK):
        return text.removeprefix(FEEL_MARK).removeprefix(" ")
    return text.strip()


def _free_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return number_of(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        raise Refused("dmn_sheet_kind", found=str(cell), expected="string")
    return cell
