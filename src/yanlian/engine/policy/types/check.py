"""Every formula of a pack set is typed once; what can never give what is asked of it is a fault with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yanlian.base.finding import Severity
from yanlian.base.refusal import Language
from yanlian.engine.feel import ast
from yanlian.engine.feel.static import Typed, overlaps
from yanlian.engine.feel.static.lattice import (
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    LIST,
    NUMBER,
    STRING,
)
from yanlian.engine.policy.compiled import CompiledClause, CompiledDocument, CompiledTable, Expression, Home, Item
from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.model import Formula
from yanlian.engine.policy.reading import nearest
from yanlian.engine.policy.settlement.compile import CompiledSettling
from yanlian.engine.policy.types.fault import TypeRefused, refused, refused_at
from yanlian.engine.policy.types.measures import Measures
from yanlian.engine.policy.types.order import in_order_of_need
from yanlian.engine.policy.types.parameters import check_parameter
from yanlian.engine.policy.types.quantities import Clash
from yanlian.engine.policy.types.quantity import UNKNOWN, Quantity
from yanlian.engine.policy.types.scope import Typing
from yanlian.engine.policy.types.strangers import Stranger
from yanlian.engine.policy.types.units import MONEY, PLAIN, YUAN, Unit

_TRUTH = (BOOLEAN,)
_FIGURE = (NUMBER,)
_DAY = (DATE, DATE_TIME)
_RECORDS = (LIST, CONTEXT)
_WORD = (STRING, NUMBER, DATE)
_YEAR = (NUMBER, STRING)
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
# What must be money, and what must be none.
_MONEY = frozenset({"amount", "cap", "caps.amount", "parts.amount", "top_up.paid", "budgets.amount"})
_FACTORS = frozenset({"multipliers.factor"})


class TypeCheck:
    """The walk over all formulas of a pack set. `stands` remembers where each formula stands."""

    def __init__(self, typing: Typing, measures: Measures, faults: Faults) -> None:
        self.typing = typing
        self.measures = measures
        self.faults = faults
        self.stands: dict[int, Home] = {}

    def home(self, home: Home) -> None:
        """The definitions, tables and parameters of a pack, document or clause."""
        self._settle(home.own.values(), home)
        for item in home.own.values():
            if item.expression is not None:
                self.formula(item.expression, home)
            elif item.table is not None:
                self._table(item, item.table, home)
            else:
                check_parameter(item, self.faults)

    def document(self, document: CompiledDocument) -> None:
        """The names and rules of a document, then its clauses."""
        self.home(document.home)
        seen: set[int] = set()
        for clause in document.clauses:
            self.home(clause.home)
            self._clause(clause, seen)

    def _clause(self, clause: CompiledClause, seen: set[int]) -> None:
        """The formulas of a clause; those it inherits are looked at once where they stand, and again in the clause if
        they hang on what only the clause can say."""
        hanging = list(_hanging(clause))
        self._settle(hanging, clause.home)
        for test in clause.tests:
            self._rule(test.expression, clause, seen, inherited=test.inherited, key="when", wanted=_TRUTH)
        for cap in clause.caps:
            self._rule(cap.amount, clause, seen, inherited=cap.inherited, key="caps.amount", wanted=_FIGURE)
        for expression, key, wanted in _asked(clause):
            if expression is not None:
                self.formula(expression, clause.home, key, wanted)
        for one in clause.returns:
            self.formula(one.when, one.home, "clawback.when", _TRUTH)
            if one.share is not None:
                self.formula(one.share, one.home, "clawback.share", _FIGURE)
        for item in hanging:
            if item.table is not None:
                self._table(item, item.table, clause.home)
            elif item.expression is not None and not self.typing.tree(item.expression, item.home).faults:
                self.formula(item.expression, clause.home)

    def settling(self, rule: CompiledSettling) -> None:
        """The formulas of a budget or a quota, where it stands."""
        limit, key = ("budgets.amount", "order_by") if rule.kind == "budget" else ("quotas.count", "rank_by")
        self.formula(rule.limit, rule.home, limit, _FIGURE)
        if rule.key is not None:
            self.formula(rule.key, rule.home, key, (*_WORD, LIST))
        if rule.by is not None:
            self.formula(rule.by, rule.home, "by", _WORD)

    def _settle(self, items: Iterable[Item], home: Home) -> None:
        """Find out about names before those that need them."""
        for item in in_order_of_need(items, home):
            self.typing.item(item, home)
            self.measures.item(item, home)

    def _rule(
        self,
        expression: Expression,
        clause: CompiledClause,
        seen: set[int],
        *,
        inherited: bool,
        key: str,
        wanted: tuple[ast.Type, ...],
    ) -> None:
        if not inherited:
            self.formula(expression, clause.home, key, wanted)
            return
        home = clause.document.home
        if id(expression) not in seen:
            seen.add(id(expression))
            self.formula(expression, home, key, wanted)
        if expression.reach and not self.typing.tree(expression, home).faults:
            self.formula(expression, clause.home, key, wanted)

    def formula(self, expression: Expression, home: Home, key: str = "", wanted: tuple[ast.Type, ...] = ()) -> Typed:
        """Type a formula; note its faults and, if it can never be one of what is wanted, that; then its units."""
        typed = self.typing.tree(expression, home)
        self.stands.setdefault(id(expression), home)
        self._note(typed, expression.formula, home)
        if typed.faults:
            return typed
        if wanted and not self._may_be(typed.type, wanted):
            place = expression.compiled.ast.place
            found = refused_at(
                place, expression.formula, "pack_type_result", key=key, expected=wanted, found=typed.type
            )
            self._add(expression.formula, place, found, home)
            return typed
        measured = self.measures.formula(expression, home)
        self._note_clashes(measured.clashes, expression.formula, home)
        self._note_strangers(measured.strangers, expression.formula, home)
        if not measured.clashes:
            self._check_unit(measured.value, expression, home, key)
        return typed

    def _check_unit(self, found: Quantity, expression: Expression, home: Home, key: str) -> None:
        """Amounts and limits are money, factors are none. A warning: a yuan for each can be meant."""
        wanted = YUAN if key in _MONEY else PLAIN if key in _FACTORS else None
        if wanted is None or found.unit is None or not found.sure or wanted.power(MONEY) == found.unit.power(MONEY):
            return
        place, formula = expression.compiled.ast.place, expression.formula
        words = _words(expected=wanted, found=found.unit)
        self._add(formula, place, refused_at(place, formula, "pack_unit_result", key=key, **words), home, "warning")

    def _note_clashes(self, clashes: Iterable[Clash], formula: Formula, home: Home) -> None:
        for one in clashes:
            words = _words(left=one.left, right=one.right)
            found = refused_at(one.place, formula, "pack_unit_clash", operator=one.operator, **words)
            self._add(formula, one.place, found, home, "error" if one.sure else "warning")

    def _note_strangers(self, strangers: Iterable[Stranger], formula: Formula, home: Home) -> None:
        for one in strangers:
            near, listed = nearest(one.word, one.values), " · ".join(one.values)
            words = {"field": one.field, "found": one.word, "nearest": near, "expected": listed}
            self._add(formula, one.place, refused_at(one.place, formula, "pack_word_never", **words), home)

    def _add(
        self, formula: Formula, place: ast.Place, found: TypeRefused, home: Home, severity: Severity = "error"
    ) -> None:
        self._at(formula, home)
        self.faults.add_refusal(formula.line_of(place.line), found, severity)

    def _may_be(self, found: ast.Type, wanted: Iterable[ast.Type]) -> bool:
        return any(overlaps(found, one, self.typing.facts.named) for one in wanted)

    def _note(self, typed: Typed, formula: Formula, home: Home) -> None:
        for fault in typed.faults:
            self._add(formula, fault.place, refused(fault, formula), home)

    def _at(self, formula: Formula, home: Home) -> None:
        self.faults.at(home.pack.id, formula.file, home.key[-1] if len(home.key) == 3 else "")

    def _table(self, item: Item, table: CompiledTable, home: Home) -> None:
        """The inputs, then each cell against its column."""
        subjects = [self.formula(one, home).type for one in table.inputs]
        measured = [self.measures.formula(one, home).value for one in table.inputs]
        for cells, row in zip(table.source.rows, table.decision.rows, strict=True):
            inputs = zip(cells, row.tests, subjects, measured, strict=False)
            for cell, tests, subject, quantity in inputs:
                if tests.ast.tests:
                    self._cell(self.typing.infer_tests(tests.ast, subject, home), cell, home, quantity)
            for cell, output in zip(cells[len(subjects) :], row.outputs, strict=True):
                self._cell(self.typing.infer(output.ast, home), cell, home)

    def _cell(self, typed: Typed, cell: Formula, home: Home, subject: Quantity = UNKNOWN) -> None:
        self._note(typed, cell, home)
        if not typed.faults:
            for found in (self.measures.tree(typed, home), self.measures.cell(typed, subject, home)):
                self._note_clashes(found.clashes, cell, home)
                self._note_strangers(found.strangers, cell, home)


def _words(**units: Unit) -> dict[str, str]:
    """Units in both languages, for a sentence that names them in the reader's own."""
    return {f"{name}_{language}": unit.words(language) for name, unit in units.items() for language in _LANGUAGES}


def _hanging(clause: CompiledClause) -> Iterator[Item]:
    """The names of the document that the clause uses, itself or through others, and that mean what the clause says."""
    document, seen = clause.document.home, set[str]()
    stack = [name for expression in _formulas(clause) for name in expression.uses]
    while stack:
        name = stack.pop()
        item = clause.home.visible.get(name)
        if item is None or name in seen:
            continue
        seen.add(name)
        if item.reach and item.home is document:
            yield item
        if item.expression is not None:
            stack.extend(item.expression.uses)
        elif item.table is not None:
            stack.extend(name for one in item.table.inputs for name in one.uses)


def _formulas(clause: CompiledClause) -> Iterator[Expression]:
    yield from (test.expression for test in clause.tests)
    yield from (cap.amount for cap in clause.caps)
    yield from (expression for expression, _, _ in _asked(clause) if expression is not None)


def _asked(clause: CompiledClause) -> list[tuple[Expression | None, str, tuple[ast.Type, ...]]]:
    """The formulas of a clause with their keys and what they must be able to give."""
    event, top_up = clause.event, clause.top_up
    found: list[tuple[Expression | None, str, tuple[ast.Type, ...]]] = []
    if event is not None:
        found += [
            (event.each, "event.each", _RECORDS),
            (event.where, "event.where", _TRUTH),
            (event.date, "event.date", _DAY),
            (event.matter, "event.matter", _WORD),
            (event.window_from, "event.window.from", _DAY),
            (event.window_to, "event.window.to", _DAY),
        ]
    found += [(clause.period, "period", _YEAR), (clause.amount, "amount", _FIGURE), (clause.cap, "cap", _FIGURE)]
    for part in clause.parts:
        found += [(part.when, "parts.when", _TRUTH), (part.amount, "parts.amount", _FIGURE)]
    for one in clause.multipliers:
        found += [(one.when, "multipliers.when", _TRUTH), (one.factor, "multipliers.factor", _FIGURE)]
    found.append((clause.first_time, "first_time", _RECORDS))
    found.append((top_up if isinstance(top_up, Expression) else None, "top_up.paid", _FIGURE))
    if clause.deadline is not None:
        found.append((clause.deadline.last, "deadline", _DAY))
    found.append((clause.result, "result", ()))
    return found
