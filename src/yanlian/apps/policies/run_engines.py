"""What the page of a run says of its engines: what the interpreter judged, and whether both agree."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from yanlian.apps.policies.models import Run
from yanlian.apps.policies.results import clause_titles, period_text, reason_texts, schema_in_use
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import shown_name
from yanlian.engine.dossier.schema import Schema
from yanlian.engine.stream.agreement import ELIGIBLE_EACH, MOST
from yanlian.ui import numbers
from yanlian.ui.words import t, word

# In the report of a run: dossiers of which a clause (or those tied to it) went to the interpreter.
_BY_CLAUSE = "interpreted."
_MOST = 15


@dataclass(frozen=True)
class JudgedRow:
    """A clause under which dossiers went to the interpreter. `page`: whether there is a page of it."""

    clause: str
    title: str
    count: int
    page: bool


@dataclass(frozen=True)
class DifferenceRow:
    """Where the run and the interpreter differ, in the words of the page. `entity` None: it is not in the registry."""

    entity: Entity | None
    code: str
    clause: str
    title: str
    page: bool
    matter: str
    what: str
    stored: str
    judged: str

    @property
    def name(self) -> str:
        return self.code if self.entity is None else shown_name(self.entity)


def engines_of(run: Run) -> dict[str, object]:
    """For the template: figures and rows, empty for what the run does not know of itself."""
    judged = judged_by_interpreter(run)
    return {
        "engine": t("{name}（{said}）", "{name} ({said})", name=_engine_name(run.engine), said=run.engine),
        "interpreted": run.report.get("interpreted"),
        "judged": judged[:_MOST],
        "judged_total": len(judged),
        "agreement": run.agreement,
        "differences": differences_of(run),
        "most": MOST,
        "eligible_each": ELIGIBLE_EACH,
    }


def _engine_name(engine: str) -> str:
    """`kernel 0.1.0` is a compiled engine; whatever else a run names stays as it is."""
    name = engine.split(" ")[0]
    return {
        "kernel": t("编译引擎", "compiled"),
        "interpreter": t("解释引擎", "interpreter"),
    }.get(name, name)


def judged_by_interpreter(run: Run) -> list[JudgedRow]:
    """By clause, the most first. Clauses that stacking or caps tie together are judged together, and stand under the
    first of them."""
    titles = clause_titles()
    counts = cast("Mapping[str, int]", run.report)
    found = [(key.removeprefix(_BY_CLAUSE), count) for key, count in counts.items() if key.startswith(_BY_CLAUSE)]
    whole = {"engine": t("全部条款", "all clauses")}
    return [
        JudgedRow(clause, titles.get(clause) or whole.get(clause, clause), count, clause in titles)
        for clause, count in sorted(found, key=lambda one: (-one[1], one[0]))
    ]


def differences_of(run: Run) -> list[DifferenceRow]:
    """The differences that the run keeps, with names of entities and clauses, amounts in yuan, reasons in words."""
    kept = cast("Sequence[Mapping[str, str]]", run.agreement.get("first", []))
    if not kept:
        return []
    titles, schema = clause_titles(), schema_in_use()
    entities = {one.code: one for one in Entity.objects.filter(code__in={one["entity"] for one in kept})}
    return [
        DifferenceRow(
            entity=entities.get(one["entity"]),
            code=one["entity"],
            clause=one["clause"],
            title=titles.get(one["clause"], one["clause"]),
            page=one["clause"] in titles,
            matter=" · ".join(part for part in (one["matter"], period_text(one["period"])) if part),
            what=_WHAT[one["what"]].title(),
            stored=_said(one["what"], one["stored"], schema),
            judged=_said(one["what"], one["judged"], schema),
        )
        for one in kept
    ]


def _said(what: str, value: str, schema: Schema) -> str:
    """A value of an outcome as `Difference` keeps it, in words."""
    if not value:
        return t("无此结果", "no such outcome") if what in ("missing", "extra") else "-"
    return _WHAT[what].said(value, schema)


@dataclass(frozen=True)
class _Part:
    """A part of an outcome that may differ: its name in both languages, and how its values are said."""

    zh: str
    en: str
    said: Callable[[str, Schema], str] = lambda value, _: value

    def title(self) -> str:
        return t(self.zh, self.en)


def _kind(value: str, _: Schema) -> str:
    return str(word("outcome", value))


def _yuan(value: str, _: Schema) -> str:
    return numbers.yuan(int(value))


def _department(value: str, schema: Schema) -> str:
    return schema.holder_name(value, t("zh", "en"))


def _reason(value: str, schema: Schema) -> str:
    return t("；", "; ").join(reason_texts(json.loads(value), schema)) or "-"


_WHAT = {
    "missing": _Part("本次缺少", "The run lacks this outcome", _kind),
    "extra": _Part("本次多出", "Only the run has this outcome", _kind),
    "kind": _Part("结果", "Outcome", _kind),
    "amount_fen": _Part("金额", "Amount due", _yuan),
    "clause_fen": _Part("叠加和上限之前的金额", "Amount before stacking and caps", _yuan),
    "event_on": _Part("事项日期", "Day of the event"),
    "document": _Part("文件", "Document"),
    "department": _Part("负责部门", "Department", _department),
    "delivery": _Part("兑现方式", "Delivery", lambda value, _: str(word("delivery", value))),
    "reason": _Part("原因", "Reason", _reason),
}
