"""A small district for the tests of delivery: officials, firms with logins, and runs with outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from yanlian.apps.delivery.actions_accept import accept, give_account
from yanlian.apps.delivery.actions_clear import clear
from yanlian.apps.delivery.actions_draft import Draft, draft_round
from yanlian.apps.delivery.actions_pay import Sent, next_number, send
from yanlian.apps.delivery.actions_publish import Published, confirm, publish
from yanlian.apps.delivery.models import Entitlement, Publicity, Round
from yanlian.apps.people.models import User
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.models import Entity

# A Monday without a holiday near: five working days later is the next Monday.
DAY = date(2025, 3, 3)
AFTER = DAY + timedelta(days=8)
DOCUMENT = "XX-2025"
CLAUSE = "XX-2025-01"


@dataclass
class Office:
    sci: User
    ind: User
    fin: User
    admin: User
    analyst: User
    firms: list[Entity]
    logins: list[User]
    run: Run


def user(name: str, role: str, department: str = "", entity_code: str = "") -> User:
    return User.objects.create(username=name, role=role, department=department, entity_code=entity_code)


def open_office(firms: int = 3, amount_fen: int = 12_345_67) -> Office:
    """Officials of three departments, some firms, and a run that owes each firm an amount under CLAUSE."""
    entities = [
        Entity.objects.create(
            code=f"F{at:05d}", name=f"甲{at}（虚构）有限公司", kind="enterprise", recorded_at=timezone.now()
        )
        for at in range(firms)
    ]
    office = Office(
        sci=user("sci", "official", "sci"),
        ind=user("ind", "official", "ind"),
        fin=user("fin", "official", "fin"),
        admin=user("admin", "administrator"),
        analyst=user("analyst", "analyst"),
        firms=entities,
        logins=[user(f"login{at}", "enterprise", "", firm.code) for at, firm in enumerate(entities)],
        run=new_run("a"),
    )
    Outcome.objects.bulk_create(
        outcome(office.run, firm, amount_fen=amount_fen + at, save=False) for at, firm in enumerate(entities)
    )
    return office


def new_run(mark: str, state: str = "complete") -> Run:
    return Run.objects.create(
        snapshot_hash=mark * 8,
        pack_hash="p",
        as_of=DAY,
        engine="interpreter 0",
        made_at=timezone.now(),
        state=state,
        folder=mark,
    )


def outcome(run: Run, firm: Entity, *, amount_fen: int = 100_00, save: bool = True, **fields: object) -> Outcome:
    values: dict[str, object] = {
        "clause": CLAUSE,
        "document": DOCUMENT,
        "department": "sci",
        "matter": "",
        "period": "2025",
        "kind": "eligible",
        "delivery": "AUTO",
    } | fields
    row = Outcome(run=run, entity=firm, amount_fen=amount_fen, **values)
    if save:
        row.save()
    return row


def drafted(office: Office) -> Round:
    round_ = draft(office).round
    assert round_ is not None
    return round_


def draft(office: Office, run: Run | None = None) -> Draft:
    return draft_round((run or office.run).pk, office.sci, DAY, department="sci", document=DOCUMENT)


def totals(round_: Round, state: str) -> tuple[int, int]:
    amounts = list(Entitlement.objects.filter(round=round_, state=state).values_list("amount_fen", flat=True))
    return len(amounts), sum(amounts)


def published(office: Office) -> Round:
    round_ = drafted(office)
    confirm(round_.pk, office.sci, DAY)
    publish_next(office, round_)
    return round_


def publish_next(office: Office, round_: Round, on: date = DAY) -> Published:
    number = Publicity.objects.filter(round=round_).count() + 1
    return publish(round_.pk, number, *totals(round_, "confirmed"), office.sci, on)


def accepted(office: Office) -> Round:
    round_ = published(office)
    accept_all(office, round_)
    return round_


def accept_all(office: Office, round_: Round, on: date = AFTER) -> None:
    for firm, login in zip(office.firms, office.logins, strict=True):
        account = give_account(firm.code, firm.name, "虚构银行崂山支行", f"62220000{firm.pk:08d}", login)
        mine = Entitlement.objects.filter(round=round_, entity=firm, state__in=["published", "returned"])
        accept(mine.values_list("pk", flat=True), account.pk, login, on)


def no_veto(rows: object) -> dict[int, list[str]]:
    return {row.pk: [] for row in rows}  # type: ignore[attr-defined]


def cleared(office: Office) -> Round:
    round_ = accepted(office)
    clear(round_.pk, no_veto, office.fin, AFTER)
    return round_


def send_all(office: Office, round_: Round, on: date = AFTER) -> Sent:
    return send(round_.pk, next_number(round_, on), *totals(round_, "cleared"), office.fin, on)


def sent(office: Office) -> tuple[Round, Sent]:
    round_ = cleared(office)
    return round_, send_all(office, round_)


def bank_says(rows: list[tuple[str, str, str, str, str]], encoding: str = "utf-8-sig") -> bytes:
    """A return file: number, status, amount, reference, reason."""
    lines = ["付款编号,状态,金额（元）,银行流水号,原因", *(",".join(row) for row in rows)]
    return "\r\n".join(lines).encode(encoding)
