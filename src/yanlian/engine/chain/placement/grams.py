"""Character n-grams (n = 1 … 4) as exact 64-bit numbers: four characters of 16 bits each, so that nothing collides.

A gram never crosses a character that is neither a Han character nor a letter, digit or one of `+.#&-`. Full-width forms
count as their half-width ones and capitals as small letters, one character for one: offsets stay those of the text.
An industry code is read as its beginnings of two, three and four digits, each a gram of its own.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Keys: TypeAlias = npt.NDArray[np.uint64]
Longs: TypeAlias = npt.NDArray[np.int64]
LONGEST = 4
_MARK = 0xE000 << 16  # private use area: no text contains it


def _folded_table() -> npt.NDArray[np.uint16]:
    """Character → the character that counts, 0 where a gram ends."""
    table = np.zeros(0x10000, dtype=np.uint16)
    for first, last in ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x30, 0x39), (0x61, 0x7A)):
        table[first : last + 1] = np.arange(first, last + 1)
    table[0x41:0x5B] = np.arange(0x61, 0x7B)
    for character in "+.#&-":
        table[ord(character)] = ord(character)
    table[0x3B1:0x3CA] = np.arange(0x3B1, 0x3CA)  # Greek small letters: α-烯烃, μ子
    table[0xFF01:0xFF5F] = table[0x21:0x7F]
    return table


_FOLDED = _folded_table()


def grams_of(texts: list[str]) -> tuple[Longs, Keys, Longs, Longs]:
    """All grams of some texts: the number of its text, its key, its first character within the text, its length."""
    joined = "\0".join(texts)
    wide = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = np.where(wide < 0x10000, _FOLDED[np.minimum(wide, 0xFFFF)], 0).astype(np.uint64)
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    begins = np.concatenate([[0], np.cumsum(lengths + 1)])[:-1]
    owner = np.repeat(np.arange(len(texts)), lengths + 1)[: len(codes)]
    parts: list[tuple[Longs, Keys, Longs, Longs]] = []
    key = np.zeros(len(codes), dtype=np.uint64)
    whole = np.ones(len(codes), dtype=bool)
    for length in range(1, LONGEST + 1):
        shifted = codes[length - 1 :]
        size = len(shifted)
        key = key[:size] | (shifted << np.uint64(16 * (length - 1)))
        whole = whole[:size] & (shifted > 0)
        at = np.flatnonzero(whole)
        parts.append((owner[at], key[at], at - begins[owner[at]], np.full(len(at), length)))
    return (
        np.concatenate([one[0] for one in parts]),
        np.concatenate([one[1] for one in parts]),
        np.concatenate([one[2] for one in parts]),
        np.concatenate([one[3] for one in parts]),
    )


def code_keys(code: str) -> list[tuple[int, int]]:
    """The grams of an industry code: (key, number of digits) of its beginnings. Empty if it is no code."""
    digits = code[1:] if code[:1].isalpha() and code[:1].isascii() else code
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 4):
        return []
    return [(_MARK + length * 10_000 + int(digits[:length]), length) for length in range(2, len(digits) + 1)]
