"""A small district for tests of pages: a few real names with what was published, made-up firms, one run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from yanlian.apps.people.models import User
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.models import (
    Alias,
    Batch,
    Coverage,
    Entity,
    Registration,
    Relation,
    ScienceTitle,
    Statement,
    TaxRegistration,
    TaxYear,
)

MOMENT = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)
TEXT = "区情文稿，2021年下半年"
CLUSTERS = ("software", "vr", "microelectronics", "industrial_internet", "ai")
FIRMS = 60


@dataclass(frozen=True)
class District:
    """What the tests ask for by name."""

    leader: Entity
    firm: Entity
    stranger: Entity
    person: Entity
    run: Run


def make_district(clause: str = "XX-2025-01", document: str = "XX-2025") -> District:
    """Entities, records, statements, relations and one run with every outcome."""
    batch = _batch()
    leader = _entity("name-hisense-network", "海信网络科技公司", fictional=False)
    Alias.objects.create(entity=leader, name="海信网络", source=TEXT, recorded_at=MOMENT)
    park = Entity.objects.create(
        code="name-park", name="青岛国际创新园", kind=Entity.Kind.PARK, fictional=False, recorded_at=MOMENT
    )
    person = Entity.objects.create(
        code="p-0001", name="欧阳小明", kind=Entity.Kind.PERSON, id_hash="a" * 64, fictional=True, recorded_at=MOMENT
    )
    Relation.objects.create(
        kind=Relation.Kind.HOUSED_IN, from_entity=leader, to_entity=park, source=TEXT, recorded_at=MOMENT,
        quote="入驻青岛国际创新园",
    )  # fmt: skip
    firms = [_firm(number, batch) for number in range(FIRMS)]
    _statements(leader)
    run = _run(firms, clause, document)
    return District(leader, firms[0], firms[1], person, run)


def _batch() -> Batch:
    for kind in ("patent", "dishonesty", "loan"):
        Coverage.objects.create(
            kind=kind, department="market", starts_on=date(2019, 1, 1), ends_on=date(2025, 12, 31), complete=True,
            recorded_at=MOMENT,
        )  # fmt: skip
    return Batch.objects.create(
        file_name="税务年报-2020.csv", sha256="b" * 64, encoding="utf-8", department="tax", dataset="tax_year",
        recorded_at=MOMENT, rows_read=120, rows_stored=118, rows_refused=2,
    )  # fmt: skip


def _entity(code: str, name: str, *, fictional: bool) -> Entity:
    return Entity.objects.create(
        code=code, name=name, kind=Entity.Kind.ENTERPRISE, fictional=fictional, recorded_at=MOMENT
    )


def _firm(number: int, batch: Batch) -> Entity:
    entity = Entity.objects.create(
        code=f"91370212MA{number:07d}X", uscc=f"91370212MA{number:07d}X",
        name=f"青岛虚构第{number:02d}号智能科技有限公司", kind=Entity.Kind.ENTERPRISE, fictional=True,
        recorded_at=MOMENT,
    )  # fmt: skip
    known = {"entity": entity, "batch": batch, "recorded_at": MOMENT, "source_row": number + 2}
    Registration.objects.create(
        **known, row_hash=f"r{number}", legal_form="有限责任公司", legal_person=True,
        established_on=date(2010 + number % 10, 3, 1), district="370212", industry="I6513" if number % 2 else "C3911",
        strategic=True, capital_fen=1_000_000_000, paid_in_fen=500_000_000, status="存续", scope="软件开发；技术服务",
        cluster=CLUSTERS[number % 5], valid_from=date(2010 + number % 10, 3, 1),
    )  # fmt: skip
    TaxRegistration.objects.create(**known, row_hash=f"t{number}", district="370212", credit_grade="A")
    for year in (2019, 2020):
        TaxYear.objects.create(
            **known, row_hash=f"y{number}-{year}", year=year, valid_from=date(year, 1, 1),
            revenue_fen=123_456_789_012 + number, cost_fen=100_000_000_000,
            rd_deduction_fen=12_345_678_901,
        )  # fmt: skip
    if number % 3 == 0:
        ScienceTitle.objects.create(
            **known, row_hash=f"s{number}", kind="高新技术企业", level="国家级", name="高新技术企业",
            number=f"GR{number}", issued_on=date(2020, 12, 1), expires_on=date(2023, 12, 1), renewed=False,
        )  # fmt: skip
    return entity


def _statements(leader: Entity) -> None:
    listed = [
        ("F01", None, "崂山区", "software", "软件业务收入", "=", 90_000_000_000, 0, "元", "2020年",
         "软件业务收入（全部企业）", "2020年，崂山全区软件业务收入达到900亿元"),
        ("F02", None, "崂山区", "software", "软件业务收入占全市比重", "=", 38, 2, "比例", "2020年", "",
         "占全市软件业务收入的38%"),
        ("F03", leader, "海信网络科技公司", "software", "国内智能交通市场业绩总额排名", "=", 1, 0, "位次", "近十年", "",
         "近十年国内智能交通市场业绩总额排名第一"),
        ("F07", None, "虚拟现实集群", "vr", "企业数", ">=", 110, 0, "家", "至2021年", "", "等企业110余家"),
        ("F08", None, "虚拟现实集群", "vr", "产业规模", ">", 5_000_000_000, 0, "元", "至2021年", "",
         "产业规模超过50亿元"),
        ("F17", None, "卡奥斯", "industrial_internet", "聚集用户", "=", 350_000_000, 0, "个", "至2021年", "",
         "3.5亿用户"),
        ("F28", None, "免申即享", "", "累计兑现资金", ">", 84_000_000, 0, "元", "累计至2021年", "",
         "兑现资金8400余万元"),
        ("F29", None, "崂山区规上软件企业", "software", "营业收入", "=", 4_700_000_000, 0, "元", "2021年上半年",
         "规上企业营业收入", "全区规上软件企业总营业收入达到47亿元"),
    ]  # fmt: skip
    for code, entity, subject, cluster, metric, operator, value, scale, unit, period, calibre, quote in listed:
        Statement.objects.create(
            code=code, entity=entity, subject=subject, cluster=cluster, metric=metric, operator=operator, value=value,
            scale=scale, unit=unit, period=period, calibre=calibre, quote=quote, source=TEXT, recorded_at=MOMENT,
        )  # fmt: skip


REASONS: dict[str, dict[str, object]] = {
    "eligible": {},
    "not_eligible": {"failed": ["注册地在本区"]},
    "unknown": {"missing": [{"fact": "科技资质.级别", "holder": "sci", "period": "2025"}]},
    "manual": {"manual": "由专家评审确定"},
}


def _run(firms: list[Entity], clause: str, document: str) -> Run:
    run = Run.objects.create(
        snapshot_hash="c" * 64, pack_hash="d" * 64, as_of=date(2025, 12, 31), engine="interpreter 0.1.0",
        made_at=MOMENT, finished_at=MOMENT, state=Run.State.COMPLETE, folder="runs/test", entities=len(firms),
        clauses=1, seconds_ms=1234,
    )  # fmt: skip
    counts = dict.fromkeys(REASONS, 0)
    total = 0
    for number, firm in enumerate(firms):
        kind = list(REASONS)[number % 4]
        fen = 50_000_000 * (1 + number % 7) if kind == "eligible" else 0
        counts[kind] += 1
        total += fen
        Outcome.objects.create(
            run=run, entity=firm, clause=clause, document=document, department="sci", matter=f"A{number}",
            period="2025", kind=kind, amount_fen=fen, clause_fen=fen, delivery="AUTO", reason=REASONS[kind],
        )  # fmt: skip
    run.by_outcome = counts
    run.by_clause = {clause: {**counts, "amount_fen": total}}
    run.amount_fen = total
    run.save()
    return run


PASSWORD = "a-long-Password-for-tests"


def make_user(role: str, department: str = "", entity_code: str = "") -> User:
    """A login for a test."""
    name = "-".join(part for part in (role, department) if part)
    return User.objects.create_user(
        name, password=PASSWORD, role=role, department=department, entity_code=entity_code, first_name="测试岗位"
    )
