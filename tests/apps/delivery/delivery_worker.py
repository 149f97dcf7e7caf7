"""A process of its own for the tests of concurrency: `delivery_worker.py VERB …` with the database in the environment.

It imports nothing of pytest; what it has to say it prints as one line of JSON. An exception that is not a refusal ends
it with an error, which the test reports.
"""
# ruff: noqa: E402 - Django must be set up before its models are imported

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yanlian.web.settings")
django.setup()

from delivery_office import AFTER, CLAUSE, DAY, DOCUMENT, Office, bank_says, no_veto, open_office, totals
from django.core.management import call_command
from django.db.models import Count

from yanlian.apps.delivery import actions_pay, actions_return
from yanlian.apps.delivery.actions_accept import accept, give_account
from yanlian.apps.delivery.actions_clear import clear
from yanlian.apps.delivery.actions_draft import draft_round
from yanlian.apps.delivery.actions_pay import next_number, send
from yanlian.apps.delivery.actions_publish import confirm, publish
from yanlian.apps.delivery.actions_return import import_return
from yanlian.apps.delivery.models import Entitlement, Event, Payment, PaymentFile, Publicity, Round
from yanlian.apps.delivery.reconcile import reconcile
from yanlian.apps.ledger.models import Transfer
from yanlian.apps.ledger.queries import balances, total_fen
from yanlian.apps.people.models import User
from yanlian.apps.policies.models import Run
from yanlian.apps.registry.models import Entity
from yanlian.base.refusal import Refused

DEADLINE_SECONDS = 600


def setup(firms: int) -> None:
    call_command("migrate", verbosity=0)
    open_office(firms)


def office() -> Office:
    users = {user.username: user for user in User.objects.all()}
    firms = list(Entity.objects.order_by("code"))
    logins = [users[f"login{at}"] for at in range(len(firms))]
    return Office(
        users["sci"], users["ind"], users["fin"], users["admin"], users["analyst"], firms, logins, Run.objects.get()
    )


def everything(start_at: float, seed: int) -> None:
    """Take every entitlement from draft to paid, whatever the others do meanwhile; refusals are answers, not errors."""
    here = office()
    chance = random.Random(seed)
    answers: Counter[str] = Counter()

    def tried(call: Callable[[], object]) -> None:
        try:
            call()
        except Refused as refused:
            answers[refused.code] += 1
        else:
            answers["done"] += 1

    time.sleep(max(0.0, start_at - time.time()))
    deadline = time.time() + DEADLINE_SECONDS
    while Entitlement.objects.filter(state="paid").count() < len(here.firms):
        assert time.time() < deadline, f"not finished in time: {answers}"
        tried(lambda: draft_round(here.run.pk, here.sci, DAY, department="sci", clauses=[CLAUSE], document=DOCUMENT))
        for round_ in Round.objects.all():
            tried(partial(confirm, round_.pk, here.sci, DAY))
            number = Publicity.objects.filter(round=round_).count() + 1
            tried(partial(publish, round_.pk, number, *totals(round_, "confirmed"), here.sci, DAY))
        order = list(zip(here.firms, here.logins, strict=True))
        chance.shuffle(order)
        for firm, login in order:
            mine = list(Entitlement.objects.filter(entity=firm, state="published").values_list("pk", flat=True))
            if mine:
                account = give_account(firm.code, firm.name, "虚构银行", f"6222{firm.pk:012d}", login)
                tried(partial(accept, mine, account.pk, login, AFTER))
        for round_ in Round.objects.all():
            tried(partial(clear, round_.pk, no_veto, here.fin, AFTER))
            number_text = next_number(round_, AFTER)
            tried(partial(send, round_.pk, number_text, *totals(round_, "cleared"), here.fin, AFTER))
        for file in PaymentFile.objects.all():
            tried(partial(import_return, file.number, "r.csv", says(file), here.fin, AFTER))
    print(json.dumps(answers), flush=True)


def says(file: PaymentFile) -> bytes:
    """The bank says 'paid' to every payment of a file, always with the same words."""
    payments = Payment.objects.filter(file=file).order_by("sequence")
    return bank_says(
        [(p.number, "成功", f"{p.amount_fen // 100}.{p.amount_fen % 100:02d}", f"R{p.number}", "") for p in payments]
    )


def to_cleared() -> None:
    """Everything up to the point where money would move."""
    here = office()
    round_ = draft_round(here.run.pk, here.sci, DAY, department="sci", document=DOCUMENT).round
    assert round_ is not None
    confirm(round_.pk, here.sci, DAY)
    publish(round_.pk, 1, *totals(round_, "confirmed"), here.sci, DAY)
    for firm, login in zip(here.firms, here.logins, strict=True):
        account = give_account(firm.code, firm.name, "虚构银行", f"6222{firm.pk:012d}", login)
        accept(Entitlement.objects.filter(entity=firm).values_list("pk", flat=True), account.pk, login, AFTER)
    clear(round_.pk, no_veto, here.fin, AFTER)


def stop_after(module: object, name: str) -> None:
    """Make a function of the action say that it is done and then hang, for the test to kill the process there."""
    original = getattr(module, name)

    def hanging(*args: object, **named: object) -> object:
        result = original(*args, **named)
        print(f"reached {name}", flush=True)
        time.sleep(600)
        return result

    setattr(module, name, hanging)


def send_stopping(point: str) -> None:
    if point != "commit":
        stop_after(actions_pay, point)
    here = office()
    round_ = Round.objects.get()
    send(round_.pk, next_number(round_, AFTER), *totals(round_, "cleared"), here.fin, AFTER)
    print("reached commit", flush=True)
    time.sleep(600)


def return_stopping(point: str) -> None:
    if point != "commit":
        stop_after(actions_return, point)
    file = PaymentFile.objects.get()
    import_return(file.number, "r.csv", says(file), office().fin, AFTER)
    print("reached commit", flush=True)
    time.sleep(600)


def report() -> None:
    """What stands, as numbers the test compares."""
    found = reconcile()
    per_entitlement = Payment.objects.filter(state="paid").values("entitlement").annotate(n=Count("pk"))
    print(
        json.dumps(
            {
                "states": dict(Counter(Entitlement.objects.values_list("state", flat=True))),
                "payments": dict(Counter(Payment.objects.values_list("state", flat=True))),
                "files": PaymentFile.objects.count(),
                "most_paid": max([row["n"] for row in per_entitlement], default=0),
                "due_fen": sum(Entitlement.objects.values_list("amount_fen", flat=True)),
                "bank_fen": balances()["bank"].balance_fen if "bank" in balances() else 0,
                "in_flight_fen": balances()["bank"].reserved_in_fen if "bank" in balances() else 0,
                "total_fen": total_fen(),
                "transfers": dict(Counter(Transfer.objects.values_list("kind", flat=True))),
                "events": dict(Counter(Event.objects.exclude(entitlement=None).values_list("verb", flat=True))),
                "faults": found.faults + [fault for file in found.files for fault in file.faults],
                "rounds": Round.objects.count(),
            }
        ),
        flush=True,
    )


def reports() -> None:
    """A report for every line that comes in: one process answers for a whole test."""
    for _ in sys.stdin:
        report()


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    verb, *rest = sys.argv[1:]
    verbs: dict[str, Callable[[], None]] = {
        "setup": lambda: setup(int(rest[0])),
        "everything": lambda: everything(float(rest[0]), int(rest[1])),
        "to_cleared": to_cleared,
        "send_stopping": lambda: send_stopping(rest[0]),
        "return_stopping": lambda: return_stopping(rest[0]),
        "reports": reports,
    }
    verbs[verb]()


if __name__ == "__main__":
    main()
