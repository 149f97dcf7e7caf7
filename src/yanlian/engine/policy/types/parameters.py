"""Parameters: one kind of value on all dates, and one that its unit can be."""

from __future__ import annotations

from datetime import date

from yanlian.engine.feel import ast
from yanlian.engine.feel.static import join, overlaps
from yanlian.engine.feel.static.faults import fault_at
from yanlian.engine.feel.static.lattice import DATE, NULL, NUMBER
from yanlian.engine.policy.compiled import Item
from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.model import Dated, Parameter
from yanlian.engine.policy.types.facts import constant_type
from yanlian.engine.policy.types.fault import TypeRefused
from yanlian.engine.policy.types.units import contradicts, unit_of

_DAYS = frozenset({"日期", "date"})


def check_parameter(item: Item, faults: Faults) -> None:
    """Note values that are of another kind than those before them, or that the unit cannot have."""
    source = item.source
    if not isinstance(source, Parameter):
        return
    faults.at(item.home.pack.id, source.file, item.home.key[-1] if len(item.home.key) == 3 else "")
    before: ast.Type = NULL
    for dated in source.values:
        kind = constant_type(dated.value)
        line = dated.line or source.line
        if not overlaps(before, kind, {}):
            facts = {"name": source.name, "start": dated.start}
            faults.add_refusal(line, _refused("pack_type_parameter", expected=before, found=kind, **facts))
            continue
        before = join(before, kind, {})
        wanted = _wanted(source, dated)
        if wanted is not None:
            facts = {"name": source.name, "start": dated.start, "unit": source.unit, "written": _written(dated)}
            faults.add_refusal(line, _refused("pack_type_unit", expected=wanted, found=kind, **facts))


def _wanted(source: Parameter, dated: Dated) -> ast.Type | None:
    """The type that the unit asks for, when the value contradicts it."""
    values = dated.value if isinstance(dated.value, tuple) else (dated.value,)
    kinds = [constant_type(value) for value in values]
    if source.unit in _DAYS:
        return DATE if any(not overlaps(kind, DATE, {}) for kind in kinds) else None
    unit = unit_of(source.unit)
    if unit is None:
        return None
    if any(not overlaps(kind, NUMBER, {}) for kind in kinds) or contradicts(unit, dated.written):
        return NUMBER
    return None


def _written(dated: Dated) -> str:
    value = dated.value
    return dated.written or (value.isoformat() if isinstance(value, date) else str(value))


def _refused(code: str, **data: object) -> TypeRefused:
    fault = fault_at(ast.NOWHERE, code, **data)
    return TypeRefused(code, kinds=fault.types, **fault.data)
