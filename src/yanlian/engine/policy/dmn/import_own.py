"""A model that `pack export` made back into the files of its pack, with what was changed in a modeller since.

The files stand in the model's description. An element whose fingerprint still holds says what the file says; of one
that was changed the logic is taken over into the file (which then loses its comments), and what cannot be taken over
is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import cast

from yanlian.base.refusal import Refused
from yanlian.base.tree import Listing, Mapped, Scalar, Tree, Unreadable
from yanlian.engine.feel import FeelError
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.dmn.import_names import Element, PackNames, names_of, path_of, with_logic
from yanlian.engine.policy.dmn.import_tables import Strange, parameter_values, table_tree
from yanlian.engine.policy.dmn.marks import MADE, fingerprint, mark_of
from yanlian.engine.policy.dmn.yaml_text import put, scalar, tree_text
from yanlian.engine.policy.load import PACK_FILE
from yanlian.engine.policy.tree import read_tree

_NAMED = frozenset({"definitions", "tables", "parameters", "scales"})
_LABELLED = frozenset({"gates", "vetoes", "conditions"})
_FORMULAS = frozenset({"amount", "result"})


@dataclass(slots=True)
class Imported:
    """The files of a pack by name, and what there is to say about them: what was taken over, what was not, what is
    still to be filled in."""

    files: dict[str, str]
    notes: list[Refused] = field(default_factory=list)


def is_own(model: dmn.Model) -> bool:
    """Whether a model carries the files of its pack."""
    mark = mark_of(model.description)
    return mark.get("yanlian") == 1 and isinstance(mark.get("files"), dict)


def restored(model: dmn.Model) -> Imported:
    """The pack's files as they were exported, with the changes made in the model since.

    Raises `Refused` when what the description holds is no file of a pack.
    """
    mark = mark_of(model.description)
    files = _files(model, mark)
    found = Imported(dict(files))
    changes = _changes(model, found.notes)
    _note_missing(model, mark, found.notes)
    if changes:
        _Overlay(model, found, names_of(model)).take(changes)
    return found


def _files(model: dmn.Model, mark: Mapping[str, object]) -> dict[str, str]:
    files = cast("Mapping[object, object]", mark["files"])
    made: dict[str, str] = {}
    for name, text in files.items():
        plain = isinstance(name, str) and PurePath(name).name == name and PurePath(name).suffix in {".yaml", ".yml"}
        if not plain or "\\" in str(name) or not isinstance(text, str):
            raise Refused("dmn_import_file", where=model.where or model.name, found=str(name)[:60])
        made[str(name)] = text
    return made


def _logic(element: Element) -> dmn.BoxedExpression | None:
    if isinstance(element, dmn.Decision):
        return element.expression
    return element.function.body if element.function is not None else None


def _changes(model: dmn.Model, notes: list[Refused]) -> dict[tuple[str, ...], Element]:
    """Elements that say something else than when they were written, by the part of the pack they say."""
    found: dict[tuple[str, ...], Element] = {}
    others: dict[tuple[str, ...], set[str]] = {}
    for element in with_logic(model):
        path, was = path_of(element), mark_of(element.description).get("was")
        if not path:
            continue
        now = fingerprint(_logic(element))
        changed = now != was
        others.setdefault(path, set()).add(now if changed else "")
        if changed:
            found[path] = element
    for path, ways in others.items():
        if path in found and len(ways) > 1:
            # One part of the pack is several elements here, and they no longer say the same.
            notes.append(_left(model, found.pop(path), path, "dmn_import_twice"))
    return found


def _left(model: dmn.Model, element: Element, path: tuple[str, ...], code: str, **data: object) -> Refused:
    where, line = model.where or model.name, element.spot.line
    return Refused(code, where=where, line=line, name=element.name, found=" / ".join(path), **data)


def _note_missing(model: dmn.Model, mark: Mapping[str, object], notes: list[Refused]) -> None:
    known = [one.name for one in with_logic(model)]
    written = mark.get("elements")
    names = [str(one) for one in written] if isinstance(written, list) else []
    where = model.where or model.name
    notes += [Refused("dmn_import_deleted", where=where, name=name) for name in names if name not in known]
    if names:
        notes += [Refused("dmn_import_new", where=where, name=name) for name in known if name not in names]


@dataclass(slots=True)
class _Overlay:
    """Writes changes into the trees of the files."""

    model: dmn.Model
    imported: Imported
    names: PackNames
    trees: dict[str, Mapped] = field(default_factory=dict)

    def take(self, changes: Mapping[tuple[str, ...], Element]) -> None:
        """Take over every change that can be; note each either way."""
        touched: set[str] = set()
        for path, element in changes.items():
            try:
                file = self._take(path, element)
            except Strange as strange:
                code, found = "dmn_import_left", strange.found
                self.imported.notes.append(_left(self.model, element, path, code, reason=found))
            except FeelError as error:
                reason = error.text("zh")
                self.imported.notes.append(_left(self.model, element, path, "dmn_import_left", reason=reason))
            else:
                touched.add(file)
                self.imported.notes.append(_left(self.model, element, path, "dmn_import_taken"))
        for file in touched:
            self.imported.files[file] = tree_text(self.trees[file])

    def _take(self, path: tuple[str, ...], element: Element) -> str:
        logic = _logic(element)
        file, owner, rest = self._owner(path)
        if len(rest) == 2 and rest[0] in _NAMED:
            group = owner.get(rest[0])
            if not isinstance(group, Mapped) or rest[1] not in group.entries:
                raise Strange(" / ".join(path))
            self._named(rest[0], group, rest[1], logic)
        elif len(rest) == 2 and rest[0] in _LABELLED:
            put(_labelled(owner.get(rest[0]), rest[1]), "when", self._formula(logic))
        elif len(rest) == 1 and rest[0] in _FORMULAS:
            put(owner, rest[0], self._formula(logic))
        elif rest == ("event", "date") and isinstance(event := owner.get("event"), Mapped):
            put(event, "date", self._formula(logic))
        else:
            raise Strange("由几处合成 made of several parts" if MADE in rest else " / ".join(rest))
        return file

    def _owner(self, path: tuple[str, ...]) -> tuple[str, Mapped, tuple[str, ...]]:
        """The file, the mapping in it that a part belongs to, and what is left of the path."""
        document = next((name for name in self.imported.files if name != PACK_FILE), "")
        if len(path) == 3 and path[1] in _NAMED and PACK_FILE in self.imported.files:
            return PACK_FILE, self._tree(PACK_FILE), path[1:]
        own = mark_of(self.model.description).get("document")
        if len(path) < 3 or path[1] != own or not document:
            raise Strange("属于别的文件 belongs to another document")
        root, rest = self._tree(document), path[2:]
        if rest[0] == "rules" and isinstance(rules := root.get("rules"), Mapped):
            return document, rules, rest[1:]
        if rest[0] in _NAMED:
            return document, root, rest
        for item in _items(root.get("clauses")):
            found = item.get("id") if isinstance(item, Mapped) else None
            if isinstance(item, Mapped) and isinstance(found, Scalar) and found.text == rest[0]:
                return document, item, rest[1:]
        raise Strange(" / ".join(path))

    def _tree(self, file: str) -> Mapped:
        if file not in self.trees:
            try:
                tree = read_tree(self.imported.files[file])
            except Unreadable as problem:
                raise problem.refusal from None
            if not isinstance(tree, Mapped):
                raise Refused("dmn_import_file", where=self.model.where or self.model.name, found=file)
            self.trees[file] = tree
        return self.trees[file]

    def _formula(self, logic: dmn.BoxedExpression | None) -> Scalar:
        if not isinstance(logic, dmn.LiteralExpression):
            raise Strange(type(logic).__name__)
        return scalar(self.names.formula(logic.text))

    def _named(self, part: str, group: Mapped, name: str, logic: dmn.BoxedExpression | None) -> None:
        known = group.get(name)
        if part == "definitions":
            if isinstance(known, Mapped):
                put(known, "is", self._formula(logic))
            else:
                put(group, name, self._formula(logic))
            return
        takers: Mapping[str, Callable[[dmn.DecisionTable, Mapped, PackNames], None]] = {
            "tables": table_tree,
            "parameters": parameter_values,
        }
        if part not in takers or not isinstance(logic, dmn.DecisionTable) or not isinstance(known, Mapped):
            raise Strange(f"{part}: {type(logic).__name__}")
        takers[part](logic, known, self.names)


def _items(tree: Tree | None) -> list[Tree]:
    return tree.items if isinstance(tree, Listing) else []


def _labelled(tree: Tree | None, label: str) -> Mapped:
    for item in _items(tree):
        found = item.get("label") if isinstance(item, Mapped) else None
        if isinstance(item, Mapped) and isinstance(found, Scalar) and found.text.strip() == label:
            return item
    raise Strange(label)
