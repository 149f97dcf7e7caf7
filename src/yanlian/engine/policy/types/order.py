"""Names in the order in which they need each other, without recursion: long chains of definitions come to an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yanlian.engine.policy.compiled import CompiledTable, Home, Item
from yanlian.engine.policy.types.scope import home_of


def in_order_of_need(items: Iterable[Item], seen_from: Home) -> Iterator[Item]:
    """The items and all that they need, each once, what is needed first. Circles are broken anywhere."""
    seen: set[int] = set()
    for start in items:
        if id(start) in seen:
            continue
        seen.add(id(start))
        stack = [(start, _needed(start, seen_from))]
        while stack:
            item, rest = stack[-1]
            following = next((one for one in rest if id(one) not in seen), None)
            if following is None:
                stack.pop()
                yield item
            else:
                seen.add(id(following))
                stack.append((following, _needed(following, seen_from)))


def _needed(item: Item, seen_from: Home) -> Iterator[Item]:
    visible = home_of(item, seen_from).visible
    names = item.expression.uses if item.expression is not None else _of_table(item.table)
    return (visible[name] for name in sorted(names) if name in visible)


def _of_table(table: CompiledTable | None) -> set[str]:
    if table is None:
        return set()
    return {
        *(name for one in table.inputs for name in one.uses),
        *(name for row in table.decision.rows for output in row.outputs for name in output.free_names),
    }
