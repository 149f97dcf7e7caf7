"""All clauses of a run as programs, and what each output of theirs means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from yanlian.engine.dossier import Coverage, Schema
from yanlian.engine.dossier.columns import Layout, Strings
from yanlian.engine.feel import ast
from yanlian.engine.native.builder import Builder, TooWide
from yanlian.engine.native.ir import Const, Node, Output, Program, below
from yanlian.engine.native.picked import Known, for_picked_rows
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lower.across import Due, settled
from yanlian.engine.policy.lower.brief import briefly_judged
from yanlian.engine.policy.lower.clauses import Judged, judged
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.places import World
from yanlian.engine.policy.lower.values import NotLowered, Number, Text, Truth
from yanlian.engine.policy.model import Constant, Formula
from yanlian.engine.policy.outcome import ZERO_AMOUNT

# What the code of an outcome says where it is no mask of failed tests.
ELIGIBLE, NOT_APPLICABLE, MANUAL, ASK = 0, -1, -2, -3
# Only of brief plans: unknown; of events that may exist undelivered: unknown or perhaps ruled out, and ruled out.
UNKNOWN, OPEN, OUT = -4, -5, -6
# Ends the names of outputs that say where a program met a value that it was not made for, where the interpreter must
# judge a component, and where an amount of it may have been lowered by stacking or by a cap.
OUTSIDE, ASKED, STACKED, CAPPED = ":outside", ":asked", ":stacked", ":capped"
# Clauses in one function: the compiler takes longer than in proportion, and tests that many share are cheap.
_TOGETHER = 24


@dataclass(frozen=True, slots=True)
class ClauseOutputs:
    """What the outputs of a clause mean. Their names begin with its id and a colon.

    code: ELIGIBLE …, else the sum of 2**k over the failed `labels` (see `labels_of`). fen: what the clause alone gives.
    Where an amount may be lowered, the details program says what is due; lost: whether that is less; winner: the place
    in its stacking group of what the clause gave way to, or -1; cap0 …: amounts after each cap but the last. index,
    day: the position and day of the event in `record`; `matter`: pieces of text, nothing for the record's key. period:
    the year. result: by `result` a text's number (text), a truth value (truth),
    or a number to be divided by `result_den`. A clause that was left to the interpreter has only a code, and nothing
    due.
    """

    clause: CompiledClause
    record: str = ""
    matter: tuple[str | tuple[str], ...] | None = ()
    result: str = ""
    result_den: int = 1

    def name(self, what: str) -> str:
        """The name of an output."""
        return f"{self.clause.id}:{what}"


def labels_of(clause: CompiledClause) -> tuple[str, ...]:
    """The labels of what can fail, in the order of the code's bits and of the reason."""
    labels = [test.source.label for test in clause.tests]
    if clause.first_time is not None and clause.source.first_time is not None:
        labels.append(clause.source.first_time.label)
    if clause.amount is not None or clause.parts:
        labels.append(ZERO_AMOUNT)
    return tuple(labels)


def own_period(clause: CompiledClause) -> bool:
    """Whether the period of a clause must be worked out for each dossier."""
    return clause.period is not None and not clause.period.uses <= {"评价日", "评价年度", "上年", "前年"}


def code_storage(clause: CompiledClause) -> Literal["i16", "i32"]:
    """How wide a clause's codes are."""
    return "i16" if len(labels_of(clause)) < 15 else "i32"


@dataclass(frozen=True, slots=True)
class Details:
    """The programs for rows where only stacking, and where caps too, may have lowered an amount."""

    stacked: Program | None
    capped: Program | None


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is left to the interpreter, and why. `tree`: the smallest part of a formula that it is, `formula`
    the text that it stands in; None where it is the clause as a whole."""

    reason: str
    formula: Formula | None = None
    tree: ast.Node | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Programs over one builder's columns, and for each of them one for rows in which amounts may be lowered; the
    clauses in order with their component's number; what was left to the interpreter, by clause; `whole`: clauses of
    which nothing but whether they may apply was compiled."""

    programs: tuple[Program, ...]
    details: tuple[Details, ...]
    clauses: tuple[ClauseOutputs, ...]
    component: tuple[int, ...]
    left: Mapping[str, tuple[Left, ...]]
    whole: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Noted:
    """Which formulas of which clause were given up, and why."""

    clause: str = ""
    found: dict[str, list[Left]] = field(default_factory=dict)

    def note(self, clause: str, left: Left) -> None:
        told = self.found.setdefault(clause, [])
        if not any(one == left and one.tree is left.tree for one in told):
            told.append(left)


class _NotingFormulas(Formulas):
    def __init__(
        self,
        builder: Builder,
        strings: Strings,
        layout: Layout,
        schema: Schema,
        coverage: Coverage,
        as_of: date,
        noted: _Noted,
    ) -> None:
        super().__init__(builder, strings, layout, schema, coverage, as_of)
        self._noted = noted

    def gave_up(self, reason: str, tree: ast.Node) -> None:
        self._noted.note(self._noted.clause, Left(reason, self.standing, tree))


def planned(
    clauses: Sequence[CompiledClause],
    components: Sequence[Sequence[str]],
    layout: Layout,
    strings: Strings,
    schema: Schema,
    coverage: Coverage,
    as_of: date,
    base: Mapping[str, object],
    overrides: Mapping[str, Constant] | None = None,
    *,
    brief: bool = False,
) -> Plan:
    """The programs of these clauses. `components`: ids of clauses that must be worked out together. `brief`: outcomes
    and amounts without reasons, for which the interpreter is asked far less often (see brief.py)."""
    noted = _Noted()
    builder = Builder()
    formulas = _NotingFormulas(builder, strings, layout, schema, coverage, as_of, noted)
    world = World(formulas, base, as_of, overrides or {})
    by_id = {clause.id: clause for clause in clauses}
    made: dict[str, ClauseOutputs] = {}
    number: dict[str, int] = {}
    outputs: list[Made] = []
    whole: set[str] = set()
    for n, component in enumerate(components):
        members = [by_id[one] for one in component]
        noted.clause = component[0]
        try:
            found = _component(world, members, noted, brief=brief)
        except (NotLowered, TooWide) as reason:
            for one in members:
                noted.note(one.id, Left(str(reason) or type(reason).__name__))
                whole.add(one.id)
            found = _left(formulas, members)
        outputs.append(found)
        for meaning in found.meanings:
            made[meaning.clause.id] = meaning
            number[meaning.clause.id] = n
    programs: list[Program] = []
    details: list[Details] = []
    for n, chunk in enumerate(_chunks(outputs)):
        every = [output for one in chunk for output in one.outputs]
        programs.append(builder.program(f"clauses {n}", [*every, *_outside(formulas, every)]))
        details.append(Details(_details(builder, n, chunk, "stacked"), _details(builder, n, chunk, "capped")))
    return Plan(
        tuple(programs),
        tuple(details),
        tuple(made[clause.id] for clause in clauses),
        tuple(number[clause.id] for clause in clauses),
        {clause: tuple(told) for clause, told in noted.found.items()},
        frozenset(whole),
    )


@dataclass(frozen=True, slots=True)
class Made:
    """The outputs of a component: those for every row, and those for rows in which an amount may be lowered. `known`:
    what the latter can read from the former."""

    meanings: tuple[ClauseOutputs, ...]
    outputs: tuple[Output, ...]
    stacked: tuple[Output, ...] = ()
    capped: tuple[Output, ...] = ()
    known: Mapping[Node, Known] = field(default_factory=dict)


def _details(
    builder: Builder, number: int, chunk: Sequence[Made], which: Literal["stacked", "capped"]
) -> Program | None:
    outputs = [output for one in chunk for output in (one.stacked if which == "stacked" else one.capped)]
    if not outputs:
        return None
    known = {node: where for one in chunk for node, where in one.known.items() if not isinstance(node, Const)}
    return for_picked_rows(builder.program(f"{which} {number}", outputs), known)


def _outside(f: Formulas, outputs: Sequence[Output]) -> list[Output]:
    """Whether a value that these outputs read by row lies outside of the range that they take for granted."""
    used = below(output.node for output in outputs)
    inside = [inside for raw, inside in f.guards.items() if raw in used]
    # Named after its program by the first output: names are columns of one table.
    outside = f.builder.negate(f.builder.both(*inside))
    return [] if outside is f.no else [Output(f"{outputs[0].name}{OUTSIDE}", "i8", outside)]


def _chunks(made: Sequence[Made]) -> list[list[Made]]:
    found: list[list[Made]] = []
    size = _TOGETHER
    for one in made:
        if size + len(one.meanings) > _TOGETHER:
            found.append([])
            size = 0
        found[-1].append(one)
        size += len(one.meanings)
    return found


def _component(world: World, members: Sequence[CompiledClause], noted: _Noted, *, brief: bool) -> Made:
    all_judged = []
    for clause in members:
        noted.clause = clause.id
        all_judged.append(briefly_judged(world, clause) if brief else judged(world, clause))
    f = world.formulas
    done = settled(f, all_judged, brief=brief)
    meanings: list[ClauseOutputs] = []
    outputs: list[Output] = []
    known: dict[Node, Known] = {}
    for due in done.due:
        meaning, some = (_brief_outputs if brief else _outputs)(f, due.judged, done.ask)
        meanings.append(meaning)
        outputs += some
        code, fen = some[:2]
        # Where the interpreter judges, nobody asks what is due.
        known |= {due.judged.eligible: Known(code, ELIGIBLE), fen.node: Known(fen)}
    for name, flag in ((ASKED, done.ask), (STACKED, done.stacked), (CAPPED, done.capped)):
        if flag is not f.no:
            outputs.append(Output(f"{members[0].id}{name}", "i8", flag))
    stacked = [] if done.stacked is f.no else [one for due in done.due for one in _after_stacking(f, due)]
    capped = [] if done.capped is f.no else [one for due in done.due for one in _after_caps(f, due)]
    return Made(tuple(meanings), tuple(outputs), tuple(stacked), tuple(capped), known)


def _left(f: Formulas, members: Sequence[CompiledClause]) -> Made:
    """Clauses that are left to the interpreter wherever one of them may apply: it judges all of them."""
    b = f.builder
    applies = b.either(*(f.is_kind(one.source.subject) for one in members))
    code = b.choose(applies, b.const(ASK), b.const(NOT_APPLICABLE))
    outputs = [Output(f"{members[0].id}{ASKED}", "i8", applies)]
    for one in members:
        outputs += [Output(f"{one.id}:code", code_storage(one), code), Output(f"{one.id}:fen", "i64", b.const(0))]
    return Made(tuple(ClauseOutputs(one) for one in members), tuple(outputs))


def _after_stacking(f: Formulas, due: Due) -> list[Output]:
    """What is due of a clause where no cap holds, and what it gave way to."""
    name = f"{due.judged.clause.id}:"
    if due.winner is None or due.stacked is None:
        return []
    return [*_due(f, due, due.stacked), Output(f"{name}winner", "i64", due.winner)]


def _due(f: Formulas, one: Due, amount: Node) -> list[Output]:
    """What is due, and whether it is less than what the clause alone gives."""
    name = f"{one.judged.clause.id}:"
    lost = f.builder.both(one.judged.eligible, f.builder.negate(f.builder.compare("=", amount, one.alone)))
    return [Output(f"{name}due", "i64", amount), Output(f"{name}lost", "i8", lost)]


def _after_caps(f: Formulas, due: Due) -> list[Output]:
    """What is due of a clause after stacking and caps, and how it came to it."""
    name = f"{due.judged.clause.id}:"
    if due.winner is None and not due.after:
        return []
    outputs = _due(f, due, due.amount)
    if due.winner is not None:
        outputs.append(Output(f"{name}winner", "i64", due.winner))
    return [*outputs, *(Output(f"{name}cap{k}", "i64", after) for k, after in enumerate(due.after[:-1]))]


def _outputs(f: Formulas, one: Judged, ask: Node) -> tuple[ClauseOutputs, list[Output]]:
    b = f.builder
    name = f"{one.clause.id}:"
    mask: Node = b.const(0)
    for k, (_, fails) in enumerate(one.failed):
        mask = b.add(mask, b.choose(fails, b.const(1 << k), b.const(0)))
    mask = b.choose(one.manual, b.const(MANUAL), mask)
    code = b.choose(ask, b.const(ASK), b.choose(one.applies, mask, b.const(NOT_APPLICABLE)))
    outputs = [
        Output(f"{name}code", code_storage(one.clause), code),
        Output(f"{name}fen", "i64", b.choose(one.eligible, one.fen, b.const(0))),
    ]
    if one.event is not None:
        outputs.append(Output(f"{name}index", "i32", _narrow(f, one.event.index)))
        outputs.append(Output(f"{name}day", "i32", _narrow(f, one.event.day)))
    period = one.period
    if isinstance(period, str):
        period = b.const(int(period)) if period.isdecimal() else None
    if period is not None and own_period(one.clause):
        outputs.append(Output(f"{name}period", "i32", _narrow(f, period)))
    result, den = "", 1
    if one.result is not None:
        result, den, node = _result(f, one.result)
        outputs.append(Output(f"{name}result", "i64", node))
    event = one.event
    meaning = ClauseOutputs(
        clause=one.clause,
        record=event.kind.key if event is not None else "",
        matter=event.matter if event is not None else (),
        result=result,
        result_den=den,
    )
    return meaning, outputs


def _brief_outputs(f: Formulas, one: Judged, ask: Node) -> tuple[ClauseOutputs, list[Output]]:
    """Of a clause judged for its outcome alone: any code above nought is not eligible."""
    b = f.builder
    name = f"{one.clause.id}:"
    ((_, fails),) = one.failed
    code = b.choose(fails, b.const(1), b.const(ELIGIBLE))
    for node, value in ((one.manual, MANUAL), (one.unknown, UNKNOWN), (one.out, OUT), (one.open, OPEN)):
        assert node is not None
        code = b.choose(node, b.const(value), code)
    code = b.choose(ask, b.const(ASK), b.choose(one.applies, code, b.const(NOT_APPLICABLE)))
    fen = b.choose(one.eligible, one.fen, b.const(0))
    outputs = [Output(f"{name}code", code_storage(one.clause), code), Output(f"{name}fen", "i64", fen)]
    if one.event is not None:
        outputs.append(Output(f"{name}day", "i32", _narrow(f, one.event.day)))
    return ClauseOutputs(one.clause, record="" if one.event is None else one.event.kind.key), outputs


def _narrow(f: Formulas, node: Node) -> Node:
    """A position or day as 32 bits: what does not fit is not used."""
    return f.builder.narrowed(node, -(1 << 31), (1 << 31) - 1)[0]


def _result(f: Formulas, value: object) -> tuple[str, int, Node]:
    if isinstance(value, Text):
        return "text", 1, value.code
    if isinstance(value, Truth):
        return "truth", 1, f.builder.choose(value.true, f.builder.const(1), f.builder.const(0))
    assert isinstance(value, Number)
    return "number", value.den, value.num
