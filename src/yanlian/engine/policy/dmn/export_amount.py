"""The amount of a clause as a boxed context: each step of the arithmetic an entry, in the order of packs.md."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.amount import UNITS_FEN
from yanlian.engine.policy.compiled import CompiledClause, CompiledMultiplier, Expression
from yanlian.engine.policy.dmn.export_shelf import word
from yanlian.engine.policy.dmn.export_tables import literal
from yanlian.engine.policy.model import Rounding
from yanlian.engine.policy.model_terms import Stage

Say = Callable[[Expression], str]
# Digits after the point (negative: zeros before it) of the units that amounts are rounded to, in yuan.
_DIGITS = {"分": 2, "元": 0, "百元": -2, "千元": -3, "万元": -4}
_WHOLE = "全额"
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
    whole = rounded(last(), clause.rounding)
    if clause.source.stage is not None:
        entries.append(dmn.ContextEntry(_WHOLE, literal(whole), "number"))
        whole = stage_text(clause.source.stage, clause.rounding)
    entries.append(dmn.ContextEntry("", literal(whole), "number"))
    return dmn.BoxedContext(tuple(entries))


def stage_text(stage: Stage, rounding: Rounding) -> str:
    """The part of a stage of the whole, in FEEL: largest remainder in whole units of the rounding."""
    own, number = stage.own, stage.number - 1
    if own.share is None:
        return _amount_text(stage)
    unit = Decimal(UNITS_FEN[rounding.to]).scaleb(-2)
    units = f"{_WHOLE} / {unit:f}"
    downs, rests = [], []
    for one in stage.instalments:
        share = one.share or Fraction(0)
        product = f"{units} * {share.numerator}"
        downs.append(f"floor({product} / {share.denominator})")
        rests.append(f"({product} - {downs[-1]} * {share.denominator}) / {share.denominator}")
    left = f"{units} - ({' + '.join(downs)})"
    ahead = [
        f"(if {rest} {'>=' if k < number else '>'} {rests[number]} then 1 else 0)"
        for k, rest in enumerate(rests)
        if k != number
    ]
    return f"({downs[number]} + (if {' + '.join(ahead)} < {left} then 1 else 0)) * {unit:f}"


def _amount_text(stage: Stage) -> str:
    """Fixed amounts in their order, each of what those before it leave; what is left."""
    fixed: list[Decimal] = []
    for one in stage.instalments:
        if one.amount_fen is None:
            continue
        before = sum(fixed, Decimal(0))
        fixed.append(Decimal(one.amount_fen).scaleb(-2))
        if one is stage.own:
            return f"max(min({fixed[-1]:f}, {_WHOLE} - {before:f}), 0)"
    return f"if {_WHOLE} < 0 then {_WHOLE} else max({_WHOLE} - {sum(fixed, Decimal(0)):f}, 0)"


def _multiplied(one: CompiledMultiplier, amount: str, say: Say) -> str:
    product = f"{amount} * ({say(one.factor)})"
    if one.when is None:
        return product
    when = say(one.when)
    return f"if {when} then {product} else if ({when}) = false then {amount} else null"


def rounded(name: str, rounding: Rounding) -> str:
    """A number in yuan rounded as declared."""
    return f"{_FUNCTIONS[rounding.mode]}({name}, {_DIGITS[rounding.to]})"
