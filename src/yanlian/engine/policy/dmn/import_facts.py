"""The inputs of a foreign model as facts of a pack: records with fields, and where the model's paths lead there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped
from yanlian.engine.feel import ast
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.dmn.export_shelf import Shelf
from yanlian.engine.policy.dmn.import_tables import Strange
from yanlian.engine.policy.dmn.yaml_text import listing, mapped, put, scalar
from yanlian.engine.policy.to_fill import TO_FILL

INPUTS = "模型输入"
_FIELD_TYPES = {"number": "rate", "string": "text", "boolean": "flag", "date": "date"}
_MAX_DEPTH = 20


@dataclass(slots=True)
class Facts:
    """`places` leads from a path of names in the model to the path in the pack; `tree` is the pack's `facts:`."""

    places: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    records: Mapped = field(default_factory=lambda: Mapped(0))
    fields: Mapped = field(default_factory=lambda: Mapped(0))
    notes: list[Refused] = field(default_factory=list)

    @property
    def tree(self) -> Mapped | None:
        """`facts:` of pack.yaml; None when there are no inputs."""
        return mapped(records=self.records, fields=self.fields) if self.records.entries else None

    def rewritten(self, node: ast.Expression) -> ast.Expression | None:
        """A path of the model where the pack has it; None for anything else."""
        names: list[str] = []
        inner: ast.Expression = node
        while isinstance(inner, ast.Path):
            names.insert(0, inner.name)
            inner = inner.source
        if not isinstance(inner, ast.Name):
            return None
        found = self.places.get((inner.name, *names))
        if found is None:
            return None
        made: ast.Expression = ast.Name(found[0])
        for name in found[1:]:
            made = ast.Path(made, name)
        return made


def facts_of(model: dmn.Model, names: Shelf) -> Facts:
    """Records for the inputs of a model: a context becomes one record, a list of contexts many, and simple values
    become fields of one record of their own. What is nested in a context becomes a field named by the way there.
    `names` hands out the names of records."""
    facts = Facts()
    inputs, own = names.claim(INPUTS), Shelf(claimed=set())
    types = {item.name: item for item in model.items}
    simple: list[tuple[str, str]] = []
    for number, one in enumerate(model.inputs, 1):
        try:
            shape = _shape(one.type_ref, types)
            if isinstance(shape, _Shape):
                _record(facts, f"input_{number}", one.name, names.claim(one.name), shape)
                continue
        except Strange as strange:
            data = {"where": model.where or model.name, "line": one.spot.line, "name": one.name}
            facts.notes.append(Refused("dmn_import_input", **data, found=strange.found))
            shape = "text"
        field_name = own.claim(one.name)
        simple.append((field_name, shape))
        facts.places[(one.name,)] = (inputs, field_name)
    if simple:
        _add(facts, "model_inputs", inputs, many=False, fields=dict(simple))
    return facts


@dataclass(frozen=True, slots=True)
class _Shape:
    """A context, or many: its fields by the way to them, each with its type in a pack."""

    many: bool
    fields: Mapping[tuple[str, ...], str]


def _shape(ref: str, types: Mapping[str, dmn.ItemDefinition], depth: int = _MAX_DEPTH) -> str | _Shape:
    """What a type is in a pack: the type of a field, or a record."""
    many = False
    item = types.get(ref)
    while item is not None and depth > 0:
        depth -= 1
        many = many or item.is_collection
        if item.components:
            return _Shape(many, dict(_fields(item, types, depth)))
        ref = item.type_ref
        item = types.get(ref)
    plain = ref.removeprefix("feel:").removeprefix("feel.")
    if plain not in _FIELD_TYPES or many:
        raise Strange(f"{'list of ' if many else ''}{plain or 'Any'}")
    return _FIELD_TYPES[plain]


def _fields(
    item: dmn.ItemDefinition, types: Mapping[str, dmn.ItemDefinition], depth: int
) -> Iterator[tuple[tuple[str, ...], str]]:
    for one in item.components:
        shape: str | _Shape
        if one.components and depth > 0:
            shape = _Shape(many=False, fields=dict(_fields(one, types, depth - 1)))
        else:
            shape = _shape(one.type_ref, types, depth)
        if one.is_collection or (isinstance(shape, _Shape) and shape.many):
            raise Strange(f"{one.name}: list")
        if isinstance(shape, str):
            yield (one.name,), shape
        else:
            yield from (((one.name, *way), kind) for way, kind in shape.fields.items())


def _record(facts: Facts, key: str, name: str, record: str, shape: _Shape) -> None:
    own = Shelf(claimed=set())
    fields = {way: own.claim("_".join(way)) for way in shape.fields}
    facts.places[(name,)] = (record,)
    facts.places |= {(name, *way): (record, field_name) for way, field_name in fields.items()}
    typed = {field_name: shape.fields[way] for way, field_name in fields.items()}
    _add(facts, key, record, many=shape.many, fields=typed)


def _add(facts: Facts, key: str, name: str, *, many: bool, fields: Mapping[str, str]) -> None:
    record = mapped(
        zh=scalar(name),
        en=scalar(name),
        holder=scalar(TO_FILL),
        record=scalar("many" if many else "one"),
        of=listing([scalar(one) for one in ("enterprise", "institution", "person", "park")]),
        key=listing([]),
    )
    put(facts.records, key, record)
    own = Mapped(0)
    for number, (field_name, kind) in enumerate(fields.items(), 1):
        told = mapped(zh=scalar(field_name), en=scalar(field_name), type=scalar(kind), empty=scalar("none"))
        put(own, f"field_{number}", told)
    put(facts.fields, key, own)
