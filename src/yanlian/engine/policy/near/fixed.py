"""What nobody can change: what lies in the past, who somebody is, what others decided once for all.

Told apart so that a near miss does not tell a firm to be older or to lie in another district. Everything that is not
named here may be improved: figures by doing more, what is empty by doing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from yanlian.engine.dossier import RecordKind
from yanlian.engine.dossier.row import UNDELIVERED
from yanlian.engine.dossier.schema import Field

ChangeKind = Literal["wait", "supply", "improve", "cannot"]

# Of the register: what is so by founding, by place or by what the firm does.
_REGISTERED = frozenset(
    {"established_on", "moved_in_on", "district", "industry", "legal_form", "legal_person", "strategic", "status",
     "cluster", "scope"}
)  # fmt: skip
# Dates that end something: they can still be brought about, or be put off, by those concerned.
_ENDS = frozenset(
    {"removed_on", "rectified_on", "finished_on", "accepted_on", "expires_on", "released_on", "repaid_on", "ends_on"}
)
# Kinds of record of which nothing that stands there can be otherwise.
_CLOSED_KINDS = frozenset({"payment", "upper_fund", "accident", "listing", "evaluation", "expense", "finance_fee"})


def kind_of_change(kind: RecordKind, field: Field, stored: Mapping[str, object], value: object) -> ChangeKind:
    """Whether a field of a record that exists can be brought to another value, and by whom.

    What nobody delivered is to be supplied, whatever it is.
    """
    present = stored.get(field.key, UNDELIVERED)
    if present is UNDELIVERED or (present is None and field.empty != "none"):
        return "supply"
    if kind.key in _CLOSED_KINDS or field.key in kind.key_fields or field.key == kind.period:
        return "cannot"
    if kind.key in {"registration", "tax_registration"}:
        return "cannot" if field.key in _REGISTERED else "improve"
    if field.type == "date":
        return _ending(field, present)
    # Which certificate, which kind of loan: another one would be another record.
    if field.type in {"code", "text"} or field.key in {"related", "renewed", "first"}:
        return "cannot"
    return "improve"


def _ending(field: Field, present: object) -> ChangeKind:
    if field.key == "expires_on":
        return "improve"
    return "improve" if present is None and field.key in _ENDS else "cannot"


def is_past(kind: RecordKind, stored: Mapping[str, object], as_of: date) -> bool:
    """Whether the record belongs to a year that is over."""
    if kind.period is None or kind.fields[kind.period].type != "year":
        return False
    year = stored.get(kind.period)
    return isinstance(year, int) and year < as_of.year
