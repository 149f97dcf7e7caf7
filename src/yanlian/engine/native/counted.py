"""Loops that count: over all children of a block of rows at once, and then a count of bits for each row.

Most walks over child rows ask each child the same question and count those that say yes (or ask whether any does). How
many children a row has cannot be foreseen, so a loop a row ends with a jump that the processor guesses wrongly; asked
side by side, eight children take as long as one. A question that hangs on nothing but the child is such a one.
"""

from __future__ import annotations

from dataclasses import dataclass

from yanlian.engine.native.doubles import by_doubles
from yanlian.engine.native.ir import (
    Arithmetic,
    Carried,
    Choose,
    Const,
    Divide,
    Either,
    Index,
    Lookup,
    Loop,
    Node,
    Read,
    Result,
    Row,
    parts,
)
from yanlian.engine.native.regions import Regions
from yanlian.engine.native.writer import Writer

# So many children of a block of rows are asked at once; where there are more, each row has its loop.
CHILDREN_MAX = 4096
# Bits that can be had with one load, wherever in a byte they begin.
_BITS_AT_ONCE = 56


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each child. `members`: the nodes that the answer is made of, operands first; `most`: the count
    goes no higher, None: whether any says yes; `turned`: those that say no are counted."""

    answer: Node
    members: tuple[Node, ...]
    most: int | None
    turned: bool


def span_of(loop: Loop) -> int | None:
    """The column of positions of which a loop goes through the part of the row; None: it goes elsewhere."""
    start, end = loop.start, loop.end
    if not (isinstance(start, Read) and isinstance(end, Read) and start.column == end.column):
        return None
    at_row = start.index is None or isinstance(start.index, Row)
    after = end.index
    is_next = isinstance(after, Arithmetic) and after.op == "+" and isinstance(after.left, Row) and _is(after.right, 1)
    return start.column if at_row and is_next else None


def questions(loop: Loop, regions: Regions) -> list[Question] | None:
    """What a loop asks, one question for each value that it carries; None when it does anything else."""
    if loop.again is not None or span_of(loop) is None:
        return None
    found = [_question(loop, n, regions) for n in range(len(loop.carried))]
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) else None


def _question(loop: Loop, number: int, regions: Regions) -> Question | None:
    carried, after = loop.carried[number], loop.next[number]
    if not _is(loop.initial[number], 0):
        return None
    answer: Node | None = None
    most, turned = None, False
    if isinstance(after, Either) and carried in (after.left, after.right):
        answer = after.right if after.left is carried else after.left
    elif isinstance(after, Choose) and carried in (after.then, after.otherwise):
        answer, turned = after.condition, after.then is carried
        raised = after.otherwise if turned else after.then
        most = _one_more(raised, carried)
        if most is None:
            return None
    members = None if answer is None else _members(answer, loop, regions)
    return None if answer is None or members is None else Question(answer, members, most, turned)


def _one_more(node: Node, carried: Carried) -> int | None:
    """Up to what a value is counted by one; None when it is not."""
    most = carried.high
    if isinstance(node, Arithmetic) and node.op == "min" and isinstance(node.right, Const):
        most = node.right.value
        node = node.left
    if not isinstance(node, Arithmetic) or node.op != "+":
        return None
    return most if node.left is carried and _is(node.right, 1) else None


def _is(node: Node, value: int) -> bool:
    return isinstance(node, Const) and node.value == value


def _members(answer: Node, loop: Loop, regions: Regions) -> tuple[Node, ...] | None:
    """What the answer is made of, operands first; None when it hangs on more than the child, or is not plain."""
    body = regions.bodies[loop]
    needed = {answer}
    todo = [answer]
    while todo:
        node = todo.pop()
        if isinstance(node, Const):
            continue
        if regions.of.get(node) is not body or node.wide or isinstance(node, (Lookup, Row, Result, Index, Carried)):
            return None
        if isinstance(node, Divide) and not by_doubles(node):
            return None
        if isinstance(node, Read):
            if node.index is not loop.index:
                return None
            continue
        more = [one for one in parts(node) if one not in needed]
        needed.update(more)
        todo += more
    return tuple(one for one in body.members if isinstance(one, Node) and one in needed)


def counts(w: Writer, start: str, end: str, number: int) -> list[str]:
    """How many bits from `start` up to `end` (less %begin) are set, in each of so many bitmaps, as i64."""
    first, left = w.value(f"sub nuw nsw i64 {start}, %begin"), w.value(f"sub nuw nsw i64 {end}, {start}")
    before, head, after = w.block, w.label(), w.label()
    w.jump(head)
    w.start(head)
    position, rest = w.fresh(), w.fresh()
    holes = [w.hole(), w.hole()]
    sums = [(w.fresh(), w.hole()) for _ in range(number)]
    taken = w.value(f"call i64 @llvm.smin.i64(i64 {rest}, i64 {_BITS_AT_ONCE})")
    mask = w.value(f"sub i64 {w.value(f'shl nuw i64 1, {taken}')}, 1")
    byte, skip = w.value(f"lshr i64 {position}, 3"), w.value(f"and i64 {position}, 7")
    new = []
    for n, (total, _) in enumerate(sums):
        place = w.value(f"getelementptr inbounds i8, ptr %bits{n}, i64 {byte}")
        word = w.value(f"lshr i64 {w.value(f'load i64, ptr {place}, align 1')}, {skip}")
        ones = w.value(f"call i64 @llvm.ctpop.i64(i64 {w.value(f'and i64 {word}, {mask}')})")
        new.append(w.value(f"add nuw nsw i64 {total}, {ones}"))
    position_next, rest_next = w.value(f"add i64 {position}, {taken}"), w.value(f"sub i64 {rest}, {taken}")
    w.fill(holes[0], f"{position} = phi i64 [ {first}, %{before} ], [ {position_next}, %{head} ]")
    w.fill(holes[1], f"{rest} = phi i64 [ {left}, %{before} ], [ {rest_next}, %{head} ]")
    for (total, hole), value in zip(sums, new, strict=True):
        w.fill(hole, f"{total} = phi i64 [ 0, %{before} ], [ {value}, %{head} ]")
    w.branch(w.value(f"icmp sgt i64 {rest_next}, 0"), head, after)
    w.start(after)
    return new
