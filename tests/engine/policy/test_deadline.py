"""Deadlines for applications: what is late, what may still be applied for, and what cannot be written so."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.policy.tiny_packs import Data, clause, codes, document, run, written

from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.policy import Evaluator, Outcome, PackSet, check_pack, explain, load_packs, render_text

TITLE: Data = {"类别": "重点实验室", "级别": "市级", "证书编号": "A", "认定日期": date(2025, 3, 1)}
EVENT = {"each": "科技资质", "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}
LAST = date(2025, 6, 1)


def pack(folder: Path, **more: object) -> PackSet:
    keys: Data = {"event": EVENT, "delivery": "APPLY", "deadline": {"within": "P3M"}, **more}
    return load_packs([written(folder, document(clause(**keys)))])


def outcome(packs: PackSet, as_of: date, applications: list[Data] | str) -> Outcome:
    (found,) = run(packs, {"科技资质": [TITLE], "申报记录": applications}, as_of=as_of)
    return found


def application(on: date, **more: object) -> Data:
    return {"申报编号": "S", "条款": "T-01", "事项": None, "申报日期": on, "撤回日期": None, **more}


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> PackSet:
    return pack(tmp_path_factory.mktemp("packs"))


@settings(max_examples=60)
@given(st.integers(0, 200), st.none() | st.integers(0, 200))
def test_eligible_exactly_when_applied_in_time_or_still_open(packs: PackSet, today: int, applied: int | None) -> None:
    as_of = date(2025, 3, 1) + timedelta(days=today)
    day = None if applied is None else date(2025, 3, 1) + timedelta(days=applied)
    found = outcome(packs, as_of, [] if day is None else [application(day)])
    in_time = day is not None and day <= min(LAST, as_of)
    assert (found.kind == "eligible") is (in_time or as_of <= LAST)
    assert found.reason.get("apply_by") == (LAST.isoformat() if found.kind == "eligible" and not in_time else None)
    if found.kind != "eligible":
        assert found.reason["failed"] == ["逾期"]


def test_an_application_for_another_clause_is_none(packs: PackSet) -> None:
    assert outcome(packs, date(2025, 9, 1), [application(LAST, 条款="T-02")]).kind == "not_eligible"


def test_while_it_is_open_nobody_needs_to_know_the_applications(packs: PackSet) -> None:
    found = outcome(packs, LAST, "未知")
    assert (found.kind, found.reason["apply_by"]) == ("eligible", "2025-06-01")
    assert outcome(packs, LAST + timedelta(days=1), "未知").kind == "unknown"


def test_the_explanation_says_until_when(packs: PackSet) -> None:
    facts = {"科技资质": [TITLE], "申报记录": []}
    dossier = dossier_of_case(packs.schema, facts, "enterprise", LAST)
    found = explain(Evaluator(packs, LAST), dossier.row, dossier.coverage, "T-01")
    assert "尚须申报，截止：2025-06-01" in render_text(found)


def test_a_date_of_application_may_stand_elsewhere(tmp_path: Path) -> None:
    found = pack(tmp_path, deadline={"within": "P3M", "applied": "证.有效期至"})
    (one,) = run(found, {"科技资质": [{**TITLE, "有效期至": date(2025, 6, 1)}]}, as_of=date(2025, 9, 1))
    assert (one.kind, "apply_by" in one.reason) == ("eligible", False)
    (late,) = run(found, {"科技资质": [{**TITLE, "有效期至": None}]}, as_of=date(2025, 9, 1))
    assert late.kind == "not_eligible"


def test_the_application_for_a_staged_clause_names_the_clause_as_written(tmp_path: Path) -> None:
    halves = [{"label": "一", "share": "50%"}, {"label": "二", "share": "50%"}]
    case = {"name": "试", "as_of": date(2025, 12, 31), "expect": {"stages": {"一": {}}}}
    found = run(pack(tmp_path, stages=halves, cases=[case]), {"科技资质": [TITLE], "申报记录": [application(LAST)]})
    assert [one.kind for one in found] == ["eligible", "eligible"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"delivery": "AUTO"}, "pack_contradiction"),
        ({"deadline": {"within": "三个月"}}, "pack_value"),
        ({"deadline": {"within": "P3M", "to": "2025-12-31"}}, "pack_value"),
        ({"deadline": {"label": "晚"}}, "pack_key_missing"),
        ({"event": None, "deadline": {"within": "P3M"}}, "pack_key_missing"),
        ({"deadline": {"to": "登记.注册资本"}}, "pack_type_result"),
    ],
)
def test_what_is_no_deadline_is_refused(tmp_path: Path, more: Data, code: str) -> None:
    keys: Data = {"event": EVENT, "delivery": "APPLY", "deadline": {"within": "P3M"}, **more}
    assert code in codes(check_pack(written(tmp_path, document(clause(**keys)))))
