"""What a worked case may expect: its words, and the faults of those that are none, told before any case is run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from yanlian.base.refusal import Refused
from yanlian.engine.policy.model import Case
from yanlian.engine.policy.reading import nearest

KINDS = ("eligible", "not_eligible", "unknown", "manual", "not_applicable")
RETURNS = "returns"
TOTAL = "total"
# Of one outcome of a clause.
ONE = frozenset(
    {"outcome", "amount", "missing", "holder", "result", "failed", "matter", "period", "apply_by", "shares"}
)
# Of a clause: of its outcome, what goes back, and each stage of one that is paid in stages.
CLAUSE = ONE | {RETURNS, "stages"}
DOCUMENT = frozenset({"clauses", TOTAL, "runner_up", RETURNS})
BACK = frozenset({"matter", "verdict", "amount", "terms", "banned_until", "missing"})
# Of a clause for one of several beneficiaries.
EACH = frozenset({"outcome", "amount", "carried", "rank", "provisional", "missing", "shares"})

Level = Literal["clause", "stage", "document"]


def expect_faults(case: Case, level: Level, clauses: Collection[str]) -> Iterator[Refused]:
    """The words of a case's `expect` that say nothing.

    `level`: where the case stands (a stage's expectation is what stands under its label); `clauses`: ids of the clauses
    that a document's or pack's case can name.
    """
    if case.beneficiaries:
        yield from _together(case, clauses)
    elif level == "document":
        yield from _document(case.expect, clauses)
    else:
        yield from _clause(case.expect, stage=level == "stage")


def _clause(expect: object, *, stage: bool) -> Iterator[Refused]:
    if isinstance(expect, list):
        for one in expect:
            if isinstance(one, Mapping) and "matter" in one:
                yield from _outcome("expect[]", one, ONE)
            else:
                yield _shape("expect[]", "{matter, outcome, …}", one)
        return
    if not isinstance(expect, Mapping):
        yield _shape("expect", "{outcome: …}", expect)
        return
    if "stages" in expect:
        yield Refused("pack_expect_stages")
    yield from _outcome("expect", expect, ONE | {RETURNS} if stage else CLAUSE)
    yield from _returns(expect)


def _document(expect: object, clauses: Collection[str]) -> Iterator[Refused]:
    if not isinstance(expect, Mapping):
        yield _shape("expect", "{clauses: …, total: …}", expect)
        return
    yield from _strange("expect", expect, DOCUMENT)
    yield from _returns(expect)
    named = expect.get("clauses") or {}
    if isinstance(named, Mapping):
        yield from _strange("expect.clauses", named, clauses)
    else:
        yield _shape("expect.clauses", "{clause: amount}", named)


def _together(case: Case, clauses: Collection[str]) -> Iterator[Refused]:
    if not isinstance(case.expect, Mapping):
        yield _shape("expect", "{name: {clause: amount}}", case.expect)
        return
    yield from _strange("expect", case.expect, [*(one.name for one in case.beneficiaries), TOTAL])
    for name, wanted in case.expect.items():
        if name == TOTAL:
            continue
        where = f"expect.{name}"
        if not isinstance(wanted, Mapping):
            yield _shape(where, "{clause: amount}", wanted)
            continue
        yield from _strange(where, wanted, clauses)
        for clause, one in wanted.items():
            if isinstance(one, Mapping):
                yield from _outcome(f"{where}.{clause}", one, EACH)


def _outcome(where: str, expect: Mapping[object, object], words: Collection[str]) -> Iterator[Refused]:
    """What is expected of one outcome: its words, and of which kind it is."""
    yield from _strange(where, expect, words)
    kind = expect.get("outcome")
    if kind is not None and kind not in KINDS:
        yield _unknown(f"{where}.outcome", kind, KINDS)
    shares = expect.get("shares")
    if shares is not None and not isinstance(shares, Mapping):
        yield _shape(f"{where}.shares", "{市: 6.18, 区: 6.17}", shares)


def _returns(expect: Mapping[object, object]) -> Iterator[Refused]:
    if RETURNS not in expect:
        return
    wanted = expect[RETURNS]
    for one in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(one, Mapping):
            yield from _strange(f"expect.{RETURNS}", one, BACK)
        else:
            yield _shape(f"expect.{RETURNS}", "{matter, verdict, amount}", one)


def _strange(where: str, said: Mapping[object, object], words: Collection[str]) -> Iterator[Refused]:
    for key in said:
        if key not in words:
            yield _unknown(where, key, words)


def _unknown(where: str, found: object, words: Collection[str]) -> Refused:
    listed = sorted(words) if isinstance(words, frozenset | set) else list(words)
    near = nearest(str(found), listed)
    return Refused("pack_expect_word", where=where, found=str(found), nearest=near, expected=" · ".join(listed))


def _shape(where: str, expected: str, found: object) -> Refused:
    return Refused("pack_value", key=where, expected=expected, found=str(found)[:60])
