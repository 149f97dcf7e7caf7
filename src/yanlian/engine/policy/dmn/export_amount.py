"""The amount of a clause as a boxed context: each step of the arithmetic an entry, in the order of packs.md."""

from __future__ import annotations

from collections.abc import Callable

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.compiled import CompiledClause, CompiledMultiplier, Expression
from yanlian.engine.policy.dmn.export_shelf import word
from yanlian.engine.policy.dmn.export_tables import literal
from yanlian.engine.policy.model import Rounding

Say = Callable[[Expression], str]
# Digits after the point (negative: zeros before it) of the units that amounts are rounded to, in yuan.
_DIGITS = {"分": 2, "元": 0, "百元": -2, "千元": -3, "万元": -4}
_FUNCTIONS = {"half_up": "round half up", "floor": "floor", "half_even": "decimal"}


def raw_expression(clause: CompiledClause, say: Say) -> dmn.BoxedExpression:
    """The amount before everything else: one formula, or the sum of the parts whose condition holds."""
    if clause.amount is not None:
        return literal(say(clause.amount), "number")
    entries: list[dmn.ContextEntry] = []
    names: list[str] = []
    for number, part in enumerate(clause.parts, 1):
        name = f"第{number}项_{word(part.source.label)}"
        amount = say(part.amount)
        text = amount
        if part.when is not None:
            when = say(part.when)
            text = f"if {when} then {amount} else if ({when}) = false then 0 else null"
        names.append(name)
        entries.append(dmn.ContextEntry(name, literal(text), "number"))
    entries.append(dmn.ContextEntry("", literal(" + ".join(names) or "0")))
    return dmn.BoxedContext(tuple(entries))


def amount_expression(clause: CompiledClause, raw: str, say: Say, paid: Callable[[], str]) -> dmn.BoxedExpression:
    """From the raw amount to the rounded one. `paid` gives the text of what was paid before."""
    steps: list[str] = [raw]

    def last() -> str:
        return f"第{len(steps)}步"

    early = [one for one in clause.multipliers if one.source.before_cap]
    late = [one for one in clause.multipliers if not one.source.before_cap]
    for one in early:
        steps += [_multiplied(one, last(), say)]
    if clause.cap is not None:
        steps.append(f"min({last()}, {say(clause.cap)})")
    for one in late:
        steps += [_multiplied(one, last(), say)]
    if isinstance(clause.top_up, Expression):
        steps.append(f"max({last()} - ({say(clause.top_up)}), 0)")
    elif clause.top_up is not None:
        steps.append(f"max({last()} - {paid()}, 0)")
    entries = [dmn.ContextEntry(f"第{number}步", literal(text), "number") for number, text in enumerate(steps, 1)]
    entries.append(dmn.ContextEntry("", literal(rounded(last(), clause.rounding)), "number"))
    return dmn.BoxedContext(tuple(entries))


def _multiplied(one: CompiledMultiplier, amount: str, say: Say) -> str:
    product = f"{amount} * ({say(one.factor)})"
    if one.when is None:
        return product
    when = say(one.when)
    return f"if {when} then {product} else if ({when}) = false then {amount} else null"


def rounded(name: str, rounding: Rounding) -> str:
    """A number in yuan rounded as declared."""
    return f"{_FUNCTIONS[rounding.mode]}({name}, {_DIGITS[rounding.to]})"
