"""Which columns of anyone's table hold locations, products, values and periods: as named, or by the names in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yanlian.base.refusal import Refused

# Names in use by statistics offices and by the packages beside us (ecomplexity, economic-complexity,
# economiccomplexity, EconGeo), compared without case, spaces, underscores and hyphens; the first one there is taken.
USED: Mapping[str, tuple[str, ...]] = {
    "location": (
        "location", "loc", "locationcode", "countrycode", "countryid", "country", "exportercountryid", "exporter",
        "exportercountry", "origin", "reporter", "regionid", "region", "area", "place", "city", "province", "county",
        "district", "geo", "subnatgeographyid", "subnatgeography", "地区代码", "地区", "区域",
        "城市", "省份", "区县", "国家",
    ),
    "product": (
        "productcode", "productid", "product", "prod", "commoditycode", "commodity", "industrycode", "industry",
        "sectorid", "sector", "sectionid", "section", "segment", "activity", "technology", "hsproductcode", "hs4id",
        "hs4", "hs92code", "hs92", "hs", "sitcproductcode", "sitccode", "sitc", "naics", "nace", "isic", "patentclass",
        "产品代码", "产品", "行业代码", "行业", "产业", "环节", "部门", "技术",
    ),
    "value": (
        "value", "val", "values", "export", "exports", "exportvalue", "exportval", "tradevalue", "trade", "amount",
        "output", "employment", "employees", "jobs", "count", "number", "patents", "revenue", "数值", "值", "金额",
        "出口额", "产值", "营业收入", "从业人数", "企业数", "数量",
    ),
    "time": ("year", "time", "period", "date", "年份", "年度", "年", "时期"),
}  # fmt: skip
# A table without a column of periods, although it has one with such a name.
NO_TIME = "none"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a long table hold what; `time` only where a table has several periods."""

    location: str = "location"
    product: str = "product"
    value: str = "value"
    time: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name a value."""
        return (*(() if self.time is None else (self.time,)), self.location, self.product)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said of the columns; None: to be found by the names in use. `time` "none": there are no periods."""

    location: str | None = None
    product: str | None = None
    value: str | None = None
    time: str | None = None


def columns_of(file: str, names: Sequence[str], asked: Asked) -> Columns | None:
    """The columns of a long table; None where it can only be a wide one: neither product nor value was named or is
    found. Refused("complexity_column"): one that was named is not there, or only some are found; ("delimited_twice"):
    a needed column occurs more than once."""
    told = {"location": asked.location, "product": asked.product, "value": asked.value}
    found = {role: said or _used(role, names) for role, said in told.items()}
    if not (asked.product or asked.value or found["product"] or found["value"]):
        return None
    missing = [said or role for role, said in found.items() if said is None or said not in names]
    if asked.time not in (None, NO_TIME) and asked.time not in names:
        missing.append(str(asked.time))
    if missing:
        raise Refused("complexity_column", file=file, missing=", ".join(missing), found=", ".join(names[:20]))
    columns = Columns(str(found["location"]), str(found["product"]), str(found["value"]), time_of(names, asked))
    once(file, names, (*columns.keys, columns.value))
    return columns


def time_of(names: Sequence[str], asked: Asked) -> str | None:
    """The column of periods: the one that was named, else one with a name in use, else none."""
    if asked.time == NO_TIME:
        return None
    return asked.time or _used("time", names)


def products_of(names: Sequence[str], asked: Asked) -> list[str]:
    """The columns of a wide table that are products: all but locations and periods, wanted or not."""
    return [one for one in names if one not in (location_of(names, asked), asked.time, _used("time", names))]


def location_of(names: Sequence[str], asked: Asked) -> str:
    """The column of locations of a wide table: the one that was named, one with a name in use, else the first."""
    return asked.location or _used("location", names) or next(one for one in names if one != time_of(names, asked))


def once(file: str, names: Sequence[str], needed: Sequence[str]) -> None:
    """Refuse a table in which a needed column occurs twice, or two of them are one."""
    for one in needed:
        if names.count(one) > 1 or needed.count(one) > 1:
            raise Refused("delimited_twice", file=file, column=one, count=max(names.count(one), needed.count(one)))


def _used(role: str, names: Sequence[str]) -> str | None:
    plain = {}
    for name in reversed(names):
        plain[name.strip().lower().translate(_BARE)] = name
    return next((plain[one] for one in USED[role] if one in plain), None)


_BARE = str.maketrans("", "", " _-.")
