"""Facts of a worked case as the text of a pack, and such a text as facts again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast

from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped, Scalar, Tree, Unreadable
from yanlian.engine.policy.dmn.yaml_text import listing, put, scalar, tree_text
from yanlian.engine.policy.reading import constant, raw_value
from yanlian.engine.policy.tree import read_tree

LONGEST = 100_000


def facts_text(facts: Mapping[str, object]) -> str:
    """The facts as YAML; reading the text gives the same facts."""
    return tree_text(_tree(facts)) if facts else ""


def _tree(value: object) -> Tree:
    if isinstance(value, Mapping):
        node = Mapped(0)
        for key, one in value.items():
            put(node, str(key), _tree(one))
        return node
    if isinstance(value, list | tuple):
        return listing([_tree(one) for one in value])
    if isinstance(value, date):
        return scalar(value.isoformat())
    if isinstance(value, str):
        # A text that would be read as a day or a truth value was written in quotes.
        return scalar(value, quoted=isinstance(constant(Scalar(value, 0)), date | bool))
    return scalar(value)


def read_facts(text: str) -> Mapping[str, object]:
    """The facts that a text says. Refused: `case_facts_unreadable` with the line, `case_facts_long`."""
    if len(text) > LONGEST:
        raise Refused("case_facts_long", most=LONGEST)
    try:
        tree = read_tree(text)
    except Unreadable as problem:
        why_zh, why_en = problem.refusal.text("zh"), problem.refusal.text("en")
        raise Refused("case_facts_unreadable", line=problem.line, why_zh=why_zh, why_en=why_en) from problem
    if isinstance(tree, Scalar) and tree.is_null:
        return {}
    if not isinstance(tree, Mapped):
        raise Refused(
            "case_facts_unreadable", line=1, why_zh="应为“数据名: 内容”。", why_en="expected “kind: records”."
        )
    return cast("Mapping[str, object]", raw_value(tree))
