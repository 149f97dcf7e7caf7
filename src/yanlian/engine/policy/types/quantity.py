"""What is known of a value besides its FEEL type: unit, decimal places, whether it may be null, its closed words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import Field, RecordKind, Schema
from yanlian.engine.policy.model import Constant
from yanlian.engine.policy.types.units import PLAIN, YEAR, Unit, base, differ, together, unit_of_field

# Lists of lists and contexts of contexts are followed so far.
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Quantity:
    """`unit` None: not known. `sure` is false where a plain number was multiplied in, whose unit nobody wrote. `plain`:
    a number without a unit, which fits everything.

    `scale`: decimal places at most; None: not known. `nullable` False is a promise: the value is never null (it may
    still be unknown). `values`: the closed list of words; `listed`: the field of the facts whose list that is, empty
    for words of a pack. Of a context, `entries`; of a list, `member`.
    """

    unit: Unit | None = None
    sure: bool = True
    plain: bool = False
    scale: int | None = None
    nullable: bool = True
    values: tuple[str, ...] = ()
    entries: Mapping[str, Quantity] | None = None
    member: Quantity | None = None
    listed: str = ""


UNKNOWN = Quantity()
# A written null: it fits everything.
NOTHING = Quantity(plain=True, scale=0)
CERTAIN = Quantity(nullable=False)
NUMBER_OF = Quantity(PLAIN, scale=0, nullable=False)
PART_OF_DAY = Quantity(scale=0)
YEAR_OF_DAY = Quantity(base(YEAR), scale=0)


def may_be_null(found: Quantity, *, nullable: bool = True) -> Quantity:
    """The same, where it may be null too."""
    return replace(found, nullable=True) if nullable and not found.nullable else found


def of_field(field: Field, record: str = "") -> Quantity:
    """A field of the fact schema, of the record of this name. Only where an empty cell says that there is none can it
    be null."""
    unit = unit_of_field(field)
    scale = None if unit is None else field.scale
    listed = f"{record}.{field.zh}".lstrip(".") if field.values else ""
    return Quantity(unit, scale=scale, nullable=field.empty == "none", values=field.values, listed=listed)


def of_record(kind: RecordKind) -> Quantity:
    """One record, which is there."""
    entries = {name: of_field(field, kind.zh) for name, field in kind.names.items()}
    return Quantity(entries=entries, nullable=False)


def of_facts(schema: Schema) -> dict[str, Quantity]:
    """All names of facts, and those of the day and the document. A single record may be absent: then it is null."""
    year = Quantity(base(YEAR), scale=0, nullable=False)
    found: dict[str, Quantity] = dict.fromkeys(("评价年度", "上年", "前年"), year)
    found |= dict.fromkeys(("评价日", "本区", "文件生效日"), CERTAIN)
    found["文件失效日"] = UNKNOWN
    for kind in schema.records.values():
        one = of_record(kind)
        for name in (kind.zh, kind.key):
            found[name] = Quantity(member=one, nullable=False) if kind.many else may_be_null(one)
    for field in schema.entity.values():
        for name in (field.zh, field.key):
            found[name] = may_be_null(of_field(field))
    return found


def of_constant(value: Constant, unit: Unit | None) -> Quantity:
    """A constant of a pack with the unit that is written beside it."""
    if isinstance(value, Decimal):
        return Quantity(unit, scale=places(value), nullable=False)
    if isinstance(value, tuple):
        return Quantity(member=joined([of_constant(one, unit) for one in value]), nullable=False)
    if isinstance(value, str):
        return Quantity(nullable=False, values=(value,))
    return CERTAIN if isinstance(value, bool | date) else UNKNOWN


def places(value: Decimal) -> int:
    """Decimal places of a number that is written out; trailing zeros are none."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def joined(several: Iterable[Quantity]) -> Quantity:
    """Either of several values: what is known of all of them. Of none, nothing is known."""
    found: Quantity | None = None
    for one in several:
        found = one if found is None else _join(found, one, {}, 0)
    return UNKNOWN if found is None else found


def _join(a: Quantity, b: Quantity, known: dict[tuple[int, int], Quantity], depth: int) -> Quantity:
    """`known`: pairs that were joined before, for what holds the same parts many times; too deep nothing is known."""
    if a is b or depth > DEEPEST:
        return a if a is b else UNKNOWN
    key = (id(a), id(b))
    if key not in known:
        known[key] = _joined(a, b, known, depth + 1)
    return known[key]


def _joined(a: Quantity, b: Quantity, known: dict[tuple[int, int], Quantity], depth: int) -> Quantity:
    unit, sure, plain = common_unit(a, b)
    scale = None if a.scale is None or b.scale is None else max(a.scale, b.scale)
    values = tuple(dict.fromkeys((*a.values, *b.values))) if a.values and b.values else ()
    entries: Mapping[str, Quantity] | None = None
    if a.entries is not None and b.entries is not None:
        mine, theirs = a.entries, b.entries
        entries = {name: _join(mine[name], theirs[name], known, depth) for name in mine if name in theirs}
    member = None if a.member is None or b.member is None else _join(a.member, b.member, known, depth)
    listed = a.listed if a.listed == b.listed else ""
    return Quantity(unit, sure, plain, scale, a.nullable or b.nullable, values, entries, member, listed)


def common_unit(a: Quantity, b: Quantity) -> tuple[Unit | None, bool, bool]:
    """The unit of either of two values, whether it is sure, and whether both are plain numbers. A plain number takes
    the unit of the other; units that contradict each other leave nothing known."""
    if a.plain or b.plain:
        other = b if a.plain else a
        return other.unit, a.sure and b.sure, a.plain and b.plain
    if a.unit is None or b.unit is None or differ(a.unit, b.unit):
        return None, True, False
    return together(a.unit, b.unit), a.sure and b.sure, False


__all__ = [
    "CERTAIN",
    "DEEPEST",
    "NOTHING",
    "NUMBER_OF",
    "PART_OF_DAY",
    "UNKNOWN",
    "YEAR_OF_DAY",
    "Quantity",
    "common_unit",
    "joined",
    "may_be_null",
    "of_constant",
    "of_facts",
    "of_field",
    "of_record",
    "places",
]
