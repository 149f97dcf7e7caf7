"""Dates, sources and other documents: what is past its end, what can never open, what rests on a repealed text."""

from __future__ import annotations

import re
from datetime import date, timedelta

from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.policy.compiled import CompiledClause, CompiledDocument, Expression
from yanlian.engine.policy.evaluate import Evaluator
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.model import Document
from yanlian.engine.policy.scope import Scope

# 青科规〔2017〕6号, 国办发[2025]1号: letters of the issuer, the year in brackets, the number.
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,8}[〔\[［(（]\d{4}[〕\]］)）]第?\d+号")
_LETTERS = str.maketrans("[［(（]］)）", "〔〔〔〔〕〕〕〕")
_CALENDAR = frozenset({"评价日", "评价年度", "上年", "前年"})


def note_documents(review: Review) -> None:
    """Everything about documents and their dates."""
    gone = _repealed(review)
    for document in review.packs.documents:
        _note_dates(review, document)
        _note_replaced(review, document, gone)
        for clause in document.clauses:
            _note_source(review, clause)
            _note_mentions(review, clause, gone)
            _note_window(review, clause)


def numbers_in(text: str) -> list[str]:
    """The document numbers (文号) that a text names, brackets made alike."""
    return [found.translate(_LETTERS).replace("〕第", "〕") for found in _NUMBER.findall(text)]


def _repealed(review: Review) -> dict[str, str]:
    """What is known to be repealed, by id and by number: the title of the text or of the one that replaced it."""
    gone: dict[str, str] = {}
    for document in review.packs.documents:
        source = document.source
        for old in source.replaces:
            gone[old] = source.title
            gone.update(dict.fromkeys(numbers_in(old), source.title))
        if source.status == "repealed" or source.repealed_by:
            by = source.repealed_by or source.title
            gone[source.id] = by
            gone.update(dict.fromkeys(numbers_in(source.number), by))
    return gone


def _note_dates(review: Review, document: CompiledDocument) -> None:
    source = document.source
    last = source.payable_until or source.valid_to
    if review.day is not None and source.status == "in_force" and last is not None and last < review.day:
        review.note(document, "lint_past_end", "warning", found=last.isoformat())
    if source.source.grade == "C" and source.status == "in_force":
        review.note(document, "lint_grade_c", "warning", found=source.title)
    if not source.source.url and not source.source.page:
        review.note(document, "lint_no_place", "warning", found=source.title)


def _note_replaced(review: Review, document: CompiledDocument, gone: dict[str, str]) -> None:
    """A text that another one replaced is not in force without an end."""
    source = document.source
    named = [source.id, *numbers_in(source.number)]
    by = next((gone[one] for one in named if one in gone), "")
    if by and source.status == "in_force" and source.valid_to is None:
        review.note(document, "lint_replaced", "warning", found=source.title, by=by)


def _note_source(review: Review, clause: CompiledClause) -> None:
    if not clause.source.article:
        review.note(clause, "lint_no_article", "warning", found=clause.source.title)


def _note_mentions(review: Review, clause: CompiledClause, gone: dict[str, str]) -> None:
    """Numbers of repealed texts in what the clause says; in `replaces` they belong."""
    document = clause.document.source
    own = set(numbers_in(document.number))
    source = clause.source
    labels = [test.source.label for test in clause.tests if not test.inherited]
    text = " ".join([source.title, source.text, source.article, *labels]).translate(_LETTERS)
    for number, by in gone.items():
        # A number in a running text has no beginning of its own: 按青科规〔2017〕6号.
        if _NUMBER.fullmatch(number) and number in text and number not in own:
            review.note(clause, "lint_refers_repealed", "warning", found=number, by=by)


def _note_window(review: Review, clause: CompiledClause) -> None:
    """The days on which an event may lie, where nothing but the document decides them."""
    event, document = clause.event, clause.document.source
    if event is None or clause.source.event is None or not clause.source.event.window:
        return
    day = review.day or document.valid_from
    first, last = (_fixed_day(review, clause, one, day) for one in (event.window_from, event.window_to))
    if first is not None and last is not None and last < first:
        at = clause.source.event.window_to
        review.note(clause, "lint_window_never", "error", at, first=first.isoformat(), last=last.isoformat())
        return
    end = _last_payable(document)
    if first is not None and end is not None and end < first:
        at = clause.source.event.window_from
        review.note(clause, "lint_window_never", "error", at, first=first.isoformat(), last=end.isoformat())
    elif first is not None and first < document.valid_from:
        at, start = clause.source.event.window_from, document.valid_from.isoformat()
        review.note(clause, "lint_retroactive", "hint", at, first=first.isoformat(), start=start)
    if last is not None and last + timedelta(1) <= document.valid_from:
        at, start = clause.source.event.window_to, document.valid_from.isoformat()
        review.note(clause, "lint_window_before", "warning", at, last=last.isoformat(), start=start)


def _last_payable(document: Document) -> date | None:
    return document.payable_until or document.valid_to


def _fixed_day(review: Review, clause: CompiledClause, expression: Expression | None, day: date) -> date | None:
    """The day a border of a window gives for every dossier and every as-of date; None when it hangs on more."""
    if expression is None or expression.reach:
        return None
    facts = [read for read in review.reads(clause) if read.expression is expression]
    if facts or _reads_the_calendar(clause, expression):
        return None
    evaluator = Evaluator(review.packs, day, only=(), any_status=True)
    kind = (clause.source.subject or ("enterprise",))[0]
    frame = evaluator.frame(dossier_of_case(review.packs.schema, {}, kind, day))
    below = frame.layer(clause.document.home, day)
    found = Scope(clause.home, frame, below, day, {}).value(expression)
    return found if isinstance(found, date) else None


def _reads_the_calendar(clause: CompiledClause, expression: Expression) -> bool:
    waiting, seen = list(expression.uses), set[str]()
    while waiting:
        name = waiting.pop()
        if name in _CALENDAR:
            return True
        item = clause.home.visible.get(name)
        if item is not None and name not in seen:
            seen.add(name)
            waiting += item.expression.uses if item.expression else ()
    return False


__all__ = ["note_documents", "numbers_in"]
