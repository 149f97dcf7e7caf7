"""A chain made of a tree, wherever that came from (YAML, JSON, tables, GraphML); every fault is noted.

The format is described in docs/reference/chains.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from yanlian.base.tree import Mapped, Scalar, Tree
from yanlian.engine.chain.template import codes
from yanlian.engine.chain.template.finding import Finding, Findings
from yanlian.engine.chain.template.model import (
    POSITIONS,
    STALE_YEARS,
    Answer,
    Chain,
    Confidence,
    Edge,
    Essential,
    Position,
    Product,
    Segment,
    Source,
)
from yanlian.engine.chain.template.values import Reader

TOP = ("chain", "sources", "segments", "edges")
CHAIN = (
    *("id", "title", "title_en", "stated", "root"),
    *("core_industries", "groups", "note", "notice", "cycles_ok", "stale_years", "accepted"),
)
SOURCE = ("id", "title", "publisher", "published", "url", "grade")
SEGMENT = (
    *("id", "title", "title_en", "position", "tier", "group"),
    *("products", "industries", "excludes", "note", "sources"),
)
EDGE = ("from", "to", "product", "essential", "sources", "stated", "confidence")
ANSWER = ("finding", "at", "because")
T = TypeVar("T")
_MOST_TIER = 20
_MOST_YEARS = 100
_POSITIONS: Mapping[str, Position] = {word: key for key, (zh, _) in POSITIONS.items() for word in (key, zh)}
_ESSENTIAL: Mapping[str, Essential] = {"0": 0, "1": 1, "2": 2}
_GRADES: Mapping[str, Confidence] = {"A": "A", "B": "B", "C": "C", "D": "D"}
_SOURCE_GRADES: Mapping[str, Confidence] = {**_GRADES, "unchecked": "D"}


def chain_of(tree: Tree, file: str, tables: Mapping[str, str] | None = None) -> tuple[Chain | None, list[Finding]]:
    """A tree as a chain, with its faults; no chain when its head cannot be read. `tables`: for what came from several
    tables, the name of the one that holds each part (chain, sources, segments, edges)."""
    builder = _Builder(file, tables or {})
    chain = builder.build(tree)
    return chain, builder.faults.found


class _Builder:
    """Makes the chain of one tree."""

    def __init__(self, file: str, tables: Mapping[str, str]) -> None:
        self.file = file
        self.tables = tables
        self.faults = Findings(file)
        self.read = Reader(self.faults)
        self.sources: dict[str, Source] = {}
        self.lines: dict[str, int] = {}
        self.segments: dict[str, Segment] = {}
        self.titles: dict[str, str] = {}
        self.edges: dict[tuple[str, str], Edge] = {}

    def build(self, tree: Tree) -> Chain | None:
        """The chain, as far as it can be read. Sources first and edges last: what is named must be known."""
        top = self.part("chain", lambda: self.read.mapping(tree, "file", TOP, ("chain", "segments")))
        if top is None:
            return None
        self.part("sources", lambda: self.each(top, "sources", self.source))
        self.part("segments", lambda: self.each(top, "segments", self.segment))
        self.part("edges", lambda: self.each(top, "edges", self.edge))
        chain = self.part("chain", lambda: self.head(top.get("chain")))
        if chain is not None:
            self.days(chain)
        return chain

    def part(self, name: str, read: Callable[[], T]) -> T:
        """Read a part of the chain; faults name the table that holds it."""
        self.faults.at("", self.tables.get(name, self.file))
        return read()

    def each(self, top: Mapped, key: str, take: Callable[[Tree], None]) -> None:
        """Read each member of a list."""
        for item in self.read.items(top, key):
            take(item)
            self.faults.at("")

    def head(self, tree: Tree | None) -> Chain | None:
        """The head with everything else."""
        read = self.read
        head = read.mapping(tree, "chain", CHAIN, CHAIN[:5]) if tree is not None else None
        stated = read.day(head, "stated") if head is not None else None
        if head is None or stated is None:
            return None
        return Chain(
            id=read.identifier(head, "id"),
            title=read.text(head, "title"),
            title_en=read.text(head, "title_en"),
            stated=stated,
            root=read.words(head, "root"),
            segments=tuple(self.segments.values()),
            edges=tuple(self.edges.values()),
            sources=self.sources,
            notice=read.text(head, "notice", lines=True),
            note=read.text(head, "note", lines=True),
            cycles_ok=read.text(head, "cycles_ok"),
            stale_years=read.count(head, "stale_years", STALE_YEARS, _MOST_YEARS),
            groups=read.names(head, "groups"),
            core_industries=self.industries(head, "core_industries"),
            accepted=tuple(answer for item in read.items(head, "accepted") if (answer := self.answer(item))),
            file=self.file,
        )

    def answer(self, tree: Tree) -> Answer | None:
        """An answer to a finding of the review."""
        one = self.read.mapping(tree, "accepted", ANSWER, ("finding", "because"))
        if one is None:
            return None
        text = self.read.text
        return Answer(text(one, "finding"), text(one, "because"), text(one, "at"), line=tree.line)

    def source(self, tree: Tree) -> None:
        """One source."""
        read = self.read
        one = read.mapping(tree, "sources", SOURCE, ("id", "title"))
        if one is None:
            return
        found = Source(
            id=read.text(one, "id"),
            title=read.text(one, "title"),
            publisher=read.text(one, "publisher"),
            published=read.day(one, "published"),
            url=read.address(one, "url"),
            grade=read.choice(one, "grade", _SOURCE_GRADES, "D"),
            line=tree.line,
        )
        if found.id and self.fresh("source", found.id, tree.line):
            self.sources[found.id] = found

    def segment(self, tree: Tree) -> None:
        """One segment."""
        read = self.read
        one = read.mapping(tree, "segments", SEGMENT, SEGMENT[:6])
        if one is None:
            return
        self.faults.at(read.text(one, "id"))
        found = Segment(
            id=read.identifier(one, "id"),
            title=read.text(one, "title"),
            title_en=read.text(one, "title_en"),
            position=read.choice(one, "position", _POSITIONS, "upstream"),
            tier=read.count(one, "tier", 1, _MOST_TIER),
            group=read.text(one, "group"),
            products=self.products(one),
            industries=self.industries(one),
            excludes=read.words(one, "excludes"),
            note=read.text(one, "note", lines=True),
            sources=self.known_sources(one),
            line=tree.line,
        )
        if found.id and self.fresh("segment", found.id, tree.line):
            self.segments[found.id] = found
            self.titles.setdefault(found.title, found.id)

    def fresh(self, what: str, name: str, line: int) -> bool:
        """Whether an id is new; one that stands twice is a fault."""
        before = self.lines.setdefault(f"{what} {name}", line)
        known = name in (self.sources if what == "source" else self.segments)
        if known:
            self.read.refuse(line, "chain_id_twice", found=name, line=before)
        return not known

    def products(self, owner: Mapped) -> tuple[Product, ...]:
        """Products as a bare name or {name, aliases}; each name once in a segment."""
        found: list[Product] = []
        named: list[tuple[Tree, str]] = []
        for item in self.read.items(owner, "products"):
            if isinstance(item, Scalar):
                product = Product(self.read.word(item, "products"))
            else:
                one = self.read.mapping(item, "products", ("name", "aliases"), ("name",))
                product = Product(self.read.text(one, "name"), self.read.words(one, "aliases")) if one else Product("")
            names = [(item, name) for name in (product.name, *product.aliases)]
            if product.name:
                found.append(product)
                named += names
            elif isinstance(item, Scalar):
                named += names
        self.read.distinct(named, "products")
        return tuple(found)

    def industries(self, owner: Mapped, key: str = "industries") -> tuple[str, ...]:
        """Codes that the national standard has."""
        words = self.read.words(owner, key)
        for item in self.read.items(owner, key):
            if not isinstance(item, Scalar) or not item.text.strip():
                continue
            code = item.text.strip()
            known = codes.industry(code)
            if known is None or known.code != code:
                near = f"{known.code} {known.name}" if known else self.nearest_code(code)
                self.read.refuse(item.line, "chain_industry", found=code[:20], nearest=near)
        return words

    def nearest_code(self, code: str) -> str:
        """The code that is likely meant, with its name."""
        return self.faults.guess(lambda: codes.nearest_code(code))

    def known_sources(self, owner: Mapped) -> tuple[str, ...]:
        """Ids of sources, each of which the file has."""
        words = self.read.words(owner, "sources")
        for word in words:
            if word not in self.sources:
                near = self.faults.nearest(word, self.sources)
                self.read.refuse(owner.line_of("sources"), "chain_source_unknown", found=word, nearest=near)
        return words

    def edge(self, tree: Tree) -> None:
        """One edge."""
        read = self.read
        one = read.mapping(tree, "edges", EDGE, EDGE[:4])
        if one is None:
            return
        supplier, customer = read.text(one, "from"), read.text(one, "to")
        self.faults.at(f"{supplier}>{customer}")
        found = Edge(
            supplier=supplier,
            customer=customer,
            product=read.text(one, "product"),
            essential=read.choice(one, "essential", _ESSENTIAL, 0),
            sources=self.known_sources(one),
            stated=read.day(one, "stated"),
            confidence=read.choice(one, "confidence", _GRADES, "D"),
            line=tree.line,
        )
        self.ends(one, found)
        twin = self.edges.setdefault((found.ends, found.product), found)
        if twin is not found:
            read.refuse(tree.line, "chain_edge_twice", found=found.ends, product=found.product, line=twin.line)

    def ends(self, one: Mapped, edge: Edge) -> None:
        """Both ends of an edge are segments, and not the same one."""
        for key, end in (("from", edge.supplier), ("to", edge.customer)):
            if end and end not in self.segments:
                near = self.titles.get(end) or self.faults.nearest(end, self.segments)
                self.read.refuse(one.line_of(key), "chain_segment_unknown", key=key, found=end, nearest=near)
        if edge.supplier and edge.supplier == edge.customer:
            self.read.refuse(edge.line, "chain_edge_self", found=edge.supplier)

    def days(self, chain: Chain) -> None:
        """Nothing that a chain says can be younger than the chain itself."""
        for source in chain.sources.values():
            self.not_after(source.published, chain.stated, "sources", "published", source.id, source.line)
        for edge in chain.edges:
            self.not_after(edge.stated, chain.stated, "edges", "stated", edge.ends, edge.line)

    def not_after(self, day: date | None, latest: date, part: str, key: str, at: str, line: int) -> None:
        """Note a day after the chain's own."""
        if day is not None and day > latest:
            self.faults.at(at, self.tables.get(part, self.file))
            self.read.refuse(line, "chain_day_future", key=key, found=day, expected=latest)
