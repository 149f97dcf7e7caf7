"""Terms of a clause out of its YAML: until when it must be applied for, what was promised, when money goes back."""

from __future__ import annotations

import re

from yanlian.base.tree import Mapped, Scalar, Tree
from yanlian.engine.policy.model import Event, Formula, Test
from yanlian.engine.policy.model_terms import Deadline, ReturnTerm
from yanlian.engine.policy.reading import Reader, kind_name

LATE = "逾期"
# A commitment that says nothing else is to stay in the district and in business.
LEFT = '登记.注册区划 != 本区 or 登记.登记状态 in ("迁出", "注销", "吊销")'
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


def read_returns(reader: Reader, node: Mapped, event: Event | None) -> tuple[ReturnTerm, ...]:
    """The commitment of a clause, then its terms of clawback, as rules over a payment that was made."""
    found: list[ReturnTerm] = []
    promise = reader.mapping(
        node.get("commitment"),
        "commitment",
        ("years", "from", "text", "breach", "share", "ban_years", "label", "article"),
        ("years", "text"),
    )
    if promise is not None:
        found.append(_commitment(reader, promise, event))
    for item in reader.listing(node.get("clawback"), "clawback"):
        one = reader.mapping(item, "clawback", ("label", "when", "share", "ban_years", "article"), ("label", "when"))
        if one is None:
            continue
        label = reader.text(one, "label")
        if any(other.label == label for other in found):
            reader.faults.add(one.line, "pack_label_twice", found=label, where="clawback")
        when = reader.sure_formula(one, "when")
        share = reader.formula(one.get("share"), "clawback.share")
        found.append(ReturnTerm(label, when, share, _years(reader, one, "ban_years", 0), reader.text(one, "article")))
    return tuple(found)


def _commitment(reader: Reader, node: Mapped, event: Event | None) -> ReturnTerm:
    """Broken while it lasts: today is before its end, and the breach holds."""
    years = _years(reader, node, "years", 1)
    since = reader.day_formula(node, "from", "commitment.from")
    if since is None:
        since = Formula("事件日" if event is not None else "支付.支付日期", reader.faults.file, node.line)
    breach = reader.formula(node.get("breach"), "commitment.breach") or Formula(LEFT)
    when = _made(since, f'评价日 < ({since.text}) + duration("P{years}Y") and ({breach.text})')
    return ReturnTerm(
        reader.text(node, "label", "违反承诺"),
        when,
        reader.formula(node.get("share"), "commitment.share"),
        _years(reader, node, "ban_years", 0),
        reader.text(node, "article"),
        commitment=True,
        text=reader.text(node, "text"),
        written=f"{since.text} + P{years}Y",
    )


def _years(reader: Reader, node: Mapped, key: str, least: int) -> int:
    """A whole number of years, up to fifty."""
    tree = node.get(key)
    if tree is None:
        return least
    text = tree.text if isinstance(tree, Scalar) else ""
    if not text.isdecimal() or not least <= int(text) <= 50:
        reader.wrong(tree.line, key, f"{least}…50", kind_name(tree))
        return least
    return int(text)


def _made(place: Formula, text: str) -> Formula:
    """A formula that stands where another one was written."""
    return Formula(" ".join(text.split()), place.file, place.line)
