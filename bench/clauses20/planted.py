"""Firms that stand exactly at, just below and just above every threshold, tie and cap of the twenty clauses.

    python bench/clauses20/planted.py FOLDER          writes FOLDER/ent_planted.parquet and FOLDER/pat_planted.parquet

The tables have the columns of generate.py. `planted()` gives each row with a label that says what it probes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

YUAN = 100
MILLION = 100_000_000
NONE = date(1970, 1, 1)
Patents = Sequence[tuple[int, date]]
Planted = tuple[str, dict[str, object], Patents]
_TYPES = {"eid": pa.int64(), "ind": pa.int32(), "hnte_n": pa.int8(), "srdi_l": pa.int8()}
_COUNTS = ("emp", "emp_ly", "grads", "days")
_MONEY = (
    *("rev_ty", "rev_ly", "rev_peak", "rd_ty", "rd_ly", "equip", "exp_ty", "exp_ly"),
    *("principal", "interest", "guar", "rent", "area", "comp", "exhib", "equity"),
)
# A firm that no clause gives anything.
_QUIET: Mapping[str, object] = {
    "ind": 5111,
    "in_dist": True,
    "blk": False,
    "fok": True,
    "est": date(2010, 1, 1),
    "scale": NONE,
    "hnte": NONE,
    "srdi": NONE,
    "hnte_n": 0,
    "srdi_l": 0,
    **dict.fromkeys(_COUNTS, 0),
    **dict.fromkeys(_MONEY, 0),
    "emp": 10,
    "emp_ly": 10,
}
_ORDER = (
    *("eid", "ind", "in_dist", "blk", "fok", "est", "rev_ty", "rev_ly", "rev_peak", "rd_ty", "rd_ly"),
    *("emp", "emp_ly", "grads", "scale", "hnte", "hnte_n", "srdi", "srdi_l", "equip", "exp_ty", "exp_ly"),
    *("principal", "interest", "days", "guar", "rent", "area", "comp", "exhib", "equity"),
)
_INVENTION, _PCT = 1, 4
_IN_YEAR = date(2025, 6, 30)


def _one(label: str, **changes: object) -> Planted:
    return label, {**_QUIET, **changes}, ()


def _owning(patents: Patents, planted: Planted) -> Planted:
    return planted[0], planted[1], patents


def _around(value: int, step: int = 1) -> tuple[int, int, int]:
    return value - step, value, value + step


def _days_around(day: date) -> tuple[date, ...]:
    return tuple(day + timedelta(days=n) for n in (-1, 0, 1))


def _gates() -> Iterator[Planted]:
    for bits in range(8):
        flags = {"in_dist": bool(bits & 1), "blk": bool(bits & 2), "fok": bool(bits & 4)}
        yield _one(f"gates {flags}", **flags, guar=1_000 * YUAN, exhib=99)


def _industries() -> Iterator[Planted]:
    borders = (1300, 4399, 6300, 6599, 7100, 7599, 6513, 6531, 6550, 6572)
    for industry in sorted({near for border in borders for near in _around(border)}):
        yield _one(
            f"industry {industry}",
            ind=industry,
            scale=_IN_YEAR,
            equip=6 * MILLION,
            comp=100_005,
            rev_ty=30 * MILLION,
            rev_ly=29 * MILLION,
            rev_peak=30 * MILLION,
        )


def _dates() -> Iterator[Planted]:
    for day in (*_days_around(date(2025, 1, 1)), *_days_around(date(2025, 12, 31)), NONE):
        yield _one(f"C01 above scale {day}", scale=day)
        for level in (1, 2, 3):
            yield _one(f"C08 level {level} {day}", srdi=day, srdi_l=level)
    for border in (date(2023, 1, 1), date(2025, 1, 1), date(2025, 12, 31)):
        for day in _days_around(border):
            for times in (1, 2):
                money = {"rd_ty": 2 * MILLION, "rd_ly": MILLION, "principal": MILLION, "interest": MILLION, "days": 100}
                yield _one(
                    f"high-tech {day} {times}", hnte=day, hnte_n=times, **money, rent=YUAN + 5, est=day, area=100
                )
    for day in _days_around(date(2023, 1, 1)):
        yield _one(f"C13 founded {day}", est=day, rent=100_001, area=5_000)


def _growth() -> Iterator[Planted]:
    for this in _around(20 * MILLION):
        for last in (0, 1, 10 * MILLION, 20 * MILLION, 21 * MILLION):
            yield _one(f"C02 C03 revenue {this} after {last}", rev_ty=this, rev_ly=last, rev_peak=last)
    for last in (20 * MILLION, 1_999_999_997, 3_333_333_331, 7_777_777_770, 200 * MILLION, 100 * MILLION):
        for percent in (10, 20, 30):
            for this in _around(-(-last * (100 + percent) // 100)):
                yield _one(f"C02 {percent} % {this} after {last}", rev_ty=this, rev_ly=last, rev_peak=5_000 * MILLION)
    for industry, most in ((5111, 400 * MILLION), (6300, 250 * MILLION)):
        for more in (*_around(most), *_around(most, 100), *_around(most, 200), 99, 100, 101, 300, 62, 63):
            last = 1_000 * MILLION
            peak = 5_000 * MILLION
            yield _one(f"C03 {industry} increment {more}", ind=industry, rev_ty=last + more, rev_ly=last, rev_peak=peak)


def _group_one() -> Iterator[Planted]:
    # C02 and C03 equal, or apart by a fen: 10 % of 200 million, 20 % of 200 million and 30 % of 200 million at 0.5 %.
    for percent in (10, 20, 30):
        last = 200 * MILLION
        for step in (0, 99, 100, 200, 300, -1):
            yield _one(f"G1 tie {percent} % {step}", rev_ty=last * (100 + percent) // 100 + step, rev_ly=last)


def _steps() -> Iterator[Planted]:
    for step in (100, 500, 1_000, 5_000):
        for this in _around(step * MILLION):
            for peak in (0, *_around(step * MILLION)):
                yield _one(f"C04 {this} peak {peak}", rev_ty=this, rev_ly=this, rev_peak=peak)


def _research() -> Iterator[Planted]:
    for revenue in (100, 101, 10 * MILLION, 33_333_333_333, 1_000):
        for spent in _around(-(-revenue * 3 // 100)):
            yield _one(f"C05 {spent} of {revenue}", rev_ty=revenue, rev_ly=revenue, rev_peak=revenue, rd_ty=spent)
    borders = (MILLION, 5 * MILLION, 2_833_333_333, 2_833_333_334)
    ties = (4, 5, 6, 15, MILLION + 9, MILLION + 10, MILLION + 30, 5 * MILLION + 49, 5 * MILLION + 50, 5 * MILLION + 51)
    for spent in (*(near for border in borders for near in _around(border)), *ties):
        yield _one(f"C05 spent {spent}", rev_ty=100, rev_ly=100, rd_ty=spent, rd_ly=spent)
    yield _one("C05 no revenue", rd_ty=3 * MILLION, rd_ly=3 * MILLION)
    for high_tech in (NONE, _IN_YEAR):
        for spent in _around(MILLION):
            for before in (0, *_around(spent)):
                yield _one(
                    f"C06 {high_tech} {spent} after {before}", rd_ty=spent, rd_ly=before, hnte=high_tech, hnte_n=2
                )
        for more in (*_around(5 * MILLION), *_around(625 * MILLION // 100), 5, 6, 15):
            yield _one(
                f"C06 {high_tech} increment {more}",
                rd_ty=2 * MILLION + more,
                rd_ly=2 * MILLION,
                hnte=high_tech,
                hnte_n=3,
            )
    for before in _around(0)[1:]:
        yield _one(f"G2 tie {before}", rev_ty=100, rd_ty=MILLION, rd_ly=before, hnte=date(2023, 1, 1), hnte_n=1)


def _titles() -> Iterator[Planted]:
    for times in range(4):
        for level in range(4):
            days = {"hnte": _IN_YEAR, "srdi": _IN_YEAR}
            yield _one(f"G3 times {times} level {level}", hnte_n=times, srdi_l=level, **days)
    yield _one("C08 no such level", srdi=_IN_YEAR, srdi_l=4)


def _patents() -> Iterator[Planted]:
    for many in (0, 1, 9, 10, 11, 65, 66, 67, 68):
        yield _owning([(_INVENTION, _IN_YEAR)] * many, _one(f"C09 {many} inventions"))
    for many in (1, 2, 19, 20, 21, 40):
        yield _owning([(_PCT, _IN_YEAR)] * many, _one(f"C10 {many} PCT"))
    for border in (date(2025, 1, 1), date(2025, 12, 31)):
        for day in _days_around(border):
            yield _owning([(kind, day) for kind in (1, 2, 3, 4)], _one(f"patents of {day}"))


def _loans() -> Iterator[Planted]:
    for level, high_tech in ((0, NONE), (0, date(2022, 12, 31)), (0, date(2023, 1, 1)), (1, NONE), (3, _IN_YEAR)):
        loan = {"principal": 50 * MILLION, "days": 300, "interest": 12_345_677}
        yield _one(f"C11 level {level} high-tech {high_tech}", srdi_l=level, hnte=high_tech, hnte_n=1, **loan)
    # principal × days × 23 / 480000 fen: a half exactly where the product is an odd multiple of 240000.
    for principal, days in ((8_000, 30), (24_000, 10), (800_000, 30), (2_400_000, 361), (48_000_000, 365)):
        for near in _around(principal):
            yield _one(f"C11 prime {near} {days}", srdi_l=1, principal=near, days=days, interest=10**9)
    for interest in (1, 2, 3, 99, *_around(MILLION), *_around(2 * MILLION)):
        yield _one(f"C11 interest {interest}", srdi_l=1, principal=10**12, days=360, interest=interest)
    for interest in _around(3_450_000):
        yield _one(f"C11 as much as prime {interest}", srdi_l=1, principal=MILLION, days=360, interest=interest)
    for days in (0, 1, 360, 365):
        yield _one(f"C11 {days} days", srdi_l=1, principal=100_100, days=days, interest=10**9)
    for fee in (0, 1, 2, 4, 5, 6, 15, 25, *_around(66_666_666), *_around(66_666_668)):
        yield _one(f"C12 {fee}", guar=fee)


def _premises() -> Iterator[Planted]:
    for high_tech in (NONE, _IN_YEAR):
        firm = {"est": date(2024, 5, 1), "hnte": high_tech, "hnte_n": 1}
        for area in (0, 1, *_around(50_000)):
            for rent in (*_around(area * 720), *_around(36_000_000)):
                yield _one(f"C13 {high_tech} {area} {rent}", area=area, rent=max(rent, 0), **firm)
        for rent in (1, 5, 15, 3, 71):
            yield _one(f"C13 {high_tech} rent {rent}", area=50_000, rent=rent, **firm)


def _investment() -> Iterator[Planted]:
    for level in range(4):
        for spent in (*_around(5 * MILLION), *_around(6_250_000_000), *_around(5_000_000_000), 5 * MILLION + 5):
            yield _one(f"C14 level {level} {spent}", ind=1300, equip=spent, srdi_l=level)
    for last in (0, 1_000_000):
        for more in (*_around(0), *_around(50), *_around(3_000_000_000), 150, 250):
            yield _one(f"C15 {more} more than {last}", exp_ty=max(last + more, 0), exp_ly=last)
    for industry in (1300, 5111, 6300, 6513):
        for spent in (1, 2, 5, 15, 25, *_around(333_333_333), *_around(277_777_778)):
            yield _one(f"C18 {industry} {spent}", ind=industry, comp=spent)
    for spent in (1, 2, 3, 99, *_around(10_000_000)):
        yield _one(f"C19 {spent}", exhib=spent)
    for raised in (*_around(10 * MILLION), *_around(10 * MILLION + 50), *_around(100 * MILLION), 10 * MILLION + 150):
        yield _one(f"C20 {raised}", equity=raised)


def _staff() -> Iterator[Planted]:
    for more in (-1, 0, 1, 4, 5, 6, 49, 50, 51, 182, 183, 184, 185):
        yield _one(f"C17 {more} more", emp=20 + more, emp_ly=20, grads=3)
    for level in (0, 1):
        for hired in (0, 1, 2, 66, 67, 99, 100, 101):
            for before in _around(10):
                yield _one(
                    f"C16 {hired} hired of level {level} from {before}", grads=hired, srdi_l=level, emp_ly=before
                )


def _totals() -> Iterator[Planted]:
    # 2 + 1 + 1 + 0.5 + 5 million yuan; what else there is meets the cap of 10 million.
    rich = {
        "ind": 3511,
        "rev_ty": 6_000 * MILLION,
        "rev_ly": 4_000 * MILLION,
        "rev_peak": 4_000 * MILLION,
        "rd_ty": 200 * MILLION,
        "srdi": _IN_YEAR,
        "srdi_l": 3,
        "equip": 100 * MILLION,
    }
    for raised in (*_around(50 * MILLION, 100), *_around(50 * MILLION, 50), 100 * MILLION):
        yield _one(f"total with equity {raised}", equity=raised, **rich)
    for spent in (100, *_around(166_666_667), 5 * MILLION):
        for shown in (0, 1, 10_000_000):
            yield _one(f"total {spent} {shown}", comp=spent, exhib=shown, equity=10 * MILLION, **rich)
    patents = [(_INVENTION, _IN_YEAR)] * 70 + [(_PCT, _IN_YEAR)] * 30
    yield _owning(patents, _one("total, all at once", comp=MILLION, **rich))


def planted() -> list[Planted]:
    """Every planted firm: what it probes, its figures as in the columns of generate.py, its patents."""
    parts = (
        *(_gates, _industries, _dates, _growth, _group_one, _steps, _research, _titles),
        *(_patents, _loans, _premises, _investment, _staff, _totals),
    )
    # Two borders may ask for the same firm.
    found: dict[str, Planted] = {}
    for part in parts:
        for one in part():
            if found.setdefault(one[0], one)[1:] != one[1:]:
                raise ValueError(f"two different firms are called {one[0]!r}")
    return list(found.values())


def tables(rows: Sequence[Planted]) -> tuple[pa.Table, pa.Table]:
    """Firms and patents as generate.py writes them."""
    firms = [{"eid": n, **figures} for n, (_, figures, _) in enumerate(rows, 1)]
    grants = [(n, kind, day) for n, (_, _, owned) in enumerate(rows, 1) for kind, day in owned]
    columns = {name: pa.array([firm[name] for firm in firms], _type(name)) for name in _ORDER}
    owners, kinds, days = zip(*grants, strict=True)
    patents = {"eid": pa.array(owners, pa.int64()), "ptype": pa.array(kinds, pa.int8()), "gdate": pa.array(days)}
    return pa.table(columns), pa.table(patents)


def _type(name: str) -> pa.DataType:
    if name in _TYPES:
        return _TYPES[name]
    if name in _COUNTS:
        return pa.int32()
    if name in _MONEY:
        return pa.int64()
    return pa.bool_() if name in ("in_dist", "blk", "fok") else pa.date32()


def write(folder: Path) -> int:
    """Both tables as Parquet files; returns the number of firms."""
    rows = planted()
    firms, grants = tables(rows)
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(firms, folder / "ent_planted.parquet", compression="zstd")
    pq.write_table(grants, folder / "pat_planted.parquet", compression="zstd")
    return len(rows)


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
