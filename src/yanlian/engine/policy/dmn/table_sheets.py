"""A pack's decision table to a worksheet, and a worksheet to the YAML of a table: the shape that officials use.

Units become plain numbers on the way out; names and texts stay as the pack has them.
"""

from __future__ import annotations

from collections.abc import Iterator

from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped
from yanlian.engine.feel import parse, parse_unary_tests, print_expression
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.sheet_read import read_table_sheet
from yanlian.engine.feel.dmn.sheet_write import write_table_sheet
from yanlian.engine.policy.compiled import Home, Item
from yanlian.engine.policy.dmn.export_tables import constant_text, literal, type_of
from yanlian.engine.policy.dmn.import_tables import Strange, table_tree
from yanlian.engine.policy.dmn.yaml_text import put, scalar, tree_text
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Constant, Table
from yanlian.engine.policy.reading import nearest
from yanlian.engine.policy.to_fill import TO_FILL


class _AsWritten:
    """Texts of a sheet stay what they are."""

    @staticmethod
    def formula(text: str) -> str:
        """An expression."""
        return text

    @staticmethod
    def tests(text: str) -> str:
        """A cell; an empty one means any value."""
        return text or "-"

    @staticmethod
    def name(name: str) -> str:
        """The name of an output."""
        return name


def sheet_of(packs: PackSet, pack_id: str, name: str, owner: str = "") -> bytes:
    """The worksheet of a table, by its name; `owner` is the id of the document or clause when several have that name.

    Raises `Refused` when there is no such table, or more than one.
    """
    found = [(home, one) for home, one in _tables(packs, pack_id) if one.name == name and owner in ("", home.key[-1])]
    if not found:
        known = [one.name for _, one in _tables(packs, pack_id)]
        raise Refused("pack_table_unknown", found=name, nearest=nearest(name, known))
    if len(found) > 1:
        raise Refused("pack_table_several", found=name, known="、".join(home.key[-1] for home, _ in found))
    home, item = found[0]
    assert isinstance(item.source, Table)
    return write_table_sheet(_as_dmn(item.source, tuple(home.visible)), name, names=tuple(home.visible))


def _tables(packs: PackSet, pack_id: str) -> Iterator[tuple[Home, Item]]:
    """The tables of a pack with the homes that define them."""
    seen: set[int] = set()
    for document in packs.documents:
        if document.pack.id != pack_id:
            continue
        for home in (document.home, *document.homes.values()):
            for item in home.visible.values():
                own = item.home.pack.id == pack_id and isinstance(item.source, Table)
                if own and id(item) not in seen:
                    seen.add(id(item))
                    yield item.home, item


def _as_dmn(table: Table, names: tuple[str, ...]) -> dmn.DecisionTable:
    def formula(text: str) -> str:
        return print_expression(parse(text, names=names, units=True), plain=True, names=names)

    def tests(text: str) -> str:
        return print_expression(parse_unary_tests(text, names=names, units=True), plain=True, names=names)

    width = len(table.inputs)
    ranked = table.ranked or ((),) * len(table.outputs)
    return dmn.DecisionTable(
        inputs=tuple(dmn.InputClause(literal(formula(one.text)), label=one.text) for one in table.inputs),
        outputs=tuple(
            dmn.OutputClause(name, name, type_of(values), _allowed(values))
            for name, values in zip(table.outputs, ranked, strict=True)
        ),
        rules=tuple(
            dmn.RuleRow(
                tuple(literal(tests(cell.text)) for cell in row[:width]),
                tuple(literal(formula(cell.text)) for cell in row[width:]),
            )
            for row in table.rows
        ),
        hit_policy=table.hit,
    )


def _allowed(values: tuple[Constant, ...]) -> dmn.LiteralExpression | None:
    return literal(", ".join(map(constant_text, values))) if values else None


def yaml_of_sheet(data: bytes, where: str, name: str, sheet: str | None = None) -> str:
    """The YAML of the table on a worksheet, to stand under `tables:` in a pack. Its reference is left to be filled in.

    Raises `Refused` with the cell of what cannot be read.
    """
    node = Mapped(0)
    try:
        table_tree(read_table_sheet(data, where, sheet), node, _AsWritten())
    except Strange as strange:
        raise Refused("pack_table_left", where=where, found=strange.found) from None
    put(node, "reference", scalar(TO_FILL))
    whole, named = Mapped(0), Mapped(0)
    put(named, name, node)
    put(whole, "tables", named)
    return tree_text(whole)
