"""XML written by hand: escaped so that reading it gives the same text, indented, the same bytes for the same tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from yanlian.base.refusal import Refused

# What XML 1.0 can hold at all; the rest cannot even be written as a character reference.
_NO_XML = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE = {**_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_IN_TEXT = re.compile("[&<>\r]")
_IN_ATTRIBUTE = re.compile('[&<>\r"\n\t]')


@dataclass(slots=True)
class Tag:
    """An element to be written: attributes (empty ones are left out unless in `kept`), and either text or members."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    members: list[Tag] = field(default_factory=list)
    text: str | None = None
    kept: frozenset[str] = frozenset()


def xml_bytes(root: Tag, where: str = "") -> bytes:
    """The document in UTF-8. Refused (dmn_write_character): a character that XML cannot hold."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *_lines(root, "", where), ""]
    return "\n".join(lines).encode("utf-8")


def _lines(tag: Tag, indent: str, where: str) -> Iterator[str]:
    attributes = "".join(
        f' {name}="{_escaped(value, _IN_ATTRIBUTE, _ATTRIBUTE, f"{where} {tag.name}/@{name}")}"'
        for name, value in tag.attributes.items()
        if value or name in tag.kept
    )
    start = f"{indent}<{tag.name}{attributes}"
    if tag.text is not None:
        yield f"{start}>{_escaped(tag.text, _IN_TEXT, _TEXT, f'{where} {tag.name}')}</{tag.name}>"
    elif tag.members:
        yield f"{start}>"
        for member in tag.members:
            yield from _lines(member, indent + "  ", where)
        yield f"{indent}</{tag.name}>"
    else:
        yield f"{start}/>"


def _escaped(text: str, special: re.Pattern[str], table: Mapping[str, str], where: str) -> str:
    wrong = _NO_XML.search(text)
    if wrong is not None:
        raise Refused(
            "dmn_write_character",
            where=where.strip(),
            found=f"U+{ord(wrong[0]):04X}",
            column=wrong.start() + 1,
        )
    return special.sub(lambda found: table[found[0]], text)
