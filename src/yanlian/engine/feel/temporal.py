"""Times, dates with times and durations as the standard has them: nanoseconds, zones, years of nine digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
MAX_YEAR = 999_999_999
MAX_OFFSET = 18 * 3600

_DATE = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)")
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:(Z|z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z][A-Za-z0-9_+/-]*))?"
)
_YEARS_MONTHS = re.compile(r"(-?)P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?")
_DAYS_TIME = re.compile(
    r"(-?)P(?=\d|T\d)(?:(\d{1,12})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})(?:\.(\d{0,9})\d*)?S)?)?"
)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A date whose year does not fit `datetime.date` (before 1 or after 9999), in the proleptic calendar."""

    year: int
    month: int
    day: int


Date: TypeAlias = date | FarDate


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A duration of whole months, negative ones included."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if self.months < 0 else ''}P{text}"


@dataclass(frozen=True, slots=True, order=True)
class DaysTime:
    """A duration in nanoseconds, negative ones included."""

    nanoseconds: int

    @staticmethod
    def of(days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> DaysTime:
        """A duration from its parts."""
        return DaysTime((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND)

    def __str__(self) -> str:
        days, rest = divmod(abs(self.nanoseconds), DAY)
        hours, rest = divmod(rest, 3600 * SECOND)
        minutes, rest = divmod(rest, 60 * SECOND)
        seconds = f"{rest // SECOND}{_fraction(rest % SECOND)}S" if rest else ""
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + seconds
        text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
        return f"{'-' if self.nanoseconds < 0 else ''}P{text or 'T0S'}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; `offset` in seconds from UTC or `zone` (an IANA name), or neither: local time."""

    hour: int
    minute: int
    second: int = 0
    nano: int = 0
    offset: int | None = None
    zone: str = ""

    @property
    def of_day(self) -> int:
        """Nanoseconds since midnight, on the clock of the wall."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * SECOND + self.nano

    @property
    def has_zone(self) -> bool:
        """Whether the time says where it is."""
        return self.offset is not None or bool(self.zone)

    def __str__(self) -> str:
        clock = f"{self.hour:02}:{self.minute:02}:{self.second:02}{_fraction(self.nano)}"
        if self.zone:
            return f"{clock}@{self.zone}"
        return clock if self.offset is None else clock + _offset_text(self.offset)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day."""

    day: Date
    time: Time

    def __str__(self) -> str:
        return f"{date_text(self.day)}T{self.time}"


Duration: TypeAlias = YearsMonths | DaysTime


def _fraction(nano: int) -> str:
    return f".{nano:09}".rstrip("0") if nano else ""


def _offset_text(offset: int) -> str:
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def date_text(day: Date) -> str:
    """A date as ISO 8601 text."""
    return f"{'-' if day.year < 0 else ''}{abs(day.year):04}-{day.month:02}-{day.day:02}"


def make_date(year: int, month: int, day: int) -> Date | None:
    """The date of a year, month and day, or nothing when there is no such day."""
    if not (-MAX_YEAR <= year <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
        return None
    return date(year, month, day) if 1 <= year <= 9999 else FarDate(year, month, day)


def days_in_month(year: int, month: int) -> int:
    """How many days a month has."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _MONTH_DAYS[month - 1]


def ordinal(day: Date) -> int:
    """The number of a day, with 0001-01-01 as day 1 (as `date.toordinal`, for all years)."""
    if isinstance(day, date):
        return day.toordinal()
    cycles, year = divmod(day.year, 400)
    return date(year + 400, day.month, day.day).toordinal() + (cycles - 1) * 146_097


def from_ordinal(number: int) -> Date | None:
    """The day of a number; nothing beyond years of nine digits."""
    if 1 <= number <= 3_652_059:
        return date.fromordinal(number)
    cycles, rest = divmod(number - 1, 146_097)
    near = date.fromordinal(rest + 1)
    return make_date(near.year + cycles * 400, near.month, near.day)


def add_months(day: Date, months: int) -> Date | None:
    """The same day some months later, or the last day of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not -MAX_YEAR <= year <= MAX_YEAR:
        return None
    return make_date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def add_nanoseconds(moment: DateTime, nanoseconds: int) -> DateTime | None:
    """The moment some nanoseconds later, on the clock of the wall."""
    days, of_day = divmod(moment.time.of_day + nanoseconds, DAY)
    day = from_ordinal(ordinal(moment.day) + days)
    return None if day is None else DateTime(day, with_clock(moment.time, of_day))


def later(moment: DateTime, nanoseconds: int) -> DateTime | None:
    """The moment some nanoseconds later on the time line: where a zone changes its clocks, so does the wall."""
    zone = moment.time.zone
    if not zone:
        return add_nanoseconds(moment, nanoseconds)
    there = instant(moment) + nanoseconds
    wall = there + offset_of_zone(zone, there) * SECOND
    day = from_ordinal(wall // DAY)
    return None if day is None else DateTime(day, with_clock(moment.time, wall % DAY))


def offset_of_zone(zone: str, there: int) -> int:
    """Seconds east of UTC in a zone at a point of the time line (as `instant` counts it)."""
    days, of_day = divmod(there, DAY)
    day = from_ordinal(days)
    if day is None:
        return 0
    moment = _near(day).replace(tzinfo=UTC) + timedelta(seconds=of_day // SECOND)
    shift = moment.astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if shift is None else int(shift.total_seconds())


def _near(day: Date) -> datetime:
    """The midnight of a day, or of one like it in a year that Python knows and has years beside."""
    year = min(max(day.year, 2), 9998)
    return datetime(year, day.month, day.day if year == day.year else min(day.day, 28))  # noqa: DTZ001


def with_clock(like: Time, of_day: int) -> Time:
    """A time of day from nanoseconds since midnight, in the same zone as another."""
    seconds, nano = divmod(of_day, SECOND)
    return Time(seconds // 3600, seconds // 60 % 60, seconds % 60, nano, like.offset, like.zone)


def instant(moment: DateTime) -> int:
    """Nanoseconds on the time line; a local time counts as if it were UTC."""
    return (ordinal(moment.day) * 86_400 - offset_at(moment)) * SECOND + moment.time.of_day


def offset_at(moment: DateTime) -> int:
    """Seconds east of UTC at that moment: the written offset, that of the zone, or 0."""
    if moment.time.offset is not None:
        return moment.time.offset
    if not moment.time.zone:
        return 0
    clock = moment.time
    wall = _near(moment.day).replace(
        hour=clock.hour, minute=clock.minute, second=clock.second, tzinfo=ZoneInfo(clock.zone)
    )
    shift = wall.utcoffset()
    return 0 if shift is None else int(shift.total_seconds())


@cache
def zone_exists(name: str) -> bool:
    """Whether a zone of this name is known."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def parse_date(text: str) -> Date | None:
    """A date from ISO 8601 text, or nothing."""
    found = _DATE.fullmatch(text)
    if found is None or not text.isascii():
        return None
    year = int(found[2])
    return make_date(-year if found[1] else year, int(found[3]), int(found[4]))


def parse_time(text: str) -> Time | None:
    """A time of day from ISO 8601 text (with `@` and a zone as FEEL allows), or nothing."""
    found = _TIME.fullmatch(text)
    if found is None or not text.isascii():
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    nano = int((found[4] or "0").ljust(9, "0"))
    if hour == 24 and minute == second == nano == 0:
        hour = 0
    offset: int | None = 0 if found[5] else None
    if found[6]:
        size = (int(found[7]) * 60 + int(found[8])) * 60 + int(found[9] or 0)
        if int(found[8]) > 59 or int(found[9] or 0) > 59 or size > MAX_OFFSET:
            return None
        offset = -size if found[6] == "-" else size
    zone = found[10] or ""
    if zone in {"Z", "UTC"} or (zone and not zone_exists(zone)):
        if zone not in {"Z", "UTC"}:
            return None
        zone = "" if zone == "Z" else zone
        offset = 0 if not zone else None
    return make_time(hour, minute, second, nano, offset, zone)


def make_time(hour: int, minute: int, second: int, nano: int, offset: int | None, zone: str = "") -> Time | None:
    """A time of day from its parts, or nothing when there is no such time."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    if offset is not None and abs(offset) > MAX_OFFSET:
        return None
    return Time(hour, minute, second, nano, offset, zone)


def parse_date_time(text: str) -> DateTime | None:
    """A date with a time from ISO 8601 text, or nothing; 24:00:00 is midnight of the next day."""
    head, mark, tail = text.partition("T")
    if not mark:
        return None
    day, time = parse_date(head), parse_time(tail)
    if day is None or time is None:
        return None
    moment = DateTime(day, time)
    return add_nanoseconds(moment, DAY) if tail.startswith("24") else moment


def parse_duration(text: str) -> Duration | None:
    """A duration from ISO 8601 text: years and months, or days and time; or nothing."""
    if not text.isascii():
        return None
    found = _YEARS_MONTHS.fullmatch(text)
    if found is not None:
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return YearsMonths(-months if found[1] else months)
    found = _DAYS_TIME.fullmatch(text)
    if found is None:
        return None
    size = DaysTime.of(*(int(found[i] or 0) for i in (2, 3, 4, 5))).nanoseconds
    size += int((found[6] or "0").ljust(9, "0"))
    return DaysTime(-size if found[1] else size)


@lru_cache(maxsize=4096)
def parse_at(text: str) -> Date | Time | DateTime | Duration | None:
    """The value of `@"…"`: whatever of date, date and time, time or duration the text is."""
    return parse_date(text) or parse_date_time(text) or parse_time(text) or parse_duration(text)


def date_and_midnight(day: Date) -> DateTime:
    """The first moment of a day in UTC: what a date is where a date and time is wanted."""
    return DateTime(day, Time(0, 0, 0, 0, 0))


def from_datetime(moment: datetime) -> DateTime:
    """A Python datetime as a FEEL date and time; an aware one keeps its offset, and its zone if it has an IANA name."""
    shift = moment.utcoffset()
    key = getattr(moment.tzinfo, "key", "")
    zone = key if isinstance(key, str) else ""
    offset = None if shift is None or zone else int(shift.total_seconds())
    clock = Time(moment.hour, moment.minute, moment.second, moment.microsecond * 1000, offset, zone)
    return DateTime(moment.date(), clock)


def to_datetime(moment: DateTime) -> datetime | None:
    """The nearest Python datetime, or nothing for a far year."""
    if not isinstance(moment.day, date):
        return None
    clock = moment.time
    naive = datetime.combine(moment.day, datetime.min.time())
    naive += timedelta(microseconds=clock.of_day // 1000)
    if clock.zone:
        return naive.replace(tzinfo=ZoneInfo(clock.zone))
    if clock.offset is None:
        return naive
    return naive.replace(tzinfo=timezone(timedelta(seconds=clock.offset)))
