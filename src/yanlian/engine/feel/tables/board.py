"""A decision table as boxes of atoms: one dimension an input, one box a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yanlian.engine.feel import ast
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.feel.tables.conditions import Condition, Leaf, Opaque, condition, condition_of_test, leaves
from yanlian.engine.feel.tables.domain import Domain, domain_of, is_whole_kind
from yanlian.engine.feel.tables.findings import Finding, Kind, Severity
from yanlian.engine.feel.tables.regions import Region, region
from yanlian.engine.feel.tables.spell import chosen, shown, spelled_region
from yanlian.engine.feel.tables.sweep import Box, Steps

# Atoms times constants and rows, over all dimensions: some bits each.
MAX_SIZE = 200_000_000


@dataclass(frozen=True, slots=True)
class Column:
    """An input. `kind`: its type if known; `allowed`: its allowed values; `integral`: whole numbers only.

    Columns with the same `expression` are one dimension: what they ask is asked of one value.
    """

    label: str
    kind: ast.Type | None = None
    allowed: ast.UnaryTests | None = None
    expression: ast.Expression | None = None
    integral: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: a cell for every column, and its outputs as trees or values."""

    tests: tuple[ast.UnaryTests, ...]
    outputs: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """One value that columns ask about. `live`: its atoms, with null only where a test asks for it; `wide`: with null
    wherever null may come; `columns`: the numbers of its columns."""

    domain: Domain
    columns: tuple[int, ...]
    live: int
    wide: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row as boxes: where it is certainly true and where it may be. Numbers count from 0."""

    number: int
    rule: Rule
    must: Box
    may: Box


@dataclass(frozen=True, slots=True)
class Board:
    """The whole table. `labels`: one for each column, all different."""

    labels: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    rows: tuple[Row, ...]
    noted: tuple[Finding, ...]

    @property
    def live(self) -> Box:
        """The space of gaps and overlaps."""
        return tuple(one.live for one in self.dimensions)

    @property
    def wide(self) -> Box:
        """The space with null."""
        return tuple(one.wide for one in self.dimensions)

    def witness(self, box: Box) -> Box:
        """One atom of each dimension, for an example a person would choose."""
        return tuple(1 << chosen(d.domain, atoms) for d, atoms in zip(self.dimensions, box, strict=True))

    def found(
        self, kind: Kind, severity: Severity, rows: Iterable[int], box: Box, witness: Box, reason: str = ""
    ) -> Finding:
        """A finding with its place; rows count from 0 here."""
        values: dict[int, object] = {}
        tests: dict[int, str] = {}
        spelled: dict[int, str] = {}
        for dimension, atoms, one in zip(self.dimensions, box, witness, strict=True):
            atom = dimension.domain.atoms[one.bit_length() - 1]
            for column in dimension.columns:
                values[column] = atom.example
                tests[column] = spelled_region(dimension.domain, atoms, dimension.live)
                spelled[column] = shown(dimension.domain, atom)
        narrow = [column for column in sorted(values) if tests[column] != "-"]
        return Finding(
            kind,
            severity,
            tuple(row + 1 for row in sorted(rows)),
            witness={self.labels[i]: values[i] for i in sorted(values)},
            region={self.labels[i]: tests[i] for i in sorted(values)},
            shown={self.labels[i]: spelled[i] for i in narrow or sorted(values)},
            reason=reason,
        )


def board_of(columns: Sequence[Column], rules: Sequence[Rule]) -> Board:
    """The boxes of a table, with findings about single cells. Raises `TooMuch` for a table whose boxes would fill the
    memory."""
    labels = _labels(columns)
    cells = [[condition(rule.tests[i]) for rule in rules] for i in range(len(columns))]
    dimensions: list[Dimension] = []
    regions: list[list[list[Region]]] = []
    noted: list[Finding] = []
    room = Steps(MAX_SIZE)
    for members in _dimensions(columns):
        dimension, problem = _dimension(columns, members, cells, room)
        found = [[region(cell, dimension.domain) for cell in cells[i]] for i in members]
        if problem is not None:
            noted.append(Finding("not_examined", "info", column=labels[members[0]], reason=problem))
            found = [[_veiled(one, dimension) for one in column] for column in found]
        else:
            noted += _cell_findings(labels, rules, cells, dimension, found)
        dimensions.append(dimension)
        regions.append(found)
    rows = tuple(_row(number, rule, dimensions, regions) for number, rule in enumerate(rules))
    return Board(labels, tuple(dimensions), rows, tuple(noted))


def _labels(columns: Sequence[Column]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    labels: list[str] = []
    for column in columns:
        seen[column.label] = times = seen.get(column.label, 0) + 1
        labels.append(column.label if times == 1 else f"{column.label} ({times})")
    return tuple(labels)


def _dimensions(columns: Sequence[Column]) -> list[tuple[int, ...]]:
    """Which columns ask about the same value."""
    by_expression: dict[ast.Expression, list[int]] = {}
    found: list[list[int]] = []
    for i, column in enumerate(columns):
        if column.expression is not None and column.expression in by_expression:
            by_expression[column.expression].append(i)
            continue
        found.append([i])
        if column.expression is not None:
            by_expression[column.expression] = found[-1]
    return [tuple(members) for members in found]


def _dimension(
    columns: Sequence[Column], members: tuple[int, ...], cells: Sequence[Sequence[Condition]], room: Steps
) -> tuple[Dimension, str | None]:
    """The dimension of some columns, and why it cannot be examined."""
    kind = next((columns[i].kind for i in members if columns[i].kind is not None), None)
    limits = [condition(tests) for i in members if (tests := columns[i].allowed) is not None and tests.tests]
    asked = [leaf for i in members for cell in cells[i] for leaf in leaves(cell)]
    borders = [one for limit in limits for one in leaves(limit)]
    given = [leaf for leaf in (*asked, *borders) if isinstance(leaf, Leaf)]
    domain = domain_of(kind, given, integral=any(columns[i].integral for i in members))
    room.take(len(domain.atoms) * (len(given) + len(cells[members[0]])))
    live = domain.live
    null = domain.null
    problem = None if is_whole_kind(kind) else "kind"
    for limit in limits:
        allowed = region(limit, domain)
        live &= allowed.may
        null &= allowed.may
        if allowed.must != allowed.may:
            problem = "allowed"
    if not live:
        # Allowed values that allow nothing: the table is never asked, and nothing can be said about it.
        live, problem = domain.live or 1, "allowed"
    says_null = any(isinstance(leaf, Leaf) and leaf.value is None for leaf in asked)
    return Dimension(domain, members, live | (null if says_null else 0), live | null), problem


def _veiled(found: Region, dimension: Dimension) -> Region:
    """A cell of a column that cannot be examined: only `-` is sure."""
    everything = dimension.wide | dimension.live
    return found if found.must & everything == everything else Region(0, everything, 0, everything)


def _row(
    number: int, rule: Rule, dimensions: Sequence[Dimension], regions: Sequence[Sequence[Sequence[Region]]]
) -> Row:
    must: list[int] = []
    may: list[int] = []
    for dimension, columns in zip(dimensions, regions, strict=True):
        sure, possible = dimension.wide, dimension.wide
        for column in columns:
            sure &= column[number].must
            possible &= column[number].may
        must.append(sure)
        may.append(possible)
    return Row(number, rule, tuple(must), tuple(may))


# Single cells


def _cell_findings(
    labels: Sequence[str],
    rules: Sequence[Rule],
    cells: Sequence[Sequence[Condition]],
    dimension: Dimension,
    regions: Sequence[Sequence[Region]],
) -> list[Finding]:
    """Cells that are never true, parts of cells that are not, and cells that were not examined."""
    found: list[Finding] = []
    opaque: dict[tuple[str, Opaque], list[int]] = {}
    for i, column in zip(dimension.columns, regions, strict=True):
        for number, one in enumerate(column):
            for leaf in leaves(cells[i][number]):
                if isinstance(leaf, Opaque):
                    opaque.setdefault((labels[i], leaf), []).append(number + 1)
            found += _dead(number, rules[number].tests[i], one, dimension, labels[i])
    if len(dimension.columns) > 1:
        found += _dead_together(labels, regions, dimension)
    for (label, why), rows in opaque.items():
        found.append(
            Finding("not_examined", "info", tuple(dict.fromkeys(rows)), label, reason=why.reason, found=why.found)
        )
    return found


def _dead(number: int, tests: ast.UnaryTests, own: Region, dimension: Dimension, label: str) -> list[Finding]:
    space = dimension.wide
    if not own.may & space:
        return [Finding("never_true", "warning", (number + 1,), label, found=print_expression(tests))]
    if tests.negated or len(tests.tests) < 2:
        return []
    return [
        Finding("never_true", "warning", (number + 1,), label, reason="part", found=print_expression(test))
        for test in tests.tests
        if not region(condition_of_test(test), dimension.domain).may & space
    ]


def _dead_together(labels: Sequence[str], regions: Sequence[Sequence[Region]], dimension: Dimension) -> list[Finding]:
    """Rows whose cells about one value contradict each other."""
    found: list[Finding] = []
    for number in range(len(regions[0])):
        possible = dimension.wide
        for column in regions:
            possible &= column[number].may
        if not possible and all(column[number].may & dimension.wide for column in regions):
            names = " / ".join(labels[i] for i in dimension.columns)
            found.append(Finding("never_true", "warning", (number + 1,), names, reason="together"))
    return found
