"""Worked cases that say what goes back: `expect: {returns: [{matter, verdict, amount, terms, banned_until}]}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from yanlian.base.figures import parse_figure
from yanlian.engine.dossier import Dossier
from yanlian.engine.policy.expected import BACK, RETURNS
from yanlian.engine.policy.load import PackSet
from yanlian.engine.policy.model import Case
from yanlian.engine.policy.returns import ReturnDue, Returns

Told = tuple[str, str, str]


def says_returns(case: Case) -> bool:
    """Whether a case says what goes back."""
    return isinstance(case.expect, Mapping) and RETURNS in case.expect


def without_returns(case: Case) -> object:
    """What else a case expects; None when that is all."""
    assert isinstance(case.expect, Mapping)
    return {key: value for key, value in case.expect.items() if key != RETURNS} or None


def compare_returns(packs: PackSet, clauses: Iterable[str], case: Case, dossier: Dossier) -> Iterator[Told]:
    """What came out otherwise: what, expected, found."""
    assert isinstance(case.expect, Mapping)
    wanted = case.expect[RETURNS]
    own = set(clauses)
    found = [one for one in Returns(packs, case.as_of, case.parameters).of(dossier) if one.clause in own]
    listed: Sequence[object] = wanted if isinstance(wanted, list) else [wanted]
    if len(listed) != len(found):
        yield RETURNS, str(len(listed)), "；".join(_shown(one) for one in found) or "0"
        return
    for one, due in zip(listed, found, strict=True):
        if isinstance(one, Mapping):
            yield from _compare(one, due)
        else:
            yield RETURNS, "{matter, verdict, amount}", str(one)


def _compare(wanted: Mapping[object, object], due: ReturnDue) -> Iterator[Told]:
    for key, value in wanted.items():
        what = f"{RETURNS} {due.matter} {key}".replace("  ", " ")
        if key not in BACK:
            yield what, " | ".join(sorted(BACK)), str(key)
            continue
        found = _value(due, str(key))
        if key == "amount":
            if int(parse_figure(value).scaleb(2)) != due.return_fen:
                yield what, str(value), str(found)
        elif key in {"terms", "missing"}:
            if {str(one) for one in (value if isinstance(value, list) else [value])} != set(str(found).split("、")):
                yield what, str(value), str(found)
        elif str(value if value is not None else "") != found:
            yield what, str(value), str(found)


def _value(due: ReturnDue, key: str) -> str:
    if key == "amount":
        return f"{Decimal(due.return_fen).scaleb(-2):,.2f}元"
    if key == "terms":
        return "、".join(one.term.label for one in due.terms)
    if key == "missing":
        return "、".join(one["fact"] for one in due.missing)
    if key == "banned_until":
        return due.banned_until.isoformat() if due.banned_until else ""
    return due.verdict if key == "verdict" else due.matter


def _shown(due: ReturnDue) -> str:
    return " ".join(_value(due, key) for key in ("matter", "verdict", "amount", "terms"))
