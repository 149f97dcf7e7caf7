"""Verbs of the sandbox and the calculator; no database is needed: `sandbox figures | ask | curve | years`,
`calculate`."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Language, Refused
from yanlian.web.cli.output import OUTCOME_WORDS, console, progress_bar, show_table, stop

if TYPE_CHECKING:
    from yanlian.engine.policy.calculator import Calculated
    from yanlian.engine.policy.revision import Proposal
    from yanlian.engine.stream.sandbox import Answer, Sandbox

sandbox = typer.Typer(no_args_is_help=True, help="What changed rules would cost, and for whom. Nothing is paid.")
verbs = typer.Typer()
Packs = Annotated[list[Path], typer.Option(help="Folder of a pack; give it several times.", file_okay=False)]
Dossiers = Annotated[Path, typer.Option(help="Folder of the dossiers (a snapshot or an overlay).", file_okay=False)]
AsOf = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day of the rules.")]
ProposalFile = Annotated[
    Path | None, typer.Option(help="The changes (YAML): docs/reference/sandbox.md.", dir_okay=False)
]
Json = Annotated[Path | None, typer.Option("--json", help="Write the whole answer here.", dir_okay=False)]
Drafts = Annotated[bool, typer.Option("--drafts", help="Also documents that are still drafts.")]
English = Annotated[bool, typer.Option("--english", "-e", help="Speak English.")]


@sandbox.command("figures")
def figures(
    clause: Annotated[str, typer.Argument(help="The id of a clause.")],
    packs: Packs,
    english: English = False,
) -> None:
    """The figures of a clause that can be changed, with their places."""
    from yanlian.engine.policy.revision import Shelf
    from yanlian.engine.policy.revision.figures import figures_of

    shelf = Shelf(packs)
    found = figures_of(shelf, shelf.packs.clause(clause))
    heads = ("place", "in", "now", "says so") if english else ("位置", "所在", "现行", "依据")
    rows = [[one.at, one.label, one.written, one.reference] for one in found]
    show_table(clause, [(head, "left") for head in heads], rows)


@sandbox.command("ask")
def ask(
    packs: Packs,
    dossiers: Dossiers,
    as_of: AsOf,
    proposal: ProposalFile = None,
    exact: Annotated[bool, typer.Option(help="Also judge events that nobody delivered one by one.")] = False,
    drafts: Drafts = False,
    as_json: Json = None,
    english: English = False,
) -> None:
    """What a proposal costs beside the packs as they are, and for whom."""
    from yanlian.engine.policy import Evaluator
    from yanlian.engine.stream.sandbox import compared
    from yanlian.engine.stream.sandbox.traits import beneficiaries

    box = _opened(packs, dossiers, as_of.date(), drafts=drafts, exact=exact)
    with progress_bar("sandbox" if english else "沙盘") as step:
        base, after = box.base(step), box.ask(_proposal(proposal), step)
    who = beneficiaries(box.held, box.judge, Evaluator(box.packs, box.as_of, with_drafts=drafts))
    answer = compared(base, after, who)
    _tell(answer, english=english)
    if as_json is not None:
        as_json.write_text(json.dumps(answer.as_data(), ensure_ascii=False, indent=1, default=str), "utf-8")


@sandbox.command("curve")
def along(
    at: Annotated[str, typer.Argument(help="The place of the figure, as `sandbox figures` tells it.")],
    packs: Packs,
    dossiers: Dossiers,
    as_of: AsOf,
    first: Annotated[str, typer.Option("--from", help="The first value, in the unit that is written (5万元, 3%).")],
    last: Annotated[str, typer.Option("--to", help="The last value.")],
    points: Annotated[int, typer.Option(help="How many values, both ends with.")] = 11,
    proposal: ProposalFile = None,
    drafts: Drafts = False,
    english: English = False,
) -> None:
    """Totals along a range of one figure."""
    from yanlian.engine.stream.sandbox.curve import curve, steps_between

    box = _opened(packs, dossiers, as_of.date(), drafts=drafts, exact=False)
    values = steps_between(parse_figure(first), parse_figure(last), points)
    heads = ("value", "yuan", "receivers", "eligible") if english else ("取值", "金额（元）", "受益主体", "符合（项）")
    with progress_bar("sandbox" if english else "沙盘") as step:
        box.base(step)
        found = list(curve(box, at, values, proposal=_proposal(proposal)))
    rows = [[one.written, _yuan(one.amount_fen), f"{one.receivers:,}", f"{one.eligible:,}"] for one in found]
    show_table(at, [(head, "right") for head in heads], rows)


@sandbox.command("years")
def years(
    packs: Packs,
    dossiers: Dossiers,
    as_of: AsOf,
    ahead: Annotated[int, typer.Option(help="How many years to come.", min=0, max=10)] = 3,
    kept: Annotated[
        bool, typer.Option("--kept", help="Facts stay as they are; else they move on with the day.")
    ] = False,
    proposal: ProposalFile = None,
    drafts: Drafts = False,
    english: English = False,
) -> None:
    """Totals of this year and the years to come; what is held fixed stands in docs/reference/sandbox.md."""
    from yanlian.engine.stream.sandbox.horizon import horizon

    box, wanted = _opened(packs, dossiers, as_of.date(), drafts=drafts, exact=False), _proposal(proposal)
    rows: list[list[str]] = []
    with progress_bar("sandbox" if english else "沙盘") as step:
        for _, one in horizon(box, (), ahead, facts="kept" if kept else "moved"):
            before, after = one.base(step), one.ask(wanted, step)
            rows.append([str(one.as_of), _yuan(before.total_fen), _yuan(after.total_fen)])
    heads = ("day", "now (yuan)", "proposed (yuan)") if english else ("评价日", "现行（元）", "方案（元）")
    show_table("", [(head, "right") for head in heads], rows)


def _opened(packs: list[Path], dossiers: Path, as_of: date, *, drafts: bool, exact: bool) -> Sandbox:
    from yanlian.engine.stream.sandbox import Held, Sandbox

    return Sandbox(packs, Held(dossiers), as_of, drafts=drafts, exact=exact)


def _proposal(file: Path | None) -> Proposal:
    from yanlian.engine.policy.revision import Proposal
    from yanlian.engine.policy.revision.proposal import proposal_of

    return Proposal() if file is None else proposal_of(_read(file))


def _read(file: Path) -> object:
    try:
        return yaml.safe_load(file.read_text("utf-8-sig"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as fault:
        stop(f"{file}: {fault}")
        return None


def _tell(answer: Answer, *, english: bool) -> None:
    heads = (
        ("clause", "now", "proposed", "difference") if english else ("条款", "现行（元）", "方案（元）", "增减（元）")
    )
    moved = [one for one in answer.clauses if one.difference_fen or one.after is None or one.before is None]
    rows = [
        [
            f"{one.clause} {one.title}",
            _yuan(one.before.amount_fen if one.before else 0),
            _yuan(one.after.amount_fen if one.after else 0),
            _yuan(one.difference_fen),
        ]
        for one in moved
    ]
    total = (_yuan(answer.before.amount_fen), _yuan(answer.after.amount_fen), _yuan(answer.difference_fen))
    rows.append(["total" if english else "合计", *total])
    show_table("", [(head, "right" if n else "left") for n, head in enumerate(heads)], rows)
    text = (
        "{} gain, {} lose; {:,} receivers, {:,} before; {:.2f} s"
        if english
        else ("{}家增加，{}家减少；受益主体{:,}，原{:,}；用时{:.2f}秒")
    )
    told = (answer.gain[0], answer.lose[0], answer.after.receivers, answer.before.receivers, answer.seconds)
    console.print(text.format(*told), soft_wrap=True)


def _yuan(fen: int) -> str:
    sign, size = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{size // 100:,}.{size % 100:02d}"


@verbs.command("calculate")
def calculate(
    facts: Annotated[
        Path, typer.Option(help="The figures (YAML), in the names of docs/reference/facts.md.", dir_okay=False)
    ],
    packs: Packs,
    as_of: AsOf,
    clause: Annotated[list[str] | None, typer.Option(help="Only these clauses.")] = None,
    kind: Annotated[str, typer.Option(help="enterprise, institution, person or park.")] = "enterprise",
    why: Annotated[bool, typer.Option(help="The derivation of each outcome, and what would make it eligible.")] = False,
    english: English = False,
) -> None:
    """What a firm that types its own figures may expect. What is not typed is unknown; nothing is stored."""
    from yanlian.engine.policy import load_packs
    from yanlian.engine.policy.calculator import calculate as calculated

    data = _read(facts)
    if not isinstance(data, dict):
        raise Refused("case_value_wrong", where=str(facts), found=str(data)[:40], expected="映射 mapping")
    found = calculated(load_packs(packs), data, as_of.date(), kind=kind, clauses=clause or ())
    _tell_calculated(found, why=why, language="en" if english else "zh")


def _tell_calculated(found: Calculated, *, why: bool, language: Language) -> None:
    from yanlian.engine.policy import render_text
    from yanlian.engine.policy.near import render_near

    en = language == "en"
    rows, shown = [], [one for one in found.outcomes if one.kind != "not_applicable"]
    for one in shown:
        title = found.evaluator.packs.clause(one.clause).source.title
        amount = _yuan(one.amount_fen) if one.kind == "eligible" else "-"
        rows.append([f"{one.clause} {title}", one.matter or "-", OUTCOME_WORDS[one.kind][en], amount])
    rows.append(["total" if en else "合计", "", "", _yuan(found.total_fen)])
    heads = ("clause", "matter", "outcome", "yuan") if en else ("条款", "事项", "结果", "金额（元）")
    show_table("", [(head, "right" if n == 3 else "left") for n, head in enumerate(heads)], rows)
    for one in shown if why else ():
        console.print(render_text(found.explained(one), language), soft_wrap=True, markup=False)
        if one.kind in {"not_eligible", "unknown"}:
            departments = found.evaluator.packs.schema.departments
            console.print(render_near(found.near(one), departments, language), soft_wrap=True, markup=False)
        console.print()
