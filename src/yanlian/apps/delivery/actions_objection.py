"""Objections: anybody may file one in the real name during publicity; the lead department answers it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from yanlian.apps.delivery.actions_move import lock_entitlements, lock_round, move, record
from yanlian.apps.delivery.models import Entitlement, Objection, Publicity
from yanlian.apps.delivery.permissions import require
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused

_LIMITS = {"name": 200, "contact": 200, "text": 5000, "evidence": 5000}


@dataclass(frozen=True)
class Filing:
    """What an objector writes. `entitlement` names the entry objected to; None with a clause: 'we are missing'."""

    name: str
    contact: str
    text: str
    evidence: str = ""
    entitlement: int | None = None
    clause: str = ""


def file_objection(publicity_id: int, filing: Filing, by: User | None, on: date) -> Objection:
    """File an objection on a notice while it is public. The same filing twice is one objection.

    Refused: `objection_incomplete` (anonymous or without facts), `publicity_over`, `publicity_unknown`,
    `objection_not_listed`, `objection_clause`.
    """
    _complete(filing)
    with transaction.atomic():
        publicity = Publicity.objects.filter(pk=publicity_id).first()
        if publicity is None:
            raise Refused("publicity_unknown", publicity=publicity_id)
        round_ = lock_round(publicity.round_id)
        digest = _digest(publicity_id, filing)
        standing = Objection.objects.filter(digest=digest).first()
        if standing is not None:
            return standing
        if not publicity.starts_on <= on <= publicity.ends_on:
            raise Refused("publicity_over", starts=publicity.starts_on, ends=publicity.ends_on)
        row = _listed(publicity, filing)
        objection = Objection.objects.create(
            round=round_,
            publicity=publicity,
            kind=Objection.Kind.MISSING if row is None else Objection.Kind.LISTED,
            entitlement=row,
            clause=row.clause if row else filing.clause,
            entity=_entity_of(by),
            name=filing.name.strip(),
            contact=filing.contact.strip(),
            text=filing.text.strip(),
            evidence=filing.evidence.strip(),
            digest=digest,
            filed_on=on,
            filed_at=timezone.now(),
            filed_by=by,
        )
        # The event names the objection, not the objector: events are read by more people.
        record(round_, "file", None, on, {"objection": objection.pk, "kind": objection.kind})
        if row is not None:
            move("object", [row.pk], None, on, data={"objection": objection.pk})
        return objection


def decide_objection(objection_id: int, answer: str, by: User | None, on: date, *, uphold: bool) -> Objection:
    """Answer an objection, once. Upheld: its entry is rejected; dismissed and none other open: it is public again.

    The same decision again changes nothing; another one is refused with `objection_decided`.
    """
    with transaction.atomic():
        objection = Objection.objects.filter(pk=objection_id).first()
        if objection is None:
            raise Refused("objection_unknown", objection=objection_id)
        round_ = lock_round(objection.round_id)
        require("dismiss", by, round_.department)
        if not answer.strip():
            raise Refused("reason_missing", verb="答复异议", verb_en="Answer the objection")
        state = Objection.State.UPHELD if uphold else Objection.State.DISMISSED
        changed = Objection.objects.filter(pk=objection_id, state=Objection.State.OPEN).update(
            state=state, answer=answer.strip(), decided_on=on, decided_by=by
        )
        objection.refresh_from_db()
        if not changed:
            if (objection.state, objection.answer) == (state, answer.strip()):
                return objection
            raise Refused("objection_decided", objection=objection_id, state=objection.state)
        record(round_, "decide", by, on, {"objection": objection.pk, "state": str(state)})
        row = objection.entitlement_id
        if row is not None and (uphold or not _others_open(row)):
            move("reject" if uphold else "dismiss", [row], by, on, data={"objection": objection.pk})
        return objection


def _others_open(entitlement_id: int) -> bool:
    return Objection.objects.filter(entitlement_id=entitlement_id, state=Objection.State.OPEN).exists()


def _complete(filing: Filing) -> None:
    for name, longest in _LIMITS.items():
        value: str = getattr(filing, name)
        if len(value) > longest:
            raise Refused("objection_long", field=name, found=len(value), expected=longest)
        if name != "evidence" and not value.strip():
            raise Refused("objection_incomplete", field=name)
    if filing.entitlement is None and not filing.clause.strip():
        raise Refused("objection_incomplete", field="clause")


def _listed(publicity: Publicity, filing: Filing) -> Entitlement | None:
    """The entry of this notice that is objected to; None when the objector says it is missing from the list."""
    if filing.entitlement is None:
        if filing.clause not in publicity.round.clauses:
            raise Refused("objection_clause", clause=filing.clause)
        return None
    rows = lock_entitlements([filing.entitlement])
    if not rows or rows[0].publicity_id != publicity.pk:
        raise Refused("objection_not_listed", found=filing.entitlement)
    return rows[0]


def _entity_of(by: User | None) -> Entity | None:
    return Entity.objects.filter(code=by.entity_code).first() if by is not None and by.entity_code else None


def _digest(publicity_id: int, filing: Filing) -> str:
    parts = (publicity_id, filing.name.strip(), filing.contact.strip(), filing.text.strip(), filing.evidence.strip())
    return hashlib.sha256(repr((*parts, filing.entitlement, filing.clause)).encode()).hexdigest()
