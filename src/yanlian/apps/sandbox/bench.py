"""The bench of a scenario: clauses to choose from, their figures with present and proposed value, and what was
typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import yaml
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from yanlian.apps.sandbox.models import Scenario
from yanlian.apps.sandbox.opened import shelf_of
from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.engine.policy import Evaluator
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.revision import Change, Proposal, Shelf
from yanlian.engine.policy.revision.figures import ClauseFigure, figures_of, written_id
from yanlian.engine.policy.revision.proposal import pointer, proposal_of
from yanlian.engine.policy.revision.written import yaml_of
from yanlian.ui.words import t

PARTS = {
    "amount": ("金额", "Amount"),
    "cap": ("单项上限", "Cap"),
    "caps": ("合计上限", "Caps over several"),
    "test": ("条件", "Condition"),
    "multiplier": ("系数", "Factor"),
    "event": ("触发事项", "Event"),
    "definition": ("中间量", "Definition"),
    "parameter": ("参数", "Parameter"),
    "scale": ("分档", "Scale"),
    "table": ("标准表", "Table"),
}
_PREFIX = "figure:"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure in the form. `proposed`: what the scenario puts there, "" for nothing."""

    figure: ClauseFigure
    field: str
    part: str
    label: str
    proposed: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change of a scenario in words."""

    change: Change
    what: str
    place: str
    before: str
    after: str
    clause: str


def bench_context(request: HttpRequest, found: Scenario) -> dict[str, object]:
    """What the page of a scenario shows. Raises `PackFaults` when the packs themselves are faulty."""
    shelf = shelf_of(found.as_of)
    clauses = clauses_on(shelf, found)
    chosen = next((one for one in clauses if one.id == request.GET.get("clause", request.POST.get("clause"))), None)
    proposed = {one.at: one.to for one in found.change_list if one.do == "set"}
    context: dict[str, object] = {
        "scenario": found,
        "clauses": _grouped(clauses),
        "chosen": chosen,
        "changes": [_in_words(shelf, one) for one in found.change_list],
    }
    if chosen is not None:
        lines = [_line(one, chosen, proposed) for one in figures_of(shelf, chosen)]
        at = pointer(chosen.source.document, "clauses", written_id(chosen))
        tree = shelf.tree((chosen.source.document, "clauses", written_id(chosen)))
        context |= {
            "figures": lines,
            "clause_at": at,
            "clause_text": proposed.get(at) or (yaml_of(tree, without=("cases",)) if tree is not None else ""),
        }
    return context


def clauses_on(shelf: Shelf, found: Scenario) -> list[CompiledClause]:
    """The clauses that a scenario's packs run on its day."""
    return Evaluator(shelf.packs, found.as_of, with_drafts=found.drafts).clauses


def _grouped(clauses: Sequence[CompiledClause]) -> list[tuple[str, list[CompiledClause]]]:
    found: dict[str, list[CompiledClause]] = {}
    for one in clauses:
        found.setdefault(one.document.source.title, []).append(one)
    return list(found.items())


_PLAIN = frozenset({"amount", "cap", "each", "where", "date", "result", "paid"})


def label_of(figure: ClauseFigure) -> str:
    """What a figure stands in; a key of the pack in words."""
    return t(*PARTS[figure.part]) if figure.label in _PLAIN else figure.label


def _line(figure: ClauseFigure, clause: CompiledClause, proposed: dict[str, str]) -> FigureLine:
    own = figure.at.startswith(pointer(clause.source.document, "clauses", written_id(clause)) + "/")
    return FigureLine(
        figure, _PREFIX + figure.at, t(*PARTS[figure.part]), label_of(figure), proposed.get(figure.at, ""), not own
    )


def _in_words(shelf: Shelf, change: Change) -> ChangeLine:
    steps = change.steps
    clause = steps[2] if len(steps) > 2 and steps[1] == "clauses" else ""
    figure = _figure_at(shelf, change)
    what = {"set": ("改为", "becomes"), "add": ("增加", "added"), "remove": ("删去", "taken away")}[change.do]
    before = figure.written if figure is not None else ""
    named = label_of(figure) if figure is not None else " / ".join(steps[1:])
    place = f"{clause or steps[0]} · {named}"
    return ChangeLine(
        change, t(*what), place, before, change.to if len(change.to) < 60 else change.to[:60] + "…", clause
    )


def _figure_at(shelf: Shelf, change: Change) -> ClauseFigure | None:
    for clause in shelf.packs.clauses:
        if clause.source.document == change.steps[0] or change.steps[0] in {p.id for p in shelf.packs.packs}:
            found = next((one for one in figures_of(shelf, clause) if one.at == change.at), None)
            if found is not None:
                return found
    return None


def changes_filled_in(request: HttpRequest, found: Scenario) -> list[Change]:
    """The changes that a form asks for; tried at once, so that a fault is told where it was typed. Refused, or
    `PackFaults`."""
    given, shelf = request.POST, shelf_of(found.as_of)
    verb = given.get("verb", "figures")
    fresh: list[Change] = []
    if verb == "figures":
        written = {
            name.removeprefix(_PREFIX): str(text).strip() for name, text in given.items() if name.startswith(_PREFIX)
        }
        fresh = [Change(at, _with_unit(shelf, at, text)) for at, text in written.items() if text]
    elif verb == "text":
        fresh = [Change(given.get("at", ""), given.get("text", ""))]
    elif verb == "remove":
        fresh = [Change(given.get("at", ""), do="remove")]
    elif verb == "add":
        fresh = [Change(given.get("at", ""), given.get("text", ""), "add")]
    elif verb == "file":
        fresh = _from_file(request)
    if fresh:
        kept = [one for one in found.change_list if (one.at, one.do) not in {(new.at, new.do) for new in fresh}]
        shelf.revised(Proposal("", (*kept, *fresh)))
    return fresh


def _with_unit(shelf: Shelf, at: str, text: str) -> str:
    """A plain number typed over one with a unit means that unit."""
    figure = _figure_at(shelf, Change(at))
    try:
        parse_figure(text)
    except Refused:
        raise Refused("proposal_figure", at=at, found=text) from None
    bare = text.replace(",", "").replace(".", "").isdigit()
    return text + figure.unit if figure is not None and bare else text


def _from_file(request: HttpRequest) -> list[Change]:
    file = request.FILES.get("file")
    if file is None:
        raise Refused("file_not_chosen")
    try:
        data = yaml.safe_load(file.read().decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise Refused("proposal_yaml", at=str(file.name), line=0, found=str(fault)[:200]) from None
    return list(proposal_of(data).changes)


def document_file(found: Scenario) -> HttpResponseBase:
    """The changes of a scenario as YAML to be kept or sent on."""
    text = yaml.safe_dump(found.proposal.as_data(), allow_unicode=True, sort_keys=False)
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    name = quote(f"{found.name}.yaml")
    response["Content-Disposition"] = f"attachment; filename=\"proposal-{found.pk}.yaml\"; filename*=UTF-8''{name}"
    return response
