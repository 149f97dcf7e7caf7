"""XML read safely, with the place of every element and text: no DTD, no entities of its own, limits on size and depth.

The standard library's tree builders forget where an element stood; errors in a rule must say it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from yanlian.base.refusal import Refused
from yanlian.engine.feel.dmn.model import Spot

MAX_BYTES = 20_000_000
MAX_DEPTH = 200
MAX_ELEMENTS = 500_000
_XSI_NIL = "http://www.w3.org/2001/XMLSchema-instance nil"


NO_SPOT = Spot()


@dataclass(slots=True)
class Element:
    """An element: namespace, local name, attributes (those in a namespace as "uri name"), members, text, places."""

    space: str
    name: str
    attributes: dict[str, str]
    spot: Spot
    prefixes: Mapping[str, str]
    members: list[Element] = field(default_factory=list)
    text: str = ""
    text_spot: Spot = NO_SPOT
    pieces: list[str] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    def all(self, *names: str) -> Iterator[Element]:
        """The members of these names in the same namespace as this element."""
        return (member for member in self.members if member.name in names and member.space == self.space)

    def one(self, *names: str) -> Element | None:
        """The first of them."""
        return next(self.all(*names), None)

    @property
    def is_nil(self) -> bool:
        """Whether it says `xsi:nil`."""
        return self.attributes.get(_XSI_NIL) in {"true", "1"}


def read_xml(data: bytes, where: str = "") -> Element:
    """The root element of a document; refused are what is no XML, a DTD, and what goes beyond the limits."""
    if len(data) > MAX_BYTES:
        raise Refused("dmn_xml_size", where=where, found=len(data), expected=MAX_BYTES)
    builder = _Builder(where)
    try:
        builder.parser.Parse(data, True)  # noqa: FBT003 - expat's own signature
    except (expat.ExpatError, ValueError, LookupError) as error:
        line, column = builder.place
        raise Refused("dmn_xml", where=where, line=line, column=column, found=str(error)) from None
    assert builder.root is not None
    return builder.root


class _Builder:
    def __init__(self, where: str) -> None:
        self.where = where
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0
        self.prefixes: Mapping[str, str] = {}
        self.outer: list[Mapping[str, str]] = []
        self.pending: dict[str, str] = {}
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = False
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartNamespaceDeclHandler = self.declared
        parser.StartDoctypeDeclHandler = self.doctype
        parser.EntityDeclHandler = self.doctype
        parser.ExternalEntityRefHandler = self.external
        self.parser = parser

    @property
    def place(self) -> tuple[int, int]:
        """Line and column, from 1, of what is being read."""
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def doctype(self, *_: object) -> None:
        line, column = self.place
        raise Refused("dmn_xml_doctype", where=self.where, line=line, column=column)

    def external(self, *_: object) -> int:
        self.doctype()
        return 0

    def declared(self, prefix: str | None, uri: str) -> None:
        self.pending[prefix or ""] = uri

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line, column = self.place
        self.count += 1
        for found, limit in ((len(self.open), MAX_DEPTH), (self.count, MAX_ELEMENTS)):
            if found > limit:
                raise Refused("dmn_xml_limit", where=self.where, line=line, column=column, expected=limit)
        self.outer.append(self.prefixes)
        if self.pending:
            self.prefixes = {**self.prefixes, **self.pending}
            self.pending = {}
        space, _, local = name.rpartition(" ")
        element = Element(space, local, attributes, Spot(line, column), self.prefixes)
        if self.open:
            self.open[-1].members.append(element)
        else:
            self.root = element
        self.open.append(element)

    def end(self, name: str) -> None:
        element = self.open.pop()
        element.text = "".join(element.pieces)
        self.prefixes = self.outer.pop()

    def characters(self, text: str) -> None:
        element = self.open[-1]
        if not element.pieces:
            element.text_spot = Spot(*self.place)
        element.pieces.append(text)
