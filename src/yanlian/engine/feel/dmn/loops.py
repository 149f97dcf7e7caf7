"""The boxes that ask for a truth value: unlike in FEEL text, anything else there makes the whole null (DMN 10.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yanlian.engine.feel import ast
from yanlian.engine.feel.compare import conjunction, disjunction
from yanlian.engine.feel.compile_lists import compile_for, select
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.frame import Frame, Piece
from yanlian.engine.feel.normal import type_name
from yanlian.engine.feel.scope import Binding, Scope
from yanlian.engine.feel.values import Unknown, fault

if TYPE_CHECKING:
    from yanlian.engine.feel.dmn.boxes import Logic


def conditional(logic: Logic, box: dmn.BoxedConditional, scope: Scope, names: tuple[str, ...]) -> Piece:
    """`then` where the condition is true, `else` where it is false or null."""
    test, yes, no = (logic.compile(one, scope, names).run for one in (box.condition, box.then, box.otherwise))
    place = logic.place(box)

    def run(f: Frame) -> object:
        decided = test(f)
        if decided is True:
            return yes(f)
        if decided is False or decided is None:
            return no(f)
        return decided.plain() if type(decided) is Unknown else f.settle(_no_truth("if", decided), place)

    return Piece(run)


def filtered(logic: Logic, box: dmn.BoxedFilter, scope: Scope, names: tuple[str, ...]) -> Piece:
    """The members that match; a single value is a list of one."""
    source = logic.compile(box.source, scope, names)
    slot = logic.unit.slot()
    match = logic.compile(box.match, scope.filtered(Binding(slot, source.origin)), (*names, "item"))
    start, test, place = source.run, match.run, logic.place(box)

    def run(f: Frame) -> object:
        value = start(f)
        if value is None:
            return f.settle(fault("feel_iterate_null"), place)
        if type(value) is Unknown:
            return value.plain()
        results: list[object] = []
        kept = select(f, value if isinstance(value, list) else [value], slot, test, results)
        odd = [one for one in results if not isinstance(one, (bool, Unknown))]
        return f.settle(_no_truth("match", odd[0]), place) if odd else kept

    return Piece(run, origin=source.origin)


def iterated(logic: Logic, box: dmn.BoxedIterator, scope: Scope, names: tuple[str, ...]) -> Piece:
    """for: the results for every member; some and every: whether one, whether all satisfy."""
    inner = (*names, box.variable, "partial") if box.kind == "for" else (*names, box.variable)
    iterations = (ast.Iteration(box.variable, logic.node(box.source, names)),)
    node = ast.For(iterations, logic.node(box.body, inner), place=logic.place(box))
    made = compile_for(logic.unit, node, scope)
    if box.kind == "for":
        return made
    every, place, gather = box.kind == "every", node.place, made.run

    def run(f: Frame) -> object:
        results = gather(f)
        if not isinstance(results, list):
            return results
        odd = [one for one in results if not isinstance(one, (bool, Unknown))]
        if odd:
            return f.settle(_no_truth("satisfies", odd[0]), place)
        members = [*results, *getattr(results, "maybe", ())]
        return conjunction(members) if every else disjunction(members)

    return Piece(run)


def _no_truth(part: str, found: object) -> object:
    return fault("dmn_no_truth", part=part, found=type_name(found))
