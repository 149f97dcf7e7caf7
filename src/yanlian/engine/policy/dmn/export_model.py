"""From compiled packs to a DMN model: one policy document, or one clause of it, as data. No files, no Django."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.compiled import CompiledClause, CompiledDocument, Item
from yanlian.engine.policy.dmn.export_clause import IN_FORCE, OUTCOME_TYPE, export_clause
from yanlian.engine.policy.dmn.export_facts import AS_OF, as_of
from yanlian.engine.policy.dmn.export_formula import KNOWN, Untold
from yanlian.engine.policy.dmn.export_shelf import Shelf, word
from yanlian.engine.policy.dmn.export_site import Namer, Site
from yanlian.engine.policy.dmn.export_tables import literal
from yanlian.engine.policy.dmn.marks import marked
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Constant, Definition, Document, Table
from yanlian.engine.policy.reading import nearest

SPACE = "https://yanlian.example/dmn/"


@dataclass(frozen=True, slots=True)
class Exported:
    """A model, and what it does not say that the pack says: each note a code with its facts and a sentence."""

    model: dmn.Model
    notes: tuple[Refused, ...] = ()


def model_of(packs: PackSet, found: str, day: date | None = None) -> dmn.Model:
    """The model of a policy document or of one clause, by id. See `export_model`."""
    return export_model(packs, found, day).model


def export_model(
    packs: PackSet,
    found: str,
    day: date | None = None,
    *,
    parameters: Mapping[str, Constant] | None = None,
    kept: Mapping[str, object] | None = None,
) -> Exported:
    """The model of a policy document or clause (`found` is its id), runnable by any engine of DMN 1.5.

    With `day` the as-of date is fixed and values of parameters that begin later are left out; without it the as-of
    date is an input. `parameters` replace values by name, as worked cases do. `kept` is written into the model's
    description for `pack import`. Raises `Refused("dmn_pack_unknown")` for an id that is none.
    """
    document, clauses = _sought(packs, found)
    namer = Namer(packs.schema, document.pack.district, until=day, overrides=parameters or {})
    shelf = namer.shelf
    _head(shelf, document, day)
    for clause in clauses:
        _add_clause(namer, clause, only=found != document.source.id)
    if found == document.source.id:
        _add_unused(namer, document)
    notes = (*namer.notes, *_notes(packs, clauses))
    source = document.source
    name = source.title if found == source.id else clauses[0].source.title
    told = "\n".join([f"{source.title} {source.number}".strip(), *(f"· {one.text('zh')}" for one in notes)])
    model = dmn.Model(
        name=name,
        namespace=f"{SPACE}{source.pack}/{found}",
        items=tuple(shelf.items.values()),
        inputs=tuple(shelf.inputs.values()),
        decisions=tuple(shelf.decisions.values()),
        knowledge=tuple(shelf.knowledge.values()),
        services=tuple(shelf.services.values()),
        sources=tuple(shelf.sources.values()),
        description=marked(told, {"yanlian": 1, "document": source.id, "elements": _named(shelf), **(kept or {})}),
        id=word(found),
    )
    return Exported(model, notes)


def _named(shelf: Shelf) -> list[str]:
    """The elements that carry logic, so that one deleted later is missed."""
    return [*shelf.decisions, *shelf.knowledge]


def _sought(packs: PackSet, found: str) -> tuple[CompiledDocument, tuple[CompiledClause, ...]]:
    for document in packs.documents:
        if document.source.id == found:
            return document, document.clauses
        for clause in document.clauses:
            if clause.id == found:
                return document, (clause,)
    ids = [one.source.id for one in packs.documents] + [clause.id for clause in packs.clauses]
    raise Refused("dmn_pack_unknown", found=found, nearest=nearest(found, ids))


def _head(shelf: Shelf, document: CompiledDocument, day: date | None) -> None:
    """The document as an authority, the as-of date, the type of a verdict, whether the document is in force."""
    source = document.source
    name = shelf.claim(source.title)
    shelf.sources[name] = dmn.KnowledgeSource(
        name, "policy", source.source.url, id=name, label=source.title, description=_cited(source)
    )
    parts = [("条款", "string"), ("事项", "string"), ("年度", "string"), ("事件日", "date"), ("未通过", "string")]
    parts += [("结论", "string"), ("金额", "number"), ("结果", "Any")]
    kinds = literal('"eligible", "not_eligible", "manual", "not_applicable"')
    shelf.items[OUTCOME_TYPE] = dmn.ItemDefinition(
        OUTCOME_TYPE,
        components=tuple(
            dmn.ItemDefinition(n, t, is_collection=n == "未通过", allowed=kinds if n == "结论" else None)
            for n, t in parts
        ),
    )
    if day is not None:
        text = f'date("{day.isoformat()}")'
        shelf.decisions[AS_OF] = dmn.Decision(AS_OF, literal(text), "date", id=AS_OF, description="as-of date")
    shelf.claimed.add(IN_FORCE)
    text, uses = "false", []
    if source.status == "in_force":
        last = source.payable_until or source.valid_to
        text = f'{AS_OF} >= date("{source.valid_from.isoformat()}")'
        text += "" if last is None else f' and {AS_OF} <= date("{last.isoformat()}")'
        uses = [as_of(shelf)]
    needs = shelf.requirements(uses, name)
    shelf.decisions[IN_FORCE] = dmn.Decision(IN_FORCE, literal(text), "boolean", needs, id=IN_FORCE)


def _cited(source: Document) -> str:
    words = (source.number, source.issuer, source.source.grade, source.source.page, source.note, source.adopted_note)
    return "；".join(one for one in words if one)


def _add_clause(namer: Namer, clause: CompiledClause, *, only: bool) -> None:
    """A clause that cannot be said in DMN leaves a note behind; when it is the only one, it is refused."""
    shelf = namer.shelf
    before = set(shelf.decisions)
    try:
        export_clause(namer, clause)
    except Untold as untold:
        refusal = Refused("dmn_pack_clause_left", clause=clause.id, found=untold.refusal.text("zh"))
        if only:
            raise refusal from None
        namer.notes.append(refusal)
        own = f"{word(clause.id)}_"
        for name in [one for one in shelf.decisions if one.startswith(own) and one not in before]:
            del shelf.decisions[name]


def _add_unused(namer: Namer, document: CompiledDocument) -> None:
    """Names that no clause of the document uses, for those who use them from elsewhere."""
    site = Site(document.home, as_of(namer.shelf))
    for item in document.home.own.values():
        if item.reach or not isinstance(item.source, Definition | Table):
            continue
        try:
            namer.add(item, site)
        except Untold as untold:
            namer.notes.append(Refused("dmn_pack_name_left", name=item.name, found=untold.refusal.text("zh")))


# What a model does not say


def _notes(packs: PackSet, clauses: Iterable[CompiledClause]) -> list[Refused]:
    settled = frozenset().union(*(rule.clauses for rule in packs.settling))
    listed = list(clauses)
    notes = [Refused("dmn_pack_unknowns")]

    def note(code: str, found: Iterable[CompiledClause]) -> None:
        ids = [clause.id for clause in found]
        if ids:
            notes.append(Refused(code, clauses="、".join(ids)))

    note("dmn_pack_stacking", (c for c in listed if c.source.stacking is not None))
    note("dmn_pack_exclusions", (c for c in listed if c.exclusions))
    note("dmn_pack_caps", (c for c in listed if c.caps))
    note("dmn_pack_settlement", (c for c in listed if c.id in settled))
    note("dmn_pack_is_known", (c for c in listed if _asks_whether_known(c)))
    note("dmn_pack_top_up", (c for c in listed if c.top_up is not None))
    return notes


def _asks_whether_known(clause: CompiledClause) -> bool:
    items: list[Item] = list(clause.home.visible.values())
    texts = [item.source.formula.text for item in items if isinstance(item.source, Definition)]
    texts += [test.expression.formula.text for test in clause.tests]
    texts += [one.formula.text for one in (clause.amount, clause.result) if one is not None]
    return any(word in text for word in KNOWN for text in texts)
