"""Into the registry: the district's text and its department files, once and again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connection
from tests.web.sample.conftest import DISTRICT, Sample

from yanlian.apps.registry.models import Alias, Coverage, Entity, Place, Relation, Statement
from yanlian.web.sample import Imported, import_department_files, load_district
from yanlian.web.sample.generate import load_faults

pytestmark = pytest.mark.django_db

ANSWERS = {
    "bad_check_digit": {"uscc_check_digit"},
    "duplicate_uscc": {"row_repeated"},
    "unknown_uscc": {"entity_unknown"},
    "impossible_date": {"date_unreadable"},
    "not_an_amount": {"money_unreadable"},
    "error_cell": {"money_unreadable", "date_unreadable", "cell_is_error"},
    "negative_revenue": {"value_negative"},
    "third_decimal": {"money_below_fen"},
    "missing_key": {"value_blank"},
}


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in apps.get_app_config("registry").get_models()}


def test_a_district_loaded_twice_is_there_once() -> None:
    seen: list[tuple[int, int]] = []
    first = load_district(DISTRICT, lambda done, total: seen.append((done, total)))
    before = counts()
    assert load_district(DISTRICT) == first
    assert counts() == before
    assert (Statement.objects.count(), Place.objects.count()) == (51, 50)
    assert seen[-1][0] == seen[-1][1] == len(seen)


def test_organisations_of_the_text_are_real_and_have_no_code_but_their_place_in_the_text() -> None:
    load_district(DISTRICT)
    assert not Entity.objects.filter(fictional=True).exists()
    assert not Entity.objects.filter(uscc__isnull=False).exists()
    assert not Entity.objects.filter(kind=Entity.Kind.PERSON).exists()
    assert Entity.objects.get(code="370212-O01").name == "海尔"


def test_similar_names_are_two_entities_and_full_names_find_the_short_one() -> None:
    load_district(DISTRICT)
    assert Entity.objects.filter(name__in=["绿洲创智", "绿洲智健"]).count() == 2
    assert Alias.objects.get(name="青岛小鸟看看科技有限公司").entity.name == "小鸟看看"


def test_an_organisation_keeps_all_its_relations_with_their_words() -> None:
    load_district(DISTRICT)
    incubated = Relation.objects.filter(to_entity__name="雷神科技", kind=Relation.Kind.INCUBATED)
    assert {relation.from_entity.name for relation in incubated} == {"海尔", "众创空间（文中统称）"}
    assert all("雷神科技" in relation.quote for relation in incubated)
    housed = Relation.objects.filter(kind=Relation.Kind.HOUSED_IN, to_entity__name="青岛国际创新园")
    assert {"卡奥斯", "歌尔微电子"} <= {relation.from_entity.name for relation in housed}


def test_figures_keep_operator_scale_period_and_calibre() -> None:
    load_district(DISTRICT)
    share = Statement.objects.get(code="F02")
    assert (share.value, share.scale, share.unit) == (38, 2, "比例")
    half = Statement.objects.get(code="F29")
    assert (half.operator, half.value, half.calibre) == ("=", 4_700_000_000, "规上企业营业收入")
    assert half.period == "今年上半年（推定为2021年）"
    assert Statement.objects.get(code="F28").operator == ">"
    rank = Statement.objects.get(code="F03")
    assert rank.entity is not None
    assert rank.entity.name == "海信网络"


@pytest.fixture
def small(make_sample: Callable[[int], Sample]) -> Sample:
    return make_sample(1_000)


def answered(sample: Sample, imported: Imported) -> dict[tuple[str, int, str], set[str]]:
    found: dict[tuple[str, int, str], set[str]] = defaultdict(set)
    for path, result in imported.results.items():
        for fault in result.batch.faults.all():
            found[path, fault.row, "warned" if fault.warning else "refused"].add(fault.code)
    return found


def test_exactly_the_planted_rows_are_refused_for_the_planted_reason_and_a_second_import_adds_nothing(
    small: Sample,
) -> None:
    seen: list[tuple[int, int]] = []
    first = import_department_files(small.folder, lambda done, total: seen.append((done, total)))
    planted = {(fault.file, fault.row, fault.effect): fault for fault in load_faults(small.folder)}
    found = answered(small, first)
    assert set(found) == set(planted)
    for key, codes in found.items():
        assert codes <= ANSWERS[planted[key].kind], (planted[key], codes)
    assert first.stored + first.refused == small.manifest.rows
    assert seen[-1] == (small.manifest.rows, small.manifest.rows)
    before = counts()
    again = import_department_files(small.folder)
    assert (again.stored, again.corrected, again.refused) == (0, 0, first.refused)
    assert again.unchanged == first.stored
    assert counts() == before
    check_what_is_known(small)


def check_what_is_known(sample: Sample) -> None:
    """All entities are marked as fictional, coverage is as declared, and no document number is kept."""
    assert not Entity.objects.filter(fictional=False).exists()
    assert Coverage.objects.filter(kind="tax_year").count() == 2
    partial = Coverage.objects.filter(complete=False).values_list("kind", flat=True)
    assert set(partial) == {"degree", "expense"}
    assert Coverage.objects.get(kind="patent").starts_on is None
    numbers = {row["who"] for row in sample.rows("degree")}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith("registry_"):
                continue
            cursor.execute(f'SELECT * FROM "{table}"')  # table names come from the database itself
            for row in cursor:
                assert not numbers & {cell for cell in row if isinstance(cell, str)}, table
