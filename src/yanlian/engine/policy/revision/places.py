"""Places in the tree of a file: found by steps, and changed in a copy that shares everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from yanlian.base.refusal import Refused
from yanlian.base.tree import Entry, Listing, Mapped, Scalar, Tree, Unreadable
from yanlian.engine.feel.tokens import Text, Token, tokens
from yanlian.engine.policy.reading import nearest
from yanlian.engine.policy.revision.proposal import Change
from yanlian.engine.policy.tree import read_tree

# What names a member of a list.
NAMED_BY = ("id", "label", "name", "from")
# What becomes of the tree at a place (None: there is none); None takes it away.
Make: TypeAlias = Callable[[Tree | None], Tree | None]


def changed(tree: Tree, change: Change, steps: Sequence[str]) -> Tree:
    """The tree after a change; the one given stays as it is. Refused: a place that there is not, text that is no
    YAML."""
    last = steps[-1] if steps else ""
    if last.startswith("#") and last[1:].isdigit():
        if change.do != "set":
            raise Refused("proposal_nowhere", at=change.at, step=last, nearest="set")
        made = _replaced(tree, change, steps[:-1], lambda old: _figure(change, old, int(last[1:])))
    elif change.do == "remove":
        made = _replaced(tree, change, steps, lambda _: None)
    elif change.do == "add":
        made = _replaced(tree, change, steps, lambda old: _appended(change, old))
    else:
        made = _replaced(tree, change, steps, lambda old: _written(change, old.line if old is not None else 0))
    assert made is not None
    return made


def at_place(tree: Tree, steps: Sequence[str]) -> Tree | None:
    """What stands at a place; None when there is nothing."""
    for step in steps:
        if isinstance(tree, Mapped):
            entry = tree.entries.get(step)
            if entry is None:
                return None
            tree = entry.value
        elif isinstance(tree, Listing):
            place = _place(tree, step)
            if place is None:
                return None
            tree = tree.items[place]
        else:
            return None
    return tree


def figures_in(text: str) -> list[Token]:
    """The figures written in a formula, in order."""
    return [one for one in tokens(Text(text), units=True) if one.kind == "number"]


def _replaced(tree: Tree, change: Change, steps: Sequence[str], make: Make) -> Tree | None:
    if not steps:
        return make(tree)
    step, *rest = steps
    if isinstance(tree, Mapped):
        return _in_mapping(tree, change, step, rest, make)
    if isinstance(tree, Listing):
        place = _place(tree, step)
        if place is None:
            raise Refused("proposal_nowhere", at=change.at, step=step, nearest=nearest(step, _words(tree)))
        made = _replaced(tree.items[place], change, rest, make)
        items = [*tree.items[:place], *([] if made is None else [made]), *tree.items[place + 1 :]]
        return Listing(tree.line, items)
    raise Refused("proposal_nowhere", at=change.at, step=step, nearest=tree.text[:40])


def _in_mapping(tree: Mapped, change: Change, step: str, rest: Sequence[str], make: Make) -> Tree:
    entry = tree.entries.get(step)
    entries = dict(tree.entries)
    if entry is None:
        # A key that is not there yet may be written, nothing below it.
        made = None if rest or change.do == "remove" else make(None)
        if made is None:
            raise Refused("proposal_nowhere", at=change.at, step=step, nearest=nearest(step, tree.entries))
        entries[step] = Entry(Scalar(step, tree.line), _lined(made, tree.line))
        return Mapped(tree.line, entries)
    made = _replaced(entry.value, change, rest, make)
    if made is None:
        del entries[step]
    else:
        entries[step] = Entry(entry.key, made)
    return Mapped(tree.line, entries)


def _place(tree: Listing, step: str) -> int | None:
    for place, item in enumerate(tree.items):
        if step in _names(item):
            return place
    number = int(step) if step.isdigit() else 0
    return number - 1 if 1 <= number <= len(tree.items) else None


def _names(item: Tree) -> list[str]:
    if not isinstance(item, Mapped):
        return []
    found = [item.get(key) for key in NAMED_BY]
    return [one.text for one in found if isinstance(one, Scalar)]


def _words(tree: Listing) -> list[str]:
    return [word for item in tree.items for word in _names(item)] or [str(n + 1) for n in range(len(tree.items))]


def _written(change: Change, line: int) -> Tree:
    try:
        return _lined(read_tree(change.to), line)
    except Unreadable as problem:
        raise Refused("proposal_yaml", at=change.at, line=problem.line, found=problem.refusal.text("en")) from None


def _lined(tree: Tree, line: int) -> Tree:
    """A tree as if it began at a line."""
    if line <= 1:
        return tree
    if isinstance(tree, Scalar):
        return replace(tree, line=tree.line + line - 1)
    if isinstance(tree, Listing):
        return Listing(tree.line + line - 1, [_lined(one, line) for one in tree.items])
    entries = {
        key: Entry(replace(one.key, line=one.key.line + line - 1), _lined(one.value, line))
        for key, one in tree.entries.items()
    }
    return Mapped(tree.line + line - 1, entries)


def _appended(change: Change, old: Tree | None) -> Tree:
    if old is not None and not isinstance(old, Listing):
        raise Refused("proposal_nowhere", at=change.at, step=change.steps[-1], nearest="[…]")
    items = [] if old is None else old.items
    line = 0 if old is None else old.line
    return Listing(line, [*items, _written(change, line)])


def _figure(change: Change, old: Tree | None, number: int) -> Tree:
    """A formula with another figure in the place of one of its own."""
    found = figures_in(old.text) if isinstance(old, Scalar) else []
    if not 1 <= number <= len(found) or not isinstance(old, Scalar):
        raise Refused("proposal_nowhere", at=change.at, step=f"#{number}", nearest=f"#1 … #{len(found)}")
    new = change.to.strip()
    if [one.kind for one in tokens(Text(new), units=True)] != ["number", "end"]:
        raise Refused("proposal_figure", at=change.at, found=new)
    token = found[number - 1]
    return replace(old, text=old.text[: token.start] + new + old.text[token.end :])
