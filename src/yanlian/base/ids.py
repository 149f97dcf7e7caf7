"""Numbers of organisations and persons: the USCC with its check digit, and persons known only by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError

from yanlian.base.refusal import Refused

_FAULTS: dict[type[ValidationError], str] = {
    InvalidLength: "length",
    InvalidFormat: "format",
    InvalidComponent: "component",
    InvalidChecksum: "check_digit",
}


@dataclass(frozen=True, slots=True)
class CheckedNumber:
    """A number in its plain form and what is wrong with it: "" (valid), length, format, component, check_digit."""

    value: str
    fault: str

    @property
    def valid(self) -> bool:
        return not self.fault


def plain_form(found: str) -> str:
    """Full-width letters and digits narrowed, blanks and hyphens removed, upper case."""
    if found.isascii() and found.isalnum():
        return found.upper()
    narrow = unicodedata.normalize("NFKC", found)
    return "".join(c for c in narrow if not c.isspace() and c not in "-‐‑–\u200b\ufeff").upper()


_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {letter: value for value, letter in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(3**place % 31 for place in range(17))


def _is_uscc(value: str) -> bool:
    """python-stdnum's rule for a valid code, ten times as fast: registrations come by the million."""
    if len(value) != 18 or not (value.isascii() and value[:8].isdigit()):
        return False
    try:
        total = sum(_USCC_VALUES[c] * weight for c, weight in zip(value, _USCC_WEIGHTS, strict=False))
    except KeyError:
        return False
    return _USCC_ALPHABET[-total % 31] == value[17]


def check_uscc(found: str) -> CheckedNumber:
    """The unified social credit code (GB 32100-2015) in its plain form, checked; a fault warns and never blocks."""
    value = plain_form(found)
    if _is_uscc(value):
        return CheckedNumber(value, "")
    try:
        uscc.validate(value)
    except ValidationError as fault:
        return CheckedNumber(value, _FAULTS.get(type(fault), "format"))
    return CheckedNumber(value, "")


def check_person_number(found: str) -> CheckedNumber:
    """The number of a person's document in its plain form. Checked as a resident identity number (GB 11643-1999).

    Passports and permits have other forms; they are kept with the fault "length" or "format", which warns. Raises
    `Refused("person_number_unreadable")`, without repeating the number, when it is no document number at all.
    """
    value = plain_form(found)
    if not (6 <= len(value) <= 20 and value.isascii() and value.isalnum() and any(c.isdigit() for c in value)):
        raise Refused("person_number_unreadable", length=len(value))
    if _is_written_right(value):
        return CheckedNumber(value, _place_fault(value[:6], value[6:10]))
    try:
        ric.validate(value)
    except ValidationError as fault:
        return CheckedNumber(value, _FAULTS.get(type(fault), "format"))
    return CheckedNumber(value, "")


def _is_written_right(value: str) -> bool:
    """python-stdnum's rule for a resident number, but for the place: its look-up takes ten times as long as all the
    rest, and places repeat."""
    if len(value) != 18 or not (value.isascii() and value[:17].isdigit()) or value[17] != ric.calc_check_digit(value):
        return False
    try:
        ric.get_birth_date(value)
    except InvalidComponent:
        return False
    return True


@lru_cache(maxsize=65_536)
def _place_fault(place: str, year: str) -> str:
    """Whether there was such a place in a year. The day does not matter; nothing of a person is kept."""
    try:
        ric.get_birth_place(f"{place}{year}01010000")
    except InvalidComponent:
        return "component"
    return ""


def person_hash(number: str, key: str) -> str:
    """HMAC-SHA256 (hex) of a document number in its plain form with the installation's key.

    Keyed, because the numbers are few enough to try them all against a plain hash.
    """
    return hmac.new(key.encode("utf-8"), plain_form(number).encode("utf-8"), hashlib.sha256).hexdigest()


def person_code(hashed: str) -> str:
    """The public code of a person: P and the first 16 hex digits of the keyed hash."""
    return "P" + hashed[:16]
