"""Space, projects and spending: leases, tenants of incubators, investment projects, verified expenses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from yanlian.web.sample import calibration as cal
from yanlian.web.sample.apportion import Ints
from yanlian.web.sample.columns import EMPTY, Rows, choose, day, numbered, optional, sample, where, words, yuan
from yanlian.web.sample.population import ENTERPRISE, INSTITUTION, PARK, Block

_LAST_DAY = day("2025-12-31")
# The one real name: the text's own microelectronics park, where rules about tenants of that park look.
_BUILDINGS = ("青岛微电子产业园", *(f"样例大厦{c}座（虚构）" for c in "ABCDEFGH"))
_PROJECT_KINDS = ("技术改造", "新引进", "算力", "数字化", "重点人工智能", "研发", "集成电路")
_PROJECT_CLASSES = ("一般", "战略性新兴", "整线智能化", "整车间", "整工厂")


@dataclass(frozen=True)
class _Spending:
    """How often who spends on what: share of candidates, median in yuan, spread, VAT in per cent."""

    kind: str
    who: str
    rate: float
    median: float
    spread: float = 0.8
    vat: int = 6
    contracts: int = 1


_SPENDING = (
    _Spending("算力", "digital", 0.08, 700_000, 1.0),
    _Spending("EDA工具", "chip", 0.4, 900_000),
    _Spending("MPW流片", "chip", 0.4, 900_000, 1.0, 13),
    _Spending("全掩膜流片", "chip", 0.35, 5_000_000, 1.0, 13),
    _Spending("IP授权", "chip", 0.3, 800_000),
    _Spending("检验检测", "any", 0.02, 90_000),
    _Spending("认证", "chip", 0.3, 300_000),
    _Spending("认证", "any", 0.006, 60_000),
    _Spending("技术服务", "any", 0.05, 220_000, 1.0),
    _Spending("展会", "any", 0.02, 60_000),
    _Spending("活动", "carrier", 0.6, 150_000),
    _Spending("大模型", "digital", 0.02, 1_200_000),
    _Spending("数据标注", "digital", 0.02, 500_000),
    _Spending("设备", "making", 0.05, 3_000_000, 1.0, 13),
    _Spending("采购", "making", 0.04, 22_000_000, 0.8, 13, 4),
    _Spending("数字化改造", "making", 0.05, 800_000),
    _Spending("培训", "any", 0.01, 30_000),
    _Spending("物业费", "human", 0.3, 40_000),
)


def premises(block: Block, incubators: Ints, giants: Ints) -> list[Rows]:
    """All records of this module. `incubators` run an incubator or maker space, `giants` are key little giants."""
    return [_leases(block), _incubation(block, incubators), _projects(block, giants), _expenses(block)]


def _leases(block: Block) -> Rows:
    """One lease for every fourth firm; most chip firms and some research bodies sit in the microelectronics park."""
    rng = block.rng("leases")
    chips = where(block.in_cluster("microelectronics"))
    research = where((block.kind == INSTITUTION) & block.industry_is("M7320", "M7310"))
    in_park = np.concatenate([sample(rng, chips, 0.65), sample(rng, research, 0.3)])
    others = sample(rng, np.setdiff1d(block.of(ENTERPRISE, INSTITUTION), in_park), 0.24)
    owner = np.concatenate([in_park, others])
    low = np.maximum(block.since(owner), day("2015-01-01"))
    starts = low + (rng.random(owner.size) * np.maximum(day("2025-10-31") - low, 1)).astype(np.int64)
    years = rng.choice([1, 2, 3, 5], size=owner.size, p=[0.2, 0.2, 0.4, 0.2])
    starts[: in_park.size] = np.maximum(
        low[: in_park.size], rng.integers(day("2021-01-01"), day("2024-06-01"), in_park.size)
    )
    years[: in_park.size] = 5
    keep = starts <= day("2025-12-01")
    owner, starts, years = owner[keep], starts[keep], years[keep]
    building = np.where(np.arange(keep.size)[keep] < in_park.size, 0, rng.integers(1, len(_BUILDINGS), owner.size))
    ends = starts + years * 365
    area = np.round(np.exp(rng.normal(np.log(380), 0.9, owner.size))).astype(np.int64) * 100
    area = np.where(rng.random(owner.size) < 0.04, rng.choice([50_000, 100_000], owner.size), area)
    price = rng.integers(24, 125, owner.size) * 100
    months = np.maximum(np.minimum(ends, _LAST_DAY) - starts, 0) * 12 // 365
    return Rows(
        "lease",
        owner,
        {
            "contract_number": block.numbers.text("ZL-HT", owner.size),
            "building": words(_BUILDINGS, building.astype(np.int64)),
            "area": area,
            "unit_price": price,
            "starts_on": starts,
            "ends_on": ends,
            "self_use": (rng.random(owner.size) < 0.93).astype(np.int64),
            "operating": (rng.random(owner.size) < 0.93).astype(np.int64),
            "rent_paid": area * price // 100 * months,
        },
    )


def _incubation(block: Block, incubators: Ints) -> Rows:
    """Tenants of incubators: invented firms of the block by name, some with exactly three million yuan paid in."""
    rng = block.rng("incubation")
    tenants = sample(rng, block.of(ENTERPRISE), 0.07) if incubators.size else np.zeros(0, dtype=np.int64)
    owner = rng.choice(incubators, tenants.size) if incubators.size else tenants
    low = np.maximum(np.maximum(block.since(owner), block.since(tenants)), day("2017-01-01"))
    moved_in = low + (rng.random(owner.size) * np.maximum(day("2025-11-30") - low, 1)).astype(np.int64)
    keep = moved_in <= day("2025-12-15")
    owner, tenants, moved_in = owner[keep], tenants[keep], moved_in[keep]
    moved_out = moved_in + rng.integers(200, 1400, owner.size)
    paid_in = np.where(rng.random(owner.size) < 0.2, 3_000_000 * 100, yuan(rng, 1_500_000, 1.0, owner.size))
    return Rows(
        "incubation",
        owner,
        {
            "contract_number": block.numbers.text("RZ", owner.size),
            "tenant": block.name.take(pa.array(tenants)),
            "science": (rng.random(owner.size) < 0.7).astype(np.int64),
            "strategic": block.strategic[tenants].astype(np.int64),
            "paid_in": paid_in,
            "area": rng.integers(30, 400, owner.size) * 100,
            "moved_in_on": moved_in,
            "moved_out_on": optional(moved_out, (rng.random(owner.size) < 0.4) & (moved_out <= _LAST_DAY)),
        },
    )


def _projects(block: Block, giants: Ints) -> Rows:
    """Investment projects of seven kinds; the key projects of artificial intelligence by the end of 2021 are F24."""
    rng = block.rng("projects")
    enterprises = block.of(ENTERPRISE)
    making, chips = where(block.in_sector("工业")), where(block.in_cluster("microelectronics"))
    digital = where(block.in_cluster("ai") | block.in_cluster("software"))
    moved = where((block.kind == ENTERPRISE) & (block.moved_in != EMPTY))
    settled = digital[block.since(digital) < day("2019-01-01")]
    key = sample(rng, settled, 0, block.quota(cal.KEY_AI_PROJECTS))
    assert key.size == block.quota(cal.KEY_AI_PROJECTS), "too few firms for the published key projects"
    parts: list[tuple[int, Ints, float]] = [
        (4, key, 9e6),
        (0, sample(rng, making, 0.08), 9e6),
        (1, np.union1d(sample(rng, moved, 0.4), sample(rng, enterprises, 0.006)), 2.6e7),
        (2, sample(rng, digital, 0.012, block.quota(30)), 4.5e7),
        (3, sample(rng, making, 0.03), 1.6e6),
        (4, sample(rng, np.setdiff1d(digital, key), 0.01), 9e6),
        (5, sample(rng, enterprises, 0.012), 7e6),
        (6, sample(rng, chips, 0.3), 1.5e8),
        (5, giants, 2.2e7),
    ]
    owner = np.concatenate([p[1] for p in parts])
    kind = np.concatenate([np.full(p[1].size, p[0], dtype=np.int64) for p in parts])
    planned = np.concatenate([yuan(rng, p[2], 0.9, p[1].size) for p in parts])
    edge = rng.random(owner.size) < 0.08
    borders = np.array([10_000_000, 20_000_000, 30_000_000, 50_000_000, 500_000_000], dtype=np.int64) * 100
    nearest = borders[np.abs(np.log(planned)[:, None] - np.log(borders)).argmin(axis=1)]
    planned = np.where(edge, nearest, planned)
    low = np.maximum(block.since(owner), day("2018-01-01"))
    filed = low + (rng.random(owner.size) * np.maximum(day("2025-10-31") - low, 1)).astype(np.int64)
    later = np.arange(owner.size) >= key.size
    filed = np.where(~later, rng.integers(day("2019-02-01"), day("2021-12-01"), owner.size), filed)
    filed = np.where((kind == 4) & later & (filed < day("2022-01-01")), filed + 4 * 365 + 1, filed)
    filed = np.where(filed > day("2025-11-30"), filed - 365, filed)
    keep = filed >= block.since(owner)
    return _project_rows(block, rng, owner[keep], kind[keep], planned[keep], filed[keep])


def _project_rows(block: Block, rng: np.random.Generator, owner: Ints, kind: Ints, planned: Ints, filed: Ints) -> Rows:
    size = owner.size
    hundred = 10_000
    fixed = planned * rng.integers(55, 101, size) // 100 // hundred * hundred
    equipment = fixed * rng.integers(30, 95, size) // 100 // hundred * hundred
    finished = filed + rng.integers(150, 900, size)
    done = finished <= _LAST_DAY
    due = filed + rng.integers(500, 1100, size)
    accepted = finished + rng.integers(20, 200, size)
    number = block.numbers.take("XM", size)
    return Rows(
        "project",
        owner,
        {
            "number": numbered("YL-XM-", number, 8),
            "name": numbered("样例项目第", number, 8, "号（虚构）"),
            "kind": words(_PROJECT_KINDS, kind),
            "class": words(
                [*_PROJECT_CLASSES, None], np.where(kind == 0, choose(rng, [0.45, 0.2, 0.15, 0.12, 0.08], size), 5)
            ),
            "planned": planned,
            "fixed": fixed,
            "equipment": equipment,
            "filed_on": filed,
            "finished_on": optional(finished, done),
            "due_on": due,
            "accepted_on": optional(accepted, done & (accepted <= _LAST_DAY) & (rng.random(size) < 0.85)),
        },
    )


def _spenders(block: Block) -> dict[str, Ints]:
    return {
        "any": block.of(ENTERPRISE, INSTITUTION),
        "digital": where(
            block.in_cluster("ai") | block.in_cluster("software") | block.in_cluster("industrial_internet")
        ),
        "chip": where(block.in_cluster("microelectronics")),
        "making": where(block.in_sector("工业")),
        "carrier": where((block.kind != PARK) & block.industry_is("L7264")),
        "human": where(block.industry_is("L7263") & (block.kind == ENTERPRISE)),
    }


def _expenses(block: Block) -> Rows:
    """Contracts with invoice and payment. Some purchases add up to exactly fifty million yuan from local suppliers."""
    rng = block.rng("expenses")
    who = _spenders(block)
    owners, kinds, amounts, vats = [], [], [], []
    for at, spending in enumerate(_SPENDING):
        mine = np.repeat(sample(rng, who[spending.who], spending.rate), spending.contracts)
        amount = yuan(rng, spending.median, spending.spread, mine.size)
        if spending.kind == "采购":
            whole = np.repeat(rng.random(mine.size // 4) < 0.2, 4)
            amount = np.where(whole, 12_500_000 * 100, amount)
        owners.append(mine)
        kinds.append(np.full(mine.size, at, dtype=np.int64))
        amounts.append(amount)
        vats.append(np.full(mine.size, spending.vat, dtype=np.int64))
    owner, kind, amount, vat = (np.concatenate(c) for c in (owners, kinds, amounts, vats))
    low = np.maximum(block.since(owner) + 30, day("2018-01-01"))
    paid = low + (rng.random(owner.size) * np.maximum(_LAST_DAY - low, 1)).astype(np.int64)
    recent = rng.random(owner.size) < 0.4
    paid = np.where(recent, np.maximum(low, rng.integers(day("2024-01-01"), _LAST_DAY, owner.size)), paid)
    keep = paid <= _LAST_DAY
    return _expense_rows(block, rng, owner[keep], kind[keep], amount[keep], vat[keep], paid[keep])


def _expense_rows(
    block: Block, rng: np.random.Generator, owner: Ints, kind: Ints, amount: Ints, vat: Ints, paid: Ints
) -> Rows:
    size = owner.size
    names: list[Any] = [s.kind for s in _SPENDING]
    tape_out = np.isin(kind, [at for at, name in enumerate(names) if "流片" in name])
    node = rng.choice([7, 12, 14, 22, 28, 40, 55, 65, 90, 130], size=size)
    supplier = rng.integers(1, 400, size)
    return Rows(
        "expense",
        owner,
        {
            "contract_number": block.numbers.text("HT", size),
            "kind": words(names, kind),
            "supplier": numbered("样例供应商第", supplier, 3, "号（虚构）"),
            "related": (rng.random(size) < 0.08).astype(np.int64),
            "local": (supplier % 5 < 3).astype(np.int64),
            "paid_on": paid,
            "amount": amount,
            "gross": amount * (100 + vat) // 100,
            "node": optional(node, tape_out),
            "first": (rng.random(size) < 0.55).astype(np.int64),
        },
    )
