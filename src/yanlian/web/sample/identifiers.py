"""Codes for invented enterprises and persons: well formed, both check digits right, and belonging to nobody.

Organisation codes start with MAX (parks MAY), a run that the registration offices have not reached. ID numbers start
with 370200, the code of the whole city, which no person's number has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yanlian.web.sample.apportion import Ints, Mask

# GB 32100-2015: letters I, O, S, V and Z are never used.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_USCC_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28], dtype=np.int64)
# GB 11714: organisation codes; digits count as themselves, letters from A = 10 in the whole Latin alphabet.
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_LATIN = np.array([int(c, 36) for c in ALPHABET], dtype=np.int64)
_BYTES = np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)
# GB 11643: weights of the first 17 digits of an ID number and the check characters by remainder.
_PERSON_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_PERSON_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
# Birth days run over these many days from 1960-01-01; with 1,000 sequence numbers a day that is 16 million persons.
_BIRTH_DAYS = 16_000
_FIRST_BIRTH = np.datetime64("1960-01-01", "D")


def usccs(prefixes: npt.NDArray[np.str_], stem: str, serials: Ints, broken: Mask | None = None) -> Any:
    """USCCs as an Arrow string array: two characters of kind and six of place, a three-letter stem, the serial number.

    `broken` marks codes that get a wrong last check digit on purpose. Serials must be below 31**5.
    """
    rows = serials.size
    codes = np.zeros((rows, 18), dtype=np.int64)
    codes[:, :8] = np.array([[_VALUE[c] for c in p] for p in np.unique(prefixes)], dtype=np.int64)[
        np.unique(prefixes, return_inverse=True)[1].reshape(-1)
    ]
    codes[:, 8:11] = [_VALUE[c] for c in stem]
    rest = serials.copy()
    for place in range(15, 10, -1):
        codes[:, place] = rest % 31
        rest //= 31
    assert not rest.any(), "serial number too large for five characters"
    organisation = (11 - (_LATIN[codes[:, 8:16]] * _ORGANISATION_WEIGHTS).sum(axis=1) % 11) % 11
    codes[:, 16] = np.where(organisation == 10, _VALUE["X"], organisation)
    codes[:, 17] = (31 - (codes[:, :17] * _USCC_WEIGHTS).sum(axis=1) % 31) % 31
    if broken is not None:
        codes[broken, 17] = (codes[broken, 17] + 1) % 31
    return fixed_width(_BYTES[codes])


def id_numbers(serials: Ints) -> Any:
    """Numbers of identity documents for invented persons (serials from 0), as an Arrow string array."""
    days = _FIRST_BIRTH + (serials * 7919 % _BIRTH_DAYS).astype("timedelta64[D]")
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]")
    date = (
        (years.astype(np.int64) + 1970) * 10_000
        + ((months - years).astype(np.int64) + 1) * 100
        + ((days - months).astype(np.int64) + 1)
    )
    sequence = serials // _BIRTH_DAYS
    assert serials.size == 0 or int(sequence.max()) < 1_000, "more persons than numbers"
    head = 370_200 * 10**11 + date * 1_000 + sequence
    digits = (head[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64)) % 10
    check = _PERSON_CHECK[(digits * _PERSON_WEIGHTS).sum(axis=1) % 11]
    return fixed_width(np.concatenate([(digits + ord("0")).astype(np.uint8), check[:, None]], axis=1))


def fixed_width(characters: npt.NDArray[np.uint8]) -> Any:
    """An Arrow string array from a matrix of ASCII bytes, one row a string."""
    rows, width = characters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(characters)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data))
