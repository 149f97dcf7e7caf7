"""Formulas made by chance, typed so that packs with them can be read: of every kind that is lowered, and of some kinds
that only the interpreter knows. Constants come from the same small pools as the figures of `made_dossiers`, so that
thresholds are met exactly, missed by one of the last place, and passed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from tests.engine.policy.lower.made_facts import (
    DATED,
    DAYS,
    FEES,
    FIGURES,
    HUGE,
    MANY,
    PLAIN,
    REGISTRATION,
    SCALES,
    SINGLE,
    TAX,
    TITLES,
    WORDS,
    Kind,
)


@dataclass(frozen=True)
class Place:
    """What can be named where a formula stands: values by type, tables and scales, records under a name, the member
    that a filter looks at."""

    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scales: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    records: tuple[tuple[str, Kind], ...] = ((REGISTRATION.name, REGISTRATION), (SINGLE.name, SINGLE))
    member: Kind | None = None
    lists: tuple[tuple[str, Kind], ...] = ()

    def plus(self, type_: str, *names: str) -> Place:
        return replace(self, names={**self.names, type_: (*self.names.get(type_, ()), *names)})

    def within(self, kind: Kind) -> Place:
        return replace(self, member=kind)

    def beside(self, name: str, kind: Kind) -> Place:
        return replace(self, records=(*self.records, (name, kind)))

    def listed(self, name: str, kind: Kind) -> Place:
        return replace(self, lists=(*self.lists, (name, kind)))


def shown(stored: int, type_: str) -> str:
    """A stored figure as FEEL writes it."""
    return format(Decimal(stored).scaleb(-SCALES[type_]), "f")


class Formulas:
    """Makes formulas. `huge`: constants at the ends of 64 bits too; `odd`: also what is not lowered."""

    def __init__(self, chance: Random, *, huge: bool, odd: bool) -> None:
        self.chance = chance
        self.huge = huge
        self.odd = odd

    def one_of(self, *options):
        return self.chance.choice(options)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def figure(self, type_: str = "") -> str:
        type_ = type_ or self.one_of("money", "money", "rate", "count", "area")
        pool = FIGURES[type_]
        stored = self.one_of(*pool) + self.one_of(-1, 0, 0, 0, 0, 1)
        if type_ == "money" and self.huge and self.often(0.1):
            stored = self.one_of(*HUGE)
        return shown(stored, type_)

    # Leaves

    def _fields(self, at: Place, *types: str) -> list[str]:
        found = [f"{name}.{one}" for name, kind in at.records for one in kind.of(*types)]
        # A field of the member hides a name that is spelled alike, to both ways of running it.
        return found + (at.member.of(*types) * 3 if at.member is not None else [])

    def unit(self) -> str:
        """What a figure is counted in; figures of several units cannot be compared or added."""
        return self.one_of("money", "money", "money", "money", "rate", "count", "area", "year")

    def number(self, at: Place, depth: int, unit: str = "") -> str:
        unit = unit or self.unit()
        if depth <= 0 or self.often(0.2):
            options = [*self._fields(at, unit), *at.names.get(unit, ()) * 2]
            if not options or self.often(0.25):
                return self.figure(unit)
            return self.one_of(*options)
        return self.one_of(*self._numbers(unit), *([self._odd_number] if self.odd else []))(at, depth - 1, unit)

    def _numbers(self, unit: str):
        found = [
            self._sum, self._sum, self._product, self._product, self._quotient, self._least, self._choice,
            self._rounded, self._of_list, self._of_list, self._first, self._record_with, self._small,
        ]  # fmt: skip
        if unit == "money":
            found += [self._scaled, self._dated]
        if unit == "rate":
            found += [self._share, self._share]
        if unit == "count":
            found += [self._count, self._count, self._part, self._months]
        return found

    def _sum(self, at: Place, depth: int, unit: str) -> str:
        return f"({self.number(at, depth, unit)} {self.one_of('+', '-')} {self.number(at, depth, unit)})"

    def _product(self, at: Place, depth: int, unit: str) -> str:
        other = (
            self.number(at, depth - 1, "rate") if self.often(0.4) else self.one_of("0.05", "3", "0.333", "-1", "1.2")
        )
        return f"({self.number(at, depth, unit)} * {other})"

    def _quotient(self, at: Place, depth: int, unit: str) -> str:
        other = self.number(at, depth - 1, "rate") if self.often(0.7) else self.one_of("3", "0", "7", "0.5", "12", "-4")
        return f"({self.number(at, depth, unit)} / {other})"

    def _share(self, at: Place, depth: int, unit: str) -> str:
        of = self.one_of("money", "money", "area", "count")
        return f"({self.number(at, depth, of)} / {self.number(at, depth, of)}{self.one_of('', ' - 1')})"

    def _least(self, at: Place, depth: int, unit: str) -> str:
        return f"{self.one_of('min', 'max')}({self.number(at, depth, unit)}, {self.number(at, depth, unit)})"

    def _choice(self, at: Place, depth: int, unit: str) -> str:
        other = "null" if self.often(0.15) else self.number(at, depth, unit)
        return f"(if {self.truth(at, depth)} then {self.number(at, depth, unit)} else {other})"

    def _rounded(self, at: Place, depth: int, unit: str) -> str:
        name = self.one_of("floor", "ceiling", "round half up", "decimal", "round down")
        return f"{name}({self.number(at, depth, unit)}, {self.one_of('0', '2', '1', '-2', '-4')})"

    def _of_list(self, at: Place, depth: int, unit: str) -> str:
        members, name = self.figures_of(at, depth, unit)
        if not members:
            return self.number(at, 0, unit)
        zero = self.figure(unit)
        how = self.one_of("sum({})", f"sum(append({{}}, {zero}))", "max({})", f"min(append({{}}, {zero}))", "min({})")
        if self.often(0.3):
            change = self.one_of("* 2", f"+ {zero}", "/ 4", "- 行." + name)
            return how.format(f"for 行 in {members} return 行.{name} {change}")
        return how.format(f"{members}.{name}")

    def _first(self, at: Place, depth: int, unit: str) -> str:
        members, name = self.figures_of(at, depth, unit)
        if not members:
            return self.number(at, 0, unit)
        return f"{members}[{self.one_of('1', '1', '2', '-1')}].{name}"

    def _count(self, at: Place, depth: int, unit: str) -> str:
        return f"count({self.members(at, depth)[0]})"

    def _scaled(self, at: Place, depth: int, unit: str) -> str:
        if not at.scales:
            return self.number(at, depth, unit)
        return f"{self.one_of(*at.scales)}({self.number(at, depth, unit)})"

    def _part(self, at: Place, depth: int, unit: str) -> str:
        return f"{self.day(at, depth)}.{self.one_of('month', 'day', 'weekday')}"

    def _months(self, at: Place, depth: int, unit: str) -> str:
        return f"({self.one_of('月数', '周年数')}({self.day(at, depth)}, {self.day(at, depth)}) * 1)"

    def _dated(self, at: Place, depth: int, unit: str) -> str:
        if not at.parameters:
            return self.number(at, depth, unit)
        return f'参数值("{self.one_of(*at.parameters)}", {self.day(at, depth)})'

    def _record_with(self, at: Place, depth: int, unit: str) -> str:
        kind = self.one_of(TITLES, DATED, FEES, PLAIN)
        key, figures = self.one_of(*kind.of("text", "code")), kind.of(unit)
        found = f'记录({kind.name}, "{key}", {self.text(at, depth)})'
        if figures:
            return f"{found}.{self.one_of(*figures)}"
        return f"(if {found}.{key} != null then {self.figure(unit)} else {self.number(at, depth, unit)})"

    def _small(self, at: Place, depth: int, unit: str) -> str:
        if self.often(0.3):
            return f"{{甲: {self.number(at, depth, unit)}, 乙: 甲}}.{self.one_of('甲', '乙')}"
        if unit == "year":
            return self.one_of("评价年度", "上年", f"{self.day(at, depth)}.year")
        return self.one_of(f"abs({self.number(at, depth, unit)})", f"(- {self.number(at, depth, unit)})")

    def _odd_number(self, at: Place, depth: int, unit: str) -> str:
        a = self.number(at, depth, unit)
        return self.one_of(
            f"modulo({a}, 7)", f"(({a} ** 2) / 3)", f"(string length({self.text(at, depth)}) * 1)", f"[{a}, 1, 2][2]",
            f"sum(for 甲 in [1, 2], 乙 in [{a}, 3] return 甲 * 乙)", f"mean([{a}, 2])", f"number(string({a}))",
            f"median([{a}, 1, 9])", f"sqrt({a})", f"round half down({a}, 1)",
            f"(if {a} instance of number then 1 else 2)",
        )  # fmt: skip

    # Lists

    def figures_of(self, at: Place, depth: int, unit: str) -> tuple[str, str]:
        """A list of records that have figures of a unit, and the name of one."""
        kinds = [kind for kind in (TAX, FEES, DATED, DATED, PLAIN) if kind.of(unit)]
        if not kinds:
            return "", ""
        members, kind = self.members(at, depth, self.one_of(*kinds))
        return members, self.one_of(*kind.of(unit))

    def members(self, at: Place, depth: int, kind: Kind | None = None) -> tuple[str, Kind]:
        """A list of records, filtered or not."""
        kind = kind or self.one_of(TAX, TITLES, FEES, DATED, DATED, PLAIN)
        found = self.one_of(kind.name, *(name for name, of in at.lists if of is kind))
        for _ in range(self.one_of(0, 1, 1, 1, 2)):
            if kind is TAX and self.often(0.6):
                found += f"[年度 {self.one_of('=', '=', '<', '>=')} {self.one_of('上年', '上年', '前年', '评价年度')}]"
            else:
                found += f"[{self.truth(at.within(kind), min(depth, 1))}]"
        return found, kind

    def any_members(self, at: Place, depth: int) -> tuple[str, Kind]:
        kind = self.one_of(*MANY)
        if at.lists and self.often(0.2):
            return self.one_of(*at.lists)
        if self.often(0.5):
            return kind.name, kind
        return f"{kind.name}[{self.truth(at.within(kind), min(depth, 1))}]", kind

    # Truth

    def truth(self, at: Place, depth: int) -> str:
        if depth <= 0:
            return self._simple_truth(at)
        return self.one_of(
            self._compared, self._compared, self._compared, self._days_compared, self._words, self._joined,
            self._joined, self._not, self._some, self._within, self._null, self._known, self._flag, self._contained,
            self._text_asked, *([self._odd_truth] if self.odd else []),
        )(at, depth - 1)  # fmt: skip

    def _simple_truth(self, at: Place) -> str:
        flags = [*self._fields(at, "flag"), *at.names.get("truth", ())]
        options = [self._compared, self._compared, self._days_compared, self._words, self._null]
        if flags and self.often(0.3):
            return self.one_of(*flags)
        return self.one_of(*options)(at, 0)

    def _op(self) -> str:
        return self.one_of("<", "<=", ">", ">=", "=", "!=")

    def _compared(self, at: Place, depth: int) -> str:
        typed = [(one, type_) for type_ in SCALES for one in self._fields(at, type_)]
        if typed and self.often(0.5):
            # A figure against one of its own pool.
            name, type_ = self.one_of(*typed)
            return f"{name} {self._op()} {self.figure(type_)}"
        unit = self.unit()
        return f"{self.number(at, depth, unit)} {self._op()} {self.number(at, depth, unit)}"

    def _days_compared(self, at: Place, depth: int) -> str:
        return f"{self.day(at, depth)} {self._op()} {self.day(at, depth)}"

    def _words(self, at: Place, depth: int) -> str:
        return f"{self.text(at, depth)} {self.one_of('=', '=', '!=', '<', '>=')} {self.text(at, depth)}"

    def _joined(self, at: Place, depth: int) -> str:
        return f"({self.truth(at, depth)} {self.one_of('and', 'or')} {self.truth(at, depth)})"

    def _not(self, at: Place, depth: int) -> str:
        return f"not({self.truth(at, depth)})"

    def _some(self, at: Place, depth: int) -> str:
        members, kind = self.any_members(at, depth)
        inner = replace(at, records=(("行", kind),), member=None) if self.often(0.7) else at.beside("行", kind)
        return f"(some 行 in {members} satisfies {self.truth(inner, min(depth, 1))})".replace(
            "(some", self.one_of("(some", "(some", "(every"), 1
        )

    def _within(self, at: Place, depth: int) -> str:
        unit = self.unit()
        a, low, high = self.number(at, depth, unit), self.figure(unit), self.number(at, 0, unit)
        return self.one_of(
            f"{a} between {low} and {high}", f"{a} in [{low}..{high}]", f"{a} in ({low}..{high})",
            f"{a} in ({low}, {high})", f"{a} in (< {low}, > {high})", f"{a} in [{low}, {high}]",
            f"{self.day(at, depth)} in [{self.day(at, 0)}..评价日]",
        )  # fmt: skip

    def _null(self, at: Place, depth: int) -> str:
        value = self.one_of(
            self.number,
            self.day,
            self.text,
            lambda *_: self.one_of(*self._fields(at, "date")) if self._fields(at, "date") else "评价日",
        )(at, depth)
        return f"{value} {self.one_of('=', '!=')} null"

    def _known(self, at: Place, depth: int) -> str:
        return (
            f"{self.one_of('已知', 'is known')}({self.one_of(self.number, self.day, self.text, self.truth)(at, depth)})"
        )

    def _flag(self, at: Place, depth: int) -> str:
        flags = [*self._fields(at, "flag"), *at.names.get("truth", ())]
        return self.one_of(*flags) if flags else self.truth(at, depth)

    def _contained(self, at: Place, depth: int) -> str:
        members, kind = self.any_members(at, depth)
        texts = kind.of("text", "code") or ["年度"]
        value = self.text(at, depth) if texts != ["年度"] else self.figure("year")
        return f"list contains({members}.{self.one_of(*texts)}, {value})"

    def _text_asked(self, at: Place, depth: int) -> str:
        word = self.one_of(*WORDS[1:])
        if self.often(0.5):
            return f'{self.one_of("starts with", "ends with", "contains")}({self.text(at, depth)}, "{word}")'
        return f'{self.text(at, depth)} in ("{word}", "{self.one_of(*WORDS)}", "{self.one_of(*WORDS)}")'

    def _odd_truth(self, at: Place, depth: int) -> str:
        members, _ = self.any_members(at, depth)
        return self.one_of(
            f'matches({self.text(at, depth)}, "^[甲乙]")', f"count(distinct values({members})) > 1",
            f"(some 甲 in {members}, 乙 in {members} satisfies 甲 = 乙)", f"{members} = []",
            f"list contains({members}, null)", f"({self.number(at, depth)} instance of number)",
            f"{self.number(at, depth)} = null",
            f"all([{self.truth(at, depth)}, true])", f"any([{self.truth(at, depth)}, false])",
        )  # fmt: skip

    # Days and texts

    def day(self, at: Place, depth: int) -> str:
        if depth <= 0 or self.often(0.4):
            options = [*self._fields(at, "date"), *at.names.get("day", ()), "评价日"]
            return self.one_of(*options) if self.often(0.8) else f'date("{self.one_of(*DAYS)}")'
        moved = self.one_of("P1Y", "P6M", "P1M", "P30D", "P1D", "-P1Y", "P400Y")
        return self.one_of(
            f'({self.day(at, depth - 1)} {self.one_of("+", "-")} duration("{moved}"))',
            f"date({self.one_of('上年', '评价年度', '评价年度', '2024')}, {self.one_of('1, 1', '12, 31', '2, 28')})",
            f"min({self.day(at, depth - 1)}, {self.day(at, 0)})",
            f"(if {self.truth(at, depth - 1)} then {self.day(at, 0)} else {self.day(at, depth - 1)})",
        )  # fmt: skip

    def text(self, at: Place, depth: int) -> str:
        options = [
            *self._fields(at, "text", "code") * 2,
            *at.names.get("text", ()),
            "名称",
            "本区",
            "主体类型",
            "统一社会信用代码",
        ]
        plain = self.one_of(*options) if self.often(0.75) else f'"{self.one_of(*WORDS)}"'
        if depth <= 0 or self.often(0.6):
            return plain
        return self.one_of(
            f"substring({plain}, {self.one_of('1, 1', '2', '1, 2')})", f"upper case({plain})", f"lower case({plain})",
            f"(if {self.truth(at, depth - 1)} then {plain} else {self.text(at, 0)})",
            f'({plain} + "甲")' if self.odd else plain,
        )  # fmt: skip
