"""Ids in packs that stand for clauses: a clause's own (of a staged one for all its stages), or a document's for all of
its clauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.model import Clause, Pack
from yanlian.engine.policy.reading import nearest


class NamedClauses:
    """The ids that one pack may name: its own, and those of the packs that it requires."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.clauses: dict[str, Clause] = {}
        self._known: dict[str, tuple[str, ...]] = {}
        for pack in packs:
            for document in pack.documents:
                self._known[document.id] = tuple(clause.id for clause in document.clauses)
                for clause in document.clauses:
                    self.clauses[clause.id] = clause
                    self._known[clause.id] = (clause.id,)
                    if clause.stage is not None:
                        whole = clause.stage.base
                        self._known[whole] = (*self._known.get(whole, ()), clause.id)

    def found(self, ids: Sequence[str], key: str, line: int, faults: Faults) -> tuple[str, ...]:
        """The clauses behind some ids, each once, in the order of the ids; an id that is none is a fault."""
        clauses: list[str] = []
        for one in ids:
            if one in self._known:
                clauses += self._known[one]
            else:
                near = nearest(one, self._known)
                faults.add(line, "pack_clause_unknown", key=key, found=one, nearest=near)
        return tuple(dict.fromkeys(clauses))


def visible_packs(pack: Pack, packs: Mapping[str, Pack]) -> list[Pack]:
    """A pack and all that it requires, also through others; itself first."""
    found = {pack.id: pack}
    queue = list(pack.requires)
    while queue:
        need = packs.get(queue.pop(0))
        if need is not None and need.id not in found:
            found[need.id] = need
            queue += need.requires
    return list(found.values())
