"""A plan: which facts would have to be otherwise. The solver finds fragments of plans; the search joins them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from yanlian.engine.dossier import RecordKind, Row
from yanlian.engine.dossier.schema import Field

# Kind of record, which of its records (None: the only one; beyond the list: a new one), field.
Place = tuple[str, int | None, str]


@dataclass(frozen=True, slots=True)
class Edit:
    """One field as it would have to be, in storage form. `op` and `border` say what the rule asks of it (>= 5000000);
    `free`: any value would do as well, this one is an example."""

    place: Place
    value: object
    op: str = "="
    border: object = None
    free: bool = False

    @property
    def record(self) -> str:
        """The key of the kind of record."""
        return self.place[0]

    @property
    def index(self) -> int | None:
        """Which record of its kind."""
        return self.place[1]

    @property
    def field(self) -> str:
        """The key of the field."""
        return self.place[2]

    def at(self, value: object, op: str) -> Edit:
        """The same field at another value, which is then itself the border."""
        return replace(self, value=value, op=op, border=None)


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits by place, and kinds of record that a department would have to deliver whole."""

    edits: tuple[Edit, ...] = ()
    deliveries: frozenset[str] = frozenset()

    def joined(self, other: Plan) -> Plan:
        """Both; where both say something of one field, the other one's word counts."""
        edits = {edit.place: edit for edit in (*self.edits, *other.edits)}
        return Plan(tuple(edits[place] for place in sorted(edits, key=_order)), self.deliveries | other.deliveries)

    def without(self, edits: Iterable[Edit] = (), deliveries: Iterable[str] = ()) -> Plan:
        """The plan without some of it."""
        left_out = {edit.place for edit in edits}
        kept = tuple(edit for edit in self.edits if edit.place not in left_out)
        return Plan(kept, self.deliveries - frozenset(deliveries))

    def with_edit(self, edit: Edit) -> Plan:
        """The plan with one edit instead of the one at its place."""
        return Plan(tuple(edit if one.place == edit.place else one for one in self.edits), self.deliveries)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells two plans apart."""
        return (tuple((edit.place, str(edit.value)) for edit in self.edits), self.deliveries)


def _order(place: Place) -> tuple[str, int, str]:
    return (place[0], -1 if place[1] is None else place[1], place[2])


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """One field of one record that rules read."""

    row: Row
    field: Field


@dataclass(frozen=True, slots=True, eq=False)
class SetField:
    """Give a field a value."""

    lens: Lens
    value: object
    op: str
    border: object
    free: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AddRecord:
    """One more record of a kind: field key → (stored value, operator, border, free)."""

    kind: RecordKind
    fields: tuple[tuple[str, object, str, object, bool], ...]


@dataclass(frozen=True, slots=True)
class Deliver:
    """A department delivers a kind of record whole."""

    kind: str


Move = SetField | AddRecord | Deliver
Option = tuple[Move, ...]
