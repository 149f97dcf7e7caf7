"""Functions of texts. Positions count characters from 1."""

from __future__ import annotations

from decimal import Decimal

from yanlian.engine.feel.builtins.arguments import refused, rejected, single
from yanlian.engine.feel.builtins.pattern_machine import TooSlow
from yanlian.engine.feel.builtins.patterns import compiled, expand, matches_nothing
from yanlian.engine.feel.numbers import MAX_TEXT, truncated
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.values import Fault, Function, fault


def substring(text: object, start: object, length: object = None) -> object:
    """`substring(string, start position, length)`: a negative start counts from the end."""
    first, size = truncated(start), truncated(length)
    if not isinstance(text, str):
        return rejected("substring", text, start, length)
    if first is None or first == 0 or (length is not None and (size is None or size < 1)):
        return fault("feel_argument", function="substring", found=start)
    begin = first - 1 if first > 0 else len(text) + first
    if not 0 <= begin <= len(text):
        return fault("feel_argument", function="substring", found=start) if first < 0 else ""
    return text[begin:] if size is None else text[begin : begin + size]


def string_length(text: object) -> object:
    """`string length(string)`."""
    return Decimal(len(text)) if isinstance(text, str) else rejected("string length", text)


def upper_case(text: object) -> object:
    """`upper case(string)`."""
    return text.upper() if isinstance(text, str) else rejected("upper case", text)


def lower_case(text: object) -> object:
    """`lower case(string)`."""
    return text.lower() if isinstance(text, str) else rejected("lower case", text)


def substring_before(text: object, match: object) -> object:
    """`substring before(string, match)`: empty when the match is not there."""
    if not (isinstance(text, str) and isinstance(match, str)):
        return rejected("substring before", text, match)
    head, found, _ = text.partition(match) if match else ("", "", "")
    return head if found else ""


def substring_after(text: object, match: object) -> object:
    """`substring after(string, match)`: empty when the match is not there."""
    if not (isinstance(text, str) and isinstance(match, str)):
        return rejected("substring after", text, match)
    return text.partition(match)[2] if match else text


def contains(text: object, match: object) -> object:
    """`contains(string, match)`."""
    return match in text if isinstance(text, str) and isinstance(match, str) else rejected("contains", text, match)


def starts_with(text: object, match: object) -> object:
    """`starts with(string, match)`."""
    if isinstance(text, str) and isinstance(match, str):
        return text.startswith(match)
    return rejected("starts with", text, match)


def ends_with(text: object, match: object) -> object:
    """`ends with(string, match)`."""
    return (
        text.endswith(match) if isinstance(text, str) and isinstance(match, str) else rejected("ends with", text, match)
    )


def matches(text: object, pattern: object, flags: object = None) -> object:
    """`matches(input, pattern, flags)`."""
    if not (isinstance(text, str) and isinstance(pattern, str) and (flags is None or isinstance(flags, str))):
        return rejected("matches", text, pattern, flags)
    found = compiled(pattern, flags or "", len(text))
    if isinstance(found, Fault):
        return found
    try:
        return found.search(text) is not None
    except TooSlow:
        return _too_slow(pattern, text)


def _too_slow(pattern: str, text: str) -> Fault:
    return fault("feel_pattern_size", pattern=pattern[:50], size=len(text))


def replace(text: object, pattern: object, replacement: object, flags: object = None) -> object:
    """`replace(input, pattern, replacement, flags)`: `$1` stands for the first group, `$0` for the whole match."""
    if not (isinstance(text, str) and isinstance(pattern, str) and isinstance(replacement, str)):
        return rejected("replace", text, pattern, replacement)
    if flags is not None and not isinstance(flags, str):
        return rejected("replace", flags)
    found = compiled(pattern, flags or "", len(text))
    if isinstance(found, Fault):
        return found
    parts = expand(replacement, found.groups, literal="q" in (flags or ""))
    if parts is None:
        return fault("feel_argument", function="replace", found=replacement)
    if matches_nothing(pattern, flags or ""):
        return fault("feel_pattern_empty", pattern=pattern[:50])
    out: list[str] = []
    at, budget = 0, MAX_TEXT - len(text)
    try:
        for match in found.finditer(text):
            piece = "".join(part if isinstance(part, str) else (match[part] or "") for part in parts)
            budget -= len(piece)
            if budget < 0:
                raise FeelError("feel_limit", expected=MAX_TEXT, found="replace")
            out += (text[at : match.start()], piece)
            at = match.end()
    except TooSlow:
        return _too_slow(pattern, text)
    return "".join(out) + text[at:]


def split(text: object, delimiter: object) -> object:
    """`split(string, delimiter)`: the delimiter is a pattern."""
    if not (isinstance(text, str) and isinstance(delimiter, str)):
        return rejected("split", text, delimiter)
    found = compiled(delimiter, "", len(text))
    if isinstance(found, Fault):
        return found
    if matches_nothing(delimiter, ""):
        return fault("feel_pattern_empty", pattern=delimiter[:50])
    parts: list[object] = []
    at = 0
    try:
        for match in found.finditer(text):
            parts.append(text[at : match.start()])
            at = match.end()
    except TooSlow:
        return _too_slow(delimiter, text)
    return [*parts, text[at:]]


def string_join(members: object, delimiter: object = None) -> object:
    """`string join(list, delimiter)`: null members are left out, a null delimiter is none."""
    texts = [members] if isinstance(members, str) else members
    delimiter = single(delimiter)
    if not isinstance(texts, list) or not (delimiter is None or isinstance(delimiter, str)):
        return refused("string join", members, delimiter)
    found = [member for member in texts if isinstance(member, str)]
    if len(found) < sum(1 for member in texts if member is not None):
        return refused("string join", members)
    if sum(map(len, found)) + len(found) * len(delimiter or "") > MAX_TEXT:
        raise FeelError("feel_limit", expected=MAX_TEXT, found="string join")
    return (delimiter or "").join(found)


FUNCTIONS = (
    Function("substring", ("string", "start position", "length"), substring, optional=1),
    Function("string length", ("string",), string_length),
    Function("upper case", ("string",), upper_case),
    Function("lower case", ("string",), lower_case),
    Function("substring before", ("string", "match"), substring_before),
    Function("substring after", ("string", "match"), substring_after),
    Function("contains", ("string", "match"), contains),
    Function("starts with", ("string", "match"), starts_with),
    Function("ends with", ("string", "match"), ends_with),
    Function("matches", ("input", "pattern", "flags"), matches, optional=1),
    Function("replace", ("input", "pattern", "replacement", "flags"), replace, optional=1),
    Function("split", ("string", "delimiter"), split),
    Function("string join", ("list", "delimiter"), string_join, optional=1),
)
