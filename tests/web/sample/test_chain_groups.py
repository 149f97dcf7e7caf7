"""Groups of firms in the sample: every case of ownership that pages must tell, and nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from yanlian.apps.registry.models import Batch, Entity, Registration, Relation
from yanlian.engine.chain.network.control import controlled_by
from yanlian.engine.chain.network.holdings import holdings_of
from yanlian.web.sample.chain_groups import SOURCE, load_groups

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 15, tzinfo=UTC)
SINCE = date(2015, 3, 1)


def people(number: int) -> None:
    for one in range(number):
        Entity.objects.create(code=f"P{one}", name=f"虚构人{one}", kind="person", fictional=True, recorded_at=AT)


def firms(number: int, cluster: str = "vr", *, fictional: bool = True) -> None:
    batch = Batch.objects.create(
        file_name="登记.csv", sha256=cluster.ljust(64, "0"), encoding="utf-8", department="market",
        dataset="registration", recorded_at=AT, rows_read=number, rows_stored=number, rows_refused=0,
    )  # fmt: skip
    for one in range(number):
        firm = Entity.objects.create(
            code=f"{cluster}{one:02d}",
            name=f"{cluster}{one}公司",
            kind="enterprise",
            fictional=fictional,
            recorded_at=AT,
        )
        Registration.objects.create(
            entity=firm, batch=batch, source_row=one + 2, row_hash=f"{cluster}{one}", legal_form="有限责任公司",
            legal_person=True, established_on=SINCE,
            district="370212", industry="C3911", strategic=True, capital_fen=1, paid_in_fen=1, status="存续",
            scope="软件开发", cluster=cluster, valid_from=SINCE, recorded_at=AT,
        )  # fmt: skip


def test_a_group_has_a_summed_majority_a_circle_an_unknown_share_and_two_generations_of_offspring():
    firms(9)
    people(2)
    assert load_groups(["vr"], AT) == 14
    owns = Relation.objects.filter(kind=Relation.Kind.OWNS)
    shares = {(one.from_entity.code, one.to_entity.code): one.share_ppm for one in owns}
    assert list(shares.values()).count(None) == 1
    held = holdings_of((*pair, share) for pair, share in shares.items() if share)
    person = next(holder for (holder, _), share in shares.items() if share == 650_000)
    place = list(held.owners).index(person)
    controlled = {held.owners[one] for one in controlled_by(held, place)} - {person}
    summed = next(firm for (_, firm), share in shares.items() if share == 250_000)
    assert max(share or 0 for (_, firm), share in shares.items() if firm == summed) < 500_000
    assert summed in controlled
    children = dict(
        Relation.objects.filter(kind=Relation.Kind.INCUBATED).values_list("from_entity__code", "to_entity__code")
    )
    assert any(child in children for child in children.values())


def test_all_of_it_is_fictional_and_says_so():
    firms(9)
    firms(9, "ai", fictional=False)
    people(2)
    load_groups(["vr", "ai"], AT)
    assert set(Relation.objects.values_list("source", flat=True)) == {SOURCE}
    assert "虚构" in SOURCE
    assert not Relation.objects.filter(from_entity__fictional=False).exists()
    assert not Relation.objects.filter(to_entity__fictional=False).exists()


def test_loading_again_adds_nothing():
    firms(9)
    people(2)
    load_groups(["vr"], AT)
    before = set(Relation.objects.values_list("pk", flat=True))
    assert load_groups(["vr"], AT) == 14
    assert set(Relation.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(("number", "persons"), [(7, 2), (9, 1), (0, 0)])
def test_too_few_firms_or_persons_make_no_group(number: int, persons: int):
    firms(number)
    people(persons)
    assert load_groups(["vr"], AT) == 0
    assert not Relation.objects.exists()
