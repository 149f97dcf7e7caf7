"""Sets of atoms as unary tests that a person can read and paste, and examples in the units of the table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from yanlian.engine.feel.tables.domain import Atom, Domain, Section, spelled_atom
from yanlian.engine.feel.tables.sweep import bits

_HUNDRED_MILLION, _TEN_THOUSAND = Decimal(100_000_000), Decimal(10_000)


def spelled_region(domain: Domain, atoms: int, space: int) -> str:
    """The unary tests that hold on these atoms and, within the space, nowhere else."""
    if atoms == space:
        return "-"
    if atoms == space & ~domain.null:
        return "not(null)"
    tests: list[str] = []
    for section in domain.sections.values():
        inside = ((1 << len(section.atoms)) - 1) << section.start
        own = atoms & inside
        if section.listed and any(domain.atoms[i].other for i in bits(own)):
            return _all_but(domain, space & ~atoms, null=bool(atoms & domain.null) or not space & domain.null)
        if section.listed:
            tests += [domain.atoms[i].low for i in bits(own)]
        else:
            tests += _ranges(section, own >> section.start, (space & inside) >> section.start)
    if atoms & domain.null:
        tests.append("null")
    return ", ".join(tests)


def _all_but(domain: Domain, outside: int, *, null: bool) -> str:
    tests = [domain.atoms[i].low for i in bits(outside & ~domain.null) if domain.atoms[i].point]
    if not null:
        tests.append("null")
    return f"not({', '.join(tests)})" if tests else "-"


def _ranges(section: Section, own: int, space: int) -> Iterator[str]:
    """Runs of neighbouring atoms as ranges; atoms outside the space may lie in between."""
    run: list[Atom] = []
    for i, atom in enumerate(section.atoms):
        if own >> i & 1:
            run.append(atom)
        elif run and space >> i & 1:
            yield _range(run)
            run = []
    if run and not (run[0].low or run[-1].high or run[-1].point):
        # The whole line, in a column that holds other kinds of values as well: said at one of its borders.
        border = next((atom.low for atom in run if atom.low), "")
        yield f"< {border}, >= {border}" if border else "not(null)"
    elif run:
        yield _range(run)


def _range(run: list[Atom]) -> str:
    first, last = run[0], run[-1]
    if first.point and first is last:
        return first.low
    low, high = first.low, last.low if last.point else last.high
    if not low:
        return f"{'<=' if last.point else '<'} {high}"
    if not high:
        return f"{'>=' if first.point else '>'} {low}"
    return f"{'[' if first.point else '('}{low}..{high}{']' if last.point else ')'}"


def chosen(domain: Domain, atoms: int) -> int:
    """The atom from which the example is taken: a border or listed value if there is one, else something between two
    borders; null and what is beyond the last border come last."""

    best, least = 0, 9
    for i in bits(atoms):
        rank = _rank(domain.atoms[i])
        if rank < least:
            best, least = i, rank
            if not rank:
                break
    return best


def _rank(atom: Atom) -> int:
    if atom.example is None:
        return 4
    if atom.point:
        return 0
    return 1 if atom.low and atom.high else 2 if atom.low or atom.other else 3


def shown(domain: Domain, atom: Atom) -> str:
    """The example of an atom: money and rates as the table writes its own."""
    if atom.point or not isinstance(atom.example, Decimal):
        return spelled_atom(atom)
    spellings = [one.low for one in domain.atoms if one.point and one.low]
    if any(text.endswith("%") for text in spellings):
        return f"{_plain(atom.example * 100)}%"
    if any(text.endswith("元") for text in spellings):
        return _money(atom.example)
    return spelled_atom(atom)


def _money(yuan: Decimal) -> str:
    for size, unit in ((_HUNDRED_MILLION, "亿元"), (_TEN_THOUSAND, "万元")):
        if abs(yuan) >= size and not yuan % (size / 100):
            return f"{_plain(yuan / size)}{unit}"
    return f"{_plain(yuan)}元"


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
