"""Which department delivered which data for which period: only inside complete delivery does absence mean none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

Gap = tuple[date | None, date]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """One delivery of one kind of record. `start` None: from the beginning of all time. Both ends inclusive."""

    record: str
    start: date | None
    end: date
    complete: bool


class Coverage:
    """All deliveries of a snapshot, asked for their gaps."""

    def __init__(self, deliveries: Iterable[Delivery] = (), *, everything: bool = False) -> None:
        """`everything`: all kinds of record are delivered for all time (worked cases)."""
        self.deliveries = tuple(
            sorted(set(deliveries), key=lambda d: (d.record, d.start or date.min, d.end, d.complete))
        )
        self.everything = everything
        self._of: dict[str, list[Delivery]] = {}
        # Asked anew for each of millions of dossiers, with few different answers.
        self._gaps: dict[tuple[str, date, date | None], tuple[Gap, ...]] = {}
        for one in self.deliveries:
            if one.complete:
                self._of.setdefault(one.record, []).append(one)

    def gaps(self, record: str, until: date, since: date | None = None) -> tuple[Gap, ...]:
        """The periods up to `until` that no complete delivery covers, in order; start None means from the beginning.

        `since`: deliveries count only from this day on (a firm that moved in, whose earlier history is elsewhere).
        """
        if self.everything:
            return ()
        asked = (record, until, since)
        if asked not in self._gaps:
            self._gaps[asked] = self._find_gaps(*asked)
        return self._gaps[asked]

    def _find_gaps(self, record: str, until: date, since: date | None) -> tuple[Gap, ...]:
        gaps: list[Gap] = []
        # The first day that no delivery looked at so far covers; None: not even the beginning of time is covered.
        next_day: date | None = None
        for one in self._of.get(record, ()):
            start = one.start if since is None else max(one.start or since, since)
            if start is not None and (next_day is None or start > next_day):
                if one.end < start:
                    continue
                gaps.append((next_day, start - _DAY))
            next_day = max(next_day or date.min, one.end + _DAY)
        gaps.append((next_day, until))
        return tuple((low, min(high, until)) for low, high in gaps if low is None or low <= min(high, until))

    def delivered_on(self, record: str, day: date) -> bool:
        """Whether a complete delivery covers the day."""
        return self.everything or any((d.start or date.min) <= day <= d.end for d in self._of.get(record, ()))

    def as_data(self) -> list[dict[str, object]]:
        """For the snapshot's manifest; `from_data` reads it back."""
        return [
            {
                "record": d.record,
                "start": d.start and d.start.isoformat(),
                "end": d.end.isoformat(),
                "complete": d.complete,
            }
            for d in self.deliveries
        ]

    @classmethod
    def from_data(cls, entries: Iterable[Mapping[str, object]]) -> Coverage:
        """The coverage that `as_data` wrote."""
        return cls(
            Delivery(
                str(e["record"]),
                date.fromisoformat(str(e["start"])) if e["start"] else None,
                date.fromisoformat(str(e["end"])),
                bool(e["complete"]),
            )
            for e in entries
        )
