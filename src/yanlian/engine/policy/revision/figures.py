"""The figures of a clause that can be changed: those in its own formulas, and those of the parameters, scales and
tables that it uses, each with its place, its present value and the article that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.base.tree import Listing, Mapped, Scalar, Tree
from yanlian.engine.feel.tokens import Text, Token, tokens
from yanlian.engine.policy.compiled import CompiledClause, Home, Item
from yanlian.engine.policy.model import Definition, Parameter, Scale, Table
from yanlian.engine.policy.revision.proposal import pointer
from yanlian.engine.policy.revision.shelf import Shelf
from yanlian.engine.policy.used import expressions_of, items_of

# In which part of a clause a figure stands.
Part: TypeAlias = Literal[
    "amount", "cap", "caps", "test", "multiplier", "event", "definition", "parameter", "scale", "table"
]
_PARTS: dict[str, Part] = {
    "amount": "amount",
    "parts": "amount",
    "stages": "amount",
    "cap": "cap",
    "caps": "caps",
    "gates": "test",
    "vetoes": "test",
    "conditions": "test",
    "multipliers": "multiplier",
    "event": "event",
    "first_time": "test",
    "top_up": "amount",
    "result": "amount",
    "definitions": "definition",
}
# Keys of a clause's members that hold formulas.
_FORMULAS = frozenset(
    {"when", "amount", "factor", "paid", "list", "each", "where", "date", "from", "to", "is", "share"}
)
_DATES = frozenset({"date", "date and time", "time"})


@dataclass(frozen=True, slots=True)
class ClauseFigure:
    """One figure. `at`: where, as a change names it; `label`: what it stands in (a condition's words, a parameter's
    name, a row of a table); `written`: as in the text, with its unit; `formula`: the formula around it, "" where it
    stands alone; `reference`: the article or note that says so; `document`: whose text it is."""

    at: str
    part: Part
    label: str
    written: str
    formula: str
    reference: str
    document: str

    @property
    def value(self) -> Decimal:
        """The number that is meant: 2000万元 is 20000000."""
        return parse_figure(self.written)

    @property
    def unit(self) -> str:
        """The unit that is written after the number."""
        return self.written.lstrip("0123456789.,，eE+-")


def figures_of(shelf: Shelf, clause: CompiledClause) -> list[ClauseFigure]:
    """All figures of a clause, in the order in which it is read: conditions, amounts, caps, then what it names."""
    document, written = clause.source.document, written_id(clause)
    tree = shelf.tree((document, "clauses", written))
    found: list[ClauseFigure] = []
    if isinstance(tree, Mapped):
        for key, part in _PARTS.items():
            value = tree.get(key)
            if value is not None:
                steps = (document, "clauses", written, key)
                found += _in_tree(value, steps, part, "", clause.source.article, document)
    found += _inherited(shelf, clause)
    for item in items_of(clause, expressions_of(clause)):
        found += _of_item(shelf, item)
    return list({one.at: one for one in found}.values())


def written_id(clause: CompiledClause) -> str:
    """The id that stands in the text: stages of a clause have ids of their own."""
    return clause.source.stage.base if clause.source.stage is not None else clause.id


def _inherited(shelf: Shelf, clause: CompiledClause) -> Iterator[ClauseFigure]:
    """Rules of the document that hold for the clause."""
    document = clause.source.document
    rules = shelf.tree((document, "rules"))
    if not isinstance(rules, Mapped):
        return
    for key in ("gates", "vetoes", "conditions", "caps"):
        listed = rules.get(key)
        if isinstance(listed, Listing):
            for item in listed.items:
                label = _label(item)
                if label not in clause.source.without:
                    yield from _in_tree(item, (document, "rules", key, label), _PARTS[key], label, "", document)


def _in_tree(
    tree: Tree, steps: tuple[str, ...], part: Part, label: str, reference: str, document: str
) -> Iterator[ClauseFigure]:
    if isinstance(tree, Scalar):
        for number, token in _figures(tree.text):
            alone = "" if token.text == tree.text.strip() else " ".join(tree.text.split())
            yield ClauseFigure(
                pointer(*steps, f"#{number}"), part, label or steps[-1], token.text, alone, reference, document
            )
    elif isinstance(tree, Listing):
        for number, item in enumerate(tree.items, 1):
            own = _label(item)
            yield from _in_tree(item, (*steps, own or str(number)), part, own or label, reference, document)
    else:
        for key, entry in tree.entries.items():
            if key in _FORMULAS or steps[-1] in {"definitions", "window"} or key == "window":
                own = key if steps[-1] == "definitions" else label
                said = tree.get("article")
                words = said.text if isinstance(said, Scalar) else reference
                yield from _in_tree(entry.value, (*steps, key), part, own, words, document)


def _label(item: Tree) -> str:
    found = item.get("label") if isinstance(item, Mapped) else None
    return found.text if isinstance(found, Scalar) else ""


def _figures(text: str) -> Iterator[tuple[int, Token]]:
    """The figures of a formula that say how much: no position in a list, no part of a date."""
    try:
        found = tokens(Text(text), units=True)
    except Refused:
        return
    number, calls = 0, [""]
    for place, token in enumerate(found):
        before = found[place - 1].text if place else ""
        if token.text == "(":
            calls.append(before)
        elif token.text == ")" and len(calls) > 1:
            calls.pop()
        if token.kind == "number":
            number += 1
            position = before == "[" and found[place + 1].text == "]"
            if not position and calls[-1] not in _DATES:
                yield number, token


def _of_item(shelf: Shelf, item: Item) -> Iterator[ClauseFigure]:
    home = item.home
    if len(home.key) > 2:
        root: tuple[str, ...] = (home.key[1], "clauses", _written_in(home))
    else:
        root = (home.document.id,) if home.document is not None else (home.pack.id,)
    source = item.source
    if isinstance(source, Parameter):
        yield from _of_parameter(shelf, source, root)
    elif isinstance(source, Scale):
        yield from _of_scale(shelf, source, root)
    elif isinstance(source, Table):
        yield from _of_table(shelf, source, root)
    elif isinstance(source, Definition):
        steps = (*root, "definitions", source.name)
        tree = shelf.tree(steps)
        if tree is not None:
            yield from _in_tree(tree, steps, "definition", source.name, "", root[0])


def _written_in(home: Home) -> str:
    """The id, as written, of the clause that is a home of names."""
    clauses = home.document.clauses if home.document is not None else ()
    found = next((one for one in clauses if one.id == home.key[2]), None)
    return found.stage.base if found is not None and found.stage is not None else home.key[2]


def _of_parameter(shelf: Shelf, source: Parameter, root: Sequence[str]) -> Iterator[ClauseFigure]:
    for dated in source.values:
        if isinstance(dated.value, Decimal):
            steps = (*root, "parameters", source.name, "values", dated.start.isoformat(), "value")
            label = f"{source.name}（{dated.start.isoformat()} 起）"
            yield from _alone(shelf, steps, "parameter", label, dated.reference)


def _of_scale(shelf: Shelf, source: Scale, root: Sequence[str]) -> Iterator[ClauseFigure]:
    brackets = shelf.tree((*root, "scales", source.name, "brackets"))
    for bracket in brackets.items if isinstance(brackets, Listing) else []:
        start = bracket.get("from") if isinstance(bracket, Mapped) else None
        if isinstance(start, Scalar):
            for key in ("from", "rate", "amount"):
                steps = (*root, "scales", source.name, "brackets", start.text, key)
                yield from _alone(shelf, steps, "scale", f"{source.name}：{start.text} 起", source.reference)


def _alone(shelf: Shelf, steps: Sequence[str], part: Part, label: str, reference: str) -> Iterator[ClauseFigure]:
    tree = shelf.tree(steps)
    if isinstance(tree, Scalar):
        try:
            parse_figure(tree.text)
        except Refused:
            return
        yield ClauseFigure(pointer(*steps), part, label, tree.text, "", reference, steps[0])


def _of_table(shelf: Shelf, source: Table, root: Sequence[str]) -> Iterator[ClauseFigure]:
    rows = shelf.tree((*root, "tables", source.name, "rules"))
    inputs = len(source.inputs)
    for number, row in enumerate(rows.items if isinstance(rows, Listing) else [], 1):
        if not isinstance(row, Listing):
            continue
        told = [cell.text for cell in row.items[:inputs] if isinstance(cell, Scalar) and cell.text != "-"]
        label = f"{source.name} 第{number}行" + (f"（{'，'.join(told)}）" if told else "")
        for column, cell in enumerate(row.items, 1):
            if isinstance(cell, Scalar):
                steps = (*root, "tables", source.name, "rules", str(number), str(column))
                yield from _in_tree(cell, steps, "table", label, source.reference, root[0])
