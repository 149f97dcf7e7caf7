"""Terms of a clause out of its YAML: until when it must be applied for."""

from __future__ import annotations

import re

from yanlian.engine.policy.model import Deadline, Event, Formula, Test
from yanlian.engine.policy.reading import Reader, kind_name
from yanlian.engine.policy.tree import Scalar, Tree

LATE = "逾期"
_SPAN = re.compile(r"P(?=\d)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,5}D)?\Z")


def read_deadline(reader: Reader, tree: Tree | None, clause: str, event: Event | None) -> Deadline | None:
    """The deadline, desugared: a veto `late` in FEEL over 申报记录, and what says until when."""
    keys = ("within", "from", "to", "applied", "label", "article")
    node = reader.mapping(tree, "deadline", keys)
    if node is None:
        return None
    last = reader.day_formula(node, "to", "deadline.to")
    written = reader.text(node, "to")
    within = node.get("within")
    if within is not None:
        span = within.text if isinstance(within, Scalar) else ""
        if not _SPAN.match(span) or last is not None:
            reader.wrong(within.line, "deadline.within", "P3M | P30D | P1Y，与 to 二选一", kind_name(within))
        since = reader.day_formula(node, "from", "deadline.from") or Formula("事件日", reader.faults.file, within.line)
        last = _made(since, f'({since.text}) + duration("{span}")')
        written = f"{since.text} + {span}"
    if last is None or (within is not None and event is None and node.get("from") is None):
        reader.faults.add(node.line, "pack_key_missing", key="within | to (from)", where="deadline")
        return None
    applied = _applied(reader.day_formula(node, "applied", "deadline.applied"), last, clause, event)
    late = _made(last, f"评价日 > ({last.text}) and not({applied.text})")
    test = Test(reader.text(node, "label", LATE), late, reader.text(node, "article"))
    return Deadline(last, applied, test, written)


def _applied(told: Formula | None, last: Formula, clause: str, event: Event | None) -> Formula:
    """Whether it was applied for in time: by a date that the pack gives, or by an application that is not withdrawn."""
    if told is not None:
        return _made(last, f"({told.text}) != null and ({told.text}) <= ({last.text})")
    matter = ""
    if event is not None and event.matter is not None:
        matter = f" and (所报.事项 = null or 所报.事项 = ({event.matter.text}))"
    return _made(
        last,
        f'(some 所报 in 申报记录 satisfies (所报.条款 = "{clause}" and (所报.撤回日期 = null or 所报.撤回日期 > 评价日)'
        f" and 所报.申报日期 <= ({last.text}){matter}))",
    )


def _made(place: Formula, text: str) -> Formula:
    """A formula that stands where another one was written."""
    return Formula(" ".join(text.split()), place.file, place.line)
