"""The policy library: search with marks and filters, and everything as of a day."""

from datetime import date

import pytest
from django.urls import reverse

from tests.web.test_version_pages import DOCUMENT, begun, do, save
from yanlian.apps.policies.models import PackVersion


@pytest.fixture
def office(as_role):
    return as_role("official", "sci")


def text(client, name, **query):
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_search_marks_what_it_found_and_lists_nothing_else(office):
    page = text(office, "policies", q="重点实验室")
    assert "<mark>重点实验室</mark>" in page
    assert "XX-2025-01" in page
    assert "没有符合条件的记录" in text(office, "policies", q="完全没有这样的条款")


def test_what_was_found_goes_into_the_export_without_marks(office):
    answer = office.get(reverse("policies"), {"q": "重点实验室", "export": "xlsx"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")


def test_a_search_and_a_filter_go_together(office):
    assert "XX-2025-01" in text(office, "policies", q="重点实验室", delivery="AUTO")
    assert "XX-2025-01" not in text(office, "policies", q="重点实验室", delivery="MANUAL")


def enacted(writer, second, day, edit):
    version = PackVersion.objects.order_by("-number").first()
    if version is None:
        version = begun(writer)
    else:
        writer.post(reverse("new-version"), {"how": "there", "pack": "office", "title": "修订"})
        version = PackVersion.objects.order_by("-number").first()
        save(writer, version, "o.yaml", edit)
    do(writer, version, "check")
    do(second, version, "approve", "decide")
    do(second, version, "enact", "decide", day=day)
    version.refresh_from_db()
    assert version.state == "enacted"
    return version


def test_documents_parameters_and_clauses_are_those_of_the_day(office, as_role):
    second = as_role("official", "fin")
    enacted(office, second, "2025-01-01", DOCUMENT)
    lower = DOCUMENT.replace("value: 10%", "value: 5%").replace("amount: 10万元", "amount: 5万元")
    enacted(office, second, "2025-07-01", lower.replace("试行办法", "修订办法"))
    assert "试行办法" in text(office, "policy-documents", on="2025-06-30")
    assert "修订办法" not in text(office, "policy-documents", on="2025-06-30")
    assert "修订办法" in text(office, "policy-documents", on="2025-07-01")
    assert "10%" in text(office, "policy-parameters", on="2025-06-30")
    assert "5%" in text(office, "policy-parameters", on="2025-07-01")
    assert "试行包" in text(office, "policy-documents", on="2025-01-01", q="试行办法")
    assert "O-2025-01" not in text(office, "policies", on="2024-12-31")
    before = office.get(reverse("clause", args=["O-2025-01"]), {"on": "2025-06-30"}).content.decode()
    assert "10%" in before
    assert "2025-06-30" in before


def test_a_day_that_is_none_is_told_and_today_is_shown(office):
    page = text(office, "policies", on="31.12.2025")
    assert "“31.12.2025”不是日期" in page


def test_links_keep_the_day(office):
    page = text(office, "policy-documents", on="2025-06-30")
    assert "?on=2025-06-30" in page
    assert reverse("policies") + "?on=2025-06-30" in page
    assert date(2025, 6, 30).isoformat() in page


def test_an_enterprise_reads_the_library_but_no_versions(as_role):
    client = as_role("enterprise")
    page = text(client, "policy-documents")
    assert reverse("versions") not in page
