"""Folders of policy packs into one compiled set, or all the faults that stand in the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped, Tree, Unreadable
from yanlian.engine.dossier import Schema, load_schema
from yanlian.engine.policy.combination.exclusion import CompiledExclusion
from yanlian.engine.policy.combination.read_exclusions import read_exclusions
from yanlian.engine.policy.combination.resolve import resolve_exclusions
from yanlian.engine.policy.compile import Compiler
from yanlian.engine.policy.compile_document import compile_document, document_home, pack_home, shared_items
from yanlian.engine.policy.compiled import CompiledClause, CompiledDocument, Home, Item
from yanlian.engine.policy.fault import Fault, Faults, PackFaults
from yanlian.engine.policy.model import Document, Names, Pack
from yanlian.engine.policy.note import note_pack
from yanlian.engine.policy.read_document import read_document
from yanlian.engine.policy.read_names import NAME_KEYS, read_names
from yanlian.engine.policy.read_rules import SUBJECTS, read_cases
from yanlian.engine.policy.reading import Reader, nearest, raw_value
from yanlian.engine.policy.settlement.compile import CompiledSettling, compile_settling
from yanlian.engine.policy.settlement.read import SETTLEMENT_KEYS, read_settling
from yanlian.engine.policy.to_fill import note_to_fill
from yanlian.engine.policy.tree import canonical, decode, read_tree
from yanlian.engine.policy.types import PackTypes, type_packs
from yanlian.engine.policy.wide_caps import with_wide_caps

PACK_FILE = "pack.yaml"
MAX_FILES = 500
_FACT_PARTS = ("records", "fields", "values")
_PACK_KEYS = ("id", "title", "district", "requires", "note")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackSet:
    """Packs that belong together, compiled. `hash` names their content, whatever folders and files it stands in;
    `types` says what is known of their formulas before any dossier is seen."""

    packs: tuple[Pack, ...]
    documents: tuple[CompiledDocument, ...]
    schema: Schema
    hash: str
    types: PackTypes
    warnings: tuple[Fault, ...] = ()
    # Budgets and quotas, in the order in which they are settled.
    settling: tuple[CompiledSettling, ...] = ()

    def __repr__(self) -> str:
        return f"PackSet({', '.join(pack.id for pack in self.packs)} {self.hash[:12]})"

    @property
    def clauses(self) -> tuple[CompiledClause, ...]:
        """All clauses in their order."""
        return tuple(clause for document in self.documents for clause in document.clauses)

    def clause(self, clause_id: str) -> CompiledClause:
        """The clause with this id; `Refused("clause_unknown")` when there is none."""
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise Refused("clause_unknown", found=clause_id, nearest=nearest(clause_id, (c.id for c in self.clauses)))


def load_packs(folders: Iterable[Path | str]) -> PackSet:
    """Read and compile packs. A pack that another one requires is looked for beside it when it is not given.

    Raises `PackFaults` with every fault found.
    """
    faults = Faults()
    found = _read_all([Path(folder) for folder in folders], faults)
    packs = build(found, faults)
    if faults.errors:
        raise PackFaults(faults.found)
    assert packs is not None
    return packs


def read_and_build(folder: Path | str) -> tuple[PackSet | None, list[Fault]]:
    """A pack with what it requires, and all faults and warnings; the set is None when there are errors."""
    faults = Faults()
    packs = build(_read_all([Path(folder)], faults), faults)
    return (None if faults.errors else packs), faults.found


def read_pack(folder: Path | str) -> tuple[Pack | None, list[Fault]]:
    """One pack as it is written, without what it requires and without compiling it; None when it cannot be read."""
    faults = Faults()
    pack = _read_pack(Path(folder), faults)
    return pack, faults.found


# Reading


def _read_all(folders: Sequence[Path], faults: Faults) -> list[Pack]:
    """The packs of the folders and those they require, the required ones first."""
    found: dict[str, Pack] = {}
    queue = list(folders)
    seen: set[Path] = set()
    while queue:
        folder = queue.pop(0)
        if folder.resolve() in seen:
            continue
        seen.add(folder.resolve())
        pack = _read_pack(folder, faults)
        if pack is None:
            continue
        if pack.id in found:
            faults.at(folder.name, PACK_FILE)
            faults.add(1, "pack_id_twice", found=pack.id, where=found[pack.id].folder)
            continue
        found[pack.id] = pack
        queue += [folder.parent / need for need in pack.requires if (folder.parent / need / PACK_FILE).is_file()]
    return _required_first(found, faults)


def _required_first(found: Mapping[str, Pack], faults: Faults) -> list[Pack]:
    ordered: list[Pack] = []

    def visit(pack: Pack, way: tuple[str, ...]) -> None:
        if pack in ordered:
            return
        if pack.id in way:
            faults.at(pack.id, PACK_FILE)
            faults.add(1, "pack_cycle", found=" → ".join([*way, pack.id]))
            return
        for need in pack.requires:
            if need in found:
                visit(found[need], (*way, pack.id))
            else:
                faults.at(pack.id, PACK_FILE)
                faults.add(1, "pack_require_unknown", found=need, nearest=nearest(need, found))
        if pack not in ordered:
            ordered.append(pack)

    for pack in sorted(found.values(), key=lambda p: p.id):
        visit(pack, ())
    return ordered


def _read_pack(folder: Path, faults: Faults) -> Pack | None:
    trees = read_trees(folder, faults)
    return None if trees is None else pack_of(trees, folder, faults)


def read_trees(folder: Path, faults: Faults) -> dict[str, Tree] | None:
    """The files of a pack as trees, by name; None when there is no pack."""
    faults.at(folder.name, PACK_FILE)
    if not (folder / PACK_FILE).is_file():
        faults.add(0, "pack_missing", found=str(folder))
        return None
    files = sorted(one for one in folder.iterdir() if one.suffix in {".yaml", ".yml"} and one.is_file())
    if len(files) > MAX_FILES:
        faults.add(0, "pack_too_many", expected=MAX_FILES)
        return None
    return {file.name: tree for file in files if (tree := _read_file(file, folder.name, faults)) is not None}


def pack_of(trees: Mapping[str, Tree], folder: Path, faults: Faults) -> Pack | None:
    """What the trees of a pack say; None when it is not even one."""
    faults.at(folder.name, PACK_FILE)
    reader = Reader(faults)
    known = ("pack", "facts", "base_case", "cases", "exclusions", *SETTLEMENT_KEYS, *NAME_KEYS)
    root = reader.mapping(trees.get(PACK_FILE), "pack.yaml", known, ("pack",))
    node = reader.mapping(root.get("pack") if root else None, "pack", _PACK_KEYS, ("id", "title", "district"))
    if root is None or node is None:
        return None
    pack_id = reader.text(node, "id")
    faults.at(pack_id, PACK_FILE)
    facts, base_case = (_values(root.get(key)) for key in ("facts", "base_case"))
    names = read_names(reader, root)
    settling = read_settling(reader, root, "pack")
    cases = read_cases(reader, root.get("cases"), SUBJECTS[:1], base_case)
    exclusions = read_exclusions(reader, root.get("exclusions"))
    documents = _read_documents(reader, trees, pack_id, base_case)
    return Pack(
        id=pack_id,
        title=reader.text(node, "title"),
        district=reader.text(node, "district"),
        requires=reader.texts(node.get("requires"), "requires"),
        facts=facts,
        base_case=base_case,
        names=names,
        documents=documents,
        folder=str(folder),
        hash=_content_hash(trees.values()),
        settling=settling,
        cases=cases,
        exclusions=exclusions,
    )


def _read_file(file: Path, pack: str, faults: Faults) -> Tree | None:
    faults.at(pack, file.name)
    try:
        return read_tree(decode(file.read_bytes()))
    except Unreadable as problem:
        faults.add_refusal(problem.line, problem.refusal)
    except OSError as error:
        faults.add(0, "pack_unreadable", found=error.strerror or "")
    return None


def _read_documents(
    reader: Reader, trees: Mapping[str, Tree], pack: str, base_case: Mapping[str, object]
) -> tuple[Document, ...]:
    """In the order of their ids, so that file names decide nothing."""
    documents: list[Document] = []
    for name, tree in trees.items():
        if name == PACK_FILE:
            continue
        reader.faults.at(pack, name)
        document = read_document(reader, tree, pack, base_case)
        if document is not None:
            documents.append(document)
    return tuple(sorted(documents, key=lambda document: document.id))


def _values(tree: Tree | None) -> Mapping[str, object]:
    found = raw_value(tree) if isinstance(tree, Mapped) else {}
    assert isinstance(found, dict)
    return found


def _content_hash(trees: Iterable[Tree]) -> str:
    """Of what the files say, not of where and in which layout they say it."""
    parts = sorted(
        hashlib.sha256(json.dumps(canonical(tree), ensure_ascii=False).encode()).hexdigest() for tree in trees
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


# Building


def build(packs: Sequence[Pack], faults: Faults) -> PackSet | None:
    """Resolve and compile. Faults are noted; the set is only fit for use when there are no errors."""
    packs = [with_wide_caps(pack, faults) for pack in packs]
    schema = _schema(packs, faults)
    if schema is None:
        return None
    compiler = Compiler(schema, faults)
    documents: list[CompiledDocument] = []
    pack_homes: list[Home] = []
    shared: dict[str, dict[str, Item]] = {}
    order = 0
    for pack in packs:
        faults.at(pack.id, PACK_FILE)
        required = _merged([shared.get(need, {}) for need in pack.requires], faults)
        home = pack_home(compiler, pack, required)
        pack_homes.append(home)
        for item in home.own.values():
            compiler.settle(item)
        homes = _document_homes(compiler, pack, home, faults)
        for one in homes:
            document = compile_document(compiler, one, order)
            order += len(document.clauses)
            documents.append(document)
        # What a required pack shares can be used through this one too.
        shared[pack.id] = {**required, **shared_items(home)}
        for one in homes:
            shared[pack.id].update(shared_items(one))
        note_pack(pack, schema, faults)
        note_to_fill(pack, PACK_FILE, faults)
    _note_clause_ids(packs, faults)
    _give_exclusions(documents, resolve_exclusions(packs, faults, PACK_FILE))
    settling = compile_settling(compiler, pack_homes, documents)
    types = type_packs(schema, pack_homes, documents, faults, settling)
    digest = hashlib.sha256("\n".join(sorted(pack.hash for pack in packs)).encode()).hexdigest()
    return PackSet(tuple(packs), tuple(documents), schema, digest, types, tuple(faults.found), settling)


def _give_exclusions(
    documents: Iterable[CompiledDocument], exclusions: Mapping[str, Sequence[CompiledExclusion]]
) -> None:
    """Each clause knows the exclusions that speak of it."""
    for document in documents:
        document.clauses = tuple(
            replace(clause, exclusions=tuple(exclusions[clause.id])) if clause.id in exclusions else clause
            for clause in document.clauses
        )


def _document_homes(compiler: Compiler, pack: Pack, home: Home, faults: Faults) -> list[Home]:
    """The documents' names; what one document shares can be used in the others of its pack."""
    homes: list[Home] = []
    for document in pack.documents:
        faults.at(pack.id, document.file)
        homes.append(document_home(compiler, pack, document, home.visible))
    offers = [shared_items(one) for one in homes]
    for i, one in enumerate(homes):
        faults.at(pack.id, one.document.file if one.document else PACK_FILE)
        others = _merged([offer for j, offer in enumerate(offers) if j != i], faults)
        for name, item in others.items():
            if name in one.own:
                faults.add(0, "pack_name_clash", found=name, where=" / ".join(item.home.key))
            one.visible.setdefault(name, item)
    return homes


def _merged(offers: Iterable[Mapping[str, Item]], faults: Faults) -> dict[str, Item]:
    merged: dict[str, Item] = {}
    for offer in offers:
        for name, item in offer.items():
            if name in merged and merged[name] is not item:
                faults.add(0, "pack_name_clash", found=name, where=" / ".join(item.home.key))
            merged.setdefault(name, item)
    return merged


def _schema(packs: Sequence[Pack], faults: Faults) -> Schema | None:
    records: dict[str, object] = {}
    fields: dict[str, dict[str, object]] = {}
    words: dict[str, list[object]] = {}
    for pack in packs:
        faults.at(pack.id, PACK_FILE)
        for key in pack.facts.keys() - set(_FACT_PARTS):
            faults.add(1, "pack_key_unknown", found=key, where="facts", nearest=nearest(key, _FACT_PARTS))
        for part in _FACT_PARTS:
            added = pack.facts.get(part) or {}
            if not isinstance(added, dict):
                faults.add(1, "pack_value", key=f"facts.{part}", expected="mapping", found=str(added)[:40])
                continue
            if part == "records":
                _merge_facts(added, records, faults)
            elif part == "values":
                _merge_words(added, words, faults)
            else:
                _merge_fields(added, fields, faults)
    try:
        more = {"records": records, "fields": fields, "values": words}
        return load_schema(more if records or fields or words else None)
    except Refused as refusal:
        faults.add_refusal(1, refusal)
    except (KeyError, TypeError, AttributeError) as error:
        faults.add(1, "pack_value", key="facts", expected="facts.yaml", found=str(error))
    return None


def _merge_facts(added: Mapping[str, object], target: dict[str, object], faults: Faults) -> None:
    """What a pack adds; two packs may add the same, but not differently."""
    for key, value in added.items():
        if target.setdefault(key, value) != value:
            faults.add(1, "pack_name_clash", found=key, where="facts")


def _merge_fields(added: Mapping[str, object], target: dict[str, dict[str, object]], faults: Faults) -> None:
    for key, value in added.items():
        if isinstance(value, dict):
            _merge_facts(value, target.setdefault(key, {}), faults)
        else:
            faults.add(1, "pack_value", key=f"facts.fields.{key}", expected="mapping", found=str(value)[:40])


def _merge_words(added: Mapping[str, object], target: dict[str, list[object]], faults: Faults) -> None:
    """More words for closed lists; what several packs add is added together."""
    for key, value in added.items():
        if isinstance(value, list):
            target.setdefault(key, []).extend(value)
        else:
            faults.add(1, "pack_value", key=f"facts.values.{key}", expected="列表 list", found=str(value)[:40])


def _note_clause_ids(packs: Iterable[Pack], faults: Faults) -> None:
    """Ids of clauses and documents are unique over all packs: they name what was paid, for ever."""
    seen: dict[str, str] = {}
    for pack in packs:
        for document in pack.documents:
            named = [(document.id, document.line, document.file, "")]
            named += [(clause.id, clause.line, clause.file, clause.id) for clause in document.clauses]
            for one, line, file, clause in named:
                faults.at(pack.id, file, clause)
                if one in seen:
                    faults.add(line, "pack_id_twice", found=one, where=seen[one])
                seen.setdefault(one, f"{pack.id}/{file}:{line}")


__all__ = ["Names", "PackSet", "build", "load_packs", "read_and_build", "read_pack"]
