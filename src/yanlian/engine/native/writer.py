"""LLVM's language as text, line by line: quick to write, and what a person reads is what LLVM reads."""

from __future__ import annotations


class Writer:
    """The lines of one function. Values are named as they come; `block` is the label of the one being written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.block = "entry"
        self._count = 0

    def value(self, instruction: str) -> str:
        """The name of what an instruction gives."""
        self._count += 1
        self.lines.append(f"  %v{self._count} = {instruction}")
        return f"%v{self._count}"

    def line(self, text: str) -> None:
        """An instruction that gives nothing."""
        self.lines.append("  " + text)

    def label(self) -> str:
        """A new name for a block."""
        self._count += 1
        return f"b{self._count}"

    def start(self, label: str) -> None:
        """From here on another block is written."""
        self.lines.append(f"{label}:")
        self.block = label

    def jump(self, label: str) -> None:
        """Go on there."""
        self.line(f"br label %{label}")

    def branch(self, condition: str, then: str, otherwise: str) -> None:
        """Go on at one of two blocks."""
        self.line(f"br i1 {condition}, label %{then}, label %{otherwise}")

    def hole(self) -> int:
        """A place to be filled later by `fill`: a value that comes round in a loop."""
        self.lines.append("")
        return len(self.lines) - 1

    def fill(self, hole: int, text: str) -> None:
        """Writes what was left open."""
        self.lines[hole] = "  " + text

    def fresh(self) -> str:
        """A name for a value that is written by hand."""
        self._count += 1
        return f"%v{self._count}"


def minmax(writer: Writer, op: str, width: int, a: str, b: str) -> str:
    """The smaller or the larger of two signed integers."""
    return writer.value(f"call i{width} @llvm.s{op}.i{width}(i{width} {a}, i{width} {b})")


def moved(writer: Writer, value: str, source: int, target: int, *, signed: bool) -> str:
    """The same number in another width; where that is smaller the number must fit."""
    if source == target:
        return value
    if value[0] != "%":
        return value
    if source > target:
        return writer.value(f"trunc i{source} {value} to i{target}")
    kind = "sext" if signed else "zext nneg"
    return writer.value(f"{kind} i{source} {value} to i{target}")
