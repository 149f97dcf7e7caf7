"""Capital: patents and what they secure, loans and what they cost, equity investments, the way to the exchange."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from yanlian.web.sample import calibration as cal
from yanlian.web.sample.apportion import Ints, apportion
from yanlian.web.sample.books import Y2020, Y2024, Books
from yanlian.web.sample.columns import EMPTY, Rows, choose, day, optional, sample, where, words, year_of, yuan
from yanlian.web.sample.population import ENTERPRISE, INSTITUTION, Block

_LAST_DAY = day("2025-12-31")
_LOAN_KINDS = ("专利质押", "知识产权质押", "设备更新", "算力项目", "信用", "其他")
_PLEDGED_KINDS = 2
_LENDERS = tuple(f"样例银行{c}支行（虚构）" for c in "甲乙丙丁戊")
_PATENT_KINDS = ("发明", "实用新型", "外观设计", "集成电路布图", "PCT")
_INVESTORS = ("国有平台公司", "财政股权直投", "政府引导基金", "社会资本")
_STAGES = ("股改", "辅导备案", "辅导验收", "受理", "审核通过", "注册", "上市")
_BOARDS = ("主板", "科创板", "创业板", "北交所", "境外")


def finance(block: Block, books: Books, tech_smes: Ints) -> list[Rows]:
    """All records of this module. `tech_smes` are organisations with a technology-SME title: they pledge more often."""
    patents = _patents(block, books)
    loans, pledges = _loans(block, patents, tech_smes)
    return [patents, loans, pledges, _fees(block, loans), _investments(block, books), _listings(block, books)]


def _patents(block: Block, books: Books) -> Rows:
    """About 5 patents for one in six of those that do research. Chip layouts only where chips are made."""
    rng = block.rng("patents")
    active = where(np.isin(block.kind, (ENTERPRISE, INSTITUTION)) & (books.research[:, Y2024] > 100_000 * 100))
    chips = np.intersect1d(active, where(block.in_cluster("microelectronics")))
    owners = np.union1d(sample(rng, active, 0.23), sample(rng, chips, 0.6))
    owner = np.repeat(owners, rng.geometric(0.22, owners.size))
    earliest = np.maximum(block.since(owner) + 200, day("2012-01-01"))
    span = np.maximum(_LAST_DAY - earliest, 0)
    granted = earliest + (rng.random(owner.size) * span).astype(np.int64)
    keep = granted <= _LAST_DAY
    owner, granted = owner[keep], granted[keep]
    kind = choose(rng, [0.33, 0.48, 0.08, 0.05, 0.06], owner.size)
    kind = np.where((kind == 3) & ~block.in_cluster("microelectronics")[owner], 0, kind)
    ended = granted + rng.integers(300, 2500, owner.size)
    return Rows(
        "patent",
        owner,
        {
            "number": block.numbers.text("ZL", owner.size),
            "kind": words(_PATENT_KINDS, kind),
            "class": words(["I", "II"], np.isin(kind, (1, 2)).astype(np.int64)),
            "granted_on": granted,
            "ended_on": optional(ended, (rng.random(owner.size) < 0.08) & (ended <= _LAST_DAY)),
        },
    )


def _loans(block: Block, patents: Rows, tech_smes: Ints) -> tuple[Rows, Rows]:
    """Loans and, for those on patents, the pledge. Pledged loans drawn in 2020 add up to F34."""
    rng = block.rng("loans")
    first = np.unique(patents.owner, return_index=True)
    patent_of = np.full(block.size, -1, dtype=np.int64)
    patent_of[first[0]] = first[1]
    enterprises = block.of(ENTERPRISE)
    able = enterprises[patent_of[enterprises] >= 0]
    granted = np.full(block.size, 10**7, dtype=np.int64)
    granted[first[0]] = patents.values["granted_on"][first[1]]
    # The loans of 2020 that carry the published figure, then pledged loans of other years, then the others.
    ready = able[granted[able] < day("2020-06-01")]
    usual = np.intersect1d(ready, tech_smes)
    wanted = block.quota(cal.PLEDGE_LOANS_2020)
    in_2020 = sample(rng, usual if usual.size >= wanted else ready, 0, wanted)
    assert in_2020.size == block.quota(cal.PLEDGE_LOANS_2020), (
        "too few firms with patents for the pledged loans of 2020"
    )
    pledgers = np.concatenate([sample(rng, np.intersect1d(able, tech_smes), 0.5), sample(rng, able, 0.12)])
    plain = sample(rng, enterprises, 0.09)
    owner = np.concatenate([in_2020, pledgers, plain])
    kind = np.concatenate(
        [
            np.zeros(in_2020.size, dtype=np.int64),
            choose(rng, [0.85, 0.15], pledgers.size),
            _PLEDGED_KINDS + choose(rng, [0.25, 0.1, 0.4, 0.25], plain.size),
        ]
    )
    earliest = np.where(kind < _PLEDGED_KINDS, np.maximum(granted[owner], block.since(owner)), block.since(owner)) + 40
    earliest = np.maximum(earliest, day("2017-01-01"))
    drawn = earliest + (rng.random(owner.size) * np.maximum(day("2025-11-30") - earliest, 1)).astype(np.int64)
    late_year = (kind < _PLEDGED_KINDS) & (rng.random(owner.size) < 0.5)
    drawn = np.where(late_year, np.maximum(earliest, _some_autumn(rng, owner.size)), drawn)
    drawn = np.where((kind < _PLEDGED_KINDS) & (year_of(drawn) == 2020), drawn + 366, drawn)
    drawn[: in_2020.size] = rng.integers(day("2020-09-01"), day("2020-12-28"), size=in_2020.size)
    principal = yuan(rng, 3_000_000, 0.8, owner.size) // 1_000_000 * 1_000_000 + 1_000_000
    if in_2020.size:
        weights = principal[: in_2020.size].astype(np.float64)
        principal[: in_2020.size] = apportion(block.money(cal.PLEDGED_2020, cal.PLEDGE_LOANS_2020), weights)
    keep = drawn <= day("2025-12-20")
    loans = _loan_rows(block, rng, owner[keep], kind[keep], drawn[keep], principal[keep])
    return loans, _pledges(block, rng, loans, kind[keep], patent_of, patents)


def _some_autumn(rng: np.random.Generator, size: int) -> Ints:
    """Days between September and December of 2021, 2024 and 2025, when the technology SMEs of the year are known."""
    starts: Ints = np.array([day(f"{year}-09-01") for year in (2021, 2024, 2025)], dtype=np.int64)
    return starts[rng.integers(0, 3, size)] + rng.integers(0, 100, size)


def _loan_rows(block: Block, rng: np.random.Generator, owner: Ints, kind: Ints, drawn: Ints, principal: Ints) -> Rows:
    """Terms of each loan. Rates of exactly 1.4 × 3.85 % occur: a border of one of the rules."""
    size = owner.size
    rate = rng.integers(300, 650, size) * 100
    rate = np.where(rng.random(size) < 0.06, 53_900, rate)
    days = rng.choice([183, 365, 730], size=size)
    due = drawn + days
    early = due - rng.integers(0, 90, size)
    settled = np.where(rng.random(size) < 0.2, early, due)
    paid_back = (settled <= _LAST_DAY) & (rng.random(size) < 0.92)
    until = np.minimum(np.where(paid_back, settled, due), _LAST_DAY)
    # Simple interest on 360 days, in whole fen: what has been paid up to the last day.
    interest = principal // 100 * rate // 10_000 * (until - drawn) // 360
    return Rows(
        "loan",
        owner,
        {
            "contract_number": block.numbers.text("DK", size),
            "lender": words(_LENDERS, choose(rng, [1] * len(_LENDERS), size)),
            "kind": words(_LOAN_KINDS, kind),
            "principal": principal,
            "rate": rate,
            "signed_on": drawn - rng.integers(1, 20, size),
            "drawn_on": drawn,
            "due_on": due,
            "interest": interest,
            "settled_on": optional(settled, paid_back),
        },
    )


def _pledges(block: Block, rng: np.random.Generator, loans: Rows, kind: Ints, patent_of: Ints, patents: Rows) -> Rows:
    """One pledge for each loan on patents, registered before the money came and released after it went back."""
    mine = where(kind < _PLEDGED_KINDS)
    owner = loans.owner[mine]
    settled = loans.values["settled_on"][mine]
    released = settled + 10
    return Rows(
        "pledge",
        owner,
        {
            "number": block.numbers.text("ZY", mine.size),
            "patent_number": patents.values["number"].take(pa.array(patent_of[owner])),
            "pledgee": loans.values["lender"].take(pa.array(mine)),
            "loan_contract": loans.values["contract_number"].take(pa.array(mine)),
            "amount": loans.values["principal"][mine],
            "registered_on": loans.values["drawn_on"][mine] - rng.integers(2, 25, mine.size),
            "released_on": optional(released, (settled != EMPTY) & (released <= _LAST_DAY)),
        },
    )


def _fees(block: Block, loans: Rows) -> Rows:
    """Guarantee, insurance and appraisal fees of pledged loans, and service contracts of the agencies behind them."""
    rng = block.rng("fees")
    pledged = np.asarray(pa.compute.is_in(loans.values["kind"], pa.array(_LOAN_KINDS[:_PLEDGED_KINDS])))
    on_patents = where(pledged)
    kinds = ("担保费", "保险费", "评估费", "中介服务")
    agencies = where(block.industry_is("L7264") | block.industry_is("L7259") & (block.kind == ENTERPRISE))
    owners, loan_at, kind_of = [], [], []
    for at, rate in enumerate((0.6, 0.35, 0.5, 0.4)):
        mine = sample(rng, on_patents, rate)
        owners.append(rng.choice(agencies, size=mine.size) if at == 3 else loans.owner[mine])
        loan_at.append(mine)
        kind_of.append(np.full(mine.size, at, dtype=np.int64))
    owner, loan, kind = np.concatenate(owners), np.concatenate(loan_at), np.concatenate(kind_of)
    per_mille = np.array([15, 12, 4, 5], dtype=np.int64)[kind] + rng.integers(0, 6, kind.size)
    contract = loans.values["contract_number"].take(pa.array(loan))
    # Some service contracts were signed, but no bank has lent.
    lent = (kind != 3) | (rng.random(kind.size) < 0.7)
    paid = np.where(
        kind == 3, np.maximum(loans.values["drawn_on"][loan], block.since(owner) + 30), loans.values["drawn_on"][loan]
    )
    keep = where(paid <= _LAST_DAY)
    return Rows(
        "finance_fee",
        owner[keep],
        {
            "contract_number": block.numbers.text("FY", keep.size),
            "kind": words(kinds, kind[keep]),
            "loan_contract": pa.compute.if_else(pa.array(lent), contract, pa.scalar(None, pa.string())).take(
                pa.array(keep)
            ),
            "amount": (loans.values["principal"][loan] * per_mille // 1_000)[keep],
            "paid_on": paid[keep],
        },
    )


def _investments(block: Block, books: Books) -> Rows:
    """The 77 investments of the three public investors up to 2021 (F31, F32), later ones, and private capital."""
    rng = block.rng("investments")
    here = where((block.kind == ENTERPRISE) & (block.cluster != 5))
    old = here[block.since(here) < day("2019-06-01")]
    first, end = block.heads(cal.INVESTED_PROJECTS)
    public = sample(rng, old, 0, end - first)
    assert public.size == end - first, "too few firms for the published investments"
    later, private = sample(rng, here, 0.006), sample(rng, here, 0.012)
    owner = np.concatenate([public, later, private])
    # The number of the project in the whole sample chooses among the three, so that all of them occur.
    investor = np.concatenate([np.arange(first, end) % 3, rng.integers(0, 3, later.size), np.full(private.size, 3)])
    amount = yuan(rng, 12_000_000, 0.9, owner.size)
    if public.size:
        part = block.money(cal.INVESTED_TO_2021, cal.INVESTED_PROJECTS)
        amount[: public.size] = apportion(part, amount[: public.size].astype(np.float64))
    low = np.maximum(block.since(owner) + 100, day("2022-01-01"))
    on = low + (rng.random(owner.size) * np.maximum(day("2025-12-15") - low, 1)).astype(np.int64)
    low = np.maximum(block.since(public) + 100, day("2017-01-01"))
    on[: public.size] = low + (rng.random(public.size) * (day("2021-12-15") - low)).astype(np.int64)
    keep = on <= _LAST_DAY
    numbers = block.numbers.text("TZ", owner.size)
    return Rows(
        "investment",
        owner[keep],
        {
            "number": numbers.filter(pa.array(keep)),
            "investor": words(_INVESTORS, investor[keep].astype(np.int64)),
            "amount": amount[keep],
            "invested_on": on[keep],
        },
    )


def _listings(block: Block, books: Books) -> Rows:
    """Stages to the exchange: the listed firms of F45 and F44, firms on their way since, and 新三板."""
    rng = block.rng("listings")
    large = where((block.kind == ENTERPRISE) & (books.revenue[:, Y2020] > 10_000_000 * 100) & (block.moved_in == EMPTY))
    old = large[block.since(large) < day("2012-01-01")]
    first, end = block.heads(cal.LISTED_TO_2021H1)
    listed = sample(rng, old, 0, end - first)
    assert listed.size == end - first, "too few firms for the published listings"
    hopeful = sample(rng, np.setdiff1d(large, listed), 0.03, block.quota(60))
    owner = np.concatenate([listed, hopeful])
    is_2021 = np.arange(first, end) >= cal.LISTED_TO_2021H1 - cal.LISTED_IN_2021H1
    last = rng.integers(day("2022-03-01"), day("2025-12-20"), size=owner.size)
    early = rng.integers(day("2016-06-01"), day("2020-12-20"), size=listed.size)
    last[: listed.size] = np.where(is_2021, rng.integers(day("2021-02-01"), day("2021-06-25"), size=listed.size), early)
    reached = np.concatenate(
        [np.full(listed.size, 6), choose(rng, [0.25, 0.2, 0.1, 0.15, 0.05, 0.1, 0.15], hopeful.size)]
    )
    board = choose(rng, [0.2, 0.3, 0.25, 0.2, 0.05], owner.size)
    owners, boards, stages, days = [], [], [], []
    for stage in range(len(_STAGES)):
        mine = where(reached >= stage)
        owners.append(owner[mine])
        boards.append(words(_BOARDS, board[mine]))
        stages.append(words(_STAGES, np.full(mine.size, stage, dtype=np.int64)))
        days.append(last[mine] - (reached[mine] - stage) * (40 + owner[mine] % 60))
    base = sample(rng, large, 0.03, block.quota(40))
    entry = rng.integers(day("2016-01-01"), day("2025-12-20"), size=base.size)
    direct = rng.random(base.size) < 0.2
    up = where(~direct & (rng.random(base.size) < 0.4) & (entry + 400 <= _LAST_DAY))
    owners += [base, base[up]]
    boards += [words(["新三板"], np.zeros(base.size + up.size, dtype=np.int64))]
    stages += [
        words(["基础层", "创新层"], direct.astype(np.int64)),
        words(["创新层"], np.zeros(up.size, dtype=np.int64)),
    ]
    days += [entry, entry[up] + 400]
    return _listing_rows(np.concatenate(owners), boards, stages, np.concatenate(days))


def _listing_rows(owner: Ints, boards: list[Any], stages: list[Any], days: Ints) -> Rows:
    return Rows(
        "listing",
        owner,
        {"board": pa.concat_arrays(boards), "stage": pa.concat_arrays(stages), "happened_on": days},
    )
