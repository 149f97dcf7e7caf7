"""Regular expressions as XPath writes them, for `matches`, `replace` and `split`; with limits against slow ones."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

from yanlian.engine.feel.values import Fault, fault

MAX_PATTERN = 1000
# The longest input by the number of open repeats: trying all ways to divide a text among k of them takes n ** (k + 1).
MAX_INPUT = (100_000, 20_000, 2_000, 500, 200, 100)
MAX_INPUT_NESTED = 25
_FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE}
_NAME_START = r"A-Za-z_:\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u2070-\u218F\u3001-\uD7FF"
_NAME = _NAME_START + r"\-.0-9\u00B7\u0300-\u036F\u203F-\u2040"
_PROPERTY = re.compile(r"\\([pP])\{(\^?[A-Za-z]{1,2}|Is[A-Za-z0-9-]+)\}")


def compiled(pattern: str, flags: str, size: int) -> re.Pattern[str] | Fault:
    """The pattern ready to run on an input of that size, or why it cannot run."""
    found = _compiled(pattern, flags)
    if isinstance(found, Fault):
        return found
    regex, longest = found
    if size > longest:
        return fault("feel_pattern_size", pattern=pattern[:50], size=size)
    return regex


@lru_cache(maxsize=1024)
def _compiled(pattern: str, flags: str) -> tuple[re.Pattern[str], int] | Fault:
    if len(pattern) > MAX_PATTERN or set(flags) - set("smixq"):
        return fault("feel_pattern", pattern=pattern[:50], flags=flags)
    options = re.RegexFlag(0)
    for flag in flags:
        options |= _FLAGS.get(flag, re.RegexFlag(0))
    try:
        if "q" in flags:
            return re.compile(re.escape(pattern), options), MAX_INPUT[0]
        translated = _translate(pattern, spaced="x" in flags)
        return re.compile(translated, options), _longest(translated)
    except (re.error, OverflowError, RecursionError):
        return fault("feel_pattern", pattern=pattern[:50], flags=flags)


def _translate(pattern: str, *, spaced: bool) -> str:
    """An XPath pattern as Python writes it."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            piece, at = _escape(pattern, at, inside=False)
            out.append(piece)
            continue
        if sign == "[":
            piece, at = _set(pattern, at)
            out.append(piece)
            continue
        if pattern.startswith("(?", at) and not pattern.startswith("(?:", at):
            raise re.error("XPath has no such group")
        if sign == "$":
            out.append(r"(?!\n)$")
        elif not (spaced and sign.isspace()):
            out.append(sign)
        at += 1
    return "".join(out)


def _escape(pattern: str, at: int, *, inside: bool) -> tuple[str, int]:
    found = _PROPERTY.match(pattern, at)
    if found is not None:
        ranges = _category(found[2])
        if not inside:
            return f"[{'^' if found[1] == 'P' else ''}{ranges}]", found.end()
        if found[1] == "P":
            raise re.error("a negated property inside a set")
        return ranges, found.end()
    sign = pattern[at + 1 : at + 2]
    if sign in {"i", "c", "I", "C"}:
        ranges = _NAME_START if sign in "iI" else _NAME
        return (ranges if inside else f"[{'^' if sign.isupper() else ''}{ranges}]"), at + 2
    if sign == "" or sign in "AZbBxuNkgaevfQE":
        raise re.error("XPath has no such escape")
    return "\\" + sign, at + 2


def _set(pattern: str, at: int) -> tuple[str, int]:
    """A set `[…]`, with the subtraction `[a-z-[aeiou]]` of XPath."""
    out = ["["]
    at += 1
    if pattern.startswith("^", at):
        out.append("^")
        at += 1
    first = True
    while at < len(pattern):
        sign = pattern[at]
        if sign == "]" and not first:
            return "".join(out) + "]", at + 1
        if sign == "\\":
            piece, at = _escape(pattern, at, inside=True)
            out.append(piece)
        elif pattern.startswith("-[", at) and not first:
            inner, at = _set(pattern, at + 1)
            if not pattern.startswith("]", at):
                raise re.error("a set is not closed")
            return f"(?!{inner}){''.join(out)}]", at + 1
        elif sign == "[":
            out.append(r"\[")
            at += 1
        else:
            out.append(sign)
            at += 1
        first = False
    raise re.error("a set is not closed")


@lru_cache(maxsize=64)
def _category(name: str) -> str:
    """All characters of a Unicode category as ranges of a set."""
    if name.startswith(("Is", "^")):
        raise re.error("blocks of characters are not supported")
    ranges: list[str] = []
    start = -1
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(name)
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            ranges.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = -1
    if not ranges:
        raise re.error("no such category")
    return "".join(ranges)


def _longest(pattern: str) -> int:
    """How long an input may be for the pattern to end in reasonable time."""
    plain = re.sub(r"\\.", "a", re.sub(r"\[(?:\\.|[^\]\\])*\]", "a", pattern))
    repeats = len(re.findall(r"[*+]|\{\d+,", plain))
    return MAX_INPUT_NESTED if _nested(plain) else MAX_INPUT[min(repeats, len(MAX_INPUT) - 1)]


def _nested(plain: str) -> bool:
    """Whether a repeat stands inside a group that is itself repeated: such patterns may take for ever."""
    stack: list[bool] = []
    inner = False
    for at, sign in enumerate(plain):
        if sign == "(":
            stack.append(inner)
            inner = False
        elif sign == ")" and stack:
            repeated = plain[at + 1 : at + 2] in {"*", "+", "{"}
            if repeated and (inner or "|" in plain):
                return True
            inner = stack.pop() or inner
        elif sign in "*+{":
            inner = True
    return False


def expand(replacement: str, groups: int, *, literal: bool) -> list[str | int] | None:
    """A replacement as texts and numbers of groups; nothing when it is not well formed."""
    if literal:
        return [replacement]
    parts: list[str | int] = []
    at = 0
    while at < len(replacement):
        sign, following = replacement[at], replacement[at + 1 : at + 2]
        if sign == "$" and following.isdecimal():
            at += 1
            end = at + 1
            while end < len(replacement) and replacement[end].isdecimal() and int(replacement[at : end + 1]) <= groups:
                end += 1
            number = int(replacement[at:end])
            parts.append(number if number <= groups else "")
            at = end
        elif sign == "\\" and following and following in "\\$":
            parts.append(following)
            at += 2
        elif sign in "\\$":
            return None
        else:
            parts.append(sign)
            at += 1
    return parts
