"""The only writers of scenarios: begin, copy, change, share, put away.

Each change says which revision it saw; when it was changed meanwhile it is refused and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from yanlian.apps.people.actions import record
from yanlian.apps.people.models import User
from yanlian.apps.registry.models import Snapshot
from yanlian.apps.sandbox.models import Scenario
from yanlian.base.refusal import Refused
from yanlian.engine.policy.revision import Change
from yanlian.engine.policy.revision.proposal import changes_of

_NAME_MAX = 120
_NOTE_MAX = 2000


@transaction.atomic
def begin_scenario(
    name: str, snapshot: Snapshot, as_of: date, by: User, *, drafts: bool = False, changes: Sequence[Change] = ()
) -> Scenario:
    """A new scenario, its owner's alone. Refused: `scenario_name_missing`."""
    now = timezone.now()
    scenario = Scenario.objects.create(
        name=_named(name),
        snapshot=snapshot,
        as_of=as_of,
        drafts=drafts,
        changes=_kept(changes),
        owner=by,
        made_at=now,
        changed_at=now,
    )
    record("scenario_begun", by=by, kind="scenario", key=str(scenario.pk), name=scenario.name)
    return scenario


def copy_scenario(scenario: Scenario, by: User, name: str) -> Scenario:
    """The same changes as another's, to go on with."""
    return begin_scenario(
        name, scenario.snapshot, scenario.as_of, by, drafts=scenario.drafts, changes=scenario.change_list
    )


def change_scenario(
    scenario: Scenario,
    revision: int,
    by: User,
    *,
    changes: Sequence[Change] | None = None,
    name: str | None = None,
    note: str | None = None,
) -> Scenario:
    """What is given is changed, the rest stays. Refused: `scenario_not_yours`, `scenario_changed`."""
    with transaction.atomic():
        locked = _seen(scenario, revision, by)
        if changes is not None:
            locked.changes = _kept(changes)
        if name is not None:
            locked.name = _named(name)
        if note is not None:
            locked.note = note.strip()[:_NOTE_MAX]
        return _moved(locked, by, "scenario_changed")


def share_scenario(scenario: Scenario, revision: int, by: User, *, shared: bool) -> Scenario:
    """Let everybody who may use the sandbox see it, or only its owner again."""
    with transaction.atomic():
        locked = _seen(scenario, revision, by)
        if locked.shared is shared:
            return locked
        locked.shared = shared
        return _moved(locked, by, "scenario_shared" if shared else "scenario_unshared")


def put_away_scenario(scenario: Scenario, revision: int, by: User) -> Scenario:
    """Take it from the list."""
    with transaction.atomic():
        locked = _seen(scenario, revision, by)
        locked.put_away = True
        return _moved(locked, by, "scenario_put_away")


def _seen(scenario: Scenario, revision: int, by: User) -> Scenario:
    locked = Scenario.objects.select_for_update().get(pk=scenario.pk)
    if locked.owner_id != by.pk:
        raise Refused("scenario_not_yours", name=locked.name)
    if locked.revision != revision or locked.put_away:
        raise Refused("scenario_changed", name=locked.name)
    return locked


def _moved(scenario: Scenario, by: User, verb: str) -> Scenario:
    scenario.revision += 1
    scenario.changed_at = timezone.now()
    scenario.save()
    record(verb, by=by, kind="scenario", key=str(scenario.pk), name=scenario.name, changes=len(scenario.changes))
    return scenario


def _named(name: str) -> str:
    if not name.strip():
        raise Refused("scenario_name_missing")
    return name.strip()[:_NAME_MAX]


def _kept(changes: Sequence[Change]) -> list[dict[str, str]]:
    """As they are kept; what cannot be read back is refused now."""
    data = [one.as_data() for one in changes]
    changes_of(data)
    return data
