"""`yanlian clawback`: the payments of a snapshot that must go back, with the exact sum and why; needs no database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from yanlian.base.refusal import Language
from yanlian.engine.dossier import open_snapshot
from yanlian.engine.policy import PackFaults, load_packs
from yanlian.engine.policy.returns import ReturnDue, returns_in
from yanlian.web.cli.output import console, show_table, stop

verbs = typer.Typer()
_VERDICTS = {
    "due": {"zh": "应退还", "en": "due"},
    "unknown": {"zh": "未知", "en": "unknown"},
    "manual": {"zh": "人工判定", "en": "a person decides"},
}
_HEADERS = {
    "zh": ("主体", "名称", "条款", "事项", "年度", "已付（元）", "应退（元）", "结论", "依据", "禁止申报至"),
    "en": (
        "entity",
        "name",
        "clause",
        "matter",
        "year",
        "paid (yuan)",
        "to return (yuan)",
        "verdict",
        "why",
        "ban until",
    ),
}
Found = Sequence[tuple[str, ReturnDue]]


@verbs.command("clawback")
def clawback(
    folders: Annotated[list[Path], typer.Argument(help="Folders that hold a pack.yaml.", exists=True, file_okay=False)],
    dossiers: Annotated[Path, typer.Option(help="A snapshot's folder.", exists=True, file_okay=False)],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="What counts as today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    english: Annotated[bool, typer.Option("--english", "-e", help="Speak English.")] = False,
) -> None:
    """List the payments that a clawback term or a broken commitment now hits. Nothing is taken back by it."""
    language: Language = "en" if english else "zh"
    day = as_of.date() if as_of else datetime.now().astimezone().date()
    try:
        packs = load_packs(folders)
    except PackFaults as faults:
        stop("\n".join(fault.line_text(language) for fault in faults.faults))
        return
    found = list(returns_in(packs, open_snapshot(dossiers), day))
    if as_json:
        told = {"as_of": day.isoformat(), "returns": [_data(name, due) for name, due in found]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _tell(found, day, language)


def _tell(found: Found, day: date, language: Language) -> None:
    rows = [
        [
            due.entity,
            name,
            due.clause,
            due.matter,
            due.period,
            _yuan(due.paid_fen),
            _yuan(due.return_fen) if due.verdict == "due" else "",
            _VERDICTS[due.verdict][language],
            _why(due),
            due.banned_until.isoformat() if due.banned_until else "",
        ]
        for name, due in found
    ]
    title = f"应退资金 {day}" if language == "zh" else f"To be returned, {day}"
    right = {5, 6}
    columns = [(header, "right" if n in right else "left") for n, header in enumerate(_HEADERS[language])]
    show_table(title, columns, rows)
    total = sum(due.return_fen for _, due in found)
    due = sum(one.verdict == "due" for _, one in found)
    said = f"{due} 笔应退还，合计 {_yuan(total)} 元；{len(found) - due} 笔待查"
    console.print(
        said if language == "zh" else f"{due} to be returned, {_yuan(total)} yuan; {len(found) - due} to be looked at",
        soft_wrap=True,
    )


def _why(due: ReturnDue) -> str:
    """The terms with their articles; what nobody delivered with who holds it."""
    words = [f"{one.term.label} {one.term.article}".strip() for one in due.terms]
    words += [f"缺 {one['fact']} ({one['holder']})" for one in due.missing]
    return "；".join(words)


def _data(name: str, due: ReturnDue) -> dict[str, object]:
    return {
        "entity": due.entity,
        "name": name,
        "clause": due.clause,
        "matter": due.matter,
        "period": due.period,
        "payment": due.payment,
        "paid_fen": due.paid_fen,
        "paid_on": due.paid_on and due.paid_on.isoformat(),
        "verdict": due.verdict,
        "return_fen": due.return_fen,
        "recovered_fen": due.recovered_fen,
        "banned_until": due.banned_until and due.banned_until.isoformat(),
        "terms": [
            {"label": t.term.label, "article": t.term.article, "verdict": t.verdict, "return_fen": t.return_fen}
            for t in due.terms
        ],
        "missing": list(due.missing),
    }


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,.2f}"
