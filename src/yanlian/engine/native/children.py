"""Children asked eight at a time (see counted.py): one bit each, for all rows of a block."""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.engine.native.counted import Question
from yanlian.engine.native.ir import Node, Read
from yanlian.engine.native.lanes import LANES, Lanes


class ChildLanes(Lanes):
    """Values of eight children from `%child` on."""

    def _read(self, node: Read) -> str:
        w, column = self.w, self.program.columns[node.column]
        source = f"%c{node.column}"
        if column.storage != "bit":
            place = w.value(f"getelementptr inbounds {column.storage}, ptr {source}, i64 %child")
            return self.read_from(node, self.load(column.storage, place))
        # They may begin anywhere in a byte; the last byte is that of the last of them.
        halves = []
        for position in ("%child", w.value("add nuw nsw i64 %child, 7")):
            at = w.value(f"getelementptr inbounds i8, ptr {source}, i64 {w.value(f'lshr i64 {position}, 3')}")
            halves.append(w.value(f"zext i8 {w.value(f'load i8, ptr {at}, align 1')} to i32"))
        both = w.value(f"or i32 {halves[0]}, {w.value(f'shl i32 {halves[1]}, 8')}")
        skip = w.value(f"and i32 {w.value('trunc i64 %child to i32')}, 7")
        return self.bits_of(w.value(f"lshr i32 {both}, {skip}"))


def asked(program_lanes: ChildLanes, all_questions: Sequence[Question]) -> None:
    """Asks the children from %begin up to %stop, at least one, eight at a time: a bit each, into %bits0, %bits1, …"""
    body, w = program_lanes, program_lanes.w
    w.start("children")
    w.line("%child = phi i64 [ %begin, %fast ], [ %child.next, %children ]")
    known: set[Node] = set()
    for one in all_questions:
        body.write([node for node in one.members if node not in known])
        known.update(one.members)
    byte = w.value(f"lshr i64 {w.value('sub nuw nsw i64 %child, %begin')}, 3")
    for n, one in enumerate(all_questions):
        sign = w.value(
            f"icmp {'sge' if one.turned else 'slt'} <{LANES} x i32> {body.at(one.answer, 1)}, zeroinitializer"
        )
        place = w.value(f"getelementptr inbounds i8, ptr %bits{n}, i64 {byte}")
        w.line(f"store i8 {w.value(f'bitcast <{LANES} x i1> {sign} to i8')}, ptr {place}, align 1")
    w.line(f"%child.next = add nuw nsw i64 %child, {LANES}")
    w.branch(w.value("icmp slt i64 %child.next, %stop"), "children", "rows")
