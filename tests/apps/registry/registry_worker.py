"""A process with its own database connection: takes in files and prints what came of it, as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "yanlian.web.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from registry_files import LATER, MOMENT  # noqa: E402

from yanlian.apps.registry.actions import add_entity  # noqa: E402
from yanlian.apps.registry.imports import import_file  # noqa: E402
from yanlian.apps.registry.models import Batch, Entity, RowFault, TaxYear  # noqa: E402
from yanlian.apps.registry.snapshots import build_snapshot  # noqa: E402


def main() -> None:
    verb, folder = sys.argv[1], Path(sys.argv[2])
    if verb == "setup":
        call_command("migrate", verbosity=0)
        for code in ("a1", "B1", "_x", "崂-1", "b-1"):
            add_entity(name=code, kind="park", code=code, recorded_at=MOMENT)
        import_file(folder / "registration.csv", "market", "registration", recorded_at=MOMENT)
    elif verb == "tax":
        # All processes begin at once.
        time.sleep(max(0.0, float(sys.argv[3]) - time.time()))
        result = import_file(folder / "tax.csv", "tax", "tax_year", recorded_at=MOMENT)
        print(json.dumps({"already": result.already_imported, "stored": result.batch.rows_stored}))
    elif verb == "correct":
        corrected = import_file(folder / "corrected.csv", "tax", "tax_year", recorded_at=LATER)
        renamed = import_file(folder / "renamed.csv", "market", "registration", recorded_at=LATER)
        print(
            json.dumps([corrected.batch.rows_corrected, corrected.batch.rows_unchanged, renamed.batch.rows_unchanged])
        )
    else:
        found: dict[str, object] = {
            "batches": Batch.objects.count(),
            "entities": Entity.objects.count(),
            "records": TaxYear.objects.count(),
            "faults": list(RowFault.objects.order_by("row", "pk").values_list("row", "code")),
            "before": build_snapshot(MOMENT, folder / "snapshots").hash,
            "after": build_snapshot(LATER, folder / "snapshots").hash,
        }
        print(json.dumps(found))


main()
