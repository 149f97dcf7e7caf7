"""Decision tables of a model into the YAML of a pack: tables, and the dated values of parameters."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from yanlian.base.tree import Mapped, Scalar, Tree
from yanlian.engine.feel import ast, parse, parse_unary_tests
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.dmn.marks import unmarked
from yanlian.engine.policy.dmn.yaml_text import listing, mapped, put, scalar


class Strange(Exception):
    """Something a pack has no place for; `found` says what."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class Wording(Protocol):
    """How names and texts of a model read in a pack."""

    def formula(self, text: str) -> str:
        """An expression."""

    def tests(self, text: str) -> str:
        """The cell of a table."""

    def name(self, name: str) -> str:
        """The name of an output."""


def table_tree(table: dmn.DecisionTable, node: Mapped, names: Wording) -> None:
    """Write a table into its YAML. Its reference and note stay."""
    for output in table.outputs:
        if output.default is not None and output.default.text.strip():
            raise Strange(f"default {output.default.text}")
    outputs: list[Tree] = []
    for number, output in enumerate(table.outputs, 1):
        name = scalar(names.name(output.name or output.label or table.output_label or f"输出{number}"))
        ranked = _ranked(output.values)
        outputs.append(mapped(name=name, values=listing(ranked)) if ranked else name)
    rows: list[Tree] = []
    for rule in table.rules:
        tests: list[Tree] = [cell(names.tests(test.text)) for test in rule.tests]
        rows.append(listing([*tests, *(cell(names.formula(one.text or "null")) for one in rule.outputs)]))
    _keep_notes(table, node)
    put(node, "hit", scalar(table.hit_policy))
    put(node, "inputs", listing([scalar(names.formula(one.expression.text)) for one in table.inputs]))
    put(node, "outputs", listing(outputs))
    put(node, "rules", listing(rows))


def _keep_notes(table: dmn.DecisionTable, node: Mapped) -> None:
    """What a table says beside its rules goes into the note: its description, which values inputs may have, remarks."""
    known = node.get("note")
    said = [known.text] if isinstance(known, Scalar) else []
    said += [unmarked(table.description)]
    said += [f"{one.expression.text}: {one.allowed.text}" for one in table.inputs if one.allowed is not None]
    remarks = [" ".join(filter(None, rule.annotations)) for rule in table.rules]
    said += [f"{number}: {remark}" for number, remark in enumerate(remarks, 1) if remark]
    words = [one for one in dict.fromkeys(said) if one.strip()]
    if words:
        put(node, "note", scalar("；".join(words)))


def cell(text: str) -> Scalar:
    """One cell of a row: quoted unless it is a number."""
    return scalar(text, quoted=not text.replace(".", "", 1).isdecimal())


def _ranked(values: dmn.LiteralExpression | None) -> list[Tree]:
    if values is None or not values.text.strip():
        return []
    return [constant(test.value) for test in parse_unary_tests(values.text).tests if not test.op]


def parameter_values(table: dmn.DecisionTable, node: Mapped, _names: Wording) -> None:
    """Write the rows of a parameter's table as its dated values."""
    if len(table.inputs) != 1 or len(table.outputs) != 1:
        raise Strange(f"{len(table.inputs)}+{len(table.outputs)}")
    values: list[tuple[date, Tree]] = []
    for rule in table.rules:
        if rule.outputs[0].text.strip() == "null" and rule.tests[0].text.lstrip().startswith("<"):
            # Before the first day there is no value.
            continue
        start = _start(rule.tests[0].text)
        reference = next((one for one in rule.annotations if one), "")
        value = constant(parse(rule.outputs[0].text))
        whole = mapped(from_=scalar(start), value=value, reference=scalar(reference) if reference else None)
        values.append((start, whole))
    put(node, "values", listing([tree for _, tree in sorted(values, key=lambda pair: pair[0])]))


def _start(text: str) -> date:
    """The first day of a span: `>= date("…")` or `[date("…")..date("…"))`."""
    tests = parse_unary_tests(text)
    one = tests.tests[0] if len(tests.tests) == 1 and not tests.negated else None
    low: ast.Expression | None = None
    if one is not None and one.op == ">=":
        low = one.value
    elif one is not None and isinstance(one.value, ast.RangeLiteral) and one.value.low_closed:
        low = one.value.low
    found = None if low is None else _date(low)
    if found is None:
        raise Strange(text)
    return found


def _date(node: ast.Expression) -> date | None:
    written = ""
    if isinstance(node, ast.At):
        written = node.text
    elif isinstance(node, ast.Call) and node.function == ast.Name("date") and len(node.positional) == 1:
        first = node.positional[0]
        written = first.value if isinstance(first, ast.String) else ""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def constant(node: ast.Expression) -> Tree:
    """A FEEL literal as a constant of a pack."""
    match node:
        case ast.Number():
            return scalar(node.value)
        case ast.Negate(operand=ast.Number(value=value)):
            return scalar(-value)
        case ast.String():
            return scalar(node.value, quoted=True)
        case ast.Boolean():
            return scalar(node.value)
        case ast.Null():
            return scalar(None)
        case ast.ListLiteral():
            return listing([constant(item) for item in node.items])
        case _:
            day = _date(node)
            if day is None:
                raise Strange(type(node).__name__)
            return scalar(day)
