"""A second start: what stands is not gone through again, what was cut off is, and then equals an uninterrupted one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Model

from yanlian.apps.chains.models import (
    Lead,
    OutsideFirm,
    OutsideTie,
    Placement,
    PlacementEvent,
    ProductText,
    ReferenceFigure,
    RiskFall,
    RiskFigure,
    RiskRanking,
    SupplyLink,
)
from yanlian.apps.people.models import AuditEntry, User
from yanlian.apps.registry.models import Batch, Entity, Registration, Relation, TaxYear
from yanlian.web import demo, logins
from yanlian.web.sample import chain_groups, chain_load, load_district
from yanlian.web.standing import SAMPLE_MOMENT, Part, digest_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
SINCE = date(2015, 3, 1)
CLUSTERS = ("vr", "ai")
# What a row says, by tables that the sample of the chains fills; numbers of rows are left out.
SAID = {
    ProductText: ("entity", "text", "revenue_share_ppm", "source"),
    Placement: ("entity", "chain", "segment", "state", "score_ppm", "evidence", "source"),
    PlacementEvent: ("placement__entity", "placement__segment", "before", "after", "evidence"),
    SupplyLink: ("supplier", "customer", "product", "year", "amount_fen", "source"),
    OutsideFirm: ("code", "name", "place_code", "products", "revenue_fen", "growth_ppm"),
    OutsideTie: ("firm__code", "entity", "kind", "product", "amount_fen", "share_ppm"),
    ReferenceFigure: ("area_code", "chain", "segment", "year", "firms", "output_fen"),
    Lead: ("chain", "segment", "firm__code"),
    Relation: ("kind", "from_entity", "to_entity", "share_ppm", "source"),
}


@pytest.fixture
def registry(settings, tmp_path) -> Part:
    """Two clusters of twenty fictional firms with their chains, persons, and the district's text."""
    settings.CHAINS, settings.DISTRICT = tmp_path, ROOT / "districts" / "laoshan"
    for cluster in CLUSTERS:
        shutil.copy(ROOT / "chains" / f"{cluster}.yaml", tmp_path)
    load_district(settings.DISTRICT)
    at = datetime(2026, 1, 14, tzinfo=UTC)
    for one in range(4):
        Entity.objects.create(code=f"P{one}", name=f"虚构人{one}", kind="person", fictional=True, recorded_at=at)
    for cluster in CLUSTERS:
        batch = Batch.objects.create(
            file_name="登记.csv", sha256=cluster.ljust(64, "0"), encoding="utf-8", department="market",
            dataset="registration", recorded_at=at, rows_read=20, rows_stored=20, rows_refused=0,
        )  # fmt: skip
        for number in range(20):
            _firm(cluster, number, batch, at)
    return Part("registry", "all", (Entity,))


def _firm(cluster: str, number: int, batch: Batch, at: datetime) -> None:
    name = f"{cluster}{number}公司"
    firm = Entity.objects.create(
        code=f"{cluster}{number:02d}", name=name, kind="enterprise", fictional=True, recorded_at=at
    )
    said = {"entity": firm, "batch": batch, "source_row": number + 2, "row_hash": f"{cluster}{number}"}
    Registration.objects.create(
        **said, legal_form="有限责任公司", legal_person=True, established_on=SINCE, district="370212",
        industry="C3911" if number % 2 else "I6572", strategic=True, capital_fen=1, paid_in_fen=1, status="存续",
        scope="软件开发", cluster=cluster, valid_from=SINCE, recorded_at=at,
    )  # fmt: skip
    revenue = (number + 1) * 3_000_000_000
    TaxYear.objects.create(
        **said, year=2024, revenue_fen=revenue, cost_fen=revenue * 8 // 10, valid_from=SINCE, recorded_at=at
    )


def said() -> dict[str, list[str]]:
    """All that the tables of the chains say, without the numbers of rows."""
    found = {model: model._default_manager.values_list(*fields) for model, fields in SAID.items()}
    return {model.__name__: sorted(map(repr, rows)) for model, rows in found.items()}


class Killed(BaseException):
    """The process ends here: nothing that runs afterwards may tidy up."""


def killed_at(monkeypatch: pytest.MonkeyPatch, module: object, name: str, call: int) -> None:
    """The process ends in a call of an action, the so-many-th."""
    action: Callable[..., object] = getattr(module, name)
    calls = iter(range(1, 1_000_000))

    def cut(*given: object, **named: object) -> object:
        if next(calls) == call:
            raise Killed
        return action(*given, **named)

    monkeypatch.setattr(module, name, cut)


def quiet(done: int, total: int) -> None:
    """No bar."""


@pytest.fixture
def uninterrupted(registry: Part) -> Iterator[dict[str, list[str]]]:
    """What an uninterrupted start leaves; then it is undone."""
    with transaction.atomic():
        demo._chains(registry, quiet)
        found = said()
        transaction.set_rollback(True)
    assert not SupplyLink.objects.exists()
    assert all(found.values())
    return found


@pytest.mark.parametrize(
    ("module", "name", "call"),
    [
        (chain_load, "suggest_placements", 1),
        (chain_load, "add_links", 2),
        (chain_load, "add_references", 3),
        (chain_load, "begin_lead", 3),
        (chain_groups, "add_relation", 20),
    ],
)
def test_a_start_that_was_cut_off_among_the_chains_is_healed_by_the_next_one(
    registry, uninterrupted, monkeypatch, module, name, call
):
    with monkeypatch.context() as patch:
        killed_at(patch, module, name, call)
        with pytest.raises(Killed):
            demo._chains(registry, quiet)
    assert said() != uninterrupted
    demo._chains(registry, quiet)
    assert said() == uninterrupted


def test_a_second_start_draws_no_chain_again_even_when_officials_changed_facts(registry, monkeypatch):
    demo._chains(registry, quiet)
    before = said()
    TaxYear.objects.update(revenue_fen=9_900_000_000)
    killed_at(monkeypatch, chain_load, "suggest_placements", 1)
    demo._chains(registry, quiet)
    assert said() == before


def test_the_risk_that_stands_is_not_computed_again_and_one_that_is_gone_is(registry):
    chains = demo._chains(registry, quiet)
    demo._risk(chains, quiet)
    ranking = RiskRanking.objects.get()
    entries = AuditEntry.objects.count()
    TaxYear.objects.update(revenue_fen=9_900_000_000)
    demo._risk(chains, quiet)
    assert RiskRanking.objects.get() == ranking
    assert AuditEntry.objects.count() == entries
    for model in (RiskFigure, RiskFall, RiskRanking):
        model.objects.all().delete()
    demo._risk(chains, quiet)
    assert RiskRanking.objects.count() == 1


def test_without_links_there_is_no_risk_and_the_next_start_looks_again():
    part = Part("chains", "none", ())
    demo._risk(part, quiet)
    assert not AuditEntry.objects.filter(object_key="risk").exists()


def user(name: str) -> User:
    return User.objects.create(username=name)


def test_a_part_stands_while_what_it_was_made_from_is_the_same_and_no_row_is_gone():
    fills: Sequence[type[Model]] = (User,)
    user("one")
    part = Part("users", "made of this", fills)
    assert part.kept() is None
    part.keep(seen=1)
    assert part.kept() == {"seen": 1}
    user("two")
    assert part.kept() == {"seen": 1}
    assert Part("users", "made of that", fills).kept() is None
    assert Part("others", "made of this", fills).kept() is None
    part.keep(seen=2)
    User.objects.filter(username="one").delete()
    assert part.kept() is None


def test_a_digest_changes_with_the_content_and_the_names_of_files_and_not_with_their_dates(tmp_path):
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "a.csv"
    file.write_text("1")
    first = digest_of([tmp_path], "fact")
    file.touch()
    assert digest_of([tmp_path], "fact") == first
    assert digest_of([tmp_path], "other") != first
    file.write_text("2")
    second = digest_of([tmp_path], "fact")
    assert second != first
    file.rename(tmp_path / "deep" / "b.csv")
    assert digest_of([tmp_path], "fact") not in (first, second)


def test_logins_are_tried_once_and_again_when_a_password_was_changed(tmp_path, monkeypatch, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    first = logins.sample_logins(tmp_path, "")
    tried: list[str] = []
    check = User.check_password
    monkeypatch.setattr(User, "check_password", lambda one, raw: tried.append(one.username) or check(one, raw))
    assert logins.sample_logins(tmp_path, "") == first
    assert not tried
    one = User.objects.get(username="analyst")
    one.set_password("another")
    one.save()
    assert logins.sample_logins(tmp_path, "") == first
    assert "analyst" in tried
    one.refresh_from_db()
    assert check(one, {name: word for _, name, word in first}["analyst"])


def test_the_sample_is_recorded_on_a_day_that_has_passed():
    assert datetime.now(UTC) > SAMPLE_MOMENT
