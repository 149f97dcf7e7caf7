"""The interface: its document walked call by call with every persona, and what it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.test import Client
from tests.web.paying import AS_OF, CLAUSE, DAY, DISHONEST, LACKING, LEADER, SECOND, Paying, for_a_module

from yanlian.apps.delivery import days
from yanlian.apps.delivery.actions_draft import draft_round
from yanlian.apps.delivery.actions_publish import confirm, publish
from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.people.models import User

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
# Calls about one entity, named in the query.
OF_ENTITY = ("/explanation", "/near-miss")
PUBLIC = {f"{ROOT}/notices", f"{ROOT}/notices/{{notice_id}}"}
# Asked with figures of its own, by anybody; it stores nothing. What it says stands in tests/apps/sandbox.
CALCULATOR = f"{ROOT}/calculate"
# For an enterprise: what every login may call, about itself.
OWN = {
    f"{ROOT}/entities",
    f"{ROOT}/entities/{{code}}",
    f"{ROOT}/entities/{{code}}/outcomes",
    f"{ROOT}/entities/{{code}}/ownership",
    f"{ROOT}/explanation",
    f"{ROOT}/near-miss",
    f"{ROOT}/clauses",
    f"{ROOT}/clauses/{{clause_id}}",
}


@pytest.fixture(scope="module")
def paying(django_db_setup, django_db_blocker) -> Iterator[Paying]:
    with django_db_blocker.unblock(), for_a_module() as made, patch.object(days, "today", lambda: DAY):
        round_ = draft_round(made.run.pk, made.official, DAY, department="sci").round
        assert round_ is not None
        confirm(round_.pk, made.official, DAY)
        rows = Entitlement.objects.filter(round=round_)
        publish(round_.pk, 1, len(rows), sum(row.amount_fen for row in rows), made.official, DAY)
        yield made


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def ask(user: User | None, path: str, **query: object) -> tuple[int, dict[str, object]]:
    answer = client_of(user).get(ROOT + path, query)
    return answer.status_code, json.loads(answer.content)


def document() -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    """The calls that read; the calculator, which is asked by POST, apart."""
    found: dict[str, dict[str, dict[str, dict[str, object]]]] = Client().get(f"{ROOT}/openapi.json").json()
    assert list(found["paths"].pop(CALCULATOR)) == ["post"]
    return found


def filled(path: str, paying: Paying) -> str:
    """The path with things that exist, and the query it cannot do without."""
    round_ = Entitlement.objects.first()
    assert round_ is not None
    values = {
        "code": LEADER,
        "clause_id": CLAUSE,
        "run_id": paying.run.pk,
        "round_id": round_.round_id,
        "notice_id": round_.publicity_id,
        "rule": 0,
        "chain_id": "vr",
        "segment_id": "vr-lens",
        "firm": "OUT-1",
    }
    query = f"?entity={LEADER}&clause={CLAUSE}" if path.endswith(OF_ENTITY) else ""
    return path.format(**values) + query


def test_every_call_of_the_document_answers_every_persona_as_its_pages_would(paying: Paying):
    paths = document()["paths"]
    assert len(paths) == 30
    for path, verbs in paths.items():
        assert list(verbs) == ["get"], path
        address = filled(path, paying)
        found = {
            name: client_of(user).get(address).status_code
            for name, user in (
                ("office", paying.official),
                ("enterprise", paying.enterprise),
                ("stranger", paying.stranger),
                ("nobody", None),
            )
        }
        if path in PUBLIC:
            expected = dict.fromkeys(found, 200)
        elif path in OWN:
            hidden = "{code}" in path or path.endswith(OF_ENTITY)
            expected = {"office": 200, "enterprise": 200, "stranger": 404 if hidden else 200, "nobody": 401}
        else:
            expected = {"office": 200, "enterprise": 403, "stranger": 403, "nobody": 401}
        assert found == expected, path


def test_every_answer_is_documented_and_no_figure_is_a_float(paying: Paying):
    text = Client().get(f"{ROOT}/openapi.json").content.decode()
    # JSON schema calls a floating-point number "number"; integers are "integer".
    assert '"type": "number"' not in text
    for path, verbs in document()["paths"].items():
        answers = set(verbs["get"]["responses"])
        assert answers == ({"200", "404", "422"} if path in PUBLIC else {"200", "401", "403", "404", "422"}), path


def test_answers_hold_no_floating_point_number(paying: Paying):
    def floats(value: object, where: str) -> Iterator[str]:
        if isinstance(value, float):
            yield where
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield from floats(inner, f"{where}.{key}")
        elif isinstance(value, list):
            for inner in value:
                yield from floats(inner, where)

    for path in document()["paths"]:
        content = client_of(paying.official).get(filled(path, paying)).content
        assert list(floats(json.loads(content), path)) == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/entities?page=0", 422, "input_invalid"),
        ("/entities?size=100000", 422, "input_invalid"),
        ("/entities?kind=ghost", 422, "input_invalid"),
        ("/explanation", 422, "input_invalid"),
        ("/explanation?entity={leader}&clause=XX&as_of=yesterday", 422, "input_invalid"),
        ("/explanation?entity={leader}&clause=XX", 422, "clause_unknown"),
        ("/explanation?entity={leader}&clause={clause}&as_of=1999-01-01", 422, "run_missing"),
        ("/entities/NOBODY", 404, "not_found"),
        ("/runs/99999999999999999999", 404, "not_found"),
        ("/rounds/0", 404, "not_found"),
        ("/notices/0", 404, "not_found"),
        ("/clauses/XX", 404, "not_found"),
    ],
)
def test_what_cannot_be_answered_says_why_in_both_languages(paying: Paying, path: str, status: int, code: str):
    answer = client_of(paying.official).get(ROOT + path.format(leader=LEADER, clause=CLAUSE))
    assert answer.status_code == status
    problem = answer.json()
    assert problem["code"] == code
    assert set(problem) == {"code", "data", "text_zh", "text_en"}
    assert re.search("[一-鿿]", problem["text_zh"])
    assert re.search("[a-z]", problem["text_en"])


def test_money_is_fen_with_yuan_beside_it(paying: Paying):
    _, found = ask(paying.official, f"/runs/{paying.run.pk}/outcomes", entity=LEADER)
    assert found["total"] == 1
    assert found["items"][0]["amount"] == {"fen": 500_000_000, "yuan": "5000000.00"}


def test_outcomes_are_filtered_and_paged(paying: Paying):
    path = f"/runs/{paying.run.pk}/outcomes"
    assert ask(paying.official, path, kind="eligible", clause=CLAUSE)[1]["total"] == 3
    assert ask(paying.official, path, kind="unknown")[1]["items"][0]["missing"][0]["holder"] == "sci"
    first = ask(paying.official, path, size=2)[1]
    second = ask(paying.official, path, size=2, page=2)[1]
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert len(set(ids)) == 4
    assert ask(paying.official, path, size=2, page=99)[1]["items"] == []


def test_entities_are_found_by_words_and_code_and_show_their_records(paying: Paying):
    assert ask(paying.official, "/entities", q="云帆 微电子")[1]["items"][0]["code"] == SECOND
    assert ask(paying.official, "/entities", q=DISHONEST.lower())[1]["total"] == 1
    _, found = ask(paying.official, f"/entities/{DISHONEST}")
    kinds = {record["kind"] for record in found["records"]}
    assert kinds == {"registration", "science_title", "dishonesty"}
    registration = next(record for record in found["records"] if record["kind"] == "registration")
    capital = next(value for value in registration["values"] if value["field"] == "capital")
    assert capital["money"] == {"fen": 1_000_000_000, "yuan": "10000000.00"}
    assert registration["file"] == "registration.csv"


def test_an_enterprise_sees_itself_only(paying: Paying):
    _, found = ask(paying.enterprise, "/entities")
    assert [one["code"] for one in found["items"]] == [LEADER]
    assert ask(paying.enterprise, f"/entities/{SECOND}")[0] == 404


def test_the_explanation_is_the_derivation_in_parts_and_as_text(paying: Paying):
    _, found = ask(paying.enterprise, "/explanation", entity=LEADER, clause=CLAUSE, as_of=str(AS_OF))
    assert found["kind"] == "eligible"
    assert found["amount"]["fen"] == 500_000_000
    assert {rule["verdict"] for rule in found["rules"]} == {"met"}
    assert any(step["used"]["tables"] for step in found["steps"])
    assert "国家级" in found["text"]
    _, lacking = ask(paying.official, "/explanation", entity=LACKING, clause=CLAUSE, language="en")
    assert lacking["kind"] == "unknown"
    assert lacking["missing"][0]["fact"] == "科技资质.级别"


def test_notices_show_names_without_a_login_while_they_are_public(paying: Paying):
    number = ask(None, "/notices")[1]["items"][0]["id"]
    _, found = ask(None, f"/notices/{number}")
    assert found["state"] == "running"
    assert len(found["lines"]) == 3
    assert "bank" not in json.dumps(found)


def test_rounds_are_those_of_the_caller_s_department(paying: Paying):
    from tests.web.paying import login

    _, found = ask(paying.official, "/rounds")
    assert found["items"][0]["amount"] == {"fen": 750_000_000, "yuan": "7500000.00"}
    other = login("official-ind", "official", "ind")
    assert ask(other, "/rounds")[1]["total"] == 0
    assert ask(other, f"/rounds/{found['items'][0]['id']}")[0] == 404


def test_the_interface_only_reads(paying: Paying):
    for verb in ("post", "put", "delete", "patch"):
        assert getattr(client_of(paying.official), verb)(f"{ROOT}/entities").status_code == 405
