"""Which outcomes of two runs are not the same: new, gone, more, less, or another verdict without money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused

# What the key of an outcome is, inside one run.
KEY = ("entity_id", "clause", "matter", "period")
WHAT = ("new", "gone", "more", "less", "other")


@dataclass(frozen=True, slots=True)
class Difference:
    """One outcome that is not the same; a side that has none (or does not apply) is None.

    `what`: `new` money is due that was not, `gone` none is due any more, `more`, `less`; `other`: the verdict changed
    and no money with it.
    """

    entity: Entity
    clause: str
    matter: str
    period: str
    department: str
    what: str
    old_kind: str | None
    new_kind: str | None
    old_fen: int
    new_fen: int
    old_reason: Mapping[str, object]
    new_reason: Mapping[str, object]

    @property
    def change_fen(self) -> int:
        return self.new_fen - self.old_fen


def run_of(number: int) -> Run:
    """A run whose outcomes stand in the database. Refused: `run_unknown`, `run_not_complete`."""
    run = Run.objects.filter(pk=number).first()
    if run is None:
        raise Refused("run_unknown", run=number)
    if run.state not in Run.RECORDED:
        raise Refused("run_not_complete", run=run.pk, state=run.state)
    return run


def differences(old: Run, new: Run) -> list[Difference]:
    """All of them, in the order of entity, clause and matter. Cost: by what differs, and one look-up for each outcome.

    Money goes by the amount due after stacking and caps; a side that is not eligible is due nothing.
    """
    before = {_key(one): one for one in _unlike(old, new)}
    after = {_key(one): one for one in _unlike(new, old)}
    found = [_difference(before.get(key), after.get(key)) for key in before.keys() | after.keys()]
    return sorted(found, key=lambda one: (one.entity.name, one.entity.code, one.clause, one.matter, one.period))


def _unlike(run: Run, other: Run) -> Iterator[Outcome]:
    """The outcomes of a run of which the other has no equal."""
    same = Outcome.objects.filter(
        run=other,
        **{name: OuterRef(name) for name in KEY},
        kind=OuterRef("kind"),
        amount_fen=OuterRef("amount_fen"),
    )
    unlike: QuerySet[Outcome] = Outcome.objects.filter(run=run).filter(~Exists(same)).select_related("entity")
    return unlike.iterator(chunk_size=2000)


def _key(one: Outcome) -> tuple[object, ...]:
    return one.entity_id, one.clause, one.matter, one.period


def _difference(old: Outcome | None, new: Outcome | None) -> Difference:
    either = new or old
    assert either is not None
    old_fen, new_fen = _due(old), _due(new)
    return Difference(
        entity=either.entity,
        clause=either.clause,
        matter=either.matter,
        period=either.period,
        department=either.department,
        what=_what(old_fen, new_fen),
        old_kind=old.kind if old else None,
        new_kind=new.kind if new else None,
        old_fen=old_fen,
        new_fen=new_fen,
        old_reason=old.reason if old else {},
        new_reason=new.reason if new else {},
    )


def _due(one: Outcome | None) -> int:
    return one.amount_fen if one is not None and one.kind == Outcome.Kind.ELIGIBLE else 0


def _what(old_fen: int, new_fen: int) -> str:
    if old_fen == new_fen:
        return "other"
    if not old_fen:
        return "new"
    if not new_fen:
        return "gone"
    return "more" if new_fen > old_fen else "less"


@dataclass(frozen=True, slots=True)
class Total:
    """How many differences of a sort, and what they come to."""

    what: str
    count: int
    change_fen: int


def totals(found: Iterable[Difference]) -> list[Total]:
    """By sort, in the order of WHAT, those that occur."""
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for one in found:
        counts[one.what] += 1
        sums[one.what] += one.change_fen
    return [Total(what, counts[what], sums[what]) for what in WHAT if counts[what]]
