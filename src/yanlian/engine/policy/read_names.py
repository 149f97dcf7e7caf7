"""Parameters, scales, tables and definitions of a pack, a document or a clause."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, cast

from yanlian.base.tree import Listing, Mapped, Scalar, Tree
from yanlian.engine.policy.model import Bracket, Constant, Dated, Definition, Formula, Names, Parameter, Scale, Table
from yanlian.engine.policy.reading import Reader, kind_name

NAME_KEYS = ("parameters", "scales", "tables", "definitions")
HIT_POLICIES = ("U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#")


def read_names(reader: Reader, owner: Mapped) -> Names:
    """Everything that an owner names for its formulas; a name used twice is a fault."""
    parameters = {
        key.text: _parameter(reader, key, tree) for key, tree in reader.named(owner.get("parameters"), "parameters")
    }
    scales = {key.text: _scale(reader, key, tree) for key, tree in reader.named(owner.get("scales"), "scales")}
    tables = {key.text: _table(reader, key, tree) for key, tree in reader.named(owner.get("tables"), "tables")}
    definitions = {
        key.text: _definition(reader, key, tree) for key, tree in reader.named(owner.get("definitions"), "definitions")
    }
    seen: set[str] = set()
    for kind in NAME_KEYS:
        for key, _ in reader.named(owner.get(kind), kind):
            if key.text in seen:
                reader.faults.add(key.line, "pack_name_clash", found=key.text, where=kind)
            seen.add(key.text)
    return Names(parameters, scales, tables, definitions)


def _parameter(reader: Reader, key: Scalar, tree: Tree) -> Parameter:
    file, what = reader.faults.file, f"parameters.{key.text}"
    node = reader.mapping(tree, what, ("unit", "values", "shared", "note"), ("values",))
    if node is None:
        return Parameter(key.text, "", (), file=file, line=key.line)
    values: list[Dated] = []
    for item in reader.listing(node.get("values"), what):
        one = reader.mapping(item, what, ("from", "value", "reference"), ("from", "value"))
        start = reader.day(one, "from") if one else None
        if one is None or start is None:
            continue
        if not reader.text(one, "reference"):
            reader.faults.add(one.line, "pack_no_reference", "warning", name=key.text, found=start.isoformat())
        value = one.get("value")
        written = value.text if isinstance(value, Scalar) and value.plain else ""
        values.append(Dated(start, reader.value(value, what), reader.text(one, "reference"), written, one.line))
        if len(values) > 1 and values[-2].start >= start:
            reader.faults.add(one.line, "pack_dates_order", name=key.text, found=start.isoformat())
    shared = reader.flag(node, "shared")
    return Parameter(key.text, reader.text(node, "unit"), tuple(values), shared, file, key.line)


def _scale(reader: Reader, key: Scalar, tree: Tree) -> Scale:
    file, what = reader.faults.file, f"scales.{key.text}"
    known = ("mode", "input", "brackets", "reference", "shared", "note")
    node = reader.mapping(tree, what, known, ("mode", "brackets"))
    if node is None:
        return Scale(key.text, "marginal", (), file=file, line=key.line)
    mode = cast('Literal["marginal", "whole"]', reader.choice(node, "mode", ("marginal", "whole"), "marginal"))
    brackets: list[Bracket] = []
    for item in reader.listing(node.get("brackets"), what):
        one = reader.mapping(item, what, ("from", "rate", "amount"), ("from",))
        if one is None:
            continue
        start = reader.figure(one.get("from"), f"{what}.from", one.line)
        amount = reader.figure(one.get("amount"), f"{what}.amount", one.line) if one.get("amount") else None
        if (amount is None) == (one.get("rate") is None) or (amount is not None and mode == "marginal"):
            reader.faults.add(one.line, "pack_bracket", name=key.text)
        rate = reader.figure(one.get("rate"), f"{what}.rate", one.line) if one.get("rate") else Decimal(0)
        if brackets and brackets[-1].start >= start:
            reader.faults.add(one.line, "pack_scale_order", name=key.text, found=format(start, "f"))
        brackets.append(Bracket(start, rate, amount))
    if not reader.text(node, "reference"):
        reader.faults.add(key.line, "pack_no_reference", "warning", name=key.text, found="scale")
    return Scale(
        key.text,
        mode,
        tuple(brackets),
        reader.text(node, "input"),
        reader.text(node, "reference"),
        reader.flag(node, "shared"),
        file,
        key.line,
    )


def _table(reader: Reader, key: Scalar, tree: Tree) -> Table:
    file, what = reader.faults.file, f"tables.{key.text}"
    known = ("hit", "inputs", "outputs", "rules", "reference", "shared", "note", "incomplete")
    node = reader.mapping(tree, what, known, ("inputs", "outputs", "rules"))
    if node is None:
        return Table(key.text, "U", (), (), (), file=file, line=key.line)
    hit = reader.choice(node, "hit", HIT_POLICIES, "U")
    inputs = [reader.formula(item, what) for item in reader.listing(node.get("inputs"), f"{what}.inputs")]
    outputs, ranked = _outputs(reader, node, key.text, hit)
    rows: list[tuple[Formula, ...]] = []
    for item in reader.listing(node.get("rules"), f"{what}.rules"):
        if not isinstance(item, Listing):
            reader.wrong(item.line, f"{what}.rules", "列表 list [cell, …]", kind_name(item))
            continue
        if len(item.items) != len(inputs) + len(outputs):
            expected = f"{len(inputs)}+{len(outputs)}"
            reader.faults.add(item.line, "pack_table_row", name=key.text, expected=expected, found=len(item.items))
            continue
        rows.append(tuple(reader.formula(cell, what) or Formula("null", file, item.line) for cell in item.items))
    if not reader.text(node, "reference"):
        reader.faults.add(key.line, "pack_no_reference", "warning", name=key.text, found="table")
    shared = reader.flag(node, "shared")
    reference = reader.text(node, "reference")
    good = tuple(one for one in inputs if one is not None)
    incomplete = reader.text(node, "incomplete")
    return Table(key.text, hit, good, outputs, tuple(rows), ranked, reference, shared, file, key.line, incomplete)


def _outputs(
    reader: Reader, node: Mapped, name: str, hit: str
) -> tuple[tuple[str, ...], tuple[tuple[Constant, ...], ...]]:
    """The names of the outputs, and their values in order where they are written: {name: …, values: [best, …]}."""
    names: list[str] = []
    ranked: list[tuple[Constant, ...]] = []
    what = f"tables.{name}.outputs"
    for item in reader.listing(node.get("outputs"), what):
        values: tuple[Constant, ...] = ()
        if isinstance(item, Mapped):
            one = reader.mapping(item, what, ("name", "values"), ("name", "values"))
            assert one is not None
            names.append(reader.text(one, "name"))
            values = tuple(reader.value(value, what) for value in reader.listing(one.get("values"), what))
        else:
            names += reader.texts(item, what)
        ranked.append(values)
        if hit in {"P", "O"} and not values:
            reader.faults.add(item.line, "pack_table_ranks", name=name, hit=hit)
    return tuple(names), tuple(ranked)


def _definition(reader: Reader, key: Scalar, tree: Tree) -> Definition:
    if isinstance(tree, Mapped):
        node = reader.mapping(tree, f"definitions.{key.text}", ("is", "shared", "note"), ("is",))
        assert node is not None
        return Definition(key.text, reader.sure_formula(node, "is"), reader.flag(node, "shared"))
    return Definition(key.text, reader.formula(tree, f"definitions.{key.text}") or Formula("null"))
