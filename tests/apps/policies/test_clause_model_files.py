"""Rules taken away from a clause page: DMN files that run, worksheets, and who gets them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.district import make_user

from yanlian.engine.feel.dmn.check import check_model
from yanlian.engine.feel.dmn.program import program
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.sheet_read import read_table_sheet

PACKS = Path(__file__).parents[2] / "web" / "packs"
CLAUSE = "XX-2025-01"


@pytest.fixture
def get(db, settings):
    """The answer to an official, or to another role."""
    settings.PACKS = PACKS
    clients = {"official": Client(), "enterprise": Client()}
    for role, client in clients.items():
        client.force_login(make_user(role, "sci" if role == "official" else ""))

    def ask(name: str, *args: object, role: str = "official", **query: str):
        return clients[role].get(reverse(name, args=args), query)

    return ask


def test_a_clause_is_a_dmn_file_of_the_day_asked_for_that_has_a_layout_and_no_error(get):
    answer = get("clause-dmn", CLAUSE, as_of="2025-12-31")
    assert answer["Content-Disposition"] == 'attachment; filename="XX-2025-01-2025-12-31.dmn"'
    model = read_model(answer.content, "clause")
    assert model.version == "1.5"
    assert model.shapes
    made = program(model)
    assert [one for one in check_model(made) if one.severity == "error"] == []
    assert str(made.evaluate(["评价日"], {}).values["评价日"]) == "2025-12-31"


def test_the_document_holds_what_its_clauses_do_not_use(get):
    answer = get("document-dmn", CLAUSE, as_of="2025-12-31")
    assert "XX-2025-2025-12-31.dmn" in answer["Content-Disposition"]
    model = read_model(answer.content, "document")
    assert "上年研发" in {one.name for one in model.decisions}


def test_an_unreadable_day_is_refused_with_the_way_back(get):
    answer = get("clause-dmn", CLAUSE, as_of="31.12.2025")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "model_day_unreadable" in text
    assert reverse("clause", args=[CLAUSE]) in text


def test_a_table_is_a_worksheet_that_reads_back(get):
    answer = get("clause-table", CLAUSE, 1)
    assert answer["Content-Disposition"].startswith("attachment")
    table = read_table_sheet(answer.content, names=("平台",))
    assert [row.tests[0].text for row in table.rules] == ['"国家级"', '"省级"', '"市级"']
    assert get("clause-table", CLAUSE, 2).status_code == 404


def test_an_enterprise_reads_the_rule_and_takes_it_away(get):
    page = get("clause", CLAUSE, role="enterprise").content.decode()
    assert "<svg" in page
    assert "唯一" in page
    assert get("clause-dmn", CLAUSE, role="enterprise").status_code == 200


def test_unknown_clauses_are_not_found(get):
    for name, more in (("clause-dmn", ()), ("document-dmn", ()), ("clause-table", (1,))):
        assert get(name, "no-such-clause", *more).status_code == 404


def test_the_page_has_the_drawing_its_words_and_every_place_that_a_box_leads_to(get):
    page = get("clause", CLAUSE).content.decode()
    for part in ("以文字列出", "高能级创新平台奖励", 'scope="row"', 'id="table-1"', 'id="fact-1"', "下载决策表 XLSX"):
        assert part in page
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
