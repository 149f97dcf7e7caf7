"""Chains as GraphML (graphml.graphdrawing.org): segments are nodes, edges directed edges, the rest data of the graph.

Read without document types and entities, within limits of size and depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from yanlian.base.refusal import Refused
from yanlian.base.tree import Listing, Mapped, Scalar, Tree, Unreadable
from yanlian.engine.chain.template import build
from yanlian.engine.chain.template.exchange.cells import joined, split
from yanlian.engine.chain.template.exchange.tables import KEYS, LISTS, Cell, tables_of, value_of
from yanlian.engine.chain.template.finding import Findings
from yanlian.engine.chain.template.model import Chain
from yanlian.engine.chain.template.tree import MAX_BYTES, limit, said, syntax, text_at

SPACE = "http://graphml.graphdrawing.org/xmlns"
_MOST_DEPTH = 8
_MOST_ELEMENTS = 400_000
_NUMBERS = frozenset({"tier", "essential", "stale_years"})
_OWN = {"segments": {"id"}, "edges": {"from", "to"}}
_DOMAINS = {"chain": "graph", "segments": "node", "edges": "edge"}


def graphml_text(chain: Chain) -> str:
    """The chain as GraphML."""
    tables = tables_of(chain, chinese=False)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<graphml xmlns={quoteattr(SPACE)}>"]
    for part, domain in _DOMAINS.items():
        for key in [*KEYS[part], *(["source_list"] if part == "chain" else [])]:
            kind = "int" if key in _NUMBERS else "string"
            if key not in _OWN.get(part, ()):
                told = f'id="{domain}-{key}" for="{domain}" attr.name="{key}" attr.type="{kind}"'
                lines.append(f"  <key {told}/>")
    lines.append(f'  <graph id={quoteattr(chain.id)} edgedefault="directed">')
    head = [(row[0], row[1]) for row in tables["chain"][1:]]
    head.append(("source_list", joined(tables["sources"][1:])))
    lines += _data("graph", head, "    ")
    for row in tables["segments"][1:]:
        node = dict(zip(tables["segments"][0], row, strict=True))
        lines.append(f"    <node id={quoteattr(node.pop('id'))}>")
        lines += [*_data("node", node.items(), "      "), "    </node>"]
    for number, row in enumerate(tables["edges"][1:], 1):
        edge = dict(zip(tables["edges"][0], row, strict=True))
        ends = f"source={quoteattr(edge.pop('from'))} target={quoteattr(edge.pop('to'))}"
        lines.append(f'    <edge id="e{number}" {ends}>')
        lines += [*_data("edge", edge.items(), "      "), "    </edge>"]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""])


def _data(domain: str, values: Iterable[tuple[str, str]], indent: str) -> list[str]:
    return [
        f'{indent}<data key="{domain}-{key}">{escape(text)}</data>' for key, text in values if text or key == "root"
    ]


@dataclass(slots=True)
class _Item:
    """A graph, node or edge that is being read; `data` by the id of its key, with the line."""

    domain: str
    line: int
    attributes: Mapping[str, str]
    data: list[tuple[str, str, int]] = field(default_factory=list)


def graphml_tree(data: bytes, faults: Findings) -> Tree:
    """The tree of a GraphML file. Raises `Unreadable`."""
    if len(data) > MAX_BYTES:
        raise limit("字节 bytes", len(data), MAX_BYTES)
    read = _Reading()
    try:
        read.parser.Parse(data, True)  # noqa: FBT003 (expat's own signature)
    except (expat.ExpatError, LookupError, ValueError) as fault:
        raise syntax(read.line, str(fault)) from None
    if len([one for one in read.items if one.domain == "graph"]) != 1:
        raise syntax(0, "graph")
    return _tree(read, faults)


def _tree(read: _Reading, faults: Findings) -> Tree:
    top = Mapped(1)
    listed = {"sources": Listing(1), "segments": Listing(1), "edges": Listing(1)}
    for item in read.items:
        values = read.values(item, faults)
        if item.domain == "graph":
            sources = values.entries.pop("source_list", None)
            if sources is not None and isinstance(sources.value, Scalar):
                listed["sources"].items += [_source(parts, sources.key.line) for parts in split(sources.value.text)]
            said(top, "chain", values, item.line)
        else:
            listed["segments" if item.domain == "node" else "edges"].items.append(values)
    for part, one in listed.items():
        said(top, part, one, 1)
    return top


def _source(parts: list[str], line: int) -> Tree:
    if len(parts) != len(build.SOURCE):
        raise syntax(line, "=".join(parts)[:60])
    source = Mapped(line)
    for key, part in zip(build.SOURCE, parts, strict=True):
        said(source, key, text_at(part, line), line)
    return source


class _Reading:
    """Collects keys, graph, nodes and edges from the parser's events."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, str]] = {}
        self.items: list[_Item] = []
        self.open: list[str] = []
        self.within: list[_Item] = []
        self.count = 0
        self.text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        self.key = ("", 0)

    @property
    def line(self) -> int:
        """The line that is being read."""
        return self.parser.CurrentLineNumber

    def doctype(self, *_: object) -> None:
        """A document type could hold entities that grow without end, or fetch other files."""
        raise Unreadable(self.line, Refused("chain_doctype"))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.count += 1
        if self.count > _MOST_ELEMENTS or len(self.open) >= _MOST_DEPTH:
            raise limit("元素或层 elements or levels", self.count, _MOST_ELEMENTS, self.line)
        space, _, tag = name.rpartition(" ")
        expected = {"": {"graphml"}, "graphml": {"key", "graph"}, "graph": {"node", "edge", "data"}}
        inside = self.open[-1] if self.open else ""
        allowed = expected.get(inside, {"data"} if inside in {"node", "edge"} else set())
        if tag not in allowed or space not in {SPACE, ""}:
            raise syntax(self.line, f"<{tag}>")
        if tag == "graph" and attributes.get("edgedefault") != "directed":
            raise syntax(self.line, f'edgedefault="{attributes.get("edgedefault", "")}"')
        if tag == "key":
            self.keys[attributes.get("id", "")] = (attributes.get("for", ""), attributes.get("attr.name", ""))
        elif tag == "data":
            self.key = (attributes.get("key", ""), self.line)
        elif tag in {"graph", "node", "edge"}:
            self.within.append(_Item(tag, self.line, attributes))
            self.items.append(self.within[-1])
        self.open.append(tag)
        self.text.clear()

    def end(self, name: str) -> None:
        """An element ends; a text that stands where none belongs is a fault."""
        tag = self.open.pop()
        text = "".join(self.text)
        self.text.clear()
        if tag == "data":
            self.within[-1].data.append((self.key[0], text, self.key[1]))
        elif text.strip():
            raise syntax(self.line, text.strip()[:60])
        if tag in {"graph", "node", "edge"}:
            self.within.pop()

    def values(self, item: _Item, faults: Findings) -> Mapped:
        """What is said of a graph, node or edge, under the keys of the format."""
        found = Mapped(item.line)
        part = next(part for part, domain in _DOMAINS.items() if domain == item.domain)
        named = {"node": {"id": "id"}, "edge": {"from": "source", "to": "target"}}.get(item.domain, {})
        for key, attribute in named.items():
            if attribute in item.attributes:
                said(found, key, text_at(item.attributes[attribute], item.line), item.line)
        for identifier, text, line in item.data:
            domain, key = self.keys.get(identifier, ("", identifier))
            if domain not in {item.domain, "all"}:
                raise syntax(line, f'key="{identifier}"')
            if text.strip() or key in LISTS:
                said(found, key, _value(part, key, text, line, faults), line)
        return found


def _value(part: str, key: str, text: str, line: int, faults: Findings) -> Tree:
    return value_of(key, Cell(text), line, faults) if key in KEYS[part] else text_at(text, line)
