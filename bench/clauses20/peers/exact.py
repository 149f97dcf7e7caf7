"""The twenty clauses in whole fen over NumPy columns: the rule set by hand, vectorised, and the oracle of the others.

Every quotient stays a quotient of integers until it is rounded half-up to fen; shares are compared by products. The
largest product, interest × 3,600,000, stays below 2^53 for any loan under a billion yuan.
"""

from __future__ import annotations

import numpy as np
from columns import Columns
from parameters import (
    AI_INDUSTRIES,
    CLAUSES,
    GROUPS,
    INVENTION,
    PCT,
    SINGLE,
    VALID_FIRST,
    YEAR_FIRST,
    YEAR_LAST,
    Parameters,
)

Amounts = dict[str, np.ndarray]


def half_up(over: np.ndarray, under: int) -> np.ndarray:
    """A quotient of a non-negative integer by a positive one, rounded half-up."""
    return (2 * over + under) // (2 * under)


def in_year(day: np.ndarray) -> np.ndarray:
    """Whether days lie in 2025."""
    return (day >= YEAR_FIRST) & (day <= YEAR_LAST)


def granted(patents: Columns, kind: int, rows: int) -> np.ndarray:
    """How many patents of a kind each enterprise was granted in 2025."""
    wanted = (patents["ptype"] == kind) & in_year(patents["gdate"])
    return np.bincount(patents["eid"][wanted] - 1, minlength=rows)


def amounts(ent: Columns, patents: Columns, p: Parameters) -> Amounts:
    """Fen by clause, gates applied, before groups and the cap of the enterprise."""
    ind = ent["ind"]
    kinds = {
        "mfg": (ind >= 1300) & (ind <= 4399),
        "svc": ((ind >= 6300) & (ind <= 6599)) | ((ind >= 7100) & (ind <= 7599)),
        "ai": np.isin(ind, AI_INDUSTRIES),
        "hnte": (ent["hnte"] >= VALID_FIRST) & (ent["hnte"] <= YEAR_LAST),
    }
    found = {**_growth(ent, kinds, p), **_research(ent, kinds, p), **_titles(ent, p)}
    found |= _patents(patents, ind.size, p)
    found |= {**_finance(ent, kinds, p), **_people(ent, p), **_spending(ent, kinds, p)}
    gate = ent["in_dist"] & ~ent["blk"] & ent["fok"]
    return {name: np.where(gate, found[name], 0) for name in CLAUSES}


def payable(found: Amounts, p: Parameters) -> np.ndarray:
    """Fen by enterprise: the higher of each group, all others, at most the cap."""
    total = sum((found[name] for name in SINGLE), start=np.int64(0))
    for one, other in GROUPS:
        total = total + np.maximum(found[one], found[other])
    return np.minimum(total, p.entity_cap)


def _growth(ent: Columns, kinds: Columns, p: Parameters) -> Amounts:
    now, before, peak = ent["rev_ty"], ent["rev_ly"], ent["rev_peak"]
    large, growth = now >= p.growth_revenue, now - before
    crossing = np.zeros(now.size, np.int64)
    for line, amount in p.crossings:
        crossing = np.where((now >= line) & (peak < line), amount, crossing)
    steps = [growth * 100 >= before * share for share in (30, 20, 10)]
    step = np.select(steps, [p.growth_30, p.growth_20, p.growth_10], 0)
    increment = half_up(np.maximum(growth, 0) * np.where(kinds["svc"], 8, 5), 1000)
    scale = np.select([kinds["mfg"], kinds["svc"]], [p.scale_mfg, p.scale_svc], p.scale_else)
    return {
        "C01": np.where(in_year(ent["scale"]), scale, 0),
        "C02": np.where(large & (before > 0), step, 0),
        "C03": np.where(large, np.minimum(increment, p.increment_cap), 0),
        "C04": crossing,
    }


def _research(ent: Columns, kinds: Columns, p: Parameters) -> Amounts:
    spent, before, revenue = ent["rd_ty"], ent["rd_ly"], ent["rev_ty"]
    slices = (
        10 * np.minimum(spent, p.research_first)
        + 5 * np.clip(spent - p.research_first, 0, p.research_second - p.research_first)
        + 3 * np.maximum(spent - p.research_second, 0)
    )
    intense = (revenue > 0) & (spent * 100 >= revenue * 3)
    more = (spent > before) & (spent >= p.more_research_least)
    increment = half_up(np.maximum(spent - before, 0) * np.where(kinds["hnte"], 10, 8), 100)
    return {
        "C05": np.where(intense, np.minimum(half_up(slices, 100), p.research_cap), 0),
        "C06": np.where(more, np.minimum(increment, p.more_research_cap), 0),
    }


def _titles(ent: Columns, p: Parameters) -> Amounts:
    level = ent["srdi_l"]
    of_level = np.select([level == 1, level == 2, level == 3], [p.srdi_1, p.srdi_2, p.srdi_3], 0)
    first = np.where(ent["hnte_n"] == 1, p.hnte_first, p.hnte_again)
    return {"C07": np.where(in_year(ent["hnte"]), first, 0), "C08": np.where(in_year(ent["srdi"]), of_level, 0)}


def _patents(patents: Columns, rows: int, p: Parameters) -> Amounts:
    inventions = granted(patents, INVENTION, rows)
    by_number = np.minimum(inventions, 10) * p.invention + np.maximum(inventions - 10, 0) * p.invention_more
    return {
        "C09": np.minimum(by_number, p.invention_cap),
        "C10": np.minimum(granted(patents, PCT, rows) * p.pct, p.pct_cap),
    }


def _finance(ent: Columns, kinds: Columns, p: Parameters) -> Amounts:
    # interest × 50 % and principal × 3.45 % / 360 × days × 50 % over the common divisor 7,200,000.
    by_rate = ent["principal"] * ent["days"] * 345
    interest = half_up(np.minimum(ent["interest"] * 3_600_000, by_rate), 7_200_000)
    titled = (ent["srdi_l"] >= 1) | kinds["hnte"]
    # Rent and area in hundredths of a fen.
    rent = np.minimum(ent["rent"] * 100, np.minimum(ent["area"], 50_000) * (p.rent_metre * 12))
    rent = half_up(rent * np.where(kinds["hnte"], 70, 50), 10_000)
    return {
        "C11": np.where(titled, np.minimum(interest, p.interest_cap), 0),
        "C12": np.minimum(half_up(ent["guar"] * 30, 100), p.guarantee_cap),
        "C13": np.where(ent["est"] >= VALID_FIRST, np.minimum(rent, p.rent_cap), 0),
        "C20": np.where(ent["equity"] >= p.equity_least, np.minimum(half_up(ent["equity"], 100), p.equity_cap), 0),
    }


def _people(ent: Columns, p: Parameters) -> Amounts:
    now, before = ent["emp"].astype(np.int64), ent["emp_ly"]
    graduates = half_up(ent["grads"] * (p.graduate * np.where(ent["srdi_l"] >= 1, 3, 2)), 2)
    added = now - before
    heads = np.minimum(added, 50) * p.head + np.maximum(added - 50, 0) * p.head_more
    return {
        "C16": np.where(now >= before, np.minimum(graduates, p.graduate_cap), 0),
        "C17": np.where(added >= 5, np.minimum(heads, p.head_cap), 0),
    }


def _spending(ent: Columns, kinds: Columns, p: Parameters) -> Amounts:
    equipment = half_up(ent["equip"] * np.where(ent["srdi_l"] >= 2, 10, 8), 100)
    bought = kinds["mfg"] & (ent["equip"] >= p.equipment_least)
    exported = half_up(np.maximum(ent["exp_ty"] - ent["exp_ly"], 0), 100)
    compute = half_up(ent["comp"] * np.where(kinds["ai"], 36, 30), 100)
    return {
        "C14": np.where(bought, np.minimum(equipment, p.equipment_cap), 0),
        "C15": np.minimum(exported, p.export_cap),
        "C18": np.where(kinds["mfg"] | kinds["svc"], np.minimum(compute, p.compute_cap), 0),
        "C19": np.minimum(half_up(ent["exhib"], 2), p.exhibition_cap),
    }
