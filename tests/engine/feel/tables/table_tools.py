"""Tables written as text, examined and run by the real engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from yanlian.engine.feel import ast, parse, parse_unary_tests
from yanlian.engine.feel.decision_table import decision_table
from yanlian.engine.feel.tables import Column, Finding, Rule, examine

Rows = Sequence[Sequence[str]]


def kind(name: str) -> ast.Type:
    return ast.TypeName(name)


def examined(columns: Sequence[str | Column], rows: Rows, policy: str = "U", **options: object) -> tuple[Finding, ...]:
    """The findings of a table whose rows hold a test for every column and then one output or none."""
    made = [Column(one) if isinstance(one, str) else one for one in columns]
    width = len(made)
    rules = [
        Rule(
            tuple(parse_unary_tests(cell, units=True) for cell in row[:width]),
            tuple(parse(cell, units=True) for cell in row[width:]) or (number,),
        )
        for number, row in enumerate(rows)
    ]
    return examine(made, rules, policy, **options)  # type: ignore[arg-type]


def fired(columns: int, rows: Rows, values: Sequence[object]) -> tuple[int, ...]:
    """The rows, from 1, that the engine finds true for these inputs."""
    names = [f"in{i}" for i in range(columns)]
    table = decision_table(names, ["out"], [(row[:columns], ["0"]) for row in rows], hit_policy="C", units=True)
    return tuple(i + 1 for i in table.decide(dict(zip(names, values, strict=True))).fired)


def fired_at(finding: Finding, rows: Rows) -> tuple[int, ...]:
    """The rows that are true at the witness of a finding."""
    return fired(len(finding.witness), rows, list(finding.witness.values()))


def kinds(findings: Sequence[Finding]) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.kind, one.rows) for one in findings]


def region_texts(findings: Sequence[Finding], of: str = "gap") -> list[Mapping[str, str]]:
    return [dict(one.region) for one in findings if one.kind == of]
