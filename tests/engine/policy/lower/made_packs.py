"""Packs made by chance, as the text that people write: every key of docs/reference/packs.md comes up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from tests.engine.policy.lower.made_exclusions import made_exclusions
from tests.engine.policy.lower.made_facts import DATED, EVENTS, FACTS, FEES, MONEY, PAYMENTS, TAX, TITLES, WORDS, Kind
from tests.engine.policy.lower.made_feel import Formulas, Place, shown
from tests.engine.policy.tiny_packs import Data, written

from yanlian.engine.policy.load import read_and_build

AS_OF = date(2025, 12, 31)
UNITS = ("分", "元", "百元", "千元", "万元")
MODES = ("half_up", "floor", "half_even")
GROUPS = ("甲组", "乙组")
CASE: Data = {"name": "空", "as_of": AS_OF, "facts": {}, "expect": {}}
STAGED_CASE: Data = {**CASE, "expect": {"stages": {"第0期": {}}}}

PLAIN_CLAUSE: Data = {"id": "文-平", "title": "试", "article": "一", "text": "文", "department": "sci",
    "delivery": "AUTO", "amount": "1元", "cases": [CASE]}  # fmt: skip


class Packs(Formulas):
    """Makes names, clauses and documents."""

    # Names

    def names(self, at: Place, prefix: str) -> tuple[Data, Place]:
        """Parameters, scales, tables and definitions, and the place that knows them."""
        parameters = {f"{prefix}参": self._parameter("元"), f"{prefix}率": self._parameter("比例")}
        at = at.plus("money", f"{prefix}参").plus("rate", f"{prefix}率")
        at = replace(at, parameters=(*at.parameters, f"{prefix}参"))
        scales = {f"{prefix}档": self._scale("marginal"), f"{prefix}阶": self._scale("whole")}
        at = replace(at, scales=(*at.scales, *scales))
        kind = self.one_of(DATED, TAX, FEES)
        members = f"{kind.name}[{self.truth(at.within(kind), 1)}]"
        definitions: Data = {f"{prefix}列": members, f"{prefix}录": f"{members}[{self.one_of(1, 2, -1)}]"}
        at = at.listed(f"{prefix}列", kind).beside(f"{prefix}录", kind)
        for n in range(2):
            definitions[f"{prefix}数{n}"] = self.number(at, 2, "rate" if n else "money")
            definitions[f"{prefix}否{n}"] = self.truth(at, 2)
        definitions[f"{prefix}日"] = self.day(at, 1)
        definitions[f"{prefix}文"] = self.text(at, 1)
        at = at.plus("money", f"{prefix}数0").plus("rate", f"{prefix}数1").plus("truth", f"{prefix}否0", f"{prefix}否1")
        at = at.plus("day", f"{prefix}日").plus("text", f"{prefix}文")
        tables = {f"{prefix}表{n}": self._table(at) for n in range(2)}
        for name, table in tables.items():
            at = at.plus("count" if table["hit"] in {"R", "C#"} else "money", _asked(name, table))
        made: Data = {"parameters": parameters, "scales": scales, "tables": tables, "definitions": definitions}
        return made, at

    def _parameter(self, unit: str) -> Data:
        values = [
            {
                "from": day,
                "value": self._money() if unit == "元" else self.one_of("5%", "0.5%", "150%"),
                "reference": "一",
            }
            for day in (date(2024, 2, 29), date(2025, 1, 1), date(2025, 6, 30))
            if self.often(0.7)
        ]
        last = {"from": date(2025, 12, 31), "value": "1元" if unit == "元" else "10%", "reference": "一"}
        return {"unit": unit, "values": [*values, last]}

    def _money(self) -> str:
        if self.often(0.3):
            return self.one_of("100万元", "0.5亿元", "3000元", "1元", "0.01元", "2万元")
        return f"{self.figure('money')}元"

    def _scale(self, mode: str) -> Data:
        starts = sorted({self.one_of(*MONEY) for _ in range(3)})
        brackets: list[Data] = []
        for start in starts:
            bracket: Data = {"from": shown(start, "money")}
            if mode == "whole" and self.often(0.4):
                bracket["amount"] = self.figure("money")
            else:
                bracket["rate"] = self.one_of("10%", "5%", "3.33%", "0%", "0.125%", "100%")
            brackets.append(bracket)
        return {"mode": mode, "input": "元", "brackets": brackets, "reference": "第一条"}

    def _table(self, at: Place) -> Data:
        hit = self.one_of("U", "U", "F", "F", "A", *(("C+", "C#", "C>", "R", "P") if self.odd else ()))
        inputs, columns = [], []
        for _ in range(self.one_of(1, 2)):
            how = self.one_of("number", "text", "day", "truth")
            made = {"number": self.number, "text": self.text, "day": self.day, "truth": self.truth}[how](at, 1)
            # What is the same for all is no question to ask of a table.
            inputs.append("甲表.码" if made.startswith('"') else made)
            columns.append(how)
        outputs: list[object] = ["金额", "名"] if hit in {"F", "U"} and self.often(0.3) else ["金额"]
        if hit == "P":
            outputs = [{"name": "金额", "values": [500, 100, 7]}]
        if hit in {"U", "A"}:
            # Rows that may be true together and differ are refused when the pack is read.
            rows = self._rows_apart(columns)
        else:
            rows = [[self._cell(one) for one in columns] for _ in range(self.one_of(1, 2, 3))]
            rows += [["-" for _ in columns]] if self.often(0.4) else []
        amounts = ["500", "100", "7", "0", "1万元", "12345.67", self.number(at, 0, "money")]
        for n, row in enumerate(rows):
            row.append(self.one_of("500", "100", "7") if hit == "P" else self.one_of(*amounts))
            if len(outputs) == 2:
                row.append(f'"{WORDS[n % len(WORDS)]}"')
        return {"hit": hit, "inputs": inputs, "outputs": outputs, "rules": rows, "reference": "表", "incomplete": "试"}

    def _rows_apart(self, columns: list[str]) -> list[list[str]]:
        cells = {
            "number": ["< 0", "[0..100)", "[100..1000000)", ">= 1000000"],
            "text": ['"甲", "乙"', '"国家级"', '"C3922"', 'not("甲", "乙", "国家级", "C3922")'],
            "day": ['< date("2024-02-29")', '[date("2024-02-29")..date("2025-01-01")]', '> date("2025-01-01")'],
            "truth": ["true", "false"],
        }[columns[0]]
        kept = [cell for cell in cells if self.often(0.8)] or cells[:1]
        return [[cell, *("-" for _ in columns[1:])] for cell in kept]

    def _cell(self, how: str) -> str:
        if self.often(0.2):
            return "-"
        if how == "number":
            a = self.figure()
            return self.one_of(f"< {a}", f">= {a}", f"[{a}..1000000]", f"{a}, 0", f"not({a})", a)
        if how == "text":
            return self.one_of(*(f'"{word}"' for word in WORDS), '"甲", "乙"', 'not("甲")', 'starts with(?, "甲")')
        if how == "day":
            return self.one_of(
                '<= date("2024-12-31")', '> date("2025-01-01")', '[date("2024-02-29")..date("2025-12-31")]'
            )
        return self.one_of("true", "false")

    # Rules

    def tests(self, at: Place, what: str, depth: int, most: int = 2) -> list[Data]:
        """Rules, most of which an enterprise passes: else nothing would ever be paid."""
        found: list[Data] = []
        for n in range(self.chance.randrange(most + 1)):
            when = self.truth(at, depth)
            if self.often(0.6):
                kept = 'or 主体类型 != "park"' if "否决" not in what else 'and 主体类型 = "park"'
                when = f"({when}) {kept}"
            found.append({"label": f"{what}{n}", "when": when})
        return found

    def rounding(self) -> Data:
        return {"to": self.one_of(*UNITS), "mode": self.one_of(*MODES)}

    def cap(self, at: Place, over: str, label: str) -> Data:
        amount = self.number(at, 1, "money") if self.often(0.2) else self._money()
        cap: Data = {"label": label, "over": over, "per": self.one_of("year", "life", "matter"), "amount": amount}
        if over == "group":
            cap |= {
                "name": self.one_of(*GROUPS),
                "label": f"组限{self.one_of(1, 2)}",
                "amount": "1000元",
                "per": "year",
            }
        return cap

    # Clauses

    def clause(self, id_: str, at: Place, inherited: list[str], *, tied: float) -> Data:
        made: Data = {"id": id_, "title": "试", "article": "一", "text": "文", "department": "sci", "delivery": "AUTO"}
        if self.often(0.25):
            made["subject"] = self.chance.sample(["enterprise", "enterprise", "institution", "person", "park"], 2)
        outer = at
        if self.often(0.6):
            made["event"], at = self._event(at)
            if self.often(0.3):
                made["parameters_on"] = "as_of"
        if self.often(0.2):
            made["period"] = self.one_of("上年", "once", "评价年度 - 3", "year", "甲表.年份", "登记.成立日期.year")
        own, at = self.names(at, "本" + id_.replace("-", "")) if self.often(0.35) else ({}, at)
        made |= own
        for what, label in (("gates", "门"), ("vetoes", "否决"), ("conditions", "件")):
            found = self.tests(at, label, self.one_of(0, 1, 1, 2)) if self.often(0.5) else []
            if found:
                made[what] = found
        if inherited and self.often(0.2):
            made["without"] = [self.one_of(*inherited)]
        if self.often(0.3):
            made["rounding"] = self.rounding()
        self._pay(made, at)
        self._across(made, at, outer, tied)
        made["cases"] = [STAGED_CASE if "stages" in made else CASE]
        return made

    def _event(self, at: Place) -> tuple[Data, Place]:
        kind = self.one_of(*EVENTS)
        each = self.one_of(kind.name, *(name for name, of in at.lists if of is kind))
        if self.often(0.2):
            each += f"[{self.truth(at.within(kind), 1)}]"
        name = self.one_of("证", "事")
        inner = at.beside(name, kind)
        event: Data = {"each": each, "as": name}
        if kind.of("date") and self.often(0.06):
            event["each"] = f"for 行 in {each}, n in 1..2 return {{甲: 行, 号: n}}"
            event["date"], event["matter"] = f"{name}.甲.{_first(kind, 'date')}", f"string({name}.号)"
            return event, at
        dates = [f"{name}.{one}" for one in kind.of("date")] or ["文件生效日"]
        event["date"] = dates[0] if self.often(0.7) else self.one_of(*dates, f'{dates[0]} + duration("P1Y")')
        if kind is TAX:
            event["date"] = f"date({name}.年度, 12, 31)"
        if self.often(0.3):
            event["where"] = self.truth(inner, self.one_of(0, 1))
        texts = [f"{name}.{one}" for one in kind.of("text", "code")]
        if texts and self.often(0.5):
            event["matter"] = self.one_of(*texts, '"首次"', f'"第" + {texts[0]}', f"upper case({texts[0]})")
        if self.often(0.4):
            event["window"] = {
                key: self.one_of(date(2024, 2, 29), date(2025, 1, 1), "date(上年, 1, 1)", f"{self.day(at, 0)}")
                for key in ("from", "to")
                if self.often(0.6)
            } or {"from": date(2023, 12, 31)}
        inner = inner.plus("day", "事件日")
        if kind in {TITLES, DATED} and self.often(0.5):
            inner = inner.plus("count", f"count({kind.name}[{kind.of('date')[0]} < {name}.{kind.of('date')[0]}])")
        return event, inner

    def _pay(self, made: Data, at: Place) -> None:
        """What the clause gives."""
        if self.often(0.1):
            made["gate_only"] = True
            if self.often(0.8):
                how = self.one_of(self.number, self.text, self.truth, self.day)
                made["result"] = how(at, 1)
            return
        if self.often(0.12):
            made["manual"] = "由评审确定"
            if self.often(0.5):
                return
        if self.often(0.25):
            made["parts"] = [
                {"label": f"部分{n}", "amount": self._amount(at), **({"when": self.truth(at, 1)} if n else {})}
                for n in range(self.one_of(1, 2, 3))
            ]
        else:
            made["amount"] = self._amount(at)
        if self.often(0.3):
            made["cap"] = self._money() if self.often(0.7) else self.number(at, 1, "money")
        if self.often(0.3):
            made["multipliers"] = [
                {
                    "label": f"倍{n}",
                    "factor": self.one_of("1.3", "0.5", "2", "0.333", "-1", self.number(at, 0, "rate")),
                    **({"when": self.truth(at, 1)} if self.often(0.7) else {}),
                    **({"before_cap": True} if self.often(0.5) else {}),
                }
                for n in range(self.one_of(1, 2))
            ]

    def _amount(self, at: Place) -> str:
        if self.often(0.3):
            return self._money()
        found = self.number(at, self.one_of(0, 1, 2, 3), "money")
        return f"max({found}, 100)" if self.often(0.6) else found

    def _across(self, made: Data, at: Place, outer: Place, tied: float) -> None:
        """History, stacking and caps."""
        if self.often(0.12):
            members, kind = self.any_members(at, 1)
            if "event" in made and kind.of("date"):
                members = f"{kind.name}[{kind.of('date')[0]} < 事件日]"
            made["first_time"] = {"list": members, "label": "首次"} if self.often(0.5) else {"list": members}
        pays = not made.get("gate_only")
        if pays and self.often(0.12):
            paid = f'sum(append({PAYMENTS.name}[条款 = "{made["id"]}"].金额, 0))'
            made["top_up"] = True if self.often(0.5) else {"paid": self.one_of(paid, self.number(at, 1, "money"))}
        if pays and self.often(tied):
            made["stacking"] = {"group": self.one_of(*GROUPS), "per": self.one_of("year", "life", "matter")}
        if pays and self.often(0.25):
            overs = ("clause", "clause", "group") if self.often(tied) else ("clause",)
            made["caps"] = [self.cap(at, self.one_of(*overs), f"限{n}") for n in range(self.one_of(1, 2))]
        if pays and self.often(tied * 0.3):
            # Read where each clause stands: a plain amount, or facts.
            wide = self.cap(Place(), "document", "宽限")
            wide["over"] = self.one_of("department", "document", [str(made["id"]).split("-")[0]])
            wide["except"] = [made["id"]] if self.often(0.4) else []
            made["caps"] = [*made.get("caps", []), wide]

        if self.often(0.12):
            made["deadline"], made["delivery"] = self.deadline(made, at), "APPLY"
        if pays and not {"top_up", "stacking", "manual"} & made.keys() and self.often(0.15):
            made["stages"] = self.stages(at)

    def deadline(self, made: Data, at: Place) -> Data:
        """Some time after the event, or until a day."""
        if "event" in made and self.often(0.7):
            return {"within": self.one_of("P3M", "P30D", "P1Y")}
        return {"to": self.one_of("2025-12-31", "2025-06-30", self.day(at, 1))}

    def stages(self, at: Place) -> list[Data]:
        """Two or three instalments, by shares or by amounts, with what each waits for."""
        parts = self.one_of(("50%", "50%"), ("1/3", "1/3", ""), ("30%", "20%", ""), (30, ""), (0.01, "", 200))
        made: list[Data] = []
        for n, part in enumerate(parts):
            one: Data = {"label": f"第{n}期"}
            if part:
                one["share" if isinstance(part, str) else "amount"] = part
            if self.often(0.2):
                one["when"] = self.truth(at, 1)
            if self.often(0.2):
                one["date"] = self.day(at, 1)
            made.append(one)
        return made

    # Documents

    def document(self, id_: str, at: Place, clauses: list[Packs], *, tied: float) -> tuple[Data, Place]:
        """A document whose clauses come each from its own maker; and the place of the next, which knows what this one
        shares."""
        at_outer = at
        own, at = self.names(at.plus("day", "文件生效日"), id_)
        floating = f"各自{id_}" if self.often(0.5) else ""
        rules: Data = {"subject": ["enterprise"]}
        inherited: list[str] = []
        for what, label in (("gates", "甲门"), ("vetoes", "甲否决"), ("conditions", "甲件")):
            found = self.tests(at, label, 1, 1)
            if found and self.often(0.5):
                rules[what] = found
                inherited += [str(one["label"]) for one in found]
        if floating:
            # A name that every clause defines for itself.
            rules["conditions"] = [{"label": "各自", "when": f"{floating} != 3"}, *rules.get("conditions", [])]
        if self.often(0.5):
            rules["rounding"] = self.rounding()
        if self.often(tied * 0.3):
            rules["caps"] = [self.cap(Place(), "document", "总限")]
            inherited.append("总限")
        head: Data = {"id": id_, "title": "办法", "status": self.one_of("in_force", "in_force", "in_force", "draft"),
            "valid_from": self.one_of(date(2024, 2, 29), date(2023, 12, 31), date(2025, 1, 1)),
            "source": {"grade": "A"}}  # fmt: skip
        if self.often(0.4):
            head["valid_to"] = self.one_of(date(2025, 12, 31), date(2025, 6, 30))
            head["payable_until"] = date(2026, 12, 31)
        made = [one.clause(f"{id_}-{n:02d}", at, inherited, tied=tied) for n, one in enumerate(clauses)]
        for one, clause in zip(clauses, made, strict=True):
            if floating:
                clause.setdefault("definitions", {})[floating] = one.number(at, 0, "count")
        # What the next document may use as well.
        definitions = own["definitions"]
        outer = at_outer.plus("money", f"{id_}数0", f"{id_}参").plus("truth", f"{id_}否0").listed(*at.lists[-1])
        for name in (f"{id_}数0", f"{id_}否0", at.lists[-1][0]):
            definitions[name] = {"is": definitions[name], "shared": True}
        own["parameters"][f"{id_}参"]["shared"] = True
        return {"document": head, "rules": rules, **own, "clauses": made}, outer


def _asked(name: str, table: Data) -> str:
    outputs = table["outputs"]
    assert isinstance(outputs, list)
    if table["hit"] == "R":
        return f"count({name}())"
    return f"{name}().金额" if len(outputs) == 2 else f"{name}()"


def _first(kind: Kind, type_: str) -> str:
    return kind.of(type_)[0]


def make_pack(folder: Path, seeds: list[list[int]], *, huge: bool, odd: bool, tied: float) -> Path:
    """A pack with a document for each list of seeds and in it a clause for each seed. What the types of FEEL refuse is
    left out: a clause of its own, or the names of a document made anew."""
    dropped: set[str] = set()
    salt = {"pack.yaml": 0, **{f"d{n}.yaml": 0 for n in range(len(seeds))}}
    for _ in range(20):
        pack = _written(folder, seeds, dropped, salt, Settings(huge, odd, tied))
        _, faults = read_and_build(pack)
        errors = [one for one in faults if one.severity == "error"]
        if not errors:
            return pack
        dropped |= {one.clause.partition(".")[0] for one in errors if one.clause}
        for file in {one.file for one in errors if not one.clause}:
            salt[file] += 1
    raise AssertionError("no pack that can be read")


@dataclass(frozen=True)
class Settings:
    """How packs are made: with constants at the ends of 64 bits, with what is not lowered, how often clauses depend on
    each other."""

    huge: bool
    odd: bool
    tied: float


def _written(folder: Path, seeds: list[list[int]], dropped: set[str], salt: dict[str, int], how: Settings) -> Path:
    def maker(seed: int) -> Packs:
        return Packs(Random(seed), huge=how.huge, odd=how.odd)

    own, at = maker(seeds[0][0] * 31 + salt["pack.yaml"]).names(Place(), "包")
    documents = []
    for n, some in enumerate(seeds):
        names = maker(some[0] * 37 + 7 + salt[f"d{n}.yaml"])
        made, shared = names.document(f"文{n}", at, [maker(one) for one in some], tied=how.tied)
        made["clauses"] = [one for one in made["clauses"] if one["id"] not in dropped] or [
            {**PLAIN_CLAUSE, "id": f"文{n}-平", "definitions": {f"各自文{n}": "3"}}
        ]
        documents.append(made)
        at = shared
    if how.tied:
        clauses = [clause for one in documents for clause in one["clauses"]]
        own["exclusions"] = made_exclusions(Random(seeds[-1][-1] * 41), clauses)
    return written(folder, *documents, facts=FACTS, **own)
