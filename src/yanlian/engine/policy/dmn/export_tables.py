"""Parameters, scales and decision tables of a pack as DMN tables, and the few functions that packs have beyond FEEL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from yanlian.engine.feel import ast, print_expression
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.dmn.export_formula import Teller, number_text
from yanlian.engine.policy.functions import EXACT
from yanlian.engine.policy.model import Constant, Dated, Parameter, Scale, Table

DAY = "日期"
_X = "x"


def constant_text(value: Constant) -> str:
    """A constant of a pack as a FEEL literal."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number_text(value)
        case date():
            return f'date("{value.isoformat()}")'
        case str():
            return print_expression(ast.String(value))
        case _:
            return f"[{', '.join(constant_text(member) for member in value)}]"


def type_of(values: Sequence[Constant]) -> str:
    """The FEEL type that all these constants have, or nothing."""
    names = {_type_name(value) for value in values if value is not None}
    return names.pop() if len(names) == 1 else ""


def _type_name(value: Constant) -> str:
    match value:
        case bool():
            return "boolean"
        case Decimal():
            return "number"
        case date():
            return "date"
        case str():
            return "string"
        case _:
            return "Any"


def literal(text: str, type_ref: str = "") -> dmn.LiteralExpression:
    """FEEL text as an expression."""
    return dmn.LiteralExpression(text, type_ref)


def parameter_function(parameter: Parameter, until: date | None) -> dmn.BoxedFunction:
    """A dated parameter: the value in force on a day, with the article that says so. Null before the first day.

    Values that begin after `until` are left out.
    """
    values = [dated for dated in parameter.values if until is None or dated.start <= until]
    kind = type_of([dated.value for dated in values])
    rows = [
        dmn.RuleRow(
            (literal(_span(dated, values[number + 1] if number + 1 < len(values) else None)),),
            (literal(constant_text(dated.value)),),
            (dated.reference,),
        )
        for number, dated in enumerate(values)
    ]
    if values:
        before = literal(f"< {constant_text(values[0].start)}")
        rows.insert(0, dmn.RuleRow((before,), (literal("null"),), ("",)))
    table = dmn.DecisionTable(
        inputs=(dmn.InputClause(literal(DAY, "date"), label=DAY),),
        outputs=(dmn.OutputClause(label=parameter.unit or "值", type_ref=kind),),
        rules=tuple(rows),
        annotations=("依据",),
        output_label=parameter.name,
    )
    body: dmn.BoxedExpression = table if rows else literal("null")
    return dmn.BoxedFunction((dmn.Parameter(DAY, "date"),), body)


def fixed_function(value: Constant) -> dmn.BoxedFunction:
    """A parameter whose value is overridden: the same on every day."""
    return dmn.BoxedFunction((dmn.Parameter(DAY, "date"),), literal(constant_text(value)))


def _span(first: Dated, after: Dated | None) -> str:
    start = f'date("{first.start.isoformat()}")'
    return f">= {start}" if after is None else f'[{start}..date("{after.start.isoformat()}"))'


def scale_function(scale: Scale) -> dmn.BoxedFunction:
    """Brackets by level as a table: of a marginal scale each row starts from what the brackets below it give."""
    rows: list[dmn.RuleRow] = []
    if scale.brackets:
        rows.append(dmn.RuleRow((literal(f"< {number_text(scale.brackets[0].start)}"),), (literal("0"),)))
    below = Decimal(0)
    for number, bracket in enumerate(scale.brackets):
        above = scale.brackets[number + 1].start if number + 1 < len(scale.brackets) else None
        start, rate = number_text(bracket.start), number_text(bracket.rate)
        test = f">= {start}" if above is None else f"[{start}..{number_text(above)})"
        if bracket.amount is not None:
            amount = number_text(bracket.amount)
        elif scale.mode == "whole":
            amount = f"{_X} * {rate}"
        else:
            amount = f"{number_text(below)} + ({_X} - {start}) * {rate}"
        rows.append(dmn.RuleRow((literal(test),), (literal(amount),)))
        if above is not None:
            below = EXACT.add(below, EXACT.multiply(EXACT.subtract(above, bracket.start), bracket.rate))
    table = dmn.DecisionTable(
        inputs=(dmn.InputClause(literal(_X, "number"), label=scale.unit or _X),),
        outputs=(dmn.OutputClause(label="金额", type_ref="number"),),
        rules=tuple(rows),
        output_label=scale.name,
    )
    return dmn.BoxedFunction((dmn.Parameter(_X, "number"),), table if rows else literal("0"))


def table_expression(
    table: Table,
    rows: Sequence[tuple[Sequence[ast.UnaryTests], Sequence[ast.Expression]]],
    inputs: Sequence[ast.Expression],
    teller: Teller,
) -> dmn.DecisionTable:
    """A decision table; with one output it gives the value itself, with several a context."""
    single = len(table.outputs) == 1
    columns = []
    for number, name in enumerate(table.outputs):
        ranked = table.ranked[number] if number < len(table.ranked) else ()
        values = literal(", ".join(map(constant_text, ranked))) if ranked else None
        cells = [outputs[number] for _, outputs in rows]
        columns.append(dmn.OutputClause("" if single else name, name, _cells_type(cells), values))
    return dmn.DecisionTable(
        inputs=tuple(
            dmn.InputClause(literal(teller.told(tree)[0]), label=formula.text)
            for tree, formula in zip(inputs, table.inputs, strict=True)
        ),
        outputs=tuple(columns),
        rules=tuple(
            dmn.RuleRow(
                tuple(literal(teller.tests(cell)) for cell in tests),
                tuple(literal(teller.told(cell)[0]) for cell in outputs),
            )
            for tests, outputs in rows
        ),
        hit_policy=table.hit,
        output_label=table.name,
    )


def _cells_type(cells: Sequence[ast.Expression]) -> str:
    names = {
        "number" if isinstance(cell, ast.Number) else "string" if isinstance(cell, ast.String) else ""
        for cell in cells
        if not isinstance(cell, ast.Null)
    }
    return names.pop() if len(names) == 1 else ""


def months_function() -> dmn.BoxedFunction:
    """Whole months from one date to another, the day of the month counting; negative when reversed."""
    text = (
        "(止.year - 起.year) * 12 + 止.month - 起.month"
        " - (if 止 >= 起 then (if 止.day < 起.day then 1 else 0) else (if 起.day < 止.day then -1 else 0))"
    )
    return _of_dates(literal(text))


def years_function(months: str) -> dmn.BoxedFunction:
    """Whole years from one date to another, likewise; `months` is the name of the function above."""
    text = f"if {months}(起, 止) < 0 then -floor(-{months}(起, 止) / 12) else floor({months}(起, 止) / 12)"
    return _of_dates(literal(text))


def _of_dates(body: dmn.BoxedExpression) -> dmn.BoxedFunction:
    return dmn.BoxedFunction((dmn.Parameter("起", "date"), dmn.Parameter("止", "date")), body)


def record_function(field: str, *, is_key: bool) -> dmn.BoxedFunction:
    """The one record whose field has a value: null when there is none, or when there are several of what is no key."""
    one = f"列表[{field} = 所找][1]"
    text = one if is_key else f"if count(列表[{field} = 所找]) = 1 then {one} else null"
    return dmn.BoxedFunction((dmn.Parameter("列表"), dmn.Parameter("所找")), literal(text))
