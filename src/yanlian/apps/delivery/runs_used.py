"""Before a list is published and before money leaves: the runs that its amounts come from must still be usable."""

from __future__ import annotations

from collections.abc import Iterable

from yanlian.apps.delivery.models import Entitlement
from yanlian.apps.policies.agreeing import require_usable
from yanlian.apps.policies.models import Run


def require_usable_runs(rows: Iterable[Entitlement]) -> None:
    """Refuse when a run of these was found to differ from the interpreter meanwhile (see `require_usable`).

    The runs are held until the transaction ends, after the entitlements: nobody finds a difference in between.
    """
    used = {row.run_id for row in rows}
    for run in Run.objects.select_for_update(no_key=True).filter(pk__in=used).order_by("pk"):
        require_usable(run)
