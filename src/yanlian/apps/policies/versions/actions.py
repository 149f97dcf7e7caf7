"""The only writers of pack versions: begin, save, check, approve, put into force, return, withdraw.

Each says which revision it saw; when another person changed the version meanwhile, it is refused and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.apps.policies.models import KeptRules, PackVersion, RuleText, VersionEvent
from yanlian.apps.policies.packs import today
from yanlian.apps.policies.versions.checking import Findings, check_texts_of
from yanlian.apps.policies.versions.in_force import delivered_texts, digests_on, enacted
from yanlian.apps.policies.versions.texts import Digests, Texts, check_texts, digest_of, digests_of, texts_of
from yanlian.base.refusal import Refused
from yanlian.engine.policy import PackSet
from yanlian.engine.policy.load import PACK_FILE

S = PackVersion.State
# Those who had a hand in the texts: none of them approves.
WRITING = ("begun", "saved")


def begin_draft(pack: str, title: str, by: User, *, based_on: PackVersion | None = None) -> PackVersion:
    """A new draft of a pack: with the texts of a version, or of what is in force.

    What the installation brought becomes version 1, in force from the beginning, when the first draft of a pack is
    begun: from then on the database says what the pack is. Refused: `version_pack_unknown`, `version_begun_twice`.
    """
    with _alone(pack):
        base = based_on or _latest(pack) or _take_delivered(pack)
        if base is None or base.pack != pack:
            raise Refused("version_pack_unknown", found=pack)
        return _begin(pack, title, by, base.files, base)


def begin_pack(pack: str, title: str, by: User, texts: Texts) -> PackVersion:
    """The first draft of a pack that is not there yet. Refused: `version_pack_there`, and as `check_texts`."""
    check_texts(texts)
    if PackVersion.objects.filter(pack=pack).exists() or pack in delivered_texts():
        raise Refused("version_pack_there", found=pack)
    if PACK_FILE not in texts:
        raise Refused("version_no_pack_file", found=pack)
    with _alone(pack):
        return _begin(pack, title, by, _keep(texts), None)


@contextmanager
def _alone(pack: str) -> Iterator[None]:
    """One transaction. Of two that begin at the same moment the unique number lets one through."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused("version_begun_twice", found=pack) from error


def _latest(pack: str) -> PackVersion | None:
    versions = enacted().get(pack)
    return versions[-1] if versions else None


def _take_delivered(pack: str) -> PackVersion | None:
    texts = delivered_texts().get(pack)
    if texts is None:
        return None
    now = timezone.now()
    version = PackVersion.objects.create(
        pack=pack,
        number=1,
        title="随安装交付",
        state=S.ENACTED,
        files=_keep(texts),
        made_at=now,
        enacted_at=now,
    )
    _tell(version, "delivered", None)
    return version


def _begin(pack: str, title: str, by: User, files: Digests, base: PackVersion | None) -> PackVersion:
    last = PackVersion.objects.filter(pack=pack).aggregate(last=Max("number"))["last"] or 0
    version = PackVersion.objects.create(
        pack=pack,
        number=last + 1,
        title=title.strip()[:200] or f"{pack} v{last + 1}",
        files=dict(files),
        based_on=base,
        author=by,
        made_at=timezone.now(),
    )
    _tell(version, "begun", by, f"v{base.number}" if base else "")
    return version


def save_texts(version: PackVersion, revision: int, texts: Texts, by: User, note: str = "") -> PackVersion:
    """All texts of a draft, as they shall be: files that are not named are gone. The same texts again change nothing.

    A checked version becomes a draft again. Refused: `version_not_editable`, `version_changed`, and as `check_texts`.
    """
    check_texts(texts)
    if PACK_FILE not in texts:
        raise Refused("version_no_pack_file", found=version.pack)
    with transaction.atomic():
        locked = _seen(version, revision, S.DRAFT, S.CHECKED)
        digests = digests_of(texts)
        if digests == locked.files:
            return locked
        locked.files = _keep(texts)
        return _moved(locked, "saved", by, S.DRAFT, note)


def check_version(version: PackVersion, revision: int, by: User) -> tuple[PackVersion, Findings]:
    """Try the draft with everything else in force today; it is checked when there are no errors and all cases pass.

    What was found is kept either way. Refused: `version_not_editable`, `version_changed`.
    """
    texts = texts_of(_current(version, revision, S.DRAFT, S.CHECKED).files)
    findings = check_texts_of(version.pack, texts, today())
    with transaction.atomic():
        locked = _seen(version, revision, S.DRAFT, S.CHECKED)
        locked.findings = findings.as_data(locked.revision + 1)
        state = S.CHECKED if findings.fit else S.DRAFT
        return _moved(locked, "checked" if findings.fit else "tried", by, state), findings


@transaction.atomic
def approve(version: PackVersion, revision: int, by: User, note: str = "") -> PackVersion:
    """A second person's yes. Refused: `version_not_checked`, `version_own_approval` for anyone who wrote in it."""
    locked = _seen(version, revision, S.CHECKED)
    writers = set(locked.events.filter(verb__in=WRITING).values_list("by", flat=True))
    if by.pk in writers:
        raise Refused("version_own_approval", found=by.shown_name)
    locked.approved_by, locked.approved_at = by, timezone.now()
    return _moved(locked, "approved", by, S.APPROVED, note)


def put_in_force(version: PackVersion, revision: int, day: date, by: User, note: str = "") -> PackVersion:
    """From this day on the version counts. It is tried once more: other packs may have changed since.

    Refused: `version_not_approved`; `version_day_early`: before the day of the one in force; `version_overtaken`:
    another version came into force since the draft was begun; `version_unfit`: it no longer passes.
    """
    seen = _current(version, revision, S.APPROVED)
    findings = check_texts_of(version.pack, texts_of(seen.files), day)
    if not findings.fit:
        raise Refused("version_unfit", errors=findings.errors, failed=findings.cases - findings.passed)
    with transaction.atomic():
        # All versions of the pack, so that two cannot come into force at once.
        list(PackVersion.objects.select_for_update().filter(pack=version.pack))
        locked = _seen(version, revision, S.APPROVED)
        latest = _latest(version.pack)
        if latest is not None and latest.pk != locked.based_on_id:
            raise Refused("version_overtaken", found=f"v{latest.number}", expected=f"v{_number(locked.based_on)}")
        if latest is not None and latest.in_force_from is not None and day < latest.in_force_from:
            raise Refused("version_day_early", found=day, expected=latest.in_force_from)
        locked.in_force_from, locked.enacted_at = day, timezone.now()
        return _moved(locked, "enacted", by, S.ENACTED, note or day.isoformat())


@transaction.atomic
def give_back(version: PackVersion, revision: int, by: User, note: str) -> PackVersion:
    """Back to the writer, with the reason. Refused: `version_not_checked`, `version_reason_missing`."""
    if not note.strip():
        raise Refused("version_reason_missing")
    locked = _seen(version, revision, S.CHECKED, S.APPROVED)
    locked.approved_by = locked.approved_at = None
    return _moved(locked, "given_back", by, S.DRAFT, note)


@transaction.atomic
def withdraw(version: PackVersion, revision: int, by: User, note: str = "") -> PackVersion:
    """The draft is given up; its texts stay readable. What is in force is not withdrawn but replaced."""
    return _moved(_seen(version, revision, S.DRAFT, S.CHECKED, S.APPROVED), "withdrawn", by, S.WITHDRAWN, note)


def keep_rules(packs: PackSet, day: date, known_at: datetime | None = None) -> None:
    """Keep the texts that a run is made with, once, so that its outcomes can be explained whatever comes later."""
    if KeptRules.objects.filter(hash=packs.hash).exists():
        return
    digests = digests_on(day, known_at)
    texts = {digest_of(text): text for files in delivered_texts().values() for text in files.values()}
    with transaction.atomic():
        wanted = {one for files in digests.values() for one in files.values()}
        _keep_texts({digest: text for digest, text in texts.items() if digest in wanted})
        KeptRules.objects.bulk_create(
            [KeptRules(hash=packs.hash, packs=digests, kept_at=timezone.now())], ignore_conflicts=True
        )


# What they share


def _current(version: PackVersion, revision: int, *states: str) -> PackVersion:
    """The version as it is now, if it is what the person saw and in one of the states."""
    return _fits(PackVersion.objects.get(pk=version.pk), revision, states)


def _seen(version: PackVersion, revision: int, *states: str) -> PackVersion:
    """The same, locked until the end of the transaction."""
    return _fits(PackVersion.objects.select_for_update().get(pk=version.pk), revision, states)


def _fits(found: PackVersion, revision: int, states: tuple[str, ...]) -> PackVersion:
    if found.revision != revision:
        raise Refused("version_changed", found=str(found), expected=revision, now=found.revision)
    if found.state not in states:
        raise Refused(_NOT[states], found=str(found), state_zh=S(found.state).label, state_en=found.state)
    return found


_NOT: Mapping[tuple[str, ...], str] = {
    (S.DRAFT, S.CHECKED): "version_not_editable",
    (S.CHECKED,): "version_not_checked",
    (S.CHECKED, S.APPROVED): "version_not_checked",
    (S.APPROVED,): "version_not_approved",
    (S.DRAFT, S.CHECKED, S.APPROVED): "version_not_open",
}


def _moved(version: PackVersion, verb: str, by: User | None, state: str, note: str = "") -> PackVersion:
    """The change enters the database if nobody else was faster."""
    version.state = state
    changed = {
        name: getattr(version, name)
        for name in ("state", "files", "findings", "approved_by", "approved_at", "in_force_from", "enacted_at")
    }
    rows = PackVersion.objects.filter(pk=version.pk, revision=version.revision)
    if not rows.update(**changed, revision=version.revision + 1):
        now = PackVersion.objects.get(pk=version.pk).revision
        raise Refused("version_changed", found=str(version), expected=version.revision, now=now)
    version.revision += 1
    _tell(version, verb, by, note)
    return version


def _tell(version: PackVersion, verb: str, by: User | None, note: str = "") -> None:
    VersionEvent.objects.create(
        version=version, at=timezone.now(), by=by, verb=verb, revision=version.revision, files=version.files, note=note
    )
    record("version_moved", by=by, kind="version", key=str(version), what=verb, revision=version.revision)


def _keep(texts: Texts) -> dict[str, str]:
    """The texts are kept; returns their digests by name."""
    digests = digests_of(texts)
    _keep_texts({digests[name]: text for name, text in texts.items()})
    return digests


def _keep_texts(texts: Mapping[str, str]) -> None:
    rows = [RuleText(digest=digest, text=text) for digest, text in texts.items()]
    RuleText.objects.bulk_create(rows, ignore_conflicts=True)


def _number(version: PackVersion | None) -> int:
    return version.number if version else 0
