"""From programs to the text of one LLVM module.

    void program_N(i64 start, i64 rows, i64 last, ptr columns, ptr outputs, ptr buffers)
    i64 program_N_bytes()

Rows from `start` up to `rows`, both multiples of LANES; those after `last` are made up to fill a vector. `columns` and
`outputs` are arrays of pointers in the order of the program; `buffers` is room for as many bytes as `program_N_bytes`
says, aligned to 64, for what one piece of the program leaves to the next over a block of rows. Every number is computed
at the width that the proven ranges ask for, so no operation overflows, and LLVM is told so.
"""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.engine.native.body import Body, bits
from yanlian.engine.native.children import ChildLanes, asked
from yanlian.engine.native.counted import CHILDREN_MAX, questions
from yanlian.engine.native.division import FUNCTIONS
from yanlian.engine.native.ir import Lookup, Loop, Node, Program, Read, table_kind
from yanlian.engine.native.lanes import LANES, Lanes
from yanlian.engine.native.pieces import Piece, cut
from yanlian.engine.native.regions import placed
from yanlian.engine.native.writer import Writer, moved

# So many rows go through all pieces before the next: what they leave to each other stays in the nearest cache.
BLOCK_ROWS = 256
# What a program is given, and what every piece of it is told of rows.
_CALLED = "i64 %start, i64 %rows, i64 %last, ptr %columns, ptr %outputs, ptr %buffers"
_ROWS = "i64 %first, i64 %end, i64 %last"


def module_text(programs: Sequence[Program], *, vectors: bool = True) -> str:
    """The module of several programs: `program_0`, `program_1`, … `vectors`: plain pieces do several rows at once;
    without, they take longer to run and less long to compile."""
    parts = [FUNCTIONS, _BITS]
    for number, program in enumerate(programs):
        parts += _Function(program, number, vectors=vectors).text()
    return "\n".join([*parts, "!0 = !{}", ""])


# The bits of a bitmap for rows from a multiple of 64 up to at most 64 more; no byte is read that holds none of them.
_BITS = """
define internal i64 @bits_between(ptr readonly captures(none) %map, i64 %from, i64 %to) noinline nounwind {
entry:
  %start = lshr i64 %from, 3
  %at = getelementptr inbounds i8, ptr %map, i64 %start
  %rows = sub nuw nsw i64 %to, %from
  %whole = icmp eq i64 %rows, 64
  br i1 %whole, label %word, label %parts
word:
  %all = load i64, ptr %at, align 1
  ret i64 %all
parts:
  %up = add nuw nsw i64 %rows, 7
  %bytes = lshr i64 %up, 3
  br label %byte
byte:
  %n = phi i64 [ 0, %parts ], [ %n.next, %byte ]
  %found = phi i64 [ 0, %parts ], [ %found.next, %byte ]
  %place = getelementptr inbounds i8, ptr %at, i64 %n
  %one = load i8, ptr %place, align 1
  %wide = zext i8 %one to i64
  %shift = shl nuw nsw i64 %n, 3
  %moved = shl i64 %wide, %shift
  %found.next = or i64 %found, %moved
  %n.next = add nuw nsw i64 %n, 1
  %more = icmp ult i64 %n.next, %bytes
  br i1 %more, label %byte, label %end
end:
  ret i64 %found.next
}
"""


class _Function:
    """One program: a function a piece, and one that takes blocks of rows through them."""

    def __init__(self, program: Program, number: int, *, vectors: bool) -> None:
        self.program = program
        self.vectors = vectors
        self.name = f"program_{number}"
        self.regions = placed(program)
        self.pieces = cut(program, self.regions)
        self.slots: dict[Node, int] = {}
        self.bytes = 0
        # Pieces that ask the children of a block have room for those of so many rows.
        self.in_blocks = any(piece.span is not None for piece in self.pieces)
        for node in (node for piece in self.pieces for node in piece.stores):
            self.slots[node] = self.bytes
            self.bytes += BLOCK_ROWS * max(1, bits(node) // 8)

    def text(self) -> list[str]:
        """Tables, pieces, the whole."""
        lines: list[str] = []
        calls = []
        for number, piece in enumerate(self.pieces):
            name = f"{self.name}_{number}"
            arguments = self._arguments(piece)
            calls.append((name, arguments))
            lines += self._piece(name, piece, list(arguments))
        used = {one for _, arguments in calls for one in arguments.values()}
        tables = [
            f"@{self.name}_t{n} = internal unnamed_addr constant [{len(table)} x {kind}] "
            f"[{', '.join(f'{kind} {value}' for value in table)}]"
            for n, table in enumerate(self.program.tables)
            if f"ptr @{self.name}_t{n}" in used
            for kind in [table_kind(table)]
        ]
        return [*tables, *lines, *self._whole(calls)]

    def _arguments(self, piece: Piece) -> dict[str, str]:
        """What a piece is given, by name; and how its caller comes by it."""
        inside = [one for member in piece.members for one in self.regions.inside(member)]
        columns = sorted({one.column for one in inside if isinstance(one, Read)})
        tables = sorted({one.table for one in inside if isinstance(one, Lookup)})
        found = {f"ptr noalias readonly captures(none) %c{n}": f"ptr %c{n}" for n in columns}
        found |= {f"ptr noalias readonly captures(none) %t{n}": f"ptr @{self.name}_t{n}" for n in tables}
        for node in piece.loads:
            found[f"ptr noalias readonly captures(none) %s{self.slots[node]}"] = f"ptr %s{self.slots[node]}"
        for node in piece.stores:
            found[f"ptr noalias captures(none) %s{self.slots[node]}"] = f"ptr %s{self.slots[node]}"
        return found | {f"ptr noalias writeonly captures(none) %o{n}": f"ptr %o{n}" for n in piece.outputs}

    def _piece(self, name: str, piece: Piece, arguments: Sequence[str]) -> list[str]:
        """The function of a piece, over rows from `first`, at least one, up to `end`."""
        given = ", ".join([_ROWS, *arguments])
        if piece.span is not None and self.vectors:
            return [
                *_function(f"{name}_each", given, self._with_jumps(piece)),
                *_function(name, given, self._counting(piece, f"{name}_each", arguments)),
            ]
        return _function(name, given, self._plain(piece) if piece.plain and self.vectors else self._with_jumps(piece))

    def _plain(self, piece: Piece) -> list[str]:
        """LANES rows at a time; `first` and `end` are multiples of that."""
        body = Lanes(self.program)
        w = body.w
        w.jump("row")
        w.start("row")
        w.line("%row.number = phi i64 [ %first, %entry ], [ %row.next, %row ]")
        if piece.loads or piece.stores:
            w.line("%place = sub nuw nsw i64 %row.number, %first")
        for node in piece.loads:
            kind = _kept(node)
            found = body.load(kind, _place(w, kind, f"%s{self.slots[node]}", "%place"))
            body.values[node] = body.mask(found) if node.is_bool else found
        body.write([one for one in piece.members if isinstance(one, Node)])
        for node in piece.stores:
            kind = _kept(node)
            body.store(kind, node, _place(w, kind, f"%s{self.slots[node]}", "%place"))
        for n in piece.outputs:
            output = self.program.outputs[n]
            body.store(output.storage, output.node, _place(w, output.storage, f"%o{n}", "%row.number"))
        w.line(f"%row.next = add nuw nsw i64 %row.number, {LANES}")
        w.branch(w.value("icmp slt i64 %row.next, %end"), "row", "done")
        w.start("done")
        w.line("ret void")
        return w.lines

    def _counting(self, piece: Piece, each: str, arguments: Sequence[str]) -> list[str]:
        """As `_with_jumps`, where the children of all rows are asked first. What is read lies within the children that
        there are: where eight at a time would go beyond the last, or there are very many, each row has its loop."""
        body = Body(self.program, self.regions)
        loops = [one for one in piece.members if isinstance(one, Loop)]
        body.counted = {one: found for one in loops if (found := questions(one, self.regions)) is not None}
        asking = [one for found in body.counted.values() for one in found]
        w = body.w
        assert piece.span is not None
        kind = self.program.columns[piece.span].storage
        for name, row in (("first", "%first"), ("end", w.value("sub nuw nsw i64 %end, 1"))):
            w.line(f"%{name}.row = call i64 @llvm.smin.i64(i64 {row}, i64 %last)")
        for name, row in (("begin", "%first.row"), ("stop", "%end.row"), ("total", "%last")):
            after = row if name == "begin" else w.value(f"add nuw nsw i64 {row}, 1")
            there = w.value(f"load {kind}, ptr {_place(w, kind, f'%c{piece.span}', after)}, align {int(kind[1:]) // 8}")
            w.line(f"%{name} = add i64 0, {moved(w, there, int(kind[1:]), 64, signed=True)}")
        for n in range(len(asking)):
            w.line(f"%bits{n} = alloca [{CHILDREN_MAX // 8 + 8} x i8], align 16")
        number = w.value("sub nuw nsw i64 %stop, %begin")
        up = w.value(f"and i64 {w.value(f'add nuw nsw i64 {number}, {LANES - 1}')}, {-LANES}")
        inside = w.value(f"icmp sle i64 {w.value(f'add nuw nsw i64 %begin, {up}')}, %total")
        few = w.value(f"icmp sle i64 {number}, {CHILDREN_MAX}")
        w.branch(w.value(f"and i1 {inside}, {few}"), "fast", "slow")
        w.start("slow")
        w.line(f"call void @{each}({', '.join([_ROWS, *(_as_given(one) for one in arguments)])})")
        w.line("ret void")
        w.start("fast")
        for n in range(len(asking)):
            beyond = w.value(f"lshr i64 {up}, 3")
            w.line(f"store i64 0, ptr {_place(w, 'i8', f'%bits{n}', beyond)}, align 1")
        w.branch(w.value(f"icmp sgt i64 {number}, 0"), "children", "rows")
        lanes = ChildLanes(self.program)
        lanes.w = w
        asked(lanes, asking)
        w.start("rows")
        return self._with_jumps(piece, body)

    def _with_jumps(self, piece: Piece, begun: Body | None = None) -> list[str]:
        """Row by row; `first` is a multiple of 8. Where bitmaps are read at the row, 64 rows at a time, so that their
        bits are at hand. `begun`: what has been written of the function."""
        body = begun or Body(self.program, self.regions)
        w = body.w
        words = self._bitmaps(piece)
        before = w.block
        w.jump("group")
        w.start("group")
        w.line(f"%base = phi i64 [ %first, %{before} ], [ %group.end, %group.done ]")
        w.line(f"%group.next = add nuw nsw i64 %base, {64 if words else 1 << 32}")
        w.line("%group.end = call i64 @llvm.smin.i64(i64 %group.next, i64 %end)")
        for column in words:
            w.line(f"%w{column} = call i64 @bits_between(ptr %c{column}, i64 %base, i64 %group.end)")
        w.jump("row")
        w.start("row")
        counter = w.hole()
        if words:
            w.line("%bit = sub nuw nsw i64 %row.number, %base")
        self._turn(body, piece)
        w.fill(counter, f"%row.number = phi i64 [ %base, %group ], [ %row.next, %{w.block} ]")
        w.line("%row.next = add nuw nsw i64 %row.number, 1")
        w.line("%more = icmp slt i64 %row.next, %group.end")
        w.branch("%more", "row", "group.done")
        w.start("group.done")
        w.branch(w.value("icmp slt i64 %group.end, %end"), "group", "done")
        w.start("done")
        w.line("ret void")
        return w.lines

    def _turn(self, body: Body, piece: Piece) -> None:
        """What is done of one row."""
        w = body.w
        if piece.loads or piece.stores:
            w.line("%place = sub nuw nsw i64 %row.number, %first")
        for node in piece.loads:
            body.values[node] = self._load(w, node)
        body.write(piece.members)
        for node in piece.stores:
            kind = _kept(node)
            self._store(w, kind, body.at(node, int(kind[1:])), f"%s{self.slots[node]}", "%place")
        for n in piece.outputs:
            output = self.program.outputs[n]
            self._store(w, output.storage, body.at(output.node, int(output.storage[1:])), f"%o{n}", "%row.number")

    def _bitmaps(self, piece: Piece) -> list[int]:
        """The bitmaps that are read at the row."""
        inside = (one for member in piece.members for one in self.regions.inside(member))
        reads = {one.column for one in inside if isinstance(one, Read) and one.index is None}
        return sorted(n for n in reads if self.program.columns[n].storage == "bit")

    def _load(self, w: Writer, node: Node) -> str:
        kind = _kept(node)
        found = w.value(f"load {kind}, ptr {_place(w, kind, f'%s{self.slots[node]}', '%place')}")
        return w.value(f"trunc {kind} {found} to i1") if node.is_bool else found

    def _store(self, w: Writer, kind: str, value: str, buffer: str, number: str) -> None:
        place = _place(w, kind, buffer, number)
        w.line(f"store {kind} {value}, ptr {place}, align {int(kind[1:]) // 8}")

    def _whole(self, calls: Sequence[tuple[str, dict[str, str]]]) -> list[str]:
        w = Writer()
        given = dict.fromkeys(one for _, arguments in calls for one in arguments.values())
        for one in given:
            self._pointer(w, one)
        w.jump("block")
        w.start("block")
        w.line("%first = phi i64 [ %start, %entry ], [ %end, %block ]")
        w.line(f"%full = add nuw nsw i64 %first, {BLOCK_ROWS if self.bytes or self.in_blocks else 1 << 32}")
        w.line("%end = call i64 @llvm.smin.i64(i64 %full, i64 %rows)")
        for name, arguments in calls:
            w.line(f"call void @{name}({', '.join([_ROWS, *arguments.values()])})")
        w.line("%more = icmp slt i64 %end, %rows")
        w.branch("%more", "block", "done")
        w.start("done")
        w.line("ret void")
        return [
            f"define void @{self.name}({_CALLED}) nounwind {{",
            *["entry:", *w.lines, "}"],
            f"define i64 @{self.name}_bytes() nounwind {{ ret i64 {self.bytes} }}",
        ]

    def _pointer(self, w: Writer, argument: str) -> None:
        """Where a column, an output or a buffer lies."""
        name, number = argument.removeprefix("ptr "), argument[6:]
        if name.startswith("%s"):
            w.line(f"{name} = getelementptr inbounds i8, ptr %buffers, i64 {number}")
        elif name.startswith("%"):
            source = "columns" if name.startswith("%c") else "outputs"
            place = w.value(f"getelementptr inbounds ptr, ptr %{source}, i64 {number}")
            w.line(f"{name} = load ptr, ptr {place}, align 8")


def _function(name: str, given: str, lines: Sequence[str]) -> list[str]:
    return [f"define internal void @{name}({given}) noinline nounwind {{", "entry:", *lines, "}"]


def _as_given(argument: str) -> str:
    """What a function was given, to be given on."""
    return f"ptr {argument.rsplit(' ', 1)[1]}"


def _kept(node: Node) -> str:
    """How a value is kept between pieces."""
    return "i8" if node.is_bool else f"i{bits(node)}"


def _place(w: Writer, kind: str, buffer: str, number: str) -> str:
    """Where an element of a buffer stands."""
    return w.value(f"getelementptr inbounds {kind}, ptr {buffer}, i64 {number}")
