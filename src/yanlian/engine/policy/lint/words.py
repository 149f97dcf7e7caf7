"""Inclusive words against operators: a label that says 1000万元以上 over a rule that says `>`.

National usage: 以上, 以下, 以内, 不超过, 不低于 include the number, 超过, 不足, 低于, 高于 do not. A document that has
them otherwise says so under `bounds`. Only comparisons with the very number of the label are looked at, and only those
that point the same way: a veto may be named after what it demands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.policy.compiled import CompiledClause, CompiledTest
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.model import Parameter
from yanlian.engine.policy.read_bounds import WORDS

_NUMBER = r"\d[\d,]*(?:\.\d+)?\s*(?:万|亿|%|‰)?(?:元|人|家|年|月|天|日|平方米|个|项|套)?"
_BEFORE = "|".join(sorted((word for word, one in WORDS.items() if one.before), key=len, reverse=True))
_AFTER = "|".join(word for word, one in WORDS.items() if not one.before)
_SAID = re.compile(
    rf"(?P<before>{_BEFORE})(?P<first>{_NUMBER})"
    rf"|(?P<second>{_NUMBER})(?:[（(]含[^）)]*[）)]|及)?(?P<after>{_AFTER})"
)
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
# A number, whether it bounds from below, whether it is included.
Bound = tuple[Decimal, bool, bool]


def note_words(review: Review) -> None:
    """Labels of gates, vetoes and conditions against what they compare."""
    for clause in review.clauses:
        bounds = clause.document.source.bounds
        for test in clause.tests:
            said = list(_said(test.source.label, bounds))
            if said:
                _note(review, clause, test, said)


def _note(review: Review, clause: CompiledClause, test: CompiledTest, said: list[tuple[str, Bound]]) -> None:
    written = list(_written(clause, test))
    for word, (number, below, included) in said:
        same = [one for one in written if one[0] == number and one[1] is below]
        if same and all(one[2] is not included for one in same):
            operator = {(True, True): ">=", (True, False): ">", (False, True): "<=", (False, False): "<"}
            review.note(
                clause,
                "lint_word_border",
                "warning",
                test.source.when,
                label=test.source.label,
                word=word,
                expected=operator[below, included],
                found=operator[below, not included],
            )


def _said(label: str, bounds: Mapping[str, bool]) -> Iterator[tuple[str, Bound]]:
    """The bounds that a label names, with the word that names them."""
    for match in _SAID.finditer(label):
        word = match["before"] or match["after"]
        try:
            number = parse_figure((match["first"] or match["second"]).replace(" ", ""))
        except Refused:
            continue
        one = WORDS[word]
        yield word, (number, one.below, bounds.get(word, one.included))


def _written(clause: CompiledClause, test: CompiledTest) -> Iterator[Bound]:
    """The bounds that a rule compares with; none of a rule that turns something round."""
    nodes = [node for node, _ in ast.walk(test.expression.compiled.ast)]
    if any(isinstance(one, ast.Call) and one.function == ast.Name("not") for one in nodes):
        return
    for node in nodes:
        if isinstance(node, ast.Compare) and node.op in _MIRRORED:
            for side, op in ((node.right, node.op), (node.left, _MIRRORED[node.op])):
                for number in _numbers(clause, side):
                    yield number, op in {">", ">="}, op in {">=", "<="}
        elif isinstance(node, ast.RangeLiteral):
            for end, below, closed in ((node.low, True, node.low_closed), (node.high, False, node.high_closed)):
                for number in _numbers(clause, end):
                    yield number, below, closed


def _numbers(clause: CompiledClause, node: ast.Node | None) -> Iterator[Decimal]:
    """The number that stands there, or all values of the parameter that does."""
    if isinstance(node, ast.Number):
        yield node.value
    elif isinstance(node, ast.Name):
        item = clause.home.visible.get(node.name)
        if item is not None and isinstance(item.source, Parameter):
            yield from (one.value for one in item.source.values if isinstance(one.value, Decimal))
