"""Everything known of one entity at one moment, as one nested row; and all of them together as a snapshot.

May import base and engine.feel (whose *unknown* it hands out for what nobody delivered). Start reading at `schema.py`
(what a dossier can hold), then `dossier.py` (one dossier as names and values for rules), then `snapshot.py`.
"""

from yanlian.engine.dossier.cases import dossier_of_case, row_of_case
from yanlian.engine.dossier.coverage import Coverage, Delivery
from yanlian.engine.dossier.dossier import Dossier
from yanlian.engine.dossier.row import UNDELIVERED, Row
from yanlian.engine.dossier.schema import Field, RecordKind, Schema, load_schema
from yanlian.engine.dossier.snapshot import Snapshot, SnapshotInfo, SnapshotWriter, open_snapshot
from yanlian.engine.dossier.trace import FactRead, Trace, telling

__all__ = [
    "UNDELIVERED",
    "Coverage",
    "Delivery",
    "Dossier",
    "FactRead",
    "Field",
    "RecordKind",
    "Row",
    "Schema",
    "Snapshot",
    "SnapshotInfo",
    "SnapshotWriter",
    "Trace",
    "dossier_of_case",
    "load_schema",
    "open_snapshot",
    "row_of_case",
    "telling",
]
