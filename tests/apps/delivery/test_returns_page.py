"""What must go back of what was paid: listed with its sum, started by an officer, in whole or in part."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.apps.delivery.delivery_office import AFTER, CLAUSE, DAY, DOCUMENT, Office, open_office
from tests.engine.policy.tiny_packs import clause, document, written

from yanlian.apps.delivery import pages_returns
from yanlian.apps.delivery.actions_after import reclaim
from yanlian.apps.delivery.actions_draft import draft_round
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.delivery.pages_returns import hit_by_terms
from yanlian.apps.registry.models import Snapshot as SnapshotRow
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Delivery, Snapshot, SnapshotWriter, load_schema, open_snapshot
from yanlian.engine.policy import load_packs

pytestmark = pytest.mark.django_db
TERM = {"label": "已注销", "when": '登记.登记状态 = "注销"', "share": "50%", "ban_years": 3, "article": "第九条"}
AMOUNT = 100_01


@pytest.fixture
def office() -> Office:
    """Three firms that were paid; the second is closed, of the third the status was not delivered."""
    office = open_office(firms=3, amount_fen=AMOUNT)
    draft_round(office.run.pk, office.sci, DAY, department="sci", document=DOCUMENT)
    Entitlement.objects.update(state=Entitlement.State.PAID)
    return office


@pytest.fixture
def snapshot(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    pack = written(tmp_path, document(clause(id=CLAUSE, clawback=[TERM]), document={"id": DOCUMENT}))
    monkeypatch.setattr(pages_returns, "packs_in_use", lambda: load_packs([pack]))
    folder = settings.DATA / "snapshots"
    with SnapshotWriter(folder, load_schema(), datetime(2026, 1, 5, tzinfo=UTC)) as writer:
        for firm, status in zip(office.firms, ("存续", "注销", None), strict=True):
            registration = {"established_on": DAY.replace(year=2015), "status": status}
            row = {"id": firm.code, "name": firm.name, "kind": "enterprise", "registration": registration}
            writer.write([row])
        kinds = ("registration", "recovery")
        info = writer.close(Coverage(Delivery(kind, None, date(2026, 12, 31), complete=True) for kind in kinds))
    SnapshotRow.objects.create(
        hash=info.hash,
        moment=info.moment,
        rows=3,
        made_at=info.moment,
        folder=str(info.path.relative_to(settings.DATA)),
    )
    return open_snapshot(info.path)


def test_what_a_term_hits_is_listed_with_half_of_the_sum_and_what_nobody_knows_beside_it(
    office: Office, snapshot: Snapshot
) -> None:
    found = {hit.entitlement.entity.code: hit for hit in hit_by_terms(office.sci, snapshot, AFTER)}
    assert {code: (hit.due.verdict, hit.due.return_fen) for code, hit in found.items()} == {
        "F00001": ("due", 50_01),
        "F00002": ("unknown", 0),
    }
    assert "登记.登记状态" in found["F00002"].why


def test_a_line_leads_to_the_entry_with_reason_and_sum_filled_in(
    office: Office, snapshot: Snapshot, client: Client
) -> None:
    client.force_login(office.sci)
    page = client.get(reverse("returns-due")).content.decode()
    assert "50.01" in page
    assert "甲0" not in page
    hit = next(one for one in hit_by_terms(office.sci, snapshot, AFTER) if one.due.verdict == "due")
    asked = parse_qs(urlsplit(hit.href).query)
    assert asked == {"verb": ["reclaim"], "reason": ["已注销（第九条）"], "reclaim_amount": ["50.01"]}
    form = client.get(hit.href).content.decode()
    assert 'value="50.01"' in form
    assert "已注销（第九条）</textarea>" in form
    assert Entitlement.objects.get(pk=hit.entitlement.pk).state == Entitlement.State.PAID


@pytest.mark.parametrize("fen", [0, -1, AMOUNT + 99])
def test_no_more_is_taken_back_than_was_paid(office: Office, fen: int) -> None:
    row = Entitlement.objects.get(entity=office.firms[0])
    with pytest.raises(Refused) as refused:
        reclaim(row.pk, "已注销", office.sci, AFTER, fen)
    assert refused.value.code == "reclaim_sum"


def test_an_enterprise_does_not_see_the_list(office: Office, client: Client) -> None:
    client.force_login(office.logins[0])
    assert client.get(reverse("returns-due")).status_code == 403
