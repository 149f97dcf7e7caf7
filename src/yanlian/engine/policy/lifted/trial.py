"""One shape tried: lowered, compiled, run over its rows, and every row compared with the interpreter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from yanlian.base.refusal import Refused
from yanlian.engine.dossier.columns import Strings
from yanlian.engine.feel import Compiled, ast, compile_expression
from yanlian.engine.native import Builder, Program, TooWide, compile_program
from yanlian.engine.native.ir import below
from yanlian.engine.policy.lifted.agree import agrees
from yanlian.engine.policy.lifted.made_rows import Cells, rows_of
from yanlian.engine.policy.lifted.results import Buffers, GivenUp, Reader, Results, has_given_up
from yanlian.engine.policy.lifted.shapes import Shape
from yanlian.engine.policy.lifted.table import AS_OF, COVERAGE, VALUE, Table, table_of
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.values import Beyond, NotLowered, Record, Value


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that the two answer differently: the constants, what the kernel says and what the interpreter says."""

    row: Cells
    kernel: object
    interpreter: object


@dataclass(slots=True)
class Trial:
    """A shape and how it went. `reasons`: why parts were left to the interpreter, none when it was lowered as a whole;
    `ran`: whether anything of it ran as machine code; `compared`: rows that the kernel answered; `left`: rows that it
    left to the interpreter although something of it ran."""

    shape: Shape
    rows: int = 0
    compared: int = 0
    reasons: tuple[str, ...] = ()
    ran: bool = False
    left: set[Cells] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every part of the expression was lowered."""
        return self.ran and not self.reasons


class _Noting(Formulas):
    """Formulas that remember why they gave up."""

    def __init__(self, table: Table, strings: Strings) -> None:
        super().__init__(Builder(), strings, table.layout, table.schema, COVERAGE, AS_OF)
        self.reasons: dict[str, None] = {}

    def gave_up(self, reason: str, tree: ast.Node) -> None:
        # What only cannot be done because a part of it was left already is no reason of its own.
        if "Beyond" not in reason or not self.reasons:
            self.reasons.setdefault(reason)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The names of a lifted expression: its columns, and nothing else."""

    formulas: Formulas
    names: frozenset[str]

    def value(self, name: str) -> Value:
        if name not in self.names:
            raise KeyError(name)
        record = self.formulas.fact(name)
        assert isinstance(record, Record)
        return self.formulas.field(record, VALUE)

    def call(self, name: str, arguments: list[Value]) -> Value | None:
        return None


@dataclass(frozen=True, slots=True)
class Lowering:
    """What became of an expression: a program and how to read what it says, or only the reasons why not."""

    reasons: tuple[str, ...]
    program: Program | None = None
    read: Reader | None = None


def tried(shape: Shape) -> Trial:
    """A shape through both."""
    rows = rows_of(shape.text, shape.kinds, shape.rows)
    trial = Trial(shape, rows=len(rows))
    table = table_of(shape.names, shape.kinds, rows)
    strings = Strings()
    made = lower(shape, table, strings)
    trial.reasons = made.reasons
    if made.program is None or made.read is None:
        return trial
    try:
        compiled = compile_expression(shape.tree, names=shape.names)
    except Refused as refused:
        trial.reasons = (f"refused: {refused.code}",)
        return trial
    buffers = _run(made.program, table, strings, len(rows))
    trial.ran = True
    for number, row in enumerate(rows):
        _compare(trial, row, made.read(buffers, number), compiled)
    return trial


def lower(shape: Shape, table: Table, strings: Strings) -> Lowering:
    """A shape as a program over its table."""
    formulas = _Noting(table, strings)
    try:
        value = formulas.lowered(shape.tree, _Columns(formulas, frozenset(shape.names)))
        if isinstance(value, Beyond):
            return Lowering(tuple(formulas.reasons))
        results = Results(formulas)
        read = results.reader(value)
    except (NotLowered, TooWide) as reason:
        told = str(reason) if isinstance(reason, NotLowered) else "numbers too wide"
        return Lowering((*formulas.reasons, told))
    b = formulas.builder
    used = below(output.node for output in results.outputs)
    outside = results.add("i8", b.negate(b.both(*(one for raw, one in formulas.guards.items() if raw in used))))
    program = b.program("lifted", results.outputs)

    def guarded(buffers: Buffers, row: int) -> object:
        return GivenUp() if buffers[outside][row] else read(buffers, row)

    return Lowering(tuple(formulas.reasons), program, guarded)


def _run(program: Program, table: Table, strings: Strings, rows: int) -> Buffers:
    kernel = compile_program(program)
    used = [program.columns[number] for number in kernel.used]
    bound = dict(zip(kernel.used, table.layout.bind(table.batch, used, strings), strict=True))
    results = [np.zeros(rows, np.dtype(f"int{output.storage[1:]}")) for output in program.outputs]
    kernel.run([bound.get(number) for number in range(len(program.columns))], rows, results)
    return {output.name: result for output, result in zip(program.outputs, results, strict=True)}


def _compare(trial: Trial, row: Cells, found: object, compiled: Compiled) -> None:
    if has_given_up(found):
        trial.left.add(row)
        return
    try:
        wanted: object = compiled.evaluate(dict(zip(trial.shape.names, row, strict=True)))
    except Refused as refused:
        wanted = refused
    trial.compared += 1
    if not agrees(found, wanted):
        trial.differences.append(Difference(row, found, wanted))
