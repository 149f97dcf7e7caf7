"""What a pack that can be read may still lack: departments that do not exist, clauses without cases, no source."""

from __future__ import annotations

from yanlian.base.finding import nearest
from yanlian.engine.dossier import Schema
from yanlian.engine.policy.fault import Faults
from yanlian.engine.policy.model import Clause, Pack


def note_pack(pack: Pack, schema: Schema, faults: Faults) -> None:
    """Note faults and warnings that need the whole pack and the fact schema."""
    for document in pack.documents:
        for clause in document.clauses:
            faults.at(pack.id, clause.file, clause.id)
            _note_departments(clause, schema, faults)
            if not clause.cases:
                faults.add(clause.line, "pack_no_cases", "warning", found=clause.id)
            if not clause.text:
                faults.add(clause.line, "pack_no_text", "warning", found=clause.id)
    faults.clause = ""


def _note_departments(clause: Clause, schema: Schema, faults: Faults) -> None:
    known = set(schema.departments)
    # Evidence may also be held by the beneficiary; a clause is always answered for by a department.
    named = [(clause.department, known), *((one.held_by, known | {"self"}) for one in clause.evidence)]
    for word, allowed in named:
        if word and word not in allowed:
            hint = _department_meant(word, allowed, schema) or ", ".join(sorted(allowed))
            faults.add(clause.line, "pack_department_unknown", found=word, nearest=hint)


def _department_meant(word: str, allowed: set[str], schema: Schema) -> str:
    """The key of the department most like a word, which may be meant as a key or be a name (工信局, 崂山区工信局).

    Empty when none is like it.
    """
    names = {one["zh"]: key for key, one in schema.departments.items()}
    within = [name for name in names if name in word]
    near = within[0] if within else nearest(word, [*allowed, *names])
    return names.get(near, near)
