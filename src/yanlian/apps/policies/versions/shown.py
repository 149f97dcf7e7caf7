"""What pages say of pack versions: their state on a day, who did what, which verbs a person has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from yanlian.apps.people.access import Permission, permits
from yanlian.apps.people.models import User
from yanlian.apps.policies.models import PackVersion, VersionEvent
from yanlian.apps.policies.versions.actions import WRITING
from yanlian.apps.policies.versions.in_force import delivered_texts, enacted, standing
from yanlian.apps.policies.versions.texts import texts_of, title_in
from yanlian.engine.policy.load import PACK_FILE
from yanlian.ui.words import t

S = PackVersion.State
OPEN = tuple(PackVersion.OPEN)


@dataclass(frozen=True)
class VersionRow:
    """A line of the list: a version, or (`version` None) what the installation brought and nobody has changed."""

    pack: str
    pack_title: str
    number: int
    title: str
    state: str
    author: str
    made_at: datetime | None
    starts_on: date | None
    approver: str
    version: PackVersion | None


def state_on(version: PackVersion, day: date, standing_now: Mapping[str, PackVersion | None]) -> str:
    """The code of ui/words.yaml, group version: what the stored state and the days say."""
    if version.state != S.ENACTED:
        return version.state
    if version.in_force_from is not None and version.in_force_from > day:
        return "coming"
    now = standing_now.get(version.pack)
    return "in_force" if now is not None and now.pk == version.pk else "superseded"


def version_rows(day: date) -> list[VersionRow]:
    """All versions, newest first in each pack, and the packs that stand as delivered."""
    now = standing(day)
    delivered = delivered_texts()
    titles = {pack: title_in(texts.get(PACK_FILE, "")) for pack, texts in delivered.items()}
    versions = list(PackVersion.objects.select_related("author", "approved_by").order_by("pack", "-number"))
    rows = [
        VersionRow(
            pack=one.pack,
            pack_title=titles.get(one.pack) or one.title,
            number=one.number,
            title=_title(one),
            state=state_on(one, day, now),
            author=one.author.shown_name if one.author else t("随安装", "Installation"),
            made_at=one.made_at,
            starts_on=one.in_force_from,
            approver=one.approved_by.shown_name if one.approved_by else "",
            version=one,
        )
        for one in versions
    ]
    begun = enacted()
    rows += [
        VersionRow(pack, titles[pack] or pack, 0, t("随安装交付", "As delivered"), "in_force",
                   t("随安装", "Installation"), None, None, "", None)
        for pack in delivered
        if pack not in begun
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.pack, -row.number))


def _title(version: PackVersion) -> str:
    return t("随安装交付", "As delivered") if version.author is None else version.title


def shown_title(version: PackVersion) -> str:
    """What a version is called on a page."""
    return f"{version.pack} v{version.number} {_title(version)}"


def packs_to_choose() -> list[tuple[str, str]]:
    """(id, title) of the packs of which a version can be begun."""
    found = {pack: title_in(texts.get(PACK_FILE, "")) or pack for pack, texts in delivered_texts().items()}
    for pack, versions in enacted().items():
        latest = versions[-1]
        if PACK_FILE in latest.files:
            found[pack] = title_in(texts_of({PACK_FILE: latest.files[PACK_FILE]})[PACK_FILE]) or pack
    return sorted(found.items())


def verbs_for(user: User, version: PackVersion) -> list[str]:
    """What this person may do with the version as it stands, the next step first."""
    verbs = []
    writes, approves = permits(user, Permission.WRITE_VERSIONS), permits(user, Permission.APPROVE_POLICIES)
    if version.state == S.DRAFT and writes:
        verbs.append("check")
    if version.state == S.CHECKED and approves and user.pk not in writers_of(version):
        verbs.insert(0, "approve")
    if version.state == S.APPROVED and approves:
        verbs.insert(0, "enact")
    if version.state in (S.CHECKED, S.APPROVED) and approves:
        verbs.append("give_back")
    if version.state in (S.DRAFT, S.CHECKED, S.APPROVED) and writes:
        verbs.append("withdraw")
    return verbs


def waiting_for(user: User) -> tuple[int, int]:
    """How many versions wait for this person's approval, and how many approved ones to be put into force."""
    if not permits(user, Permission.APPROVE_POLICIES):
        return 0, 0
    mine = VersionEvent.objects.filter(by=user, verb__in=WRITING).values("version")
    checked = PackVersion.objects.filter(state=S.CHECKED).exclude(pk__in=mine)
    return checked.count(), PackVersion.objects.filter(state=S.APPROVED).count()


def writers_of(version: PackVersion) -> set[int]:
    """Everybody who had a hand in the texts."""
    return set(version.events.filter(verb__in=WRITING, by__isnull=False).values_list("by", flat=True))


@dataclass(frozen=True)
class Step:
    """One of the four steps of a version: done by whom and when, or the one that waits."""

    title: str
    state: str
    by: str
    at: datetime | None


def steps_of(version: PackVersion, events: Sequence[VersionEvent]) -> list[Step]:
    """起草 → 核验 → 批准 → 实施, each with the last event that did it; what was undone since does not count."""
    names = (
        ("begun", t("起草", "Written"), 0),
        ("checked", t("核验", "Checked"), 1),
        ("approved", t("批准", "Approved"), 2),
        ("enacted", t("实施", "In force"), 3),
    )
    reached = {S.DRAFT: 0, S.CHECKED: 1, S.APPROVED: 2, S.ENACTED: 3, S.WITHDRAWN: 0}[S(version.state)]
    if not any(one.verb == "begun" for one in events):
        return []
    last = {one.verb: one for one in events}
    steps = []
    for verb, title, place in names:
        event = last.get(verb) if place <= reached else None
        state = "done" if place <= reached else "current" if place == reached + 1 else "later"
        if version.state == S.WITHDRAWN:
            state = "done" if place == 0 else "later"
        steps.append(Step(title, state, event.by.shown_name if event and event.by else "", event.at if event else None))
    return steps


@dataclass(frozen=True)
class FileLine:
    """A file of a version as its page lists it."""

    name: str
    lines: int
    size: int
    change: str


def file_lines(version: PackVersion, texts: Mapping[str, str]) -> list[FileLine]:
    """The files, changed ones first; `change`: new, changed or "" against the version that it was begun from."""
    base = version.based_on.files if version.based_on else {}
    lines = [
        FileLine(
            name,
            text.count("\n") + 1,
            len(text.encode()),
            "" if not base or base.get(name) == version.files[name] else "changed" if name in base else "new",
        )
        for name, text in texts.items()
    ]
    return sorted(lines, key=lambda line: (not line.change, line.name))
