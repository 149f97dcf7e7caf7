"""The review of a chain: what a reader of the map would stumble over, though the file can be read.

An error must be mended; a warning is mended or answered in the file (`accepted`, for circles `cycles_ok`); a hint is
worth a second look and needs no answer.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yanlian.base.finding import Severity
from yanlian.base.refusal import Refused
from yanlian.engine.chain.template.finding import Finding
from yanlian.engine.chain.template.model import POSITIONS, Chain, Edge, Segment

_ORDER = {position: n for n, position in enumerate(POSITIONS)}
CYCLE = "chain_cycle"
# A division of two digits (39 电子, 65 软件) is no mark of a chain.
LEAST_DIGITS = 3


def check_chain(chain: Chain, day: date) -> tuple[Finding, ...]:
    """What the review finds on a day, by line; answered warnings carry their answer. Cost: linear in the size of the
    chain."""
    found = [*_days(chain, day), *_segments(chain), *_lanes(chain), *_edges(chain), *_names(chain), *_cycles(chain)]
    answers = _answers(chain)
    answered = [_answered(one, answers) for one in found]
    answered += _idle_answers(chain, answered)
    return tuple(sorted(answered, key=lambda one: (one.line, one.code)))


def _finding(chain: Chain, severity: Severity, line: int, at: str, code: str, /, **data: object) -> Finding:
    return Finding(chain.file or chain.id, line, at, Refused(code, **data), severity)


def years_before(day: date, years: int) -> date:
    """The same day some years earlier; of 29 February the 28th where there is no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _days(chain: Chain, day: date) -> Iterator[Finding]:
    """A chain from the future, and statements that are due to be looked at again."""
    if chain.stated > day:
        yield _finding(chain, "error", 0, "", "chain_ahead", found=chain.stated, expected=day)
    oldest = years_before(day, chain.stale_years)
    if chain.stated < oldest:
        yield _finding(chain, "warning", 0, "", "chain_stale", found=chain.stated, years=chain.stale_years)
    for edge in chain.edges:
        if edge.stated is not None and edge.stated < oldest:
            yield _edge(chain, edge, "warning", "chain_edge_stale", found=edge.stated, years=chain.stale_years)


def _segments(chain: Chain) -> Iterator[Finding]:
    """Segments that hang in the air, without a source, or about which too little is said to place a firm."""
    into = {edge.customer for edge in chain.edges}
    out = {edge.supplier for edge in chain.edges}
    for one in chain.segments:
        if one.id not in into | out:
            yield _at(chain, one, "warning", "chain_orphan")
        elif one.id not in into and one.position != "upstream":
            yield _at(chain, one, "hint", "chain_no_input")
        elif one.id not in out and one.position != "downstream":
            yield _at(chain, one, "hint", "chain_no_output")
        if not one.sources:
            yield _at(chain, one, "warning", "chain_segment_unsourced")
        if not one.products:
            yield _at(chain, one, "hint", "chain_no_products")
        if not one.industries:
            yield _at(chain, one, "hint", "chain_no_industries")
    if not chain.root:
        yield _finding(chain, "warning", 0, "", "chain_no_root")
    yield from _core(chain)


def _core(chain: Chain) -> Iterator[Finding]:
    """Core industries that let firms in whom no segment awaits; a chain without any, which codes alone never open."""
    if not chain.core_industries:
        yield _finding(chain, "hint", 0, "", "chain_no_core")
    codes = {code for one in chain.segments for code in one.industries}
    for core in chain.core_industries:
        if len(core) < LEAST_DIGITS:
            yield _finding(chain, "warning", 0, "", "chain_core_wide", found=core, digits=LEAST_DIGITS)
        elif not any(code.startswith(core) or core.startswith(code) for code in codes):
            yield _finding(chain, "warning", 0, "", "chain_core_idle", found=core)


def _lanes(chain: Chain) -> Iterator[Finding]:
    """Lanes that English pages can only call by their Chinese name, and English names of lanes that are not there. A
    chain without any such names gives them none on purpose: no more than a hint."""
    severity: Severity = "warning" if chain.groups else "hint"
    first = {one.group: one for one in reversed(chain.segments)}
    for lane in chain.lanes:
        if lane not in chain.groups:
            yield _finding(chain, severity, first[lane].line, first[lane].id, "chain_group_no_english", found=lane)
    for name in chain.groups:
        if name not in first:
            yield _finding(chain, "warning", 0, "", "chain_group_idle", found=name, known="、".join(chain.lanes)[:200])


def _at(chain: Chain, one: Segment, severity: Severity, code: str, **data: object) -> Finding:
    return _finding(chain, severity, one.line, one.id, code, found=one.title, **data)


def _edges(chain: Chain) -> Iterator[Finding]:
    """Edges without source or day, surer than their sources, or against the direction of the chain."""
    used: set[str] = {source for one in chain.segments for source in one.sources}
    for edge in chain.edges:
        used.update(edge.sources)
        if not edge.sources:
            yield _edge(chain, edge, "warning", "chain_edge_unsourced")
        else:
            best = min(chain.sources[one].grade for one in edge.sources if one in chain.sources)
            if edge.confidence < best:
                yield _edge(chain, edge, "warning", "chain_confidence", found=edge.confidence, best=best)
        if edge.stated is None:
            yield _edge(chain, edge, "hint", "chain_edge_undated")
        yield from _direction(chain, edge)
    for source in chain.sources.values():
        if source.id not in used:
            yield _finding(chain, "hint", source.line, "", "chain_source_unused", found=source.id)


def _edge(chain: Chain, edge: Edge, severity: Severity, code: str, **data: object) -> Finding:
    return _finding(chain, severity, edge.line, edge.ends, code, product=edge.product, **data)


def _direction(chain: Chain, edge: Edge) -> Iterator[Finding]:
    ends = chain.by_id.get(edge.supplier), chain.by_id.get(edge.customer)
    if ends[0] is None or ends[1] is None:
        return
    first, second = ends[0], ends[1]
    if _ORDER[first.position] > _ORDER[second.position]:
        (from_zh, from_en), (to_zh, to_en) = POSITIONS[first.position], POSITIONS[second.position]
        phrases = {"from_zh": from_zh, "from_en": from_en.lower(), "to_zh": to_zh, "to_en": to_en.lower()}
        yield _edge(chain, edge, "warning", "chain_edge_back", **phrases)
    elif first.position == second.position and first.tier > second.tier:
        yield _edge(chain, edge, "hint", "chain_edge_tier", found=first.tier, expected=second.tier)


def folded(name: str) -> str:
    """A name as it is compared: width, case and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _names(chain: Chain) -> Iterator[Finding]:
    """Titles and products that two segments share: a firm that writes them could stand on either."""
    titles: dict[str, Segment] = {}
    names: dict[str, tuple[Segment, bool]] = {}
    for one in chain.segments:
        first = titles.setdefault(folded(one.title), one)
        if first is not one:
            yield _at(chain, one, "warning", "chain_title_twice", other=first.id)
        for product in one.products:
            for name in (product.name, *product.aliases):
                alias = name != product.name
                other, was_alias = names.setdefault(folded(name), (one, alias))
                if other is not one:
                    code = "chain_alias_clash" if alias or was_alias else "chain_product_twice"
                    yield _at(chain, one, "warning", code, name=name, other=other.id)
    prefixes = {one.id.split("-")[0] for one in chain.segments}
    if len(prefixes) > 1:
        yield _finding(chain, "hint", 0, "", "chain_prefixes", found="、".join(sorted(prefixes)[:8]))


def _cycles(chain: Chain) -> Iterator[Finding]:
    """One finding for each set of segments that supply each other in a circle, with a shortest circle among them."""
    for circle, size in cycles(chain):
        shown = " → ".join([*circle, circle[0]])
        line = chain.by_id[circle[0]].line
        yield _finding(chain, "warning", line, circle[0], CYCLE, found=shown, segments=size)


def cycles(chain: Chain) -> Iterator[tuple[tuple[str, ...], int]]:
    """Of each strongly connected set of more than one segment: a shortest circle through its first segment, and how
    many segments the set has. (Tarjan 1972, by scipy.)"""
    place = {one.id: n for n, one in enumerate(chain.segments)}
    known = [edge for edge in chain.edges if edge.supplier in place and edge.customer in place]
    if not known:
        return
    rows = np.array([place[edge.supplier] for edge in known])
    columns = np.array([place[edge.customer] for edge in known])
    graph = csr_array((np.ones(len(known)), (rows, columns)), shape=(len(place), len(place)))
    _, label = connected_components(graph, directed=True, connection="strong")
    members: dict[int, list[int]] = defaultdict(list)
    for node, group in enumerate(label):
        members[int(group)].append(node)
    after: dict[int, list[int]] = defaultdict(list)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if label[row] == label[column]:
            after[row].append(column)
    for nodes in members.values():
        if len(nodes) > 1:
            circle = _circle(nodes[0], after)
            yield tuple(chain.segments[node].id for node in circle), len(nodes)


def _circle(start: int, after: dict[int, list[int]]) -> Sequence[int]:
    """A shortest way from a node back to itself."""
    before = {start: -1}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for following in after[node]:
            if following == start:
                way = [node]
                while before[way[-1]] >= 0:
                    way.append(before[way[-1]])
                return way[::-1]
            if following not in before:
                before[following] = node
                queue.append(following)
    raise AssertionError("a strongly connected set has a circle through each of its members")


def _answered(one: Finding, answers: Mapping[tuple[str, str], str]) -> Finding:
    """A warning with the answer that the chain's writer gave to it."""
    if one.severity != "warning":
        return one
    because = answers.get((one.code, one.at)) or answers.get((one.code, ""), "")
    return replace(one, accepted=because)


def _answers(chain: Chain) -> dict[tuple[str, str], str]:
    """Code and place (empty for everywhere) → reason; `cycles_ok` answers circles."""
    found = {(one.finding, one.at): one.because for one in reversed(chain.accepted)}
    return {**found, **({(CYCLE, ""): chain.cycles_ok} if chain.cycles_ok else {})}


def _idle_answers(chain: Chain, found: Iterable[Finding]) -> Iterator[Finding]:
    """Answers to what is not found (any more): they would hide it when it comes again."""
    given = {place for one in found if one.accepted for place in ((one.code, one.at), (one.code, ""))}
    if chain.cycles_ok and (CYCLE, "") not in given:
        yield _finding(chain, "warning", 0, "", "chain_answer_idle", found="cycles_ok", at="-")
    for answer in chain.accepted:
        if (answer.finding, answer.at) not in given:
            told = {"found": answer.finding, "at": answer.at or "-"}
            yield _finding(chain, "warning", answer.line, answer.at, "chain_answer_idle", **told)
