"""A small district from files to a run that can be explained and paid: every step through the actions that do it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.test import override_settings

from yanlian.apps.people.models import User
from yanlian.apps.policies.actions import run_policies
from yanlian.apps.policies.models import Run
from yanlian.apps.registry.actions import declare_coverage
from yanlian.apps.registry.imports import Covered, datasets, import_file, load_mapping
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.snapshots import build_snapshot
from yanlian.engine.dossier import load_schema, open_snapshot

PACKS = Path(__file__).parent / "packs"
CLAUSE, DOCUMENT = "XX-2025-01", "XX-2025"
MOMENT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
AS_OF = date(2025, 12, 31)
# A Monday; five working days later is the next Monday (no holiday between, the working Saturday follows later).
DAY = date(2026, 1, 12)
AFTER = date(2026, 1, 21)
# Every delivery speaks for all days up to this one; before and in it nothing is unknown.
END = date(2026, 12, 31)
# USCC of firm → (name, level of its laboratory). The last but one is on the list of serious dishonesty.
FIRMS: Mapping[str, tuple[str, str]] = {
    "91370212MA3X00001C": ("青岛虚构海图智能科技有限公司", "国家级"),
    "91370212MA3X00002A": ("青岛虚构云帆微电子有限公司", "省级"),
    "91370212MA3X00003X": ("青岛虚构石老人软件有限公司", "市级"),
    "91370212MA3X00004T": ("青岛虚构失信试验有限公司", "省级"),
    "91370212MA3X00005R": ("青岛虚构缺档数据有限公司", ""),
}
LEADER, SECOND, THIRD, DISHONEST, LACKING = FIRMS


@dataclass(frozen=True)
class Paying:
    """What tests ask for by name."""

    run: Run
    official: User
    finance: User
    analyst: User
    administrator: User
    enterprise: User
    stranger: User


def make_paying_district() -> Paying:
    """Registrations, laboratories and one dishonest firm from files; a snapshot; a run; a login for each role."""
    registrations = [
        {"统一社会信用代码": code, "名称": name, "主体类型": "企业", "企业类型": "有限责任公司", "独立法人": "是",
         "成立日期": "2015-03-01", "注册区划": "370212", "行业代码": "I6513", "注册资本": "10000000",
         "实缴资本": "5000000", "登记状态": "存续", "虚构": "是"}
        for code, (name, _) in FIRMS.items()
    ]  # fmt: skip
    laboratories = [
        {"统一社会信用代码": code, "名称": name, "类别": "重点实验室", "级别": level, "资质名称": "虚构重点实验室",
         "证书编号": f"SY-{number}", "认定日期": "2025-07-01", "重新认定": "否"}
        for number, (code, (name, level)) in enumerate(FIRMS.items(), start=1)
    ]  # fmt: skip
    dishonest = [
        {"统一社会信用代码": DISHONEST, "名称": FIRMS[DISHONEST][0], "文书编号": "（2025）鲁0212执1号",
         "列入日期": "2025-05-01", "状态": "列入"}
    ]  # fmt: skip
    take_in("market", "registration", registrations)
    take_in("sci", "science_title", laboratories)
    take_in("dev", "dishonesty", dishonest)
    _cover_the_rest()
    info = build_snapshot(MOMENT, settings.DATA / "snapshots")
    run, _ = run_policies(open_snapshot(info.path), AS_OF, workers=1)
    return Paying(
        run=run,
        official=login("official-sci", "official", "sci"),
        finance=login("official-fin", "official", "fin"),
        analyst=login("analyst", "analyst"),
        administrator=login("administrator", "administrator"),
        enterprise=login("enterprise", "enterprise", code=LEADER),
        stranger=login("stranger", "enterprise", code=SECOND),
    )


def login(name: str, role: str, department: str = "", code: str = "") -> User:
    """A login without a password: tests sign in by force, and hashing one takes a second."""
    return User.objects.create(
        username=name, role=role, department=department, entity_code=code, first_name=f"测试{name}"
    )


@contextmanager
def for_a_module() -> Iterator[Paying]:
    """The district for all tests of a module: made once, in a transaction that is taken back at the end.

    Each test runs in a savepoint of its own, so it finds the district as it was made. To be used in a fixture of the
    module's scope that depends on `django_db_setup`, under `django_db_blocker.unblock()`.
    """
    with override_settings(PACKS=PACKS), transaction.atomic():
        yield make_paying_district()
        transaction.set_rollback(True)


def take_in(department: str, dataset: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Import rows as the department's file, complete up to END."""
    covered = Covered(None, END, complete=True)
    result = import_file(
        io.BytesIO(csv_of(department, dataset, rows)), department, dataset,
        recorded_at=MOMENT, covered=covered, name=f"{dataset}.csv",
    )  # fmt: skip
    assert result.clean, [fault.code for fault in result.batch.faults.all()]


def csv_of(department: str, dataset: str, rows: Sequence[Mapping[str, str]]) -> bytes:
    """A department file with the headers of its template, and those that the rows bring besides."""
    heads = load_mapping(department, dataset).template()
    heads += [head for head in dict.fromkeys(head for row in rows for head in row) if head not in heads]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, heads, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _cover_the_rest() -> None:
    """Every other kind was delivered and is empty."""
    done = {"registration", "science_title", "dishonesty"}
    for department in load_schema().departments:
        for kind in datasets(department):
            if kind not in done:
                declare_coverage(kind, department, (None, END), complete=True, recorded_at=MOMENT)


def entity(code: str) -> Entity:
    """A firm by its USCC."""
    return Entity.objects.get(code=code)
