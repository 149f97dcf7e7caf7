"""What may go out without application, clause by clause: the table and the JSON of `yanlian pack delivery`."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date

from yanlian.base.refusal import Language
from yanlian.engine.policy import PackSet
from yanlian.engine.policy.lint.delivery import Assessment, Said, assess
from yanlian.engine.policy.lint.notes import Delivered, Review
from yanlian.web.cli.output import console, show_table

_HEADERS = {
    "zh": ("条款", "名称", "按数据", "文件写", "列入清单", "不能免申即享的原因"),
    "en": ("clause", "title", "possible", "written", "listed", "why not without application"),
}
_YES = {"zh": "是", "en": "yes"}


def assessed(packs: PackSet, ids: Collection[str], day: date, delivered: Delivered | None) -> list[Assessment]:
    """The assessments of all clauses of some packs, in order."""
    review = Review(packs, day, delivered)
    return [assess(review, clause) for clause in packs.clauses if clause.document.pack.id in ids]


def tell_delivery(found: Sequence[Assessment], language: Language) -> None:
    """One line a clause."""
    rows = [
        [
            one.clause.id,
            one.clause.source.title,
            one.mode,
            one.written,
            _YES[language] if one.listed else "",
            ("；" if language == "zh" else "; ").join(reason.text(language) for reason in one.against),
        ]
        for one in found
    ]
    show_table(
        "免申即享" if language == "zh" else "Without application", [(h, "left") for h in _HEADERS[language]], rows
    )
    listed = sum(one.listed for one in found)
    console.print(f"{len(found)} clauses, {listed} without application", soft_wrap=True)


def tell_delivery_json(found: Sequence[Assessment]) -> None:
    """The same with every test and its grounds, in both languages."""
    clauses = [
        {
            "clause": one.clause.id,
            "document": one.clause.source.document,
            "mode": one.mode,
            "written": one.written,
            "listed": one.listed,
            "because": one.clause.source.delivery_because,
            "tests": [{"test": t.name, "passed": t.passed, "reasons": _both(t.reasons)} for t in one.tests],
            "sources": _both(one.sources),
        }
        for one in found
    ]
    console.print_json(json.dumps({"clauses": clauses}, ensure_ascii=False), highlight=False)


def _both(said: Sequence[Said]) -> list[dict[str, str]]:
    return [{"zh": one.zh, "en": one.en} for one in said]
