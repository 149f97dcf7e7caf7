"""Ecosystems (生态圈): whom a parent incubated and holds, generation by generation, with the words of the source.

Incubation is what relations of the registry say (engine.chain.network.offspring); held firms are direct holdings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from yanlian.apps.chains.called import Called, called
from yanlian.apps.chains.held import Direct, around
from yanlian.apps.chains.in_use import chains_in_use
from yanlian.apps.chains.models import Placement
from yanlian.apps.chains.names import chain_title
from yanlian.apps.chains.tree_chart import Branch
from yanlian.apps.people.access import Anyone
from yanlian.apps.registry.models import FOREVER, Registration, Relation
from yanlian.engine.chain.network.offspring import Offspring, offspring_of
from yanlian.ui.numbers import rate
from yanlian.ui.words import t, word


@dataclass(frozen=True, slots=True)
class Incubated:
    """That a parent incubated a child, and the source's words."""

    parent: str
    child: str
    source: str
    quote: str


def incubations(day: date) -> list[Incubated]:
    """All relations of incubation in force on a day; one for each pair, the first source's."""
    rows = Relation.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), kind=Relation.Kind.INCUBATED, replaced_at=FOREVER
    )
    fields = ("from_entity__code", "to_entity__code", "source", "quote")
    found: dict[tuple[str, str], Incubated] = {}
    for row in rows.order_by("pk").values_list(*fields):
        found.setdefault((row[0], row[1]), Incubated(*row))
    return list(found.values())


def forest(told: Collection[Incubated]) -> Offspring:
    """Who descends from whom. Refused("offspring_circle")."""
    return offspring_of((one.parent, one.child) for one in told)


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """One parent in the list: how many offspring by generation, how many firms it holds, on which chains they stand."""

    parent: Called
    generations: tuple[int, ...]
    held: int
    chains: str

    @property
    def offspring(self) -> int:
        """Offspring of all generations."""
        return sum(self.generations)


def ecosystems(user: Anyone, day: date) -> list[Ecosystem]:
    """Every parent that incubated somebody and was not incubated itself, the one with most offspring first."""
    made = forest(incubations(day))
    below = {root: [one for generation in made.generations(root) for one in generation] for root in made.roots}
    names = called(made.roots, user)
    fields = fields_of({one for some in below.values() for one in some})
    found = [
        Ecosystem(names[root], made.counts(root), len(held_by(root, day)), joined(below[root], fields))
        for root in made.roots
    ]
    return sorted(found, key=lambda one: (-one.offspring, one.parent.code))


def held_by(code: str, day: date) -> list[Direct]:
    """The direct holdings of one organisation."""
    return [one for one in around(code, day, most=1).direct if one.holder == code]


def fields_of(codes: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Of each organisation the chains it stands on, or else the cluster of its registration, in words."""
    titles = {one.id: chain_title(one) for one in chains_in_use()}
    found: dict[str, list[str]] = {}
    placed = Placement.objects.filter(entity__code__in=codes).exclude(state=Placement.State.REJECTED)
    for code, chain in placed.order_by("entity__code", "chain").values_list("entity__code", "chain").distinct():
        found.setdefault(code, []).append(titles.get(chain, chain))
    registered = Registration.objects.filter(entity__code__in=codes, replaced_at=FOREVER).exclude(cluster=None)
    for code, cluster in registered.values_list("entity__code", "cluster"):
        if code not in found and cluster:
            found[code] = [t("{c}集群", "{c} cluster", c=word("cluster", cluster))]
    return {code: tuple(some) for code, some in found.items()}


def joined(codes: Collection[str], fields: Mapping[str, tuple[str, ...]]) -> str:
    """The chains of several organisations, each once."""
    return t("、", ", ").join(dict.fromkeys(field for code in codes for field in fields.get(code, ())))


@dataclass(frozen=True, slots=True)
class Member:
    """One organisation of an ecosystem: in which generation, through whom, on which chains, who says so."""

    who: Called
    # 1 for what the parent incubated itself; 0 for a firm that it only holds.
    generation: int
    through: str
    share_ppm: int | None
    fields: str
    source: str
    quote: str

    @property
    def way(self) -> str:
        """How it belongs."""
        if not self.generation:
            return t("持股", "held")
        return t("孵化第{n}代", "incubated, generation {n}", n=self.generation)


def members(code: str, user: Anyone, day: date) -> tuple[list[Member], Branch]:
    """Everybody of one parent's ecosystem, and the same as a tree. Refused("offspring_circle")."""
    told = incubations(day)
    made = forest(told)
    generations = made.generations(code)
    held = {one.held: one for one in held_by(code, day)}
    codes = {code, *held, *(one for generation in generations for one in generation)}
    delivered = {one.held: one.held_name for one in held.values() if one.held_name}
    names, fields = called(codes, user, delivered), fields_of(codes)
    said = {(one.parent, one.child): one for one in told}
    found = []
    for place, generation in enumerate(generations, 1):
        before = {code} if place == 1 else set(generations[place - 2])
        for child in generation:
            parent = next(one for one in made.parents[child] if one in before)
            source = said[parent, child]
            share = held[child].share_ppm if child in held else None
            through = names[parent].name
            words = joined([child], fields)
            found.append(Member(names[child], place, through, share, words, source.source, source.quote))
    offspring = {one.who.code for one in found}
    for other, holding in held.items():
        if other not in offspring:
            words = joined([other], fields)
            found.append(Member(names[other], 0, names[code].name, holding.share_ppm, words, holding.source, ""))
    return found, _tree(code, made, held, names)


def _tree(code: str, made: Offspring, held: Mapping[str, Direct], names: Mapping[str, Called]) -> Branch:
    children = made.children.get(code, ())
    root = Branch(names[code].name, below=[_branch(child, made, names) for child in children])
    shown = set(children)
    for other, holding in held.items():
        if other not in shown:
            root.below.append(Branch(names[other].name, rate(holding.share_ppm), kind=1))
    return root


def _branch(code: str, made: Offspring, names: Mapping[str, Called]) -> Branch:
    return Branch(names[code].name, below=[_branch(child, made, names) for child in made.children.get(code, ())])
