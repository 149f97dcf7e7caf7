"""The main job from nothing: sample district → files → registry → snapshot → runs → a first round → logins.

Every step looks first whether it was done, so a second start changes nothing and takes seconds: it does not even load
what draws the sample and computes risks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from yanlian.apps.chains.models import (
    Lead,
    OutsideFirm,
    OutsideTie,
    Placement,
    ProductText,
    ReferenceFigure,
    RiskFall,
    RiskFigure,
    RiskRanking,
    SupplyLink,
)
from yanlian.apps.chains.risk_known import epsilon_text
from yanlian.apps.delivery.budgets import promised
from yanlian.apps.policies.actions import run_policies
from yanlian.apps.policies.models import Outcome, Run
from yanlian.apps.registry.actions import declare_coverage
from yanlian.apps.registry.models import Alias, Batch, Coverage, Entity, Place, Relation, Statement
from yanlian.apps.registry.models import Snapshot as SnapshotRecord
from yanlian.apps.registry.snapshots import build_snapshot
from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Snapshot, load_schema, open_snapshot
from yanlian.engine.stream import Progress
from yanlian.web.cli.output import Step, console, progress_bar, show_table
from yanlian.web.logins import sample_logins
from yanlian.web.standing import SAMPLE_MOMENT, Part, digest_of
from yanlian.web.summary import show_run

AS_OF = (date(2021, 12, 31), date(2025, 12, 31))
REGISTERS = ("dishonesty", "abnormal", "enforcement", "accident", "pollution", "statistics_entry")


def make_demo(enterprises: int) -> None:
    """Do the main job and print what came of it."""
    started = time.monotonic()
    with _stage("数据库 database"):
        call_command("migrate", verbosity=0)
    folder = settings.DATA / "sample" / str(enterprises)
    with (
        _stage(f"生成虚构企业的部门文件 department files of {enterprises:,} fictional enterprises"),
        progress_bar("") as step,
    ):
        _files(folder, enterprises, step)
    with _stage("区情与部门文件入库 registry"), progress_bar("") as step:
        registry, stored = _registry(folder, step)
    with _stage("快照 snapshot"), progress_bar("") as step:
        snapshot = _snapshot(step, changed=bool(stored))
    console.print(f"  {snapshot.info.rows:,} 份档案 dossiers · {snapshot.info.hash[:16]}")
    runs = [_run(snapshot, day) for day in AS_OF]
    with _stage("名单类数据核对至今日 registers checked to this day"), progress_bar("") as step:
        _registers_of_today(step)
    for run in runs:
        show_run(run)
    _logins(runs[-1])
    with _stage("产业链样例（虚构） sample of the chains (fictional)"), progress_bar("") as step:
        chains = _chains(registry, step)
    with _stage("断链风险测算 chain-break risk"), progress_bar("") as step:
        _risk(chains, step)
    console.print(f"完成 done: {time.monotonic() - started:.1f} s")


def _files(folder: Path, enterprises: int, step: Step) -> None:
    if (folder / "manifest.yaml").exists():
        return
    from yanlian.web.sample.generate import generate

    generate(folder, enterprises=enterprises, progress=step)


def _registry(folder: Path, step: Step) -> tuple[Part, int]:
    """The district's text and the department files; how many rows came in now."""
    fills = (Entity, Alias, Relation, Statement, Place, Batch, Coverage)
    part = Part(f"registry {folder.name}", digest_of([Path(settings.DISTRICT), folder]), fills)
    told = part.kept()
    stored = 0
    if told is None:
        from yanlian.web.sample.load import import_department_files, load_district

        load_district(settings.DISTRICT, recorded_at=SAMPLE_MOMENT)
        imported = import_department_files(folder, progress=step, recorded_at=SAMPLE_MOMENT)
        stored = imported.stored
        told = {"known": imported.stored + imported.unchanged, "refused": imported.refused}
        part.keep(**told)
    console.print(
        f"  {stored:,} 条入库 stored · {told['known'] - stored:,} 条未变 unchanged · "
        f"{told['refused']:,} 条退回并说明原因 refused with reasons"
    )
    return part, stored


def _snapshot(step: Step, *, changed: bool) -> Snapshot:
    """The sample's snapshot; the one that is there when nothing came in since."""
    record = SnapshotRecord.objects.filter(moment=SAMPLE_MOMENT).order_by("-pk").first()
    if record is not None and not changed:
        return open_snapshot(settings.DATA / record.folder)
    return open_snapshot(build_snapshot(SAMPLE_MOMENT, settings.DATA / "snapshots", progress=step).path)


def _registers_of_today(step: Step) -> None:
    """The registers that gates and vetoes ask on the day of payment, delivered to this day, and a snapshot of it.

    The sample's files end with 2025. A real district's lists come daily; the sample says that nothing was added since,
    so that a payment can be tried today. The runs above keep the snapshot of the sample's own day.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    if Coverage.objects.filter(kind=REGISTERS[0], ends_on__gte=today, complete=True).exists():
        return
    for kind in REGISTERS:
        holder = load_schema().records[kind].holder
        declare_coverage(kind, holder, (AS_OF[-1], today), complete=True, recorded_at=now)
    build_snapshot(timezone.now(), settings.DATA / "snapshots", progress=step)


def _run(snapshot: Snapshot, day: date) -> Run:
    with _stage(f"测算 run as of {day}"), progress_bar("") as step:

        def tell(progress: Progress) -> None:
            step(progress.done, progress.total)

        run, _ = run_policies(snapshot, day, progress=tell, promised=promised)
    return run


def _logins(run: Run) -> None:
    """One sample login for each role; the enterprise is one that the official's own bureau owes money."""
    due = Outcome.objects.filter(run=run, kind=Outcome.Kind.ELIGIBLE, amount_fen__gt=0, entity__kind="enterprise")
    best = (
        due.filter(department="sci", delivery="AUTO")
        .order_by("-amount_fen", "entity__code")
        .select_related("entity")
        .first()
    )
    logins = sample_logins(settings.DATA, best.entity.code if best else "")
    rows = [[login.role, login.username, login.password] for login in logins]
    show_table("登录 sample logins", [("角色 role", "left"), ("用户名 user", "left"), ("密码 password", "left")], rows)


def _chains(registry: Part, step: Step) -> Part:
    """The sample of the chains. What officials decide or import later does not draw another one."""
    fills = (ProductText, Placement, SupplyLink, OutsideFirm, OutsideTie, ReferenceFigure, Lead, Relation)
    digest = digest_of([Path(settings.CHAINS), Path(settings.DISTRICT)], registry.digest)
    part = Part("chains", digest, fills)
    told = part.kept()
    added = 0
    if told is None:
        from yanlian.web.sample.chain_load import load_chains

        loaded = load_chains(SAMPLE_MOMENT, progress=step)
        added = loaded.added
        told = {"chains": loaded.chains}
        part.keep(**told)
    console.print(f"  {told['chains']} 条链 chains · {added:,} 条入库 stored")
    return part


def _risk(chains: Part, step: Step) -> None:
    """The ranking of the sample's firms, so that pages of leaders and gaps have their figures; none without links.

    One that stands is not computed again here: a new one, of what officials decided since, is a step of theirs.
    """
    part = Part("risk", chains.digest, (RiskRanking, RiskFigure, RiskFall))
    told = part.kept()
    if told is None:
        from yanlian.apps.chains.actions_risk import rank_risks

        try:
            ranking = rank_risks(None, step=step)
        except Refused as refusal:
            if refusal.code != "risk_no_links":
                raise
            return
        part.keep(ranking=ranking.pk)
    else:
        ranking = RiskRanking.objects.get(pk=told["ranking"])
    console.print(
        f"  {ranking.firms:,} 家企业 firms · {ranking.links:,} 条供应关系 links · ε = {epsilon_text(ranking)}"
    )


@contextmanager
def _stage(title: str) -> Iterator[None]:
    console.print(f"• {title}", soft_wrap=True)
    started = time.monotonic()
    yield
    console.print(f"  {time.monotonic() - started:.1f} s", style="dim")
