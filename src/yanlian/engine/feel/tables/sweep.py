"""What a set of boxes leaves uncovered: a sweep over the dimensions, never over the product of them.

A box is one set of atoms for each dimension. `Cover.find` looks for a place that no box covers, in the manner of
Calvanese, Dumas, Laurson, Maggi, Montali and Teinemaa, "Semantics and analysis of DMN decision tables" (2016):
dimension by dimension, carrying the boxes that are still active. Three things keep it from visiting the whole product:

- atoms on which the same boxes are active are one step;
- of two steps only the one with fewer active boxes can matter;
- volumes are counted: active boxes which together are smaller than the rest of the space prove a place without search,
  and boxes that do not meet and fill the rest prove that there is none.

For tables without overlaps the search is linear in dimensions times rows; for others a budget of steps bounds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

Box: TypeAlias = tuple[int, ...]
# Up to so many active boxes the atoms are divided by them one after another instead of being looked through.
_FEW = 40


class TooMuch(Exception):
    """The budget of steps is used up."""


class Steps:
    """A budget that several sweeps share."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, count: int) -> None:
        """Use some of it. Raises `TooMuch`."""
        self.left -= count
        if self.left < 0:
            raise TooMuch


def meet(one: Box, other: Box) -> Box | None:
    """What two boxes share, or None."""
    shared = tuple(a & b for a, b in zip(one, other, strict=True))
    return shared if all(shared) else None


def meets(one: Box, other: Box) -> bool:
    """Whether two boxes share anything."""
    for a, b in zip(one, other, strict=True):  # noqa: SIM110 (a loop is three times as fast as `all`)
        if not a & b:
            return False
    return True


def within(one: Box, other: Box) -> bool:
    """Whether the first box lies in the second."""
    return all(not a & ~b for a, b in zip(one, other, strict=True))


def bits(number: int) -> Iterator[int]:
    """The numbers of the bits that are set, from the lowest."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def transposed(masks: Sequence[int], width: int) -> list[int]:
    """For each atom the set of boxes that hold it."""
    if not masks:
        return [0] * width
    rows = [format(mask, f"0{width}b") for mask in reversed(masks)]
    columns = [int("".join(column), 2) for column in zip(*rows, strict=True)]
    return columns[::-1]


class Cover:
    """Boxes over a space. `find` and `widen` say where none of them is."""

    def __init__(self, space: Box, boxes: Sequence[Box], steps: Steps) -> None:
        self.space = space
        self.steps = steps
        self.boxes = [clipped for box in boxes if (clipped := meet(box, space)) is not None]
        self.original = (1 << len(self.boxes)) - 1
        self.known: set[tuple[int, int]] = set()
        # The most selective dimensions first: the sets of active boxes shrink at once.
        sizes = [one.bit_count() for one in space]
        shares = [sum(box[d].bit_count() for box in self.boxes) / sizes[d] for d in range(len(space))]
        self.way = sorted(range(len(space)), key=lambda d: shares[d])
        steps.take(len(space) * (len(self.boxes) + 1))
        # For each dimension its atoms by the boxes that hold them, made when the sweep first comes there.
        self.classes: dict[int, list[tuple[int, int]]] = {}
        self.room = self._tails(space)
        self.volumes = [self._tails(box) for box in self.boxes]
        self.full = [0] * (len(space) + 1)
        self.neighbours: dict[int, int] = {}
        for i in range(len(self.boxes)):
            self._note_full(i)

    def _classes(self, dimension: int) -> list[tuple[int, int]]:
        """The atoms of a dimension by the boxes that hold them: (boxes, atoms)."""
        if dimension in self.classes:
            return self.classes[dimension]
        space = self.space[dimension]
        held = transposed([box[dimension] for box in self.boxes], space.bit_length())
        grouped: dict[int, int] = {}
        for atom in bits(space):
            grouped[held[atom]] = grouped.get(held[atom], 0) | 1 << atom
        self.steps.take(len(self.boxes))
        self.classes[dimension] = list(grouped.items())
        return self.classes[dimension]

    def _tails(self, box: Box) -> list[int]:
        """The volume of a box over the dimensions from each step of the way on."""
        volumes = [1] * (len(box) + 1)
        for at in range(len(box) - 1, -1, -1):
            volumes[at] = volumes[at + 1] * box[self.way[at]].bit_count()
        return volumes

    def _note_full(self, number: int) -> None:
        for at in range(len(self.space), -1, -1):
            if self.volumes[number][at] == self.room[at]:
                self.full[at] |= 1 << number
            else:
                return

    def _meet_another(self, holders: int) -> bool:
        """Whether two of these boxes share anything."""
        return any(self._neighbours(i) & holders for i in bits(holders))

    def _neighbours(self, number: int) -> int:
        """The boxes that share something with one; asked for few of them, as a rule."""
        if number not in self.neighbours:
            own = self.boxes[number]
            self.steps.take(len(self.boxes) // 2)
            met = (1 << i for i, box in enumerate(self.boxes) if i != number and meets(own, box))
            self.neighbours[number] = sum(met)
        return self.neighbours[number]

    def add(self, box: Box) -> None:
        """One more box, for what was found and need not be found again."""
        number = len(self.boxes)
        self.boxes.append(box)
        self.volumes.append(self._tails(box))
        self._note_full(number)
        for other in self.neighbours:
            if meets(self.boxes[other], box):
                self.neighbours[other] |= 1 << number
        for d, classes in self.classes.items():
            split: list[tuple[int, int]] = []
            for holders, atoms in classes:
                if inside := atoms & box[d]:
                    split.append((holders | 1 << number, inside))
                if outside := atoms & ~box[d]:
                    split.append((holders, outside))
            self.classes[d] = split

    # Search

    def find(self) -> Box | None:
        """A place that no box covers, as a small box; None when everything is covered."""
        found = self._search(0, (1 << len(self.boxes)) - 1)
        if found is None:
            return None
        place = [0] * len(self.space)
        for at, atoms in enumerate(found):
            place[self.way[at]] = atoms
        return tuple(place)

    def _search(self, at: int, active: int) -> Box | None:
        """A place in the dimensions from a step of the way on, where these boxes are active."""
        if not active:
            return tuple(self.space[d] for d in self.way[at:])
        if active & self.full[at] or (at, active & self.original) in self.known:
            return None
        for holders, atoms in self._steps_from(at, active):
            found = self._search(at + 1, holders)
            if found is not None:
                return (atoms, *found)
        if active & self.original == active:
            self.known.add((at, active))
        return None

    def _steps_from(self, at: int, active: int) -> list[tuple[int, int]]:
        """Where a place may be: (active boxes, atoms), those with most room first."""
        room = self.room[at + 1]
        found: list[tuple[int, int, int]] = []
        for holders, atoms in _minimal(self._grouped(at, active)):
            self.steps.take(1 + holders.bit_count() // 2)
            spare = room - sum(self.volumes[i][at + 1] for i in bits(holders))
            if spare > 0 or self._meet_another(holders):
                found.append((spare, holders, atoms))
        found.sort(key=lambda one: -one[0])
        # With room to spare there is a place for certain: nothing else need be looked at.
        return [(holders, atoms) for spare, holders, atoms in (found[:1] if found and found[0][0] > 0 else found)]

    def _grouped(self, at: int, active: int) -> dict[int, int]:
        """The atoms of a dimension by the active boxes that hold them."""
        dimension = self.way[at]
        grouped: dict[int, int] = {}
        if active.bit_count() <= _FEW:
            grouped[0] = self.space[dimension]
            for i in bits(active):
                mask = self.boxes[i][dimension]
                parts: dict[int, int] = {}
                for holders, atoms in grouped.items():
                    if inside := atoms & mask:
                        parts[holders | 1 << i] = inside
                    if outside := atoms & ~mask:
                        parts[holders] = outside
                grouped = parts
        else:
            for holders, atoms in self._classes(dimension):
                key = holders & active
                grouped[key] = grouped.get(key, 0) | atoms
        self.steps.take(len(grouped))
        return grouped

    def thinnest(self) -> Box:
        """A place where few boxes are: at each step the atoms on which the fewest stay active."""
        active = (1 << len(self.boxes)) - 1
        place = [0] * len(self.space)
        for at, dimension in enumerate(self.way):
            grouped = self._grouped(at, active)
            active = min(grouped, key=lambda holders: (holders.bit_count(), holders))
            place[dimension] = grouped[active]
        return tuple(place)

    # Growth

    def widen(self, place: Box) -> Box:
        """The place grown as far as the original boxes let it: first every dimension that can be opened wholly."""
        box = list(place)
        boxes = self.boxes[: self.original.bit_length()]
        hits = [self._hit(d, atoms) for d, atoms in enumerate(box)]
        for wholly in (True, False):
            for d in range(len(box)):
                others = self.original
                for e, hit in enumerate(hits):
                    if e != d:
                        others &= hit
                free = self.space[d]
                for i in bits(others):
                    free &= ~boxes[i][d]
                if free != box[d] and (free == self.space[d] or not wholly):
                    box[d] = free
                    hits[d] = self._hit(d, free)
        return tuple(box)

    def _hit(self, dimension: int, atoms: int) -> int:
        """The original boxes that hold one of these atoms."""
        self.steps.take(len(self.boxes) // 8)
        found = 0
        for i in bits(self.original):
            if self.boxes[i][dimension] & atoms:
                found |= 1 << i
        return found


def _minimal(grouped: dict[int, int]) -> list[tuple[int, int]]:
    """Without the steps on which more boxes are active than on another: what these leave open, that one does too."""
    kept: list[tuple[int, int]] = []
    for holders, atoms in sorted(grouped.items(), key=lambda one: one[0].bit_count()):
        if all(other & ~holders for other, _ in kept):
            kept.append((holders, atoms))
            if not holders:
                break
    return kept
