"""Which files the sample's departments send and what they look like: `layout.yaml`, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import cast

from yanlian.base.written import read_yaml
from yanlian.engine.dossier import Field, load_schema

UNITS = {"元": 100, "万元": 1_000_000}


@dataclass(frozen=True)
class Covered:
    """Days that a department says it delivers, wholly or in part; ISO dates, both included; no start: since ever."""

    starts_on: str | None
    ends_on: str
    complete: bool


@dataclass(frozen=True)
class FileLayout:
    """One file of a department. `money` is the unit of its amounts, `dates` the way it writes days."""

    department: str
    record: str
    name: str
    persons: bool
    encoding: str
    dates: str
    money: str
    xlsx: bool
    headers: Mapping[str, str]
    coverage: tuple[Covered, ...]

    @property
    def folder(self) -> str:
        return load_schema().departments[self.department]["zh"]

    @property
    def fields(self) -> Mapping[str, Field]:
        return load_schema().records[self.record].fields

    def header(self, field: Field) -> str:
        """The department's header of a field: the schema's name, with the unit where it is not yuan."""
        if field.key in self.headers:
            return self.headers[field.key]
        return f"{field.zh}(万元)" if field.type == "money" and self.money == "万元" else field.zh

    def key_headers(self) -> list[str]:
        """Headers of the columns that say whom a row is about."""
        if self.persons:
            registers = self.record in ("insurance", "degree", "talent_title")
            return ["姓名", "身份证号", "虚构"] if registers else ["姓名", "身份证号"]
        whom = ["统一社会信用代码", "名称"]
        return [*whom, "主体类型", "虚构"] if self.record == "registration" else whom

    def all_headers(self) -> list[str]:
        return [*self.key_headers(), *(self.header(field) for field in self.fields.values())]


@cache
def file_layouts() -> tuple[FileLayout, ...]:
    """All files in the order in which they have to be taken in."""
    text = resources.files("yanlian.web.sample").joinpath("layout.yaml").read_text(encoding="utf-8")
    table = cast("dict[str, object]", read_yaml(text))
    return tuple(_layout(entry, table) for entry in cast("list[dict[str, object]]", table["files"]))


def _layout(entry: Mapping[str, object], table: Mapping[str, object]) -> FileLayout:
    named = entry["coverage"]
    spans = cast("list[tuple[str | None, str, bool]]", table[named] if isinstance(named, str) else named)
    return FileLayout(
        department=str(entry["department"]),
        record=str(entry["record"]),
        name=str(entry["file"]),
        persons=bool(entry.get("persons", False)),
        encoding=str(entry.get("encoding", "utf-8")),
        dates=str(entry.get("dates", "dash")),
        money=str(entry.get("money", "元")),
        xlsx=bool(entry.get("xlsx", False)),
        headers=cast("Mapping[str, str]", entry.get("headers", {})),
        coverage=tuple(Covered(*span) for span in spans),
    )
