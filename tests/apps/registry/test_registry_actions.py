"""The registry's single writes: each may be repeated, corrects by adding, and refuses what cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from registry_files import LATER, MOMENT, uscc

from yanlian.apps.registry.actions import (
    RelationTerms,
    add_alias,
    add_entity,
    add_person,
    add_place,
    add_relation,
    add_statement,
    declare_coverage,
    record_snapshot,
    rename_entity,
)
from yanlian.apps.registry.models import (
    FOREVER,
    Alias,
    Coverage,
    Entity,
    FormerName,
    Place,
    Relation,
    Snapshot,
    Statement,
)
from yanlian.base.refusal import Refused

pytestmark = pytest.mark.django_db
TEXT = RelationTerms(source="laoshan_2021")


def statement(**change: object) -> Statement:
    fields: dict[str, object] = {
        "code": "F08", "subject": "虚拟现实集群", "metric": "产业规模", "operator": ">", "value": 5_000_000_000,
        "unit": "元", "source": "laoshan_2021", "recorded_at": MOMENT,
    }  # fmt: skip
    return Statement(**{**fields, **change})


def test_an_entity_is_added_once_and_its_code_is_its_uscc(firm: Entity):
    again = add_entity(name=firm.name, kind="enterprise", uscc=uscc(1).lower(), recorded_at=LATER)
    assert (again.pk, again.code, again.recorded_at) == (firm.pk, uscc(1), MOMENT)
    with pytest.raises(Refused, match="entity_code_taken"):
        add_entity(name="另一家", kind="enterprise", uscc=uscc(1), recorded_at=LATER)
    named = add_entity(name="海尔", kind="enterprise", code="LS-O01", recorded_at=MOMENT)
    assert (named.uscc, named.code) == (None, "LS-O01")


@pytest.mark.parametrize("wrong", [{"kind": "person", "code": "x"}, {"kind": "firm", "code": "x"}, {"kind": "park"}])
def test_an_entity_needs_a_code_and_a_kind_of_organisation(wrong: dict[str, str]):
    with pytest.raises(ValueError, match="needs a USCC or a code"):
        add_entity(name="x", recorded_at=MOMENT, **wrong)


def test_a_person_is_the_same_under_every_spelling_of_the_number():
    one = add_person(name="张三", number="11010519491231002x", key="k", recorded_at=MOMENT)
    assert add_person(name="张三", number="１１010519491231002X", key="k", recorded_at=LATER).pk == one.pk
    with pytest.raises(Refused, match="entity_code_taken"):
        add_person(name="李四", number="11010519491231002X", key="k", recorded_at=LATER)


def test_similar_names_stay_two_entities():
    one = add_entity(name="绿洲创智", kind="enterprise", code="LS-1", recorded_at=MOMENT)
    other = add_entity(name="绿洲智健", kind="enterprise", code="LS-2", recorded_at=MOMENT)
    assert one.pk != other.pk


def test_an_alias_said_twice_is_one(firm: Entity):
    for source in ("a", "b"):
        add_alias(firm, "样例", source=source, recorded_at=MOMENT)
    assert Alias.objects.get().source == "a"


def test_renaming_keeps_what_was_known_when(firm: Entity):
    rename_entity(firm, "新名", recorded_at=LATER)
    rename_entity(firm, "新名", recorded_at=LATER)
    assert FormerName.objects.get().replaced_at == LATER
    with pytest.raises(Refused, match="not_later"):
        rename_entity(firm, "再新", recorded_at=LATER)


def test_an_entity_has_many_relations_and_none_with_itself(firm: Entity):
    other = add_entity(name="乙", kind="institution", uscc=uscc(2, "12"), recorded_at=MOMENT)
    for kind in ("incubated", "member_of"):
        for _ in range(2):
            add_relation(kind, other, firm, TEXT, recorded_at=MOMENT)
    assert firm.relations_to.count() == 2
    with pytest.raises(Refused, match="relation_to_itself"):
        add_relation("owns", firm, firm, TEXT, recorded_at=MOMENT)
    terms = RelationTerms("x", valid_from=date(2021, 1, 1), valid_to=date(2020, 1, 1))
    with pytest.raises(Refused, match="span_reversed"):
        add_relation("owns", firm, other, terms, recorded_at=MOMENT)
    with pytest.raises(ValueError, match="unknown kind"):
        add_relation("likes", firm, other, TEXT, recorded_at=MOMENT)


def test_a_relation_is_corrected_by_a_later_one(firm: Entity):
    other = add_entity(name="乙", kind="enterprise", uscc=uscc(2), recorded_at=MOMENT)
    add_relation("owns", firm, other, RelationTerms("x", share_ppm=300_000), recorded_at=MOMENT)
    with pytest.raises(Refused, match="not_later"):
        add_relation("owns", firm, other, RelationTerms("x", share_ppm=500_000), recorded_at=MOMENT)
    add_relation("owns", firm, other, RelationTerms("x", share_ppm=500_000), recorded_at=LATER)
    old, new = Relation.objects.order_by("pk")
    assert (old.replaced_at, new.replaced_at, new.supersedes_id) == (LATER, FOREVER, old.pk)


def test_a_published_figure_keeps_its_operator_and_is_corrected_by_adding():
    first = add_statement(statement())
    assert add_statement(statement()).pk == first.pk
    second = add_statement(statement(operator=">=", recorded_at=LATER))
    assert (second.supersedes_id, Statement.objects.count()) == (first.pk, 2)
    with pytest.raises(ValueError, match="either a value or a word"):
        add_statement(statement(code="F51", value=None))
    with pytest.raises(ValueError, match="unknown operator"):
        add_statement(statement(code="F52", operator="~"))


def test_a_place_is_added_once():
    for _ in range(2):
        add_place(Place(name="千山大厦", kind="talent carrier", source="laoshan_2021", recorded_at=MOMENT))
    assert Place.objects.count() == 1


def test_coverage_may_begin_before_all_dates_and_is_declared_once():
    for _ in range(2):
        declare_coverage("patent", "market", (None, date(2025, 12, 31)), complete=True, recorded_at=MOMENT)
    assert Coverage.objects.get().starts_on is None
    span = (date(2026, 1, 1), date(2025, 1, 1))
    with pytest.raises(Refused, match="span_reversed"):
        declare_coverage("patent", "market", span, complete=True, recorded_at=MOMENT)


def test_nothing_is_known_from_the_future_on():
    soon = timezone.now() + timedelta(minutes=5)
    with pytest.raises(Refused, match="moment_in_future"):
        add_entity(name="x", kind="enterprise", code="x", recorded_at=soon)


def test_a_snapshot_is_entered_once():
    for folder in ("a", "b"):
        record_snapshot(digest="h", moment=MOMENT, rows=1, folder=folder, by=None)
    assert Snapshot.objects.get().folder == "a"
