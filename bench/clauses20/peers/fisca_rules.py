"""The twenty clauses as a country package of OpenFisca, or of policyengine-core, which grew from it.

The usual way of both: patents are the persons, enterprises the group; every fact and every clause is a variable with a
vectorised formula, figures stand in a tree of dated parameters with marginal and single-amount scales. Money is yuan in
the engine's own float; a clause's amount is rounded to fen as well as a float can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
from columns import Columns, enterprises, patents, write_amounts
from numpy import clip, maximum, minimum, select, where
from parameters import AI_INDUSTRIES, CLAUSES, GROUPS, INVENTION, PCT, SINGLE, YUAN, Parameters, of_copy
from task import Task

YEAR = "2025"
START, END, VALID = (np.datetime64(day) for day in ("2025-01-01", "2025-12-31", "2023-01-01"))
MONEY = (
    *("rev_ty", "rev_ly", "rev_peak", "rd_ty", "rd_ly", "equip", "exp_ty", "exp_ly", "principal", "interest"),
    *("guar", "rent", "area", "comp", "exhib", "equity"),
)
WHOLE = ("ind", "emp", "emp_ly", "grads", "hnte_n", "srdi_l", "days")
TRUTHS = ("in_dist", "blk", "fok")
DATES = ("est", "scale", "hnte", "srdi")
Formula = Callable[..., np.ndarray]


@dataclass(frozen=True)
class Core:
    """The modules of OpenFisca or of its offspring."""

    package: str

    def module(self, name: str) -> ModuleType:
        return import_module(f"{self.package}.{name}")


def tree(copy: int) -> dict[str, object]:
    """The parameters of a copy as the engine's tree: sums in yuan, scales by brackets, all since 2025."""

    def since(value: float) -> dict[str, object]:
        return {"values": {"2025-01-01": {"value": value}}}

    figures = of_copy(copy)
    plain = {name: since(fen / YUAN) for name, fen in asdict(figures).items() if isinstance(fen, int)}

    def values(pairs: list[tuple[float, float]], kind: str) -> dict[str, object]:
        brackets = [
            {"threshold": {"2025-01-01": {"value": start}}, kind: {"2025-01-01": {"value": value}}}
            for start, value in pairs
        ]
        return {"brackets": brackets}

    research = [(0, 0.10), (figures.research_first / YUAN, 0.05), (figures.research_second / YUAN, 0.03)]
    inventions = [(0, figures.invention / YUAN), (10, figures.invention_more / YUAN)]
    heads = [(0, figures.head / YUAN), (50, figures.head_more / YUAN)]
    scales = {
        "research": values(list(research), "rate"),
        "inventions": values(list(inventions), "rate"),
        "heads": values(list(heads), "rate"),
    }
    return {**plain, **scales}


def fen(amount: np.ndarray) -> np.ndarray:
    """Yuan rounded half-up to fen, as a float."""
    return np.floor(amount * 100 + 0.5) / 100


def in_year(day: np.ndarray) -> np.ndarray:
    """Whether days lie in 2025."""
    return (day >= START) & (day <= END)


def system(core: Core, copies: int) -> object:
    """The tax and benefit system: entities, parameters, variables."""
    build = core.module("entities").build_entity
    patent = build(key="patent", plural="patents", label="patent", is_person=True)
    enterprise = build(
        key="enterprise", plural="enterprises", label="enterprise", roles=[{"key": "grant", "plural": "grants"}]
    )
    made = core.module("taxbenefitsystems").TaxBenefitSystem([patent, enterprise])
    data = {f"set_{copy}": tree(copy) for copy in range(copies)}
    made.parameters = core.module("parameters").ParameterNode("", data=data)
    variables = Variables(core, *made.entities)
    for variable in (*variables.inputs(), *variables.kinds(), *variables.clauses(copies)):
        made.add_variable(variable)
    return made


class Variables:
    """Makes the variables of a system."""

    def __init__(self, core: Core, patent: object, enterprise: object) -> None:
        self.base = core.module("variables").Variable
        self.year = core.module("periods").YEAR
        self.patent, self.enterprise = patent, enterprise

    def make(self, name: str, kind: type, formula: Formula | None = None, *, of: object = None) -> type:
        """One variable of a year."""
        parts = {
            "value_type": kind,
            "entity": of or self.enterprise,
            "definition_period": self.year,
            "label": name,
            **({"formula": formula} if formula else {}),
        }
        return type(name, (self.base,), parts)

    def inputs(self) -> Iterator[type]:
        """What departments deliver."""
        from datetime import date

        for names, kind in ((MONEY, float), (WHOLE, int), (TRUTHS, bool), (DATES, date)):
            for name in names:
                yield self.make(name, kind)
        yield self.make("ptype", int, of=self.patent)
        yield self.make("gdate", date, of=self.patent)

    def kinds(self) -> Iterator[type]:
        """What several clauses ask."""
        for name, wanted in (("invention_granted", INVENTION), ("pct_granted", PCT)):
            yield self.make(name, bool, _granted(wanted), of=self.patent)
        for name, part in (("inventions", "invention_granted"), ("pct", "pct_granted")):
            yield self.make(name, int, _number(part))
        yield self.make("gate", bool, lambda e, t: e("in_dist", t) * ~e("blk", t) * e("fok", t))
        yield self.make("mfg", bool, lambda e, t: (e("ind", t) >= 1300) & (e("ind", t) <= 4399))
        yield self.make("svc", bool, _service)
        yield self.make("ai", bool, lambda e, t: np.isin(e("ind", t), AI_INDUSTRIES))
        yield self.make("valid", bool, lambda e, t: (e("hnte", t) >= VALID) & (e("hnte", t) <= END))

    def clauses(self, copies: int) -> Iterator[type]:
        """Clauses of all copies, and what is paid."""
        for copy in range(copies):
            for name, rule in RULES.items():
                yield self.make(f"{name}_{copy}", float, _clause(rule, copy))
            yield self.make(f"payable_{copy}", float, _payable(copy))


def _granted(wanted: int) -> Formula:
    return lambda patent, t: (patent("ptype", t) == wanted) * in_year(patent("gdate", t))


def _number(part: str) -> Formula:
    def formula(e, t):
        found = e.sum(e.members(part, t))
        # OpenFisca's sum ends at the last enterprise that has a patent.
        return np.pad(found, (0, e.count - found.size))

    return formula


def _service(e: Callable[..., np.ndarray], t: object) -> np.ndarray:
    ind = e("ind", t)
    return ((ind >= 6300) & (ind <= 6599)) | ((ind >= 7100) & (ind <= 7599))


def _clause(rule: Formula, copy: int) -> Formula:
    def formula(e: Callable[..., np.ndarray], t: object, parameters: Callable[..., object]) -> np.ndarray:
        return e("gate", t) * fen(rule(e, t, getattr(parameters(t), f"set_{copy}"), of_copy(copy)))

    return formula


def _payable(copy: int) -> Formula:
    def formula(e: Callable[..., np.ndarray], t: object, parameters: Callable[..., object]) -> np.ndarray:
        total = sum(e(f"{name}_{copy}", t) for name in SINGLE)
        for one, other in GROUPS:
            total = total + maximum(e(f"{one}_{copy}", t), e(f"{other}_{copy}", t))
        return minimum(total, getattr(parameters(t), f"set_{copy}").entity_cap)

    return formula


def _c01(e, t, p, _):
    return in_year(e("scale", t)) * select([e("mfg", t), e("svc", t)], [p.scale_mfg, p.scale_svc], p.scale_else)


def _c02(e, t, p, _):
    now, before = e("rev_ty", t), e("rev_ly", t)
    # A share as such is what one writes; firms without revenue last year are left out below.
    growth = (now - before) / where(before > 0, before, 1)
    step = select([growth >= 0.3, growth >= 0.2, growth >= 0.1], [p.growth_30, p.growth_20, p.growth_10], 0)
    return (now >= p.growth_revenue) * (before > 0) * step


def _c03(e, t, p, _):
    growth = maximum(e("rev_ty", t) - e("rev_ly", t), 0)
    rate = where(e("svc", t), 0.008, 0.005)
    return (e("rev_ty", t) >= p.growth_revenue) * minimum(growth * rate, p.increment_cap)


def _c04(e, t, p, figures: Parameters):
    now, peak = e("rev_ty", t), e("rev_peak", t)
    steps = [(line / YUAN, amount / YUAN) for line, amount in reversed(figures.crossings)]
    return select([(now >= line) & (peak < line) for line, _ in steps], [amount for _, amount in steps], 0)


def _c05(e, t, p, _):
    spent, revenue = e("rd_ty", t), e("rev_ty", t)
    intense = spent / where(revenue > 0, revenue, 1) >= 0.03
    return (revenue > 0) * intense * minimum(p.research.calc(spent), p.research_cap)


def _c06(e, t, p, _):
    spent, more = e("rd_ty", t), e("rd_ty", t) - e("rd_ly", t)
    amount = minimum(more * where(e("valid", t), 0.10, 0.08), p.more_research_cap)
    return (more > 0) * (spent >= p.more_research_least) * amount


def _c07(e, t, p, _):
    return in_year(e("hnte", t)) * where(e("hnte_n", t) == 1, p.hnte_first, p.hnte_again)


def _c08(e, t, p, _):
    level = e("srdi_l", t)
    return in_year(e("srdi", t)) * select([level == 1, level == 2, level == 3], [p.srdi_1, p.srdi_2, p.srdi_3], 0)


def _c09(e, t, p, _):
    return minimum(p.inventions.calc(e("inventions", t)), p.invention_cap)


def _c10(e, t, p, _):
    return minimum(e("pct", t) * p.pct, p.pct_cap)


def _c11(e, t, p, _):
    by_rate = e("principal", t) * 0.0345 / 360 * e("days", t) * 0.5
    amount = minimum(minimum(e("interest", t) * 0.5, by_rate), p.interest_cap)
    return ((e("srdi_l", t) >= 1) | e("valid", t)) * amount


def _c12(e, t, p, _):
    return minimum(e("guar", t) * 0.3, p.guarantee_cap)


def _c13(e, t, p, _):
    rent = minimum(e("rent", t), minimum(e("area", t), 500) * p.rent_metre * 12)
    return (e("est", t) >= VALID) * minimum(rent * where(e("valid", t), 0.7, 0.5), p.rent_cap)


def _c14(e, t, p, _):
    equipment = e("equip", t)
    amount = minimum(equipment * where(e("srdi_l", t) >= 2, 0.10, 0.08), p.equipment_cap)
    return e("mfg", t) * (equipment >= p.equipment_least) * amount


def _c15(e, t, p, _):
    return minimum(maximum(e("exp_ty", t) - e("exp_ly", t), 0) * 0.01, p.export_cap)


def _c16(e, t, p, _):
    amount = e("grads", t) * p.graduate * where(e("srdi_l", t) >= 1, 1.5, 1)
    return (e("emp", t) >= e("emp_ly", t)) * minimum(amount, p.graduate_cap)


def _c17(e, t, p, _):
    added = e("emp", t) - e("emp_ly", t)
    return (added >= 5) * minimum(p.heads.calc(clip(added, 0, None)), p.head_cap)


def _c18(e, t, p, _):
    amount = e("comp", t) * 0.3 * where(e("ai", t), 1.2, 1)
    return (e("mfg", t) | e("svc", t)) * minimum(amount, p.compute_cap)


def _c19(e, t, p, _):
    return minimum(e("exhib", t) * 0.5, p.exhibition_cap)


def _c20(e, t, p, _):
    return (e("equity", t) >= p.equity_least) * minimum(e("equity", t) * 0.01, p.equity_cap)


RULES: dict[str, Formula] = dict(
    zip(
        CLAUSES,
        (
            *(_c01, _c02, _c03, _c04, _c05, _c06, _c07, _c08, _c09, _c10),
            *(_c11, _c12, _c13, _c14, _c15, _c16, _c17, _c18, _c19, _c20),
        ),
        strict=True,
    )
)


class Fisca:
    """The peer."""

    def __init__(self, task: Task, package: str, version: str, *, double: bool = False) -> None:
        self.core, self.version, self.copies = Core(package), version, task.copies
        if double:
            self.core.module("variables.config").VALUE_TYPES[float]["dtype"] = np.float64
        self.float = self.core.module("variables.config").VALUE_TYPES[float]["dtype"]
        self.system = system(self.core, task.copies)

    def load(self, task: Task, rows: int) -> object:
        """A simulation with its inputs set."""
        ent, pat = enterprises(task, rows), patents(task, rows)
        builder = self.core.module("simulations.simulation_builder").SimulationBuilder()
        builder.create_entities(self.system)
        builder.declare_person_entity("patent", np.arange(pat["eid"].size))
        group = builder.declare_entity("enterprise", ent["eid"])
        # Not join_with_persons(): it takes it that every group has a person.
        group.members_entity_id = pat["eid"] - 1
        simulation = builder.build(self.system)
        self.columns = [*MONEY, *WHOLE, *TRUTHS, *DATES, "ptype", "gdate"]
        for name, values in {**self._inputs(ent), **self._inputs(pat)}.items():
            simulation.set_input(name, YEAR, values)
        self.eid = ent["eid"]
        return simulation

    def _inputs(self, columns: Columns) -> Columns:
        found = {}
        for name, column in columns.items():
            if name in MONEY:
                found[name] = (column / YUAN).astype(self.float)
            elif name in (*DATES, "gdate"):
                found[name] = column.astype("datetime64[D]")
            elif name != "eid":
                found[name] = column if name in TRUTHS else column.astype(np.int32)
        return found

    def evaluate(self, loaded: object) -> object:
        return self._asked(loaded)

    def _asked(self, simulation) -> dict[str, np.ndarray]:
        # What was computed before is forgotten: a simulation keeps its results.
        for population in simulation.populations.values():
            for name in [name for name in population._holders if name not in self.columns]:
                population.get_holder(name).delete_arrays()
        found = {f"{name}_{copy}": None for copy in range(self.copies) for name in (*CLAUSES, "payable")}
        return {name: simulation.calculate(name, YEAR) for name in found}

    def write(self, outcome: dict[str, np.ndarray], out: Path) -> None:
        write_amounts(out, self.eid, {name: in_fen(column) for name, column in outcome.items()})

    def totals(self, outcome: dict[str, np.ndarray]) -> dict[str, int]:
        return {name: int(in_fen(outcome[f"{name}_0"]).sum()) for name in CLAUSES}

    def payable(self, outcome: dict[str, np.ndarray]) -> np.ndarray:
        return np.sum([in_fen(outcome[f"payable_{copy}"]) for copy in range(self.copies)], axis=0)

    def total(self, outcome: dict[str, np.ndarray]) -> int:
        return int(self.payable(outcome).sum())


def in_fen(yuan: np.ndarray) -> np.ndarray:
    """Yuan as whole fen."""
    return np.rint(yuan.astype(np.float64) * YUAN).astype(np.int64)
