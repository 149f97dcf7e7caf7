"""Fair-competition review (公平竞争审查条例): what a clause rewards, found in its formulas and in its words.

Never from the pack's own `flags`: they say what somebody saw, this looks for itself. Kinds, words and articles stand in
fair.yaml. What is found of a text issued before the regulation is stock to be cleaned up (存量政策); after it, the text
must not be issued.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import cast

from yanlian.base.finding import Severity
from yanlian.base.written import read_yaml
from yanlian.engine.feel import ast
from yanlian.engine.policy.compiled import CompiledClause, CompiledDocument
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.lint.reads import MONEY, Read
from yanlian.engine.policy.model import Formula
from yanlian.engine.policy.used import formulas

_HINTS = frozenset({"newcomers"})
# The regulation is about operators; persons are none, and a park is where they are.
_OPERATORS = frozenset({"enterprise", "institution"})
_NAMES = frozenset({"名称", "统一社会信用代码"})
_LEAVING = re.compile("注册区划|迁出")
_DECIDES = frozenset({"event", "gate", "condition", "amount", "cap", "factor"})
_ROLE_ZH = {"event": "触发事项", "gate": "准入要求", "condition": "条件"}
_ROLE_EN = {"event": "trigger", "gate": "gate", "condition": "condition"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of what the regulation forbids: the words and facts that show it, the article, and why."""

    name: str
    code: str
    words: re.Pattern[str]
    spared: re.Pattern[str] | None
    fields: re.Pattern[str] | None
    records: re.Pattern[str] | None
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that shows a kind: a quotation or a fact, in both languages, and the formula it stands in."""

    zh: str
    en: str
    at: Formula | None = None


@cache
def kinds() -> Sequence[Kind]:
    """The kinds of fair.yaml."""
    made: list[Kind] = []
    for name, entry in cast("Mapping[str, Mapping[str, object]]", _rules()["kinds"]).items():
        words, spared = cast("list[str]", entry["words"]), cast("list[str]", entry.get("not") or [])
        told = {key: str(entry[key]) for key in ("article_zh", "article_en", "because_zh", "because_en")}
        fields, records = (_pattern(entry.get(key)) for key in ("fields", "records"))
        spare = re.compile("|".join(spared)) if spared else None
        made.append(Kind(name, str(entry["code"]), re.compile("|".join(words)), spare, fields, records, told))
    return tuple(made)


@cache
def _rules() -> Mapping[str, object]:
    text = resources.files(__package__).joinpath("fair.yaml").read_text(encoding="utf-8")
    return cast("Mapping[str, object]", read_yaml(text))


def _pattern(found: object) -> re.Pattern[str] | None:
    return re.compile(str(found)) if found else None


def note_fair(review: Review) -> None:
    """Every kind of sign in every clause; the three-place rule once for each document."""
    for document in review.packs.documents:
        if re.search(str(_rules()["lawgivers"]), document.source.issuer):
            continue
        _note_places(review, document)
        for clause in document.clauses:
            for kind in kinds():
                signs = list(signs_of(review, clause, kind))
                if signs:
                    _note(review, clause, kind, signs)


def signs_of(review: Review, clause: CompiledClause, kind: Kind) -> Iterator[Sign]:
    """What shows a kind in a clause: facts that decide, then words."""
    facts = [read for read in review.reads(clause) if _shows(kind, read)]
    yield from {read.name: _fact_sign(read) for read in facts}.values()
    if kind.name == "choice":
        yield from _named_firms(clause)
    if kind.name == "stay":
        yield from _promises(clause)
    quotes: dict[str, None] = {}
    for text in texts_of(clause):
        spared = kind.spared.sub("□", text) if kind.spared else text
        quotes.update((found.group(0), None) for found in kind.words.finditer(spared))
    # A quotation within another one says nothing more.
    for quote in quotes:
        if not any(quote != other and quote in other for other in quotes):
            yield Sign(f"文字“{quote}”", f'the words "{quote}"')


def texts_of(clause: CompiledClause) -> list[str]:
    """What the text says of a clause: title, wording, its own labels. Notes are about the text, not of it."""
    source = clause.source
    labels = [test.source.label for test in clause.tests if not test.inherited and test.kind != "veto"]
    labels += [part.label for part in source.parts] + [factor.label for factor in source.multipliers]
    labels += [cap.source.label for cap in clause.caps] + [term.text for term in source.returns]
    return [source.title, source.text, source.article, *labels]


def _shows(kind: Kind, read: Read) -> bool:
    if read.role not in _DECIDES or (read.inherited and read.role == "gate"):
        return False
    if kind.fields is not None and read.field is not None and kind.fields.search(read.field.zh):
        return "欠" not in read.field.zh
    return kind.records is not None and read.field is not None and bool(kind.records.search(read.record.zh))


def _fact_sign(read: Read) -> Sign:
    zh = "金额" if read.role in MONEY else _ROLE_ZH[read.role]
    en = "amount" if read.role in MONEY else _ROLE_EN[read.role]
    label = f"“{read.label}”" if read.role in {"gate", "condition"} else ""
    return Sign(f"{zh}{label}用到“{read.name}”", f"the {en} {label} reads {read.name}".replace("  ", " "), read.at)


def _promises(clause: CompiledClause) -> Iterator[Sign]:
    """Commitments that are broken by moving away."""
    for term in clause.source.returns:
        if term.commitment and _LEAVING.search(term.when.text):
            named = term.text or term.label
            yield Sign(f"承诺“{named}”，迁出即退回", f'the commitment "{named}" is broken by moving away', term.when)


def _named_firms(clause: CompiledClause) -> Iterator[Sign]:
    """Beneficiaries picked by name or code in a formula."""
    for role, _, expression, _ in formulas(clause):
        if role not in _DECIDES:
            continue
        for node, _ in ast.walk(expression.compiled.ast):
            match node:
                case ast.Compare(op="=" | "!=", left=ast.Name(name=name), right=ast.String(value=value)) if (
                    name in _NAMES
                ):
                    yield Sign(f"按名点选“{value}”", f'"{value}" is picked by name', expression.formula)
                case ast.In(value=ast.Name(name=name)) if name in _NAMES:
                    yield Sign(f"按“{name}”点选", f"beneficiaries are picked by {name}", expression.formula)


def _note(review: Review, clause: CompiledClause, kind: Kind, signs: Sequence[Sign]) -> None:
    severity, standing = _standing(review, clause.document)
    if kind.name in _HINTS or not _OPERATORS & set(clause.source.subject):
        severity = "hint"
    at = next((sign.at for sign in signs if sign.at is not None), None)
    told = {**kind.told, **standing}
    found = {"found_zh": "；".join(sign.zh for sign in signs), "found_en": "; ".join(sign.en for sign in signs)}
    review.note(clause, kind.code, severity, at, **told, **found)


def _standing(review: Review, document: CompiledDocument) -> tuple[Severity, Mapping[str, str]]:
    """How grave it is, by the day the text was issued and whether it still holds."""
    source = document.source
    last = source.payable_until or source.valid_to
    is_over = source.status == "repealed" or (review.day is not None and last is not None and last < review.day)
    if is_over:
        return "hint", {
            "then_zh": "文件已经失效，不得再据以兑付",
            "then_en": "the text is no longer in force: pay nothing more on it",
        }
    since = _rules()["in_force"]
    assert isinstance(since, date)
    if source.valid_from < since:
        return "warning", {
            "then_zh": f"文件在条例施行（{since}）之前出台，属存量政策，应当清理",
            "then_en": f"the text is older than the regulation ({since}): stock that has to be cleaned up",
        }
    return "error", {
        "then_zh": f"文件在条例施行（{since}）之后出台，不得含有这样的内容",
        "then_en": f"the text is younger than the regulation ({since}): it must not say so",
    }


def _note_places(review: Review, document: CompiledDocument) -> None:
    """Registration, tax and statistics in the district: usual, lawful where it says who pays, to be looked at."""
    places = set(cast("list[str]", cast("Mapping[str, object]", _rules()["places"])["fields"]))
    for clause in document.clauses:
        found = {
            read.label: read
            for read in review.reads(clause)
            if read.role in {"gate", "condition"} and read.field and f"{read.record.key}.{read.field.key}" in places
        }
        if found:
            first = next(iter(found.values()))
            labels = {"found_zh": "、".join(found), "found_en": ", ".join(found)}
            review.note(document, "lint_fair_place", "hint", first.at, **labels)
            return
