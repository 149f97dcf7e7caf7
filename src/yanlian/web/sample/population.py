"""Who lives in the sample: a block of invented enterprises with the institutions, parks and persons around them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yanlian.web.sample import calibration as cal
from yanlian.web.sample import industries as ind
from yanlian.web.sample.apportion import Ints, Mask, share
from yanlian.web.sample.columns import EMPTY, Numbers, choose, day, numbered, optional, sample, where, words
from yanlian.web.sample.identifiers import id_numbers, usccs

ENTERPRISE, INSTITUTION, PARK = 0, 1, 2
KINDS = ("enterprise", "institution", "park")
HERE = "370212"
ELSEWHERE = ("370203", "370211", "370213", "110108", "310115", "440305")
_STATUS = ("存续", "注销", "吊销", "迁出")


@dataclass(frozen=True)
class Plan:
    """What is asked for: how many enterprises, from which seed. Everything else follows."""

    enterprises: int
    seed: int

    @property
    def blocks(self) -> int:
        return -(-self.enterprises // cal.BLOCK)

    @property
    def institutions(self) -> int:
        return max(120, self.enterprises // 50)

    @property
    def parks(self) -> int:
        return max(40, self.enterprises // 200)

    def range(self, total: int, block: int) -> tuple[int, int]:
        """First and last-but-one running number (from 0) of this block's part of a total."""
        return total * block // self.blocks, total * (block + 1) // self.blocks

    def rng(self, block: int, part: str) -> np.random.Generator:
        """Random numbers for one part of one block: adding a part changes no other."""
        return np.random.default_rng([self.seed, self.enterprises, block, zlib.crc32(part.encode("ascii"))])


@dataclass
class Block:
    """One block. Arrays run over its organisations: enterprises first, then institutions, then parks."""

    plan: Plan
    number: int
    numbers: Numbers
    kind: Ints
    industry: Ints
    cluster: Ints
    # Serial number inside the kind, from 1.
    serial: Ints
    uscc: Any
    name: Any
    broken: Mask
    established: Ints
    moved_in: Ints
    status: Ints
    district: Any
    tax_elsewhere: Mask
    # Firms that carry published totals: here, alive and filing in all the years.
    settled: Mask
    reporter: Mask
    group: Mask
    strategic: Mask
    legal_person: Mask
    person_id: Any
    person_name: Any
    # Position of each person's employer in this block.
    employer: Ints

    def rng(self, part: str) -> np.random.Generator:
        return self.plan.rng(self.number, part)

    def heads(self, total: int) -> tuple[int, int]:
        """Running numbers (first, end) of this block's part of a number of heads fixed for the whole sample."""
        return self.plan.range(total, self.number)

    def money(self, total: int, heads: int) -> int:
        """This block's part of a total that such heads carry; exact over all blocks, nothing where it has no head."""
        first, end = self.heads(heads)
        return total * end // heads - total * first // heads

    def quota(self, total: int) -> int:
        """This block's part of a number fixed for the whole sample."""
        return share(total, self.number, self.plan.blocks)

    @property
    def size(self) -> int:
        return int(self.kind.size)

    def of(self, *kinds: int) -> Ints:
        """Positions of the organisations of these kinds."""
        return where(np.isin(self.kind, kinds))

    def in_cluster(self, cluster: str) -> Mask:
        found: Mask = self.cluster == ind.CLUSTERS.index(cluster)
        return found

    def in_sector(self, *sectors: str) -> Mask:
        found: Mask = np.array([i.sector in sectors for i in ind.ALL])[self.industry] & (self.kind == ENTERPRISE)
        return found

    def industry_is(self, *codes: str) -> Mask:
        return np.array([i.code in codes for i in ind.ALL])[self.industry]

    def since(self, positions: Ints) -> Ints:
        """First day on which records of these organisations are known here: founding, or the day of moving in."""
        return np.maximum(
            self.established[positions], np.where(self.moved_in == EMPTY, -(10**6), self.moved_in)[positions]
        )


def draw(plan: Plan, number: int) -> Block:
    """Draw block `number` of a plan. Costs about 1 µs an organisation and column."""
    rng = plan.rng(number, "population")
    first, end = plan.range(plan.enterprises, number)
    enterprises = end - first
    cluster, industry = _industries(plan, number, rng, enterprises)
    parts = [(INSTITUTION, plan.institutions), (PARK, plan.parks)]
    ranges = [plan.range(total, number) for _, total in parts]
    counts = [enterprises, *(b - a for a, b in ranges)]
    kind = np.repeat(np.arange(3, dtype=np.int64), counts)
    institutions = ind.FIRST_INSTITUTION + choose(rng, [i.weight for i in ind.INSTITUTIONS], counts[1])
    industry = np.concatenate([industry, institutions, np.full(counts[2], ind.PARK, dtype=np.int64)])
    cluster = np.concatenate([cluster, np.full(counts[1] + counts[2], ind.NO_CLUSTER, dtype=np.int64)])
    serial = np.concatenate([np.arange(a, b, dtype=np.int64) + 1 for a, b in [(first, end), *ranges]])
    reporter, group = _carriers(plan, number, cluster, industry, kind)
    fixed = np.isin(cluster, [ind.CLUSTERS.index("vr"), ind.CLUSTERS.index("microelectronics")])
    settled = reporter | group | fixed
    established, moved_in = _dates(rng, settled, kind)
    status = np.where(settled | (kind != ENTERPRISE), 0, choose(rng, [0.955, 0.025, 0.005, 0.015], kind.size))
    gone = status == _STATUS.index("迁出")
    elsewhere = np.array(ELSEWHERE)[choose(rng, [1] * 6, kind.size)]
    broken = np.zeros(kind.size, dtype=bool)
    broken[sample(rng, where((kind == ENTERPRISE) & ~settled), 0, share(_broken(plan), number, plan.blocks))] = True
    # Digits 3-8 of the code are the place of first registration, also for a firm that has moved here.
    place = np.where(moved_in != EMPTY, elsewhere, HERE)
    persons = np.arange(first, end, dtype=np.int64)
    return Block(
        plan=plan,
        number=number,
        numbers=Numbers(number),
        kind=kind,
        industry=industry,
        cluster=cluster,
        serial=serial,
        uscc=_codes(kind, serial, place, broken),
        name=_names(kind, industry, serial),
        broken=broken,
        established=established,
        moved_in=moved_in,
        status=status,
        district=pa.array(np.where(gone, elsewhere, HERE)),
        tax_elsewhere=~settled & (rng.random(kind.size) < 0.03),
        settled=settled,
        reporter=reporter,
        group=group,
        strategic=(cluster != ind.NO_CLUSTER) & (rng.random(kind.size) < 0.8) | (rng.random(kind.size) < 0.05),
        legal_person=settled | (kind != ENTERPRISE) | (rng.random(kind.size) > 0.04),
        person_id=id_numbers(persons),
        person_name=numbered("样例人员第", persons + 1, 7, "号（虚构）"),
        employer=rng.integers(0, enterprises + counts[1], size=enterprises),
    )


def status_words(block: Block) -> Any:
    return words(_STATUS, block.status)


def _broken(plan: Plan) -> int:
    """How many codes get a wrong check digit: one in a thousand, at most 200."""
    return min(200, max(3, plan.enterprises // 1_000))


def _industries(plan: Plan, number: int, rng: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    """Cluster and industry of each enterprise. Sizes of the clusters are fixed over the sample, places in it random."""
    wanted = {
        "software": plan.enterprises * 3 // 10,
        "vr": cal.VR_FIRMS,
        "microelectronics": cal.microelectronics_firms(plan.enterprises),
        "industrial_internet": max(60, plan.enterprises // 25),
        "ai": plan.enterprises * 3 // 50,
    }
    cluster = np.full(count, ind.NO_CLUSTER, dtype=np.int64)
    order = rng.permutation(count)
    start = 0
    for name, total in wanted.items():
        part = share(total, number, plan.blocks)
        cluster[order[start : start + part]] = ind.CLUSTERS.index(name)
        start += part
    industry = np.zeros(count, dtype=np.int64)
    for at, cluster_name in enumerate(ind.CLUSTERS):
        mine = where(cluster == at)
        options = ind.positions(cluster_name)
        drawn = choose(rng, [ind.INDUSTRIES[i].weight for i in options], mine.size)
        industry[mine] = np.array(options, dtype=np.int64)[drawn]
    return cluster, industry


def _carriers(plan: Plan, number: int, cluster: Ints, industry: Ints, kind: Ints) -> tuple[Mask, Mask]:
    """Who reports software income, and the large manufacturers among them (at least one in each block)."""
    software = where(cluster == ind.CLUSTERS.index("software"))
    reporters = min(cal.SOFTWARE_REPORTERS, plan.enterprises * 11 // 50)
    making = (
        np.array([i.code == "C3911" for i in ind.ALL])[industry] & (cluster == ind.NO_CLUSTER) & (kind == ENTERPRISE)
    )
    reporter, group = np.zeros(kind.size, dtype=bool), np.zeros(kind.size, dtype=bool)
    reporter[software[: share(reporters, number, plan.blocks)]] = True
    group[where(making)[: share(max(cal.SOFTWARE_GROUPS, plan.blocks), number, plan.blocks)]] = True
    return reporter, group


def _dates(rng: np.random.Generator, settled: Mask, kind: Ints) -> tuple[Ints, Ints]:
    """Founding days, and days of moving in for 4 % (whose history before is not known here)."""
    old = rng.integers(day("2000-01-01"), day("2017-12-01"), size=kind.size)
    new = rng.integers(day("2018-01-01"), day("2025-10-31"), size=kind.size)
    established = np.where(settled | (kind == PARK) | (rng.random(kind.size) < 0.55), old, new)
    earliest = np.maximum(established + 400, day("2016-01-01"))
    latest = day("2025-09-30")
    moves = ~settled & (kind == ENTERPRISE) & (rng.random(kind.size) < 0.045) & (earliest < latest)
    moved = earliest + (rng.random(kind.size) * np.maximum(latest - earliest, 1)).astype(np.int64)
    return established, optional(moved, moves)


def _codes(kind: Ints, serial: Ints, place: Any, broken: Mask) -> Any:
    """USCCs in the order of the kinds: 91 enterprises, 12 institutions, 91 park operators under a stem of their own."""
    parts = []
    for code, (head, stem) in enumerate((("91", "MAX"), ("12", "MAX"), ("91", "MAY"))):
        mine = kind == code
        if mine.any():
            parts.append(usccs(np.char.add(head, place[mine]), stem, serial[mine], broken[mine]))
    return pa.concat_arrays(parts)


def _names(kind: Ints, industry: Ints, serial: Ints) -> Any:
    """样例软件第00001号（虚构）有限公司, 样例研究院第00001号（虚构）: sample, number and 虚构 are in each name."""
    stems = pc.binary_join_element_wise("样例", words([i.word for i in ind.ALL], industry), "")
    number = numbered("第", serial, 5, "号（虚构）")
    ends = words(["有限公司", "", "运营有限公司"], kind)
    return pc.binary_join_element_wise(stems, number, ends, "")
