"""Tables and scales turned round: which other row would give the value, how far it is to the next bracket."""

from __future__ import annotations

from decimal import Decimal

from yanlian.engine.feel import Unknown, ast
from yanlian.engine.feel.decision_table import Row
from yanlian.engine.policy.compiled import Item
from yanlian.engine.policy.functions import scale_value
from yanlian.engine.policy.model import Scale
from yanlian.engine.policy.near.asked import Solver
from yanlian.engine.policy.near.env import Env
from yanlian.engine.policy.near.plan import Option
from yanlian.engine.policy.near.relation import EXACT, KNOWN, holds
from yanlian.engine.policy.near.truth import tests_of

_MOST_ROWS = 24
_SUMS = frozenset({"C+", "C>", "C<", "C"})
_CENT = Decimal("0.01")
_TOP = Decimal(10) ** 13


def relate_table(solver: Solver, item: Item, output: str, op: str, value: object, env: Env) -> list[Option]:
    """Options after which a row fires that gives such a value; of each row the first test that it does not pass."""
    assert item.table is not None
    home = env.at_home(item)
    decision = item.table.decision
    names = [one.name for one in decision.outputs]
    column = names.index(output) if output in names else 0
    inputs = [solver.value(compiled.ast, home) for compiled in decision.inputs]
    found: list[Option] = []
    for row in decision.rows[:_MOST_ROWS]:
        given = solver.value(row.outputs[column].ast, home)
        wanted = holds(op, given, value) or (decision.hit_policy in _SUMS and given != Decimal(0))
        if wanted:
            found += _towards(solver, row, [one.ast for one in decision.inputs], inputs, home)
    if not found and op == KNOWN:
        for compiled, held in zip(decision.inputs, inputs, strict=True):
            if held is None or isinstance(held, Unknown):
                found += solver.relate(compiled.ast, KNOWN, None, home)
    return found


def _towards(solver: Solver, row: Row, inputs: list[ast.Expression], values: list[object], home: Env) -> list[Option]:
    for tests, node, value in zip(row.tests, inputs, values, strict=True):
        if tests.tester is None or tests.matches(value, home.names()) is True:
            continue
        return tests_of(solver, node, tests.ast.tests, not tests.ast.negated, home)
    return []


def relate_scale(
    solver: Solver, scale: Scale, argument: ast.Expression, op: str, value: object, env: Env
) -> list[Option]:
    """What goes into a scale that gives too little: the least that gives enough, by halving (scales that grow)."""
    if op == KNOWN:
        return solver.relate(argument, KNOWN, None, env)
    if op not in {">", ">=", "="} or not isinstance(value, Decimal):
        return []
    held = solver.value(argument, env)
    low = held if isinstance(held, Decimal) else Decimal(0)
    reach = ">=" if op == "=" else op
    high = _first_above(scale, reach, value, low)
    if high is None:
        return []
    while EXACT.subtract(high, low) > _CENT:
        middle = EXACT.divide(EXACT.add(low, high), Decimal(2)).quantize(_CENT)
        if middle in {low, high}:
            break
        if holds(reach, scale_value(scale, middle), value):
            high = middle
        else:
            low = middle
    return solver.relate(argument, ">=", high, env)


def _first_above(scale: Scale, op: str, value: Decimal, low: Decimal) -> Decimal | None:
    """Some argument that gives enough: the start of a bracket, else ten times as much again and again."""
    starts = [one.start for one in scale.brackets if one.start > low]
    for start in starts:
        if holds(op, scale_value(scale, start), value):
            return start
    tried = max([low, *starts, Decimal(1)])
    while tried < _TOP:
        tried = EXACT.multiply(tried, Decimal(10))
        if holds(op, scale_value(scale, tried), value):
            return tried
    return None
