"""Two runs compared: a late correction is a difference with its fact and its day, and edits nothing that is stored."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.apps.policies.ten_firms import AS_OF, DOCUMENT

from yanlian.apps.people.models import User
from yanlian.apps.policies.actions import run_policies
from yanlian.apps.policies.comparing.differences import differences, totals
from yanlian.apps.policies.comparing.pages import compared, why
from yanlian.apps.policies.models import Outcome
from yanlian.apps.registry.models import Snapshot as SnapshotRecord
from yanlian.engine.dossier import Coverage, Delivery, SnapshotWriter, load_schema, open_snapshot

LATER = datetime(2026, 3, 2, tzinfo=UTC)
# By firm the corrected R&D in fen: from nothing to due, from due to nothing, more, less, unknown to due.
CORRECTED = {1: 2_000_000, 2: 0, 3: 3_000_000, 4: 1_500_000, 9: 1_000_000}
RECORDED = {"recorded": date(2026, 3, 2), "source": "更正.csv:7"}


def corrected(settings, changes=CORRECTED):
    with SnapshotWriter(settings.DATA / "snapshots", load_schema(), LATER) as writer:
        for n in range(10):
            filing = {"year": 2024, "rd_deduction": None if n == 9 else n * 500_000}
            if n in changes:
                filing = {
                    "year": 2024,
                    "rd_deduction": changes[n],
                    "recorded": date(2026, 3, 2),
                    "source": "更正.csv:7",
                }
            row = {"id": f"E{n:03d}", "uscc": None, "name": f"样例{n}", "kind": "enterprise", "tax_year": [filing]}
            writer.write([row])
        info = writer.close(Coverage([Delivery("tax_year", None, AS_OF, complete=True)]))
    SnapshotRecord.objects.create(
        hash=info.hash, moment=info.moment, rows=10, folder=f"snapshots/{info.path.name}", made_at=timezone.now()
    )
    return open_snapshot(info.path)


@pytest.fixture
def two(district, settings):
    old, _ = run_policies(district, AS_OF, workers=1)
    new, _ = run_policies(corrected(settings), AS_OF, workers=1)
    return old, new


def test_a_correction_is_told_as_new_gone_more_or_less(two):
    found = {one.entity.code: (one.what, one.old_fen, one.new_fen) for one in differences(*two)}
    assert found == {
        "E001": ("new", 0, 200_000),
        "E002": ("gone", 100_000, 0),
        "E003": ("more", 150_000, 300_000),
        "E004": ("less", 200_000, 150_000),
        "E009": ("new", 0, 100_000),
    }


def test_the_sums_of_the_differences_are_the_difference_of_the_runs(two):
    old, new = two
    assert sum(one.change_fen for one in totals(differences(old, new))) == new.amount_fen - old.amount_fen


def test_comparing_the_other_way_round_is_the_same_with_the_sides_changed(two):
    old, new = two
    there = {(one.entity.code, one.clause): one.change_fen for one in differences(old, new)}
    back = {(one.entity.code, one.clause): -one.change_fen for one in differences(new, old)}
    assert there == back


def test_a_run_does_not_differ_from_itself(two):
    assert differences(two[0], two[0]) == []


def test_no_stored_outcome_changes(two):
    before = list(Outcome.objects.order_by("pk").values())
    it = compared(*two)
    for one in it.found:
        why(it, one)
    assert list(Outcome.objects.order_by("pk").values()) == before


def test_the_reason_names_the_fact_with_both_values_and_when_it_was_recorded(two):
    it = compared(*two)
    said = {one.entity.code: why(it, one) for one in it.found}
    assert "税务年报（2024）研发费用" in said["E003"]
    assert "15,000.00" in said["E003"]
    assert "30,000.00" in said["E003"]
    assert "2026-03-02登记，更正.csv:7" in said["E003"]
    assert "未满足：研发费用不低于1万元" in said["E002"]


def test_another_verdict_without_money_is_told_apart(district, settings):
    old, _ = run_policies(district, AS_OF, workers=1)
    new, _ = run_policies(corrected(settings, {9: 500_000}), AS_OF, workers=1)
    (one,) = differences(old, new)
    assert (one.what, one.old_kind, one.new_kind) == ("other", "unknown", "not_eligible")


def test_with_other_rules_and_the_same_data_the_rules_are_the_reason(district, settings):
    old, _ = run_policies(district, AS_OF, workers=1)
    (settings.PACKS / "t" / "t.yaml").write_text(
        DOCUMENT.replace("* 0.1", "* 0.2").replace("10万元", "20万元"), encoding="utf-8"
    )
    new, _ = run_policies(district, AS_OF, workers=1)
    it = compared(old, new)
    assert {one.what for one in it.found} == {"more"}
    assert it.reasons == ["规则不同：两次测算所用的政策包不同"]
    assert why(it, it.found[0]) == "规则或参数有变化"


def page(client, **query):
    client.force_login(User.objects.get_or_create(username="analyst", role="analyst")[0])
    return client.get(reverse("compare-runs"), query)


def test_the_page_shows_the_two_latest_runs_and_can_be_filtered_and_exported(two, client):
    old, new = two
    text = page(client).content.decode()
    assert "样例3" in text
    assert "金额增加" in text
    gone = page(client, old=old.pk, new=new.pk, what="gone").content.decode()
    assert "样例2" in gone
    assert "样例3" not in gone
    answer = page(client, old=old.pk, new=new.pk, export="xlsx")
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")


def test_a_run_that_is_not_there_is_refused(two, client):
    answer = page(client, old=two[0].pk, new=999)
    assert answer.status_code == 422
    assert "run_unknown" in answer.content.decode()


def test_a_run_alone_is_compared_with_the_one_before_it_of_the_same_day(two, client):
    text = page(client, new=two[1].pk).content.decode()
    assert f'<option value="{two[0].pk}" selected>' in text
    assert f'<option value="{two[1].pk}" selected>' in text
