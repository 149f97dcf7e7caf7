"""Is a pack well formed? Every fault with file, line and clause; warnings for what a careful writer would add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import dossier_of_case
from yanlian.engine.policy.expected import Level, expect_faults
from yanlian.engine.policy.fault import Fault
from yanlian.engine.policy.load import PackSet, read_and_build
from yanlian.engine.policy.model import Case


def check_pack(folder: Path | str) -> list[Fault]:
    """All faults of the pack in a folder, errors and warnings, in the order of files and lines.

    Packs that it requires are read too, and only their errors are told.
    """
    return read_and_check(folder)[1]


def read_and_check(folder: Path | str) -> tuple[PackSet | None, list[Fault]]:
    """The same with the packs themselves; None when they have errors."""
    packs, faults = read_and_build(folder)
    if packs is not None:
        faults = [*faults, *case_faults(packs, str(folder))]
    own = Path(folder)
    names = {own.name, *(pack.id for pack in (packs.packs if packs else ()) if Path(pack.folder) == own)}
    kept = [fault for fault in faults if fault.severity == "error" or fault.pack in names]
    return packs, sorted(kept, key=lambda f: (f.pack, f.file, f.line, f.severity, f.code))


def case_faults(packs: PackSet, folder: str) -> list[Fault]:
    """Facts of worked cases that do not fit the schema, and words of `expect` that say nothing."""
    found: list[Fault] = []
    for document in packs.documents:
        if document.pack.folder != folder:
            continue
        pack, own = document.pack.id, [clause.id for clause in document.clauses]
        for case in document.source.cases:
            found += _misfits(packs, pack, "", case, expect_faults(case, "document", own))
        for clause in document.clauses:
            level: Level = "clause" if clause.source.stage is None else "stage"
            for case in clause.source.cases:
                found += _misfits(packs, pack, clause.id, case, expect_faults(case, level, own))
    for one in packs.packs:
        if one.folder == folder:
            own = [clause.id for clause in packs.clauses if clause.document.pack is one]
            for case in one.cases:
                found += _misfits(packs, one.id, "", case, expect_faults(case, "document", own))
    return found


def _misfits(packs: PackSet, pack: str, clause: str, case: Case, more: Iterable[Refused]) -> Iterator[Fault]:
    """The facts of a case, and of each of its beneficiaries, that are none; and `more`."""
    for kind, facts in [(case.kind, case.facts), *((one.kind, one.facts) for one in case.beneficiaries)]:
        try:
            dossier_of_case(packs.schema, facts, kind, case.as_of)
        except Refused as refusal:
            yield Fault(pack, case.file, case.line, clause, refusal)
    for found in more:
        yield Fault(pack, case.file, case.line, clause, found)
