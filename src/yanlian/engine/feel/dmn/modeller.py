"""A DMN 1.5 file made readable for dmn-js and modellers built on it, and back.

They read nothing but the namespaces of DMN 1.3 and drop what 1.3 does not have without a word. Between 1.3 and 1.5
nothing else differs, so namespaces are exchanged in the start tags and every other character stays. They also drop
every element whose id has letters beyond ASCII; what `write` writes has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.xml import Element, read_xml

_NEW, _OLD = "https://www.omg.org/spec/DMN/20230324/", "https://www.omg.org/spec/DMN/20191111/"
_PARTS = ("MODEL/", "DMNDI/", "FEEL/")
_DOWN = {_NEW + part: _OLD + part for part in _PARTS}
_UP = {old: new for new, old in _DOWN.items()}
MODEL = _NEW + "MODEL/"
# DMN 1.4 brought the boxed conditional, filter and iterators, DMN 1.5 the constraint on a type as a whole.
UNKNOWN_BEFORE = frozenset({"conditional", "filter", "for", "some", "every", "typeConstraint"})
# What is passed over as a whole (comments, CDATA, instructions), and start tags with their attributes.
_PIECE = re.compile(
    r"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(?P<tag><[^\s<>!?/"'][^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*>)""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]+)(\s*=\s*)("[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class Lost:
    """An element that the modeller would drop: its tag, the element of the model it stands in, and its line."""

    tag: str
    inside: str
    line: int


def for_modeller(text: str, where: str = "") -> str:
    """A DMN 1.5 file with the namespaces of 1.3.

    Raises `Refused("dmn_modeller_lost")` when it holds elements that 1.3 does not have, and what `read_xml` raises.
    """
    lost = lost_in_modeller(text, where)
    if lost:
        told = "、".join(f"{one.inside} <{one.tag}>" for one in lost)
        raise Refused("dmn_modeller_lost", where=where, line=lost[0].line, found=told)
    return _exchanged(text, _DOWN)


def from_modeller(text: str, where: str = "") -> str:
    """A DMN 1.3 file with the namespaces of 1.5. Raises what `read_xml` raises."""
    read_xml(text.encode(), where)
    return _exchanged(text, _UP)


def lost_in_modeller(text: str, where: str = "") -> tuple[Lost, ...]:
    """The elements of a DMN 1.5 file that 1.3 does not have, in their order."""
    return tuple(_lost(read_xml(text.encode(), where), ""))


def _lost(element: Element, inside: str) -> Iterator[Lost]:
    inside = element.get("name") if element.get("name") and element.get("id") else inside
    for member in element.members:
        if member.space == MODEL and member.name in UNKNOWN_BEFORE:
            yield Lost(member.name, inside, member.spot.line)
        yield from _lost(member, inside)


def _exchanged(text: str, names: Mapping[str, str]) -> str:
    """Attribute values of start tags that are one of these names, as a whole, under their other name."""

    def attribute(found: re.Match[str]) -> str:
        quote, value = found[3][0], found[3][1:-1]
        return f"{found[1]}{found[2]}{quote}{names.get(value, value)}{quote}"

    def piece(found: re.Match[str]) -> str:
        return _ATTRIBUTE.sub(attribute, found[0]) if found["tag"] else found[0]

    return _PIECE.sub(piece, text)
