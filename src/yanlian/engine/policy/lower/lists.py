"""Lists of records as walks: what filters keep, what may belong to a list undelivered, and what is made of a list.

A list is never built. Whoever wants something of it walks over the records of its kind once: a member is certain, or it
may belong (its test is unknown, or nobody delivered its period), or it does not. A list to which something may
belong is *open*, and then what depends on all of it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import TypeVar

from yanlian.engine.native.ir import Node
from yanlian.engine.policy.lower.facts import Facts
from yanlian.engine.policy.lower.values import (
    Beyond,
    Ends,
    Flags,
    Nothing,
    NotLowered,
    Number,
    One,
    Record,
    Records,
    Several,
    Truth,
    Value,
)

Step = Callable[[Value, tuple[Node, ...]], Sequence[Node]]
# Of a member that may belong: whether that leaves the list open, and whether it cannot be told.
Maybe = Callable[[Value], tuple[Node, Node]]


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """What a walk carried to its end, and whether the list is open or could not be told."""

    carried: tuple[Node, ...]
    open: Node
    given: Node


class Lists(Facts):
    """Lists."""

    def listed(self, value: Value) -> Several:
        """A value where a list is wanted: a single one stands for the list of it, null for none."""
        if isinstance(value, Several):
            return value
        if isinstance(value, Nothing):
            return replace(self.several(), flags=Flags(value.given, value.unknown, self.no))
        if isinstance(value, Beyond):
            raise NotLowered("a list that is not known")
        if value.null is not self.no:
            raise NotLowered("a list of what may be null")
        return replace(self.several(One(value)), flags=Flags(value.given, value.unknown, self.no))

    def walk(
        self,
        members: Several,
        initial: Sequence[Node],
        ranges: Sequence[tuple[int, int]],
        step: Step,
        maybe: Maybe | None = None,
    ) -> Walked:
        """Carry values over all certain members. `maybe`: whether a member that may belong makes the list open (all do,
        unless it is told)."""
        if members.vague:
            raise NotLowered("a list made of several lists")
        carried = tuple(initial)
        open_, given = members.unknown, members.given
        for part in members.parts:
            if isinstance(part, One):
                carried = tuple(step(part.value, carried))
                continue
            carried, one_open, one_given = self._walk_records(part, carried, ranges, step, maybe)
            open_, given = self.builder.either(open_, one_open), self.builder.either(given, one_given)
        return Walked(carried, open_, given)

    def _walk_records(
        self,
        part: Records,
        carried: tuple[Node, ...],
        ranges: Sequence[tuple[int, int]],
        step: Step,
        maybe: Maybe | None,
    ) -> tuple[tuple[Node, ...], Node, Node]:
        b, layout, kind = self.builder, self.layout, part.kind
        open_, given = self.no, self.no
        truth = (0, 1)
        if layout.has(kind.key):
            offsets = layout.offsets(kind.key)
            start = b.read(offsets, b.row())
            end = b.read(offsets, b.add(b.row(), b.const(1)))

            def turn(index: Node, state: tuple[Node, ...]) -> Sequence[Node]:
                record = Record(flags=self.plain, kind=kind, index=index, hollow=self.no)
                *inner, is_open, is_given = state
                inside, perhaps, lost = self._verdict(part, record)
                element = part.element(record)
                after = step(element, tuple(inner))
                kept = [b.choose(inside, new, old) for new, old in zip(after, inner, strict=True)]
                opens, doubtful = self._maybe(perhaps, element, maybe)
                return [*kept, b.either(is_open, opens), b.either(is_given, lost, doubtful)]

            *after, open_, given = b.loop(start, end, [*carried, self.no, self.no], [*ranges, truth, truth], turn)
            carried = tuple(after)
        if self.phantoms_of(kind):
            open_, given = self._walk_phantoms(part, open_, given, maybe)
        return carried, open_, given

    def _walk_phantoms(self, part: Records, open_: Node, given: Node, maybe: Maybe | None) -> tuple[Node, Node]:
        b, layout, kind = self.builder, self.layout, part.kind
        pattern = b.read(layout.gap(kind.key))
        start = b.read(layout.gap_offsets(kind.key), pattern)
        end = b.read(layout.gap_offsets(kind.key), b.add(pattern, b.const(1)))

        def turn(index: Node, state: tuple[Node, ...]) -> Sequence[Node]:
            phantom = self.phantom(kind, index)
            inside, perhaps, lost = self._verdict(part, phantom, dated=False)
            opens, doubtful = self._maybe(b.either(inside, perhaps), part.element(phantom), maybe)
            return [b.either(state[0], opens), b.either(state[1], lost, doubtful)]

        first, second = b.loop(start, end, [open_, given], [(0, 1), (0, 1)], turn)
        return first, second

    def _maybe(self, perhaps: Node, element: Value, maybe: Maybe | None) -> tuple[Node, Node]:
        if maybe is None or perhaps is self.no:
            return perhaps, self.no
        opens, doubtful = maybe(element)
        return self.builder.both(perhaps, opens), self.builder.both(perhaps, doubtful)

    def _verdict(self, part: Records, record: Record, *, dated: bool = True) -> tuple[Node, Node, Node]:
        """Whether a record certainly belongs, may belong, or cannot be told. What a test cannot tell no later one makes
        up for: the interpreter may not even have a list then."""
        b = self.builder
        there = self.seen(record) if dated else b.true
        inside, perhaps, given = there, self.no, self.no
        for test in part.tests:
            found = self.not_null(test(record))
            given = b.either(given, b.both(b.either(inside, perhaps), found.given))
            perhaps = b.either(b.both(perhaps, b.either(found.true, found.unknown)), b.both(inside, found.unknown))
            inside = b.both(inside, found.true)
        sure = b.negate(given)
        return b.both(inside, sure), b.both(perhaps, sure), given

    # What keeps a list a list

    def occupied(self, members: Several) -> Node:
        """Whether anything may belong to a list at all."""
        bare = replace(members, vague=False)
        walked = self.walk(bare, [self.no], [(0, 1)], lambda _, __: [self.builder.true])
        return self.builder.either(walked.carried[0], walked.open, walked.given)

    def filtered(self, members: Several, test: Callable[[Value], Truth]) -> Several:
        """The members that pass a test."""
        parts: list[Records | One] = []
        for part in members.parts:
            if isinstance(part, One):
                raise NotLowered("a filter of single members")
            parts.append(replace(part, tests=(*part.tests, _composed(part.element, test))))
        return replace(members, parts=tuple(parts))

    def mapped(self, members: Several, function: Callable[[Value], Value]) -> Several:
        """What a function gives for every member."""
        parts: list[Records | One] = []
        for part in members.parts:
            if isinstance(part, One):
                parts.append(One(function(part.value)))
            else:
                parts.append(replace(part, taken=_composed(part.element, function)))
        return replace(members, parts=tuple(parts))

    def each_path(self, value: Several, name: str) -> Several:
        """The same step from every member."""
        return self.mapped(value, lambda member: self.path(member, name))

    # What makes one value of a list

    def quantified(
        self, members: Several, condition: Callable[[Value], Value], *, every: bool, looks: bool = True
    ) -> Truth:
        """`some` is `or` over all members, `every` is `and`. `looks`: a member that may belong leaves it open only
        where the condition may decide; functions of lists do not look."""
        b = self.builder

        def verdict(member: Value) -> Truth:
            found = self.as_truth(condition(member))
            return self.negation(found) if every else found

        def step(member: Value, state: tuple[Node, ...]) -> Sequence[Node]:
            found = verdict(member)
            flags = found.flags
            new = (found.true, flags.given, b.both(flags.unknown, b.negate(flags.given)), flags.null)
            return [b.either(old, one) for old, one in zip(state, new, strict=True)]

        walked = self.walk(
            members,
            [self.no] * 4,
            [(0, 1)] * 4,
            step,
            maybe=(lambda member: self._may_decide(verdict(member))) if looks else None,
        )
        true, given, unknown, null = walked.carried
        # One that decides is enough, whatever else there is; but of several lists one may be none.
        given = b.either(given, walked.given)
        true = b.both(true, b.negate(given)) if len(members.parts) > 1 else true
        rest = b.negate(true)
        given = b.both(given, rest)
        unknown = b.both(b.either(unknown, walked.open), rest)
        found = Truth(flags=Flags(given, unknown, b.both(null, rest)), true=true)
        return self.negation(found) if every else found

    def _may_decide(self, verdict: Truth) -> tuple[Node, Node]:
        b = self.builder
        return b.both(b.negate(self.false_of(verdict)), b.negate(verdict.given)), verdict.given

    def count(self, members: Several) -> Number:
        """count(list): of an open list unknown, with a lower bound."""
        most = sum(self._longest(part) for part in members.parts)
        walked = self.walk(
            members,
            [self.builder.const(0)],
            [(0, most)],
            lambda _, state: [self._counted(state[0], most)],
        )
        size = walked.carried[0]
        flags = Flags(walked.given, walked.open, self.no)
        ends = None
        if walked.open is not self.no:
            ends = Ends(low=size, has_low=self.builder.true, high=size, has_high=self.no)
        return Number(flags=flags, num=size, ends=ends)

    def _counted(self, size: Node, most: int) -> Node:
        return self.builder.arithmetic("min", self.builder.add(size, self.builder.const(1)), self.builder.const(most))

    def _longest(self, part: Records | One) -> int:
        if isinstance(part, One):
            return 1
        return self.layout.longest(part.kind.key) if self.layout.has(part.kind.key) else 0

    def member(self, members: Several, number: int) -> Value:
        """list[n] for a constant n: the first ones from 1, or the last with -1."""
        singles = [part.value for part in members.parts if isinstance(part, One)]
        if len(singles) == len(members.parts) and not members.vague:
            place = number - 1 if number > 0 else len(singles) + number
            chosen = singles[place] if number and 0 <= place < len(singles) else self.nothing()
            return self.covered(chosen, members.given, members.unknown)
        if len(members.parts) != 1 or isinstance(members.parts[0], One) or number == 0 or number < -1:
            raise NotLowered("a member of such a list")
        part, b = members.parts[0], self.builder
        wanted = b.const(number)
        most = self.layout.longest(part.kind.key)

        def step(element: Value, state: tuple[Node, ...]) -> Sequence[Node]:
            assert isinstance(element, Record)
            assert element.index is not None
            turn = self._counted(state[0], most)
            here = b.true if number < 0 else b.compare("=", turn, wanted)
            return [turn, b.choose(here, element.index, state[1]), b.either(state[2], here)]

        walked = self._walk_positions(part, members, step, most)
        _, index, found = walked.carried
        flags = Flags(walked.given, walked.open, b.negate(b.either(found, walked.given, walked.open)))
        record = Record(flags=flags, kind=part.kind, index=index, hollow=self.no)
        if part.taken is None:
            return record
        value = part.taken(replace(record, flags=self.plain))
        kept = self.covered(value, walked.given, b.both(walked.open, b.negate(walked.given)))
        return self.pick(b.either(found, walked.given, walked.open), kept, self.nothing())

    def _walk_positions(self, part: Records, members: Several, step: Step, most: int) -> Walked:
        """A walk over the records themselves, to remember a position: a count, a position, whether there is one."""
        bare = replace(members, parts=(replace(part, taken=None),))
        high = (1 << 31) - 1
        b = self.builder
        return self.walk(bare, [b.const(0), b.const(0), self.no], [(0, most), (0, high), (0, 1)], step)

    def record_with(self, members: Several, name: str, value: Value) -> Value:
        """记录(list, "field", value): the one record whose field has the value."""
        if len(members.parts) != 1 or isinstance(members.parts[0], One) or members.parts[0].taken is not None:
            raise NotLowered("记录 of such a list")
        part, b = members.parts[0], self.builder
        field = part.kind.names.get(name)
        if field is None:
            return self.nothing()
        is_key = part.kind.key_fields == (field.key,)
        most = self.layout.longest(part.kind.key)

        def step(element: Value, state: tuple[Node, ...]) -> Sequence[Node]:
            assert isinstance(element, Record)
            assert element.index is not None
            same = self.equal(self.field(element, name), value).true
            first = b.compare("=", state[0], b.const(0))
            turn = b.choose(same, self._counted(state[0], most), state[0])
            return [turn, b.choose(b.both(same, first), element.index, state[1]), b.either(state[2], same)]

        def may_be(element: Value) -> tuple[Node, Node]:
            assert isinstance(element, Record)
            return self._may_decide(self.not_null(self.equal(self.field(element, name), value)))

        unknown_held = self.quantified(members, lambda m: self._unknown_field(m, name), every=False)
        opened = self.walk(members, [], [], lambda _, __: [], maybe=may_be)
        walked = self._walk_positions(part, members, step, most)
        size, index, _ = walked.carried
        one = b.compare("<=", b.const(1), size) if is_key else b.compare("=", size, b.const(1))
        settled = one if is_key else b.compare("<", b.const(1), size)
        open_ = b.both(b.either(unknown_held.true, opened.open), b.negate(settled))
        unknown = b.either(value.unknown, open_)
        given = b.either(walked.given, opened.given, value.given, value.null, unknown_held.given)
        null = b.negate(b.either(one, unknown, given))
        return Record(flags=Flags(given, unknown, null), kind=part.kind, index=index, hollow=self.no)

    def _unknown_field(self, member: Value, name: str) -> Truth:
        assert isinstance(member, Record)
        return self.truth(self.field(member, name).unknown)

    def total(self, members: Several) -> Value:
        """sum(list); of nothing null."""
        return self._folded(members, lambda a, b: self.plus(a, b), grows=True)

    def extreme(self, members: Several, *, smallest: bool) -> Value:
        """min(list) or max(list); of nothing null."""
        return self._folded(members, lambda a, b: self.larger(a, b, smallest=smallest), grows=False)

    def _folded(self, members: Several, join: Callable[[Number, Number], Number], *, grows: bool) -> Value:
        """Numbers joined one after the other; null as soon as one is, or when there is none."""
        b = self.builder
        samples = self._samples(members)
        if not samples:
            return self.nothing()
        den = 1
        for one in samples:
            if not isinstance(one, Number) or one.over is not None or one.error:
                raise NotLowered("sum, min or max of such members")
            den = lcm(den, one.den)
        low = min((one.num.low * (den // one.den) for one in samples if isinstance(one, Number)), default=0)
        high = max((one.num.high * (den // one.den) for one in samples if isinstance(one, Number)), default=0)
        if grows:
            most = sum(self._longest(part) for part in members.parts)
            low, high = min(low, 0) * most, max(high, 0) * most
        low, high = min(low, 0), max(high, 0)

        def step(member: Value, state: tuple[Node, ...]) -> Sequence[Node]:
            assert isinstance(member, Number)
            member, _ = self.same_scale(member, Number(flags=self.plain, num=b.const(0), den=den))
            so_far = Number(flags=self.plain, num=state[0], den=den)
            joined = join(so_far, replace(member, ends=None)).num
            if not grows:
                joined = b.choose(state[1], joined, member.num)
            joined = b.arithmetic("max", b.arithmetic("min", joined, b.const(high)), b.const(low))
            flags = member.flags
            return [
                joined,
                b.true,
                b.either(state[2], flags.given),
                b.either(state[3], flags.unknown),
                b.either(state[4], flags.null),
            ]

        walked = self.walk(members, [b.const(0), *[self.no] * 4], [(low, high), *[(0, 1)] * 4], step)
        num, any_, given, unknown, null = walked.carried
        given = b.either(given, walked.given)
        unknown = b.either(unknown, walked.open)
        flags = Flags(given, unknown, b.either(null, b.negate(any_)))
        return Number(flags=flags, num=num, den=den)

    def _samples(self, members: Several) -> list[Value]:
        """What members look like: one of each part (its nodes are not used)."""
        found: list[Value] = []
        for part in members.parts:
            if isinstance(part, One):
                found.append(part.value)
            elif self.layout.has(part.kind.key):
                record = Record(flags=self.plain, kind=part.kind, index=self.builder.const(0), hollow=self.no)
                found.append(part.element(record))
        return found

    def contains(self, members: Several, value: Value) -> Truth:
        """list contains(list, value)."""
        return self.quantified(
            members, lambda member: self.not_null(self.equal(member, value)), every=False, looks=False
        )


_Made = TypeVar("_Made")


def _composed(first: Callable[[Record], Value], second: Callable[[Value], _Made]) -> Callable[[Record], _Made]:
    return lambda record: second(first(record))
