"""Packs kept loaded, and what proposals would make of them: only what a change can touch is read and compiled anew.

Without a change to `pack.yaml` or to a document that shares names with others, documents do not see each other's
formulas; then the changed ones are built beside those that share, and all others stay what they are. `Revised.packs` is
such a part; with `whole` it holds everything, as if the files had been changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.base.tree import Tree, Unreadable
from yanlian.engine.policy.fault import Fault, Faults, PackFaults
from yanlian.engine.policy.load import PACK_FILE, PackSet, build, load_packs, pack_of, read_trees
from yanlian.engine.policy.model import Document, Pack
from yanlian.engine.policy.reading import nearest
from yanlian.engine.policy.revision.places import at_place, changed
from yanlian.engine.policy.revision.proposal import Change, Proposal
from yanlian.engine.policy.tree import read_tree

Trees = dict[str, dict[str, Tree]]


@dataclass(frozen=True, slots=True, eq=False)
class Revised:
    """Packs after a proposal. `documents`: ids of those that `packs` holds; `touched`: of those that were changed,
    added or taken away; `faults`: warnings."""

    packs: PackSet
    documents: frozenset[str]
    touched: frozenset[str]
    faults: tuple[Fault, ...]


class Shelf:
    """Packs, and their files as trees. Nothing of it ever changes; several threads may ask it."""

    def __init__(self, folders: Sequence[Path | str]) -> None:
        """Raises `PackFaults` where the packs themselves cannot be used."""
        self.packs: PackSet = load_packs(folders)
        self._folders = {pack.id: Path(pack.folder) for pack in self.packs.packs}
        self._trees: Trees = {}
        for pack in self.packs.packs:
            self._trees[pack.id] = read_trees(Path(pack.folder), Faults()) or {}
        self._documents = {one.id: one for pack in self.packs.packs for one in pack.documents}
        self._sharing = frozenset(one.id for one in self._documents.values() if _shares(one))

    def tree(self, steps: Sequence[str]) -> Tree | None:
        """What stands at a place now; None when there is nothing."""
        try:
            pack, file = self._file(Change("/" + "/".join(steps)), steps[0])
        except Refused:
            return None
        return at_place(self._trees[pack][file], steps[1:])

    def revised(self, proposal: Proposal, *, beside: Collection[str] = (), whole: bool = False) -> Revised:
        """What a proposal makes of the packs. `beside`: documents to be built too, so that their clauses can be worked
        out together with changed ones; `whole`: build everything.

        Raises `Refused` for a change that finds no place, `PackFaults` for what would be wrong with the packs."""
        trees = {pack: dict(files) for pack, files in self._trees.items()}
        dirty: dict[str, set[str]] = {}
        for n, one in enumerate(proposal.changes):
            pack, file = self._apply(trees, one, n)
            dirty.setdefault(pack, set()).add(file)
        faults = Faults()
        packs = [self._read(pack, trees[pack.id], dirty.get(pack.id, set()), faults) for pack in self.packs.packs]
        if faults.errors:
            raise PackFaults(faults.found)
        return self._built(packs, dirty, beside, faults, proposal, whole=whole)

    # Texts

    def _apply(self, trees: Trees, change: Change, number: int) -> tuple[str, str]:
        """Put a change into the trees; the pack and file that it is in."""
        steps = change.steps
        if len(steps) == 1:
            return self._whole_document(trees, change, number)
        pack, file = self._file(change, steps[0])
        trees[pack][file] = changed(trees[pack][file], change, steps[1:])
        return pack, file

    def _whole_document(self, trees: Trees, change: Change, number: int) -> tuple[str, str]:
        name = change.steps[0]
        if change.do == "add":
            if name not in trees:
                raise Refused("proposal_nowhere", at=change.at, step=name, nearest=nearest(name, trees))
            file = f"added-{number + 1}.yaml"
            trees[name][file] = _parsed(change)
            return name, file
        pack, file = self._file(change, name)
        if file == PACK_FILE:
            raise Refused("proposal_nowhere", at=change.at, step=name, nearest="add")
        if change.do == "remove":
            del trees[pack][file]
        else:
            trees[pack][file] = _parsed(change)
        return pack, file

    def _file(self, change: Change, name: str) -> tuple[str, str]:
        document = self._documents.get(name)
        if document is not None:
            return document.pack, document.file
        if name in self._folders:
            return name, PACK_FILE
        known = [*self._documents, *self._folders]
        raise Refused("proposal_nowhere", at=change.at, step=name, nearest=nearest(name, known))

    def _read(self, pack: Pack, trees: Mapping[str, Tree], dirty: Collection[str], faults: Faults) -> Pack:
        """A pack of these trees: documents whose file was not touched are taken as they are."""
        if not dirty:
            return pack
        folder = self._folders[pack.id]
        if PACK_FILE in dirty:
            return pack_of(trees, folder, faults) or pack
        some = {name: tree for name, tree in trees.items() if name in dirty or name == PACK_FILE}
        read = pack_of(some, folder, faults)
        kept = [one for one in pack.documents if one.file not in dirty]
        fresh = [] if read is None else list(read.documents)
        digest = hashlib.sha256(f"{pack.hash} {read.hash if read else ''}".encode()).hexdigest()
        return replace(pack, documents=tuple(sorted([*kept, *fresh], key=lambda one: one.id)), hash=digest)

    # Building

    def _built(
        self,
        packs: Sequence[Pack],
        dirty: Mapping[str, set[str]],
        beside: Collection[str],
        faults: Faults,
        proposal: Proposal,
        *,
        whole: bool,
    ) -> Revised:
        new = {one.id: one for pack in packs for one in pack.documents}
        touched = {
            one.id
            for one in (*self._documents.values(), *new.values())
            if one.file in dirty.get(one.pack, ()) and one.file != PACK_FILE
        }
        _note_twice(packs, faults)
        if faults.errors:
            raise PackFaults(faults.found)
        wide = whole or any(PACK_FILE in files for files in dirty.values())
        wide = wide or any(one in self._sharing or (one in new and _shares(new[one])) for one in touched)
        needed = set(new) if wide else (touched | self._sharing | set(beside)) & set(new)
        made, found = _part(packs, needed)
        if found.errors and not wide:
            # A rule may name clauses of a document that was left out: then it is no fault of the proposal.
            needed = set(new)
            made, found = _part(packs, needed)
        if found.errors or made is None:
            raise PackFaults([*faults.found, *found.found])
        named = hashlib.sha256(f"{self.packs.hash} {proposal.digest}".encode()).hexdigest()
        warnings = (*faults.found, *found.found)
        return Revised(replace(made, hash=named), frozenset(needed), frozenset(touched), warnings)


def _part(packs: Sequence[Pack], documents: Collection[str]) -> tuple[PackSet | None, Faults]:
    """Packs with some of their documents, built."""
    some = [replace(p, documents=tuple(one for one in p.documents if one.id in documents)) for p in packs]
    faults = Faults()
    return build(some, faults), faults


def _parsed(change: Change) -> Tree:
    try:
        return read_tree(change.to)
    except Unreadable as problem:
        raise Refused("proposal_yaml", at=change.at, line=problem.line, found=problem.refusal.text("en")) from None


def _shares(document: Document) -> bool:
    """Whether other documents may use names of this one."""
    return any(one.shared for one in document.names.all().values())


def _note_twice(packs: Iterable[Pack], faults: Faults) -> None:
    """Ids of clauses and documents are unique also beside those that are not built again."""
    seen: dict[str, str] = {}
    for pack in packs:
        for document in pack.documents:
            named = [(document.id, document.line, ""), *((one.id, one.line, one.id) for one in document.clauses)]
            for name, line, clause in named:
                if name in seen:
                    faults.at(pack.id, document.file, clause)
                    faults.add(line, "pack_id_twice", found=name, where=seen[name])
                seen.setdefault(name, f"{pack.id}/{document.file}:{line}")
