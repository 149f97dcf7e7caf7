"""All families of findings over one pack set, in the order of files and lines, with the pack's own answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from yanlian.engine.policy.check import case_faults, read_and_check
from yanlian.engine.policy.fault import Fault, PackFaults
from yanlian.engine.policy.lint.accepted import answered
from yanlian.engine.policy.lint.borders import note_borders
from yanlian.engine.policy.lint.cases import note_cases
from yanlian.engine.policy.lint.cliffs import note_cliffs
from yanlian.engine.policy.lint.documents import note_documents
from yanlian.engine.policy.lint.doubled import note_doubled
from yanlian.engine.policy.lint.fair import note_fair
from yanlian.engine.policy.lint.held import note_held
from yanlian.engine.policy.lint.modes import note_modes
from yanlian.engine.policy.lint.notes import Delivered, Review
from yanlian.engine.policy.lint.steps import note_steps
from yanlian.engine.policy.lint.words import note_words
from yanlian.engine.policy.load import PackSet, load_packs

FAMILIES: Sequence[Callable[[Review], None]] = (
    note_documents,
    note_held,
    note_fair,
    note_modes,
    note_borders,
    note_words,
    note_steps,
    note_cases,
    note_cliffs,
    note_doubled,
)
_ORDER = {"error": 0, "warning": 1, "hint": 2}


def review_packs(
    packs: PackSet, day: date | None = None, delivered: Delivered | None = None, *, known: Sequence[Fault] = ()
) -> list[Fault]:
    """What is found about packs that can be read, findings that a pack answers marked `accepted`.

    `day`: what counts as today (None: nothing that hangs on it is looked at). `delivered`: what a snapshot shows that
    departments deliver. `known`: warnings found while the packs were read, which a pack may answer too.
    """
    review = Review(packs, day, delivered)
    for family in FAMILIES:
        family(review)
    unasked = {"lint_fact_undelivered" if delivered is None else "lint_fact_new"}
    unasked |= {"lint_past_end"} if day is None else set()
    found = answered(packs, [*known, *review.found], frozenset(unasked))
    return sorted(found, key=lambda f: (f.pack, f.file, f.line, _ORDER[f.severity], f.code, f.clause))


def review_folder(folder: Path | str, day: date | None = None, delivered: Delivered | None = None) -> list[Fault]:
    """Everything that there is to say about the pack in a folder: its faults, and, when it can be read, what a review
    finds. Packs that it requires are read too, but not reviewed."""
    packs, known = read_and_check(folder)
    if packs is None or any(fault.severity == "error" for fault in known):
        return known
    own = {pack.id for pack in packs.packs if Path(pack.folder) == Path(folder)}
    return [fault for fault in review_packs(packs, day, delivered, known=known) if fault.pack in own]


def review_folders(
    folders: Sequence[Path], day: date | None = None, delivered: Delivered | None = None
) -> dict[Path, list[Fault]]:
    """The same for several packs, read together once. When they cannot be used together, each is looked at alone."""
    try:
        packs = load_packs(folders)
    except PackFaults:
        return {folder: review_folder(folder, day, delivered) for folder in folders}
    known = [*packs.warnings, *(fault for folder in folders for fault in case_faults(packs, str(folder)))]
    found = review_packs(packs, day, delivered, known=known)
    ids = {folder: {pack.id for pack in packs.packs if Path(pack.folder) == folder} for folder in folders}
    return {folder: [fault for fault in found if fault.pack in ids[folder]] for folder in folders}
