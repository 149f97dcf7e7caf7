"""Numbers for texts: texts of different columns compare by number, and a predicate is asked once a text, not a row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yanlian.engine.dossier.columns.buffers import positions
from yanlian.engine.native.ir import Column

LIMIT = 200_000
_Numbers = npt.NDArray[np.int32]


@dataclass(slots=True)
class _Table:
    """What a function says of each text. `of`: the columns whose texts it is asked about (None: all)."""

    column: Column
    function: Callable[[str], int]
    of: frozenset[str] | None
    values: npt.NDArray[np.int8] = field(default_factory=lambda: np.zeros(64, np.int8))
    asked: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(64, np.bool_))


class Strings:
    """The numbers of one thread (not to be shared): constants keep theirs for ever, texts of data while there is room.

    Numbers hold for one batch: `start` may forget texts of earlier batches. Whoever keeps compiled programs that name
    constants by number gives the same constants in the same order.
    """

    def __init__(self, constants: Iterable[str] = (), limit: int = LIMIT) -> None:
        """`limit`: how many texts that are no constants may be kept from one batch to the next."""
        self.limit = limit
        self._texts: list[str | None] = []
        self._numbers: dict[str, int] = {}
        self._constants: set[int] = set()
        self._tables: dict[str, _Table] = {}
        # The last dictionary seen of each column, its numbers, and whether they are its positions: batches of one file
        # often share one.
        self._memo: dict[str, tuple[pa.Array, _Numbers, bool]] = {}
        for text in constants:
            self.number(text)

    def __len__(self) -> int:
        """How many texts are kept."""
        return len(self._numbers)

    def number(self, text: str) -> int:
        """The number of a constant, the same for ever; the first constant has 0, the next new one 1, and so on."""
        number = self._number(text)
        self._constants.add(number)
        return number

    def _number(self, text: str) -> int:
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._texts)
            self._texts.append(text)
        return number

    def text(self, number: int) -> str:
        """The text of a number of this batch, or of a constant."""
        found = self._texts[number]
        assert found is not None, number
        return found

    def table(
        self,
        name: str,
        function: Callable[[str], int],
        low: int = 0,
        high: int = 1,
        of: Collection[str] | None = None,
    ) -> Column:
        """A column indexed by number: function(text), in [low, high]. Its name must differ from those of a layout.

        `of`: names of the columns whose texts it is ever indexed by (None: any); constants are always asked. Entries
        of other texts, and under nulls, hold some value of the range. A name that is taken is a mistake of ours.
        """
        assert name not in self._tables, name
        assert -128 <= low <= 0 <= high <= 127, (low, high)
        column = Column(name, "i8", low, high)
        self._tables[name] = _Table(column, function, None if of is None else frozenset(of))
        # Texts that were seen before have not been asked of this table.
        self._memo.clear()
        return column

    def ask_also(self, name: str, of: Collection[str] | None) -> None:
        """A table is also indexed by texts of these columns (None: any)."""
        table = self._tables[name]
        if table.of is not None and (of is None or not table.of.issuperset(of)):
            table.of = None if of is None else table.of.union(of)
            # Texts that were seen before may not have been asked of this table.
            self._memo.clear()

    def has_table(self, name: str) -> bool:
        """Whether a table has this name."""
        return name in self._tables

    def start(self) -> None:
        """A new batch begins: forget texts of the data when there are too many."""
        if len(self._numbers) - len(self._constants) <= self.limit:
            return
        kept = max(self._constants, default=-1) + 1
        self._texts = [text if n in self._constants else None for n, text in enumerate(self._texts[:kept])]
        self._numbers = {text: n for n, text in enumerate(self._texts) if text is not None}
        self._memo.clear()
        for table in self._tables.values():
            forgotten = np.ones(len(table.asked), np.bool_)
            forgotten[[n for n in self._constants if n < len(forgotten)]] = False
            table.asked[forgotten] = False

    def remap(self, name: str, array: pa.Array) -> _Numbers:
        """The numbers of a column's texts (a dictionary array); under nulls some number in use, or 0."""
        if len(array) == 0 or len(array.dictionary) == 0:
            return np.zeros(max(len(array), 1), np.int32)
        numbers, same = self._of_dictionary(name, array.dictionary)
        found = positions(array)
        if same and found.dtype == np.int32 and not array.null_count:
            return found.view(np.int32)
        # "clip": what lies under nulls may be no position at all.
        # Arrow's memory is used again; new memory of this size would come from the system, to be cleared, each time.
        room: _Numbers = np.frombuffer(pa.allocate_buffer(len(found) * 4), np.int32)
        numbers.take(found, mode="clip", out=room)
        return room

    def _of_dictionary(self, name: str, dictionary: pa.Array) -> tuple[_Numbers, bool]:
        """The numbers of the texts of a dictionary, and whether they are their positions."""
        known = self._memo.get(name)
        if known is not None and dictionary.equals(known[0]):
            return known[1:]
        found = np.fromiter(map(self._number, dictionary.to_pylist()), np.int32, len(dictionary))
        for table in self._tables.values():
            if table.of is None or name in table.of:
                self._ask(table, found)
        same = bool((found == np.arange(len(found))).all())
        self._memo[name] = (dictionary, found, same)
        return found, same

    def _ask(self, table: _Table, numbers: _Numbers) -> None:
        """Ask a table's function about those of these numbers that it was not asked about."""
        self._grow(table)
        for number in np.unique(numbers[~table.asked[numbers]]).tolist():
            said = table.function(self.text(number))
            assert table.column.low <= said <= table.column.high, (table.column, self.text(number), said)
            table.values[number] = said
            table.asked[number] = True

    def _grow(self, table: _Table) -> None:
        size = len(table.asked)
        if len(self._texts) > size:
            more = max(len(self._texts), 2 * size) - size
            table.values = np.concatenate([table.values, np.zeros(more, np.int8)])
            table.asked = np.concatenate([table.asked, np.zeros(more, np.bool_)])

    def entries(self, name: str) -> npt.NDArray[np.int8]:
        """The buffer of a table for the texts numbered so far: ask for it after the columns of the batch are read."""
        table = self._tables[name]
        self._ask(table, np.fromiter(self._constants, np.int32, len(self._constants)))
        return table.values
