"""A model made elsewhere into a pack: tables, definitions, facts, and clauses with marks where an official must say.

Everything that DMN does not know (who answers for a clause, its source, since when, for whom) is written as 待填 and
listed; `pack check` names each of them until it is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped, Tree
from yanlian.engine.dossier import load_schema
from yanlian.engine.feel import ast, parse, parse_unary_tests, print_expression
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.members import member_names
from yanlian.engine.feel.names import needs_telling
from yanlian.engine.feel.vocabulary import PROPERTY_NAMES
from yanlian.engine.policy.compiled import BASE_NAMES, DOCUMENT_NAMES, EVENT_NAMES, PARAMETER_ON
from yanlian.engine.policy.dmn.export_formula import rebuilt
from yanlian.engine.policy.dmn.export_shelf import Shelf, word
from yanlian.engine.policy.dmn.import_boxes import box_text, called_table
from yanlian.engine.policy.dmn.import_facts import Facts, facts_of
from yanlian.engine.policy.dmn.import_names import Element, with_logic
from yanlian.engine.policy.dmn.import_own import Imported
from yanlian.engine.policy.dmn.import_tables import Strange, cell, table_tree
from yanlian.engine.policy.dmn.yaml_text import listing, mapped, put, scalar, tree_text
from yanlian.engine.policy.functions import PACK_FUNCTIONS
from yanlian.engine.policy.load import PACK_FILE
from yanlian.engine.policy.shorthand import SHORTHANDS
from yanlian.engine.policy.to_fill import TO_FILL

_OF_FEEL = frozenset((*FUNCTIONS, *PROPERTY_NAMES))
_MARKED = (
    "pack.district",
    "facts.records.*.holder",
    "document.issuer",
    "document.valid_from",
    "document.source",
    "clauses.department",
    "clauses.subject",
    "clauses.text",
    "tables.*.reference",
)


@dataclass(slots=True)
class _Foreign:
    """Names of a foreign model: elements and their entries become words, tables are called, inputs are facts."""

    model: dmn.Model
    facts: Facts
    tables: frozenset[str]
    known: tuple[str, ...]
    words: Mapping[str, str]

    def formula(self, text: str) -> str:
        """An expression as the pack says it."""
        return print_expression(self.said(parse(text, names=self.known)))

    def tests(self, text: str) -> str:
        """A cell as the pack says it."""
        return print_expression(rebuilt(parse_unary_tests(text, names=self.known), self.said))

    def said(self, node: ast.Expression) -> ast.Expression:
        """A node with its names as the pack has them."""
        found = self.facts.rewritten(node)
        if found is not None:
            return found
        match node:
            case ast.Name() if node.name in self.tables:
                return ast.Call(ast.Name(self.name(node.name)))
            case ast.Name():
                return ast.Name(self.name(node.name))
            case ast.Path():
                return ast.Path(self.said(node.source), self.name(node.name))
            case ast.ContextLiteral():
                return ast.ContextLiteral(tuple(self._entry(entry) for entry in node.entries))
            case ast.Call():
                return self._call(node)
            case ast.FunctionDefinition():
                own = tuple(ast.Parameter(self.name(one.name), one.type) for one in node.parameters)
                return ast.FunctionDefinition(own, self.said(node.body), node.external)
            case ast.For():
                return ast.For(self._iterations(node.iterations), self.said(node.body))
            case ast.Quantified():
                return ast.Quantified(node.kind, self._iterations(node.iterations), self.said(node.condition))
            case _:
                return rebuilt(node, self.said)

    def name(self, name: str) -> str:
        """A name as one word, as packs have them; those of FEEL itself stay."""
        if name in self.words:
            return self.words[name]
        return word(name) if needs_telling(name) and name not in _OF_FEEL else name

    def _entry(self, entry: ast.Entry) -> ast.Entry:
        return ast.Entry(self.name(entry.key), self.said(entry.value))

    def _iterations(self, iterations: tuple[ast.Iteration, ...]) -> tuple[ast.Iteration, ...]:
        return tuple(
            ast.Iteration(self.name(one.name), self.said(one.source), None if one.upto is None else self.said(one.upto))
            for one in iterations
        )

    def _call(self, node: ast.Call) -> ast.Expression:
        """A call; the arguments of FEEL's own functions keep their names."""
        name = node.function.name if isinstance(node.function, ast.Name) else ""
        # A decision may be called like a function of FEEL; only a function of the model takes its place in a call.
        of_feel = name in FUNCTIONS and all(one.name != name for one in self.model.knowledge)
        named = tuple(ast.Entry(one.key if of_feel else self.name(one.key), self.said(one.value)) for one in node.named)
        function = node.function if of_feel else self.said(node.function)
        return ast.Call(function, tuple(self.said(one) for one in node.positional), named)


def pack_of(model: dmn.Model) -> Imported:
    """The files of a new pack from a model. Notes say what was left out and what is to be filled in."""
    shelf = Shelf()
    shelf.claimed |= _taken()
    facts = facts_of(model, shelf)
    imported = Imported({}, list(facts.notes))
    model = _with_tables(model)
    tables = frozenset(one.name for one in model.decisions if _is_table(one.expression))
    elements = with_logic(model)
    names = tuple(one.name for one in (*model.inputs, *elements))
    known = (*names, *member_names([model]))
    foreign = _Foreign(model, facts, tables, known, {one.name: shelf.claim(one.name) for one in elements})
    definitions, made_tables = Mapped(0), Mapped(0)
    for element in elements:
        _add(foreign, element, definitions, made_tables, imported.notes)
    key = word(model.name or model.id)
    pack_id = key.lower()
    clauses = list(_clauses(model, key, foreign))
    document = mapped(
        document=_head(model, key),
        definitions=definitions if definitions.entries else None,
        tables=made_tables if made_tables.entries else None,
        clauses=listing([*clauses]),
    )
    pack = mapped(
        pack=mapped(
            id=scalar(pack_id),
            title=scalar(model.name or pack_id),
            district=scalar(TO_FILL),
            requires=listing([]),
        ),
        facts=facts.tree,
    )
    imported.files = {PACK_FILE: tree_text(pack), f"{pack_id}.yaml": tree_text(document)}
    where = model.where or model.name
    imported.notes += [Refused("dmn_import_service", where=where, name=one.name) for one in model.services]
    imported.notes += [Refused("dmn_import_imported", where=where, name=one.name) for one in model.imports]
    imported.notes.append(Refused("dmn_import_to_fill", found="、".join(_MARKED), word=TO_FILL))
    return imported


def _taken() -> set[str]:
    """Names that mean something in every pack."""
    schema = load_schema()
    names = {*schema.names, *PACK_FUNCTIONS, *SHORTHANDS, *BASE_NAMES, *DOCUMENT_NAMES, *EVENT_NAMES, PARAMETER_ON}
    return names | {name for one in schema.entity.values() for name in (one.zh, one.key)}


def _with_tables(model: dmn.Model) -> dmn.Model:
    """Decisions that only ask a function that is a table become tables themselves: packs ask tables without arguments.

    A function that nobody asks any more is left out.
    """
    known = (*(one.name for one in (*model.inputs, *with_logic(model))), *member_names([model]))
    decisions: list[dmn.Decision] = []
    for one in model.decisions:
        try:
            table = called_table(one.expression, model, known)
        except (Strange, Refused):
            table = None
        if table is not None and _is_table(table):
            kept = tuple(r for r in one.requirements if r.kind != "knowledge")
            decisions.append(replace(one, expression=table, requirements=kept))
        else:
            decisions.append(one)
    needed = {
        r.href.rpartition("#")[2]
        for e in with_logic(replace(model, decisions=tuple(decisions)))
        for r in e.requirements
    }
    services = {href for service in model.services for href in service.encapsulated}
    asked = needed | {href.rpartition("#")[2] for href in services}
    before = {r.href.rpartition("#")[2] for e in with_logic(model) for r in e.requirements}
    functions = tuple(k for k in model.knowledge if (k.id or k.name) in asked or (k.id or k.name) not in before)
    return replace(model, decisions=tuple(decisions), knowledge=functions)


def _is_table(box: dmn.BoxedExpression | None) -> bool:
    """Whether a pack can have it as a table: one whose outputs have no defaults."""
    if not isinstance(box, dmn.DecisionTable):
        return False
    return all(one.default is None or not one.default.text.strip() for one in box.outputs)


def _add(foreign: _Foreign, element: Element, definitions: Mapped, tables: Mapped, notes: list[Refused]) -> None:
    name = foreign.words[element.name]
    model = foreign.model
    try:
        box = element.expression if isinstance(element, dmn.Decision) else element.function
        if isinstance(box, dmn.DecisionTable) and element.name in foreign.tables:
            node = Mapped(0)
            table_tree(box, node, foreign)
            put(node, "reference", scalar(TO_FILL))
            put(tables, name, node)
            return
        tree = parse(box_text(box, foreign.known), names=foreign.known)
        put(definitions, name, cell(print_expression(foreign.said(tree))))
    except (Strange, Refused) as problem:
        found = problem.found if isinstance(problem, Strange) else problem.text("zh")
        data = {"where": model.where or model.name, "line": element.spot.line, "name": element.name}
        notes.append(Refused("dmn_import_element", **data, found=found))
        put(definitions, name, cell("null"))


def _head(model: dmn.Model, key: str) -> Mapped:
    return mapped(
        id=scalar(key),
        title=scalar(model.name or key),
        issuer=scalar(TO_FILL),
        status=scalar("draft"),
        valid_from=scalar(TO_FILL),
        source=mapped(grade=scalar(TO_FILL), url=scalar(next((s.location for s in model.sources if s.location), ""))),
        note=scalar(f"{TO_FILL}：由 DMN 模型 {model.namespace} 导入"),
    )


def _clauses(model: dmn.Model, key: str, foreign: _Foreign) -> Iterator[Tree]:
    """A clause for each decision that nothing else requires: a number is taken as an amount, anything else as a
    result."""
    needed = {
        requirement.href.rpartition("#")[2] for element in with_logic(model) for requirement in element.requirements
    }
    tops = [one for one in model.decisions if (one.id or one.name) not in needed]
    for number, one in enumerate(tops, 1):
        name = foreign.words[one.name]
        said = f"{name}()" if one.name in foreign.tables else name
        pays = one.type_ref.rpartition(":")[2].rpartition(".")[2] == "number"
        yield mapped(
            id=scalar(f"{key}-{number:02d}"),
            title=scalar(one.name),
            text=scalar(one.question or one.description or TO_FILL),
            department=scalar(TO_FILL),
            subject=listing([scalar(TO_FILL)]),
            amount=scalar(said) if pays else None,
            gate_only=None if pays else scalar("true"),
            result=None if pays else scalar(said),
            delivery=scalar("APPLY"),
        )
