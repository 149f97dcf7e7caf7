"""Where a formula stands and what its names mean there: the elements of the model behind the names of a pack.

A definition or table that says something else for another clause (it hangs on the event, or on names that each clause
defines for itself) becomes one decision for each meaning; everything else is made once and shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import RecordKind, Schema
from yanlian.engine.feel import ast
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.compiled import CompiledClause, Expression, Home, Item
from yanlian.engine.policy.dmn.export_facts import as_of, entity_input, record_input, reserved_names, year_as_of
from yanlian.engine.policy.dmn.export_formula import Meanings, Teller
from yanlian.engine.policy.dmn.export_shelf import Shelf, word
from yanlian.engine.policy.dmn.export_tables import (
    constant_text,
    fixed_function,
    literal,
    months_function,
    parameter_function,
    record_function,
    scale_function,
    table_expression,
    years_function,
)
from yanlian.engine.policy.dmn.marks import fingerprint, marked
from yanlian.engine.policy.model import Constant, Definition, Parameter, Scale, Table
from yanlian.engine.policy.naming import Kind


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A home of names, the clause it is looked at from, what its event's names are called, and the day that dates
    parameters (the name of an element)."""

    home: Home
    day: str
    clause: CompiledClause | None = None
    events: Mapping[str, tuple[str, Kind]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes a difference to the meaning of names."""
        return (self.home.key, self.day, tuple(sorted((k, n) for k, (n, _) in self.events.items())))


@dataclass(slots=True)
class Namer:
    """Makes the elements behind names when a formula first asks for them."""

    schema: Schema
    district: str
    shelf: Shelf = field(default_factory=Shelf)
    until: date | None = None
    overrides: Mapping[str, Constant] = field(default_factory=dict)
    notes: list[Refused] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    _settled: dict[tuple[object, ...], tuple[str, Kind]] = field(default_factory=dict)
    _same: dict[tuple[object, ...], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shelf.claimed |= reserved_names(self.schema)

    def teller(self, site: Site) -> Teller:
        """Rewrites formulas that stand at a site."""
        return Teller(
            Meanings(
                name=lambda name, uses: self._name(name, site, uses),
                table=lambda name, uses: self._table_called(name, site, uses),
                parameter=lambda name, uses: self._parameter_called(name, site, uses),
                beyond=self._beyond,
            )
        )

    def told(self, expression: Expression, site: Site, uses: dict[str, None]) -> tuple[str, Kind]:
        """A formula as standard FEEL; what it needs is added to `uses`."""
        teller = self.teller(site)
        found = teller.told(expression.compiled.ast)
        uses.update(teller.uses)
        return found

    def add(self, item: Item, site: Site) -> str:
        """The decision of a definition or table, made if it is not there yet."""
        return self._settle(item, site)[0]

    def told_record(self, kind: RecordKind, uses: dict[str, None]) -> str:
        """The name under which formulas find a kind of record."""
        name = record_input(self.shelf, kind)
        uses[name] = None
        return name

    # Names

    def _name(self, name: str, site: Site, uses: dict[str, None]) -> tuple[ast.Expression, Kind]:
        item = site.home.visible.get(name)
        if item is not None:
            return self._item(item, site, uses)
        if name in self.schema.names:
            kind = self.schema.names[name]
            return self._used(record_input(self.shelf, kind), uses), kind
        if name in site.events:
            found, of = site.events[name]
            return self._used(found, uses), of
        if name in {"文件生效日", "文件失效日"} and site.home.document is not None:
            document = site.home.document
            return _date(document.valid_from if name == "文件生效日" else document.valid_to), None
        return self._used(self._plain(name), uses), None

    def _plain(self, name: str) -> str:
        """Days, the district, and the beneficiary itself."""
        if name == "评价日":
            return as_of(self.shelf)
        if name in {"评价年度", "上年", "前年"}:
            return year_as_of(self.shelf, name)
        if name == "本区":
            text = constant_text(self.district)
            self.shelf.decisions.setdefault(name, dmn.Decision(name, literal(text), "string", id=name))
            return name
        for one in self.schema.entity.values():
            if name in (one.zh, one.key):
                return entity_input(self.shelf, one)
        raise KeyError(name)

    @staticmethod
    def _used(name: str, uses: dict[str, None]) -> ast.Expression:
        uses[name] = None
        return ast.Name(name)

    def _item(self, item: Item, site: Site, uses: dict[str, None]) -> tuple[ast.Expression, Kind]:
        if isinstance(item.source, Definition | Table):
            name, kind = self._settle(item, site)
            return self._used(name, uses), kind
        function = self._used(self._function(item), uses)
        if isinstance(item.source, Scale):
            return function, None
        return ast.Call(function, (self._used(site.day, uses),)), None

    def _table_called(self, name: str, site: Site, uses: dict[str, None]) -> ast.Expression | None:
        item = site.home.visible.get(name)
        if item is None or not isinstance(item.source, Table):
            return None
        return self._used(self._settle(item, site)[0], uses)

    def _parameter_called(self, name: str, site: Site, uses: dict[str, None]) -> ast.Expression | None:
        item = site.home.visible.get(name)
        if item is None or not isinstance(item.source, Parameter):
            return None
        return self._used(self._function(item), uses)

    # Definitions and tables

    def _settle(self, item: Item, site: Site) -> tuple[str, Kind]:
        """The decision behind a definition or table as it is meant at a site."""
        inner = site if item.home in (site.home, site.home.parent) else Site(item.home, site.day)
        key = (id(item), *inner.key)
        found = self._settled.get(key)
        if found is None:
            found = self._settled[key] = self._made(item, inner)
        return found

    def _made(self, item: Item, site: Site) -> tuple[str, Kind]:
        uses: dict[str, None] = {}
        kind: Kind = None
        logic: dmn.BoxedExpression
        source = item.source
        authority = ""
        if isinstance(source, Table):
            logic = self._table(item, source, site, uses)
            authority = self.source(source.reference)
        else:
            assert item.expression is not None
            text, kind = self.told(item.expression, site, uses)
            logic = literal(text)
        same = (id(item), fingerprint(logic))
        name = self._same.get(same)
        if name is None:
            clause = site.clause.id if site.clause is not None else item.home.key[-1]
            name = self._same[same] = self.shelf.claim(item.name, clause)
            part = "tables" if isinstance(source, Table) else "definitions"
            needs = self.shelf.requirements(uses, authority)
            text = marked(_where(item), mark((*item.home.key, part, item.name), logic))
            self.shelf.decisions[name] = dmn.Decision(
                name, logic, "", needs, id=name, label=item.name, description=text
            )
        return name, kind

    def _table(self, item: Item, table: Table, site: Site, uses: dict[str, None]) -> dmn.DecisionTable:
        assert item.table is not None
        teller = self.teller(site)
        rows = [
            ([cell.ast for cell in row.tests], [cell.ast for cell in row.outputs]) for row in item.table.decision.rows
        ]
        made = table_expression(table, rows, [one.compiled.ast for one in item.table.inputs], teller)
        uses.update(teller.uses)
        return made

    # Functions

    def _function(self, item: Item) -> str:
        """The function behind a parameter or scale."""
        key = (id(item),)
        name = self._same.get(key)
        if name is not None:
            return name
        name = self._same[key] = self.shelf.claim(item.name, item.home.key[-1])
        source = item.source
        part, authority = "scales", ""
        if isinstance(source, Scale):
            function, authority = scale_function(source), self.source(source.reference)
        else:
            assert isinstance(source, Parameter)
            part = "parameters"
            overridden = item.name in self.overrides
            value = self.overrides[item.name] if overridden else None
            function = fixed_function(value) if overridden else parameter_function(source, self.until)
        needs = self.shelf.requirements((), authority)
        unit = source.unit if isinstance(source, Parameter | Scale) else ""
        told = f"{_where(item)}{'；单位 ' + unit if unit else ''}"
        text = marked(told, mark((*item.home.key, part, item.name), function.body))
        self.shelf.knowledge[name] = dmn.BusinessKnowledge(
            name, function, "", needs, id=name, label=item.name, description=text
        )
        return name

    def _beyond(self, function: str, detail: str, kind: Kind, uses: dict[str, None]) -> str:
        """One of the functions that packs have beyond FEEL."""
        name = word(f"{function}_{detail}" if detail else function)
        body, field_name = months_function(), detail
        needs: tuple[str, ...] = ()
        if function == "周年数":
            months = self._beyond("月数", "", None, {})
            body, needs = years_function(months), (months,)
        elif function == "记录":
            is_key = False
            if isinstance(kind, RecordKind) and detail in kind.names:
                field_name = kind.names[detail].zh
                is_key = kind.key_fields == (kind.names[detail].key,)
            name = word(f"{function}_{'唯一' if is_key else ''}{field_name}")
            body = record_function(field_name, is_key=is_key)
        if name not in self.shelf.knowledge:
            self.shelf.claimed.add(name)
            arrows = self.shelf.requirements(needs)
            field_of = detail if function != "记录" else field_name
            text = marked("", mark(("library", function, field_of), body.body))
            self.shelf.knowledge[name] = dmn.BusinessKnowledge(
                name, body, "", arrows, id=name, label=function, description=text
            )
        uses[name] = None
        return name

    # Authorities

    def source(self, reference: str) -> str:
        """The knowledge source of an article or reference, as an id; its authority is the document's."""
        if not reference:
            return ""
        if reference not in self.sources:
            document = next(iter(self.shelf.sources), "")
            name = self.shelf.claim(reference, "依据")
            needs = self.shelf.requirements((), document)
            self.shelf.sources[name] = dmn.KnowledgeSource(name, "article", "", needs, id=name, label=reference)
            self.sources[reference] = name
        return self.sources[reference]


def mark(path: tuple[str, ...], logic: object) -> dict[str, object]:
    """The mark of an element: which part of the pack it says, and the fingerprint of what it says."""
    return {"of": list(path), "was": fingerprint(logic)}


def _where(item: Item) -> str:
    return " / ".join(item.home.key)


def _date(day: date | None) -> ast.Expression:
    if day is None:
        return ast.Null()
    return ast.Call(ast.Name("date"), (ast.String(day.isoformat()),))
