"""The way of an entitlement: every verb with the states it starts from, the state it ends in, and who may do it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from yanlian.apps.delivery.models import Entitlement

S = Entitlement.State


class Verb(NamedTuple):
    """One step. `parties` are those of `permissions.parties`; an irreversible verb asks for count and sum first."""

    before: tuple[str, ...]
    after: str
    parties: frozenset[str]
    zh: str
    en: str
    irreversible: bool = False


LEAD = frozenset({"lead"})
FINANCE = frozenset({"finance"})
OFFICE = frozenset({"lead", "finance"})
OWN = frozenset({"beneficiary"})
PUBLIC = frozenset({"public"})

VERBS: dict[str, Verb] = {
    "draft": Verb((), S.DRAFT, LEAD, "拟定", "Draft"),
    "confirm": Verb((S.DRAFT, S.CORRECTED), S.CONFIRMED, LEAD, "确认名单", "Confirm"),
    "publish": Verb((S.CONFIRMED,), S.PUBLISHED, LEAD, "公示", "Publish", irreversible=True),
    "object": Verb((S.PUBLISHED,), S.OBJECTED, PUBLIC, "提出异议", "Object"),
    "dismiss": Verb((S.OBJECTED,), S.PUBLISHED, LEAD, "异议不成立", "Dismiss the objection"),
    "reject": Verb((S.OBJECTED,), S.REJECTED, LEAD, "异议成立", "Uphold the objection"),
    "accept": Verb((S.PUBLISHED, S.RETURNED), S.ACCEPTED, OWN, "确认意愿和账户", "Accept and confirm account"),
    "waive": Verb((S.PUBLISHED, S.ACCEPTED, S.RETURNED), S.WAIVED, OWN, "放弃", "Waive"),
    "expire": Verb((S.PUBLISHED,), S.EXPIRED, LEAD, "逾期处理", "Expire"),
    "clear": Verb((S.ACCEPTED, S.CLEARED, S.HELD), S.CLEARED, OFFICE, "当日核验", "Check on the day"),
    "hold": Verb((S.ACCEPTED, S.CLEARED, S.HELD), S.HELD, OFFICE, "暂缓", "Hold"),
    "release": Verb((S.HELD,), S.ACCEPTED, OFFICE, "解除暂缓", "Release"),
    "send": Verb((S.CLEARED,), S.SENT, FINANCE, "送银行付款", "Send to the bank", irreversible=True),
    "pay": Verb((S.SENT,), S.PAID, FINANCE, "登记到账", "Record as paid"),
    "return": Verb((S.SENT,), S.RETURNED, FINANCE, "登记退回", "Record as returned"),
    "close": Verb((S.PAID,), S.CLOSED, OFFICE, "办结", "Close"),
    "correct": Verb(
        (S.DRAFT, S.CONFIRMED, S.CORRECTED, S.PUBLISHED, S.OBJECTED, S.ACCEPTED, S.HELD, S.RETURNED),
        S.CORRECTED,
        LEAD,
        "更正金额",
        "Correct the amount",
    ),
    "reopen": Verb((S.REJECTED, S.WAIVED, S.EXPIRED), S.CORRECTED, LEAD, "重新办理", "Reopen"),
    "reclaim": Verb((S.PAID, S.CLOSED), S.RECLAIMED, LEAD, "追回", "Claw back", irreversible=True),
    "refund": Verb((S.RECLAIMED,), S.REFUNDED, FINANCE, "登记追回款到账", "Record the refund"),
}

# Nothing more has to happen for the round to be closed.
FINAL = (S.CLOSED, S.WAIVED, S.EXPIRED, S.REJECTED, S.RECLAIMED, S.REFUNDED)
# Money has not left and is not on its way: a later run's other amount can still be applied.
UNPAID = (
    S.DRAFT,
    S.CONFIRMED,
    S.CORRECTED,
    S.PUBLISHED,
    S.OBJECTED,
    S.ACCEPTED,
    S.HELD,
    S.CLEARED,
    S.RETURNED,
)


def acceptance_ends(row: Entitlement) -> date:
    """Last day on which a published entitlement may be accepted; after a dismissed objection the days count anew."""
    assert row.publicity is not None, "a published entitlement stands in a notice"
    days_given = row.publicity.accept_until - row.publicity.ends_on
    return max(row.publicity.accept_until, row.state_on + days_given)
