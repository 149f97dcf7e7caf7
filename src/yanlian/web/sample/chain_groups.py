"""Groups of firms in the sample: who holds whom, with a majority that only shows when summed, a cross-holding, a
presumption and an unknown share; two generations of offspring. All fictional, and said so in the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from yanlian.apps.registry.actions import RelationTerms, add_relation
from yanlian.apps.registry.models import Entity, Relation
from yanlian.web.sample.chain_firms import firms_of, rng_of

SOURCE = "样例股权与孵化数据（虚构）"
_SINCE = date(2020, 6, 1)
_FIRMS, _PERSONS = 8, 2
# Holder, held, share in millionths (None: not stated). 0 … 7 are firms, 8 and 9 persons.
_HOLDINGS: Sequence[tuple[int, int, int | None]] = (
    (8, 0, 650_000),
    (9, 0, 200_000),
    (0, 1, 700_000),
    (0, 2, 600_000),
    (1, 3, 300_000),
    (2, 3, 250_000),
    (7, 3, 450_000),
    (3, 4, 1_000_000),
    (4, 1, 50_000),
    (0, 5, 350_000),
    (6, 5, 100_000),
    (6, 7, None),
)
_OFFSPRING = ((0, 5), (5, 6))


def load_groups(clusters: Sequence[str], at: datetime) -> int:
    """One group in each cluster that has enough firms and persons. How many relations stand; repeated it adds none."""
    persons = list(Entity.objects.filter(kind=Entity.Kind.PERSON, fictional=True).order_by("code")[:200])
    stated = 0
    for cluster in clusters:
        keys = [firm.pk for firm in firms_of(cluster)]
        if len(keys) < _FIRMS or len(persons) < _PERSONS:
            continue
        rng = rng_of("groups", cluster)
        chosen = sorted(rng.choice(len(keys), size=_FIRMS, replace=False).tolist())
        firms = {one.pk: one for one in Entity.objects.filter(pk__in=[keys[place] for place in chosen])}
        ends = [firms[keys[place]] for place in chosen]
        ends += [persons[place] for place in rng.choice(len(persons), size=_PERSONS, replace=False).tolist()]
        for holder, held, share in _HOLDINGS:
            terms = RelationTerms(source=SOURCE, share_ppm=share, valid_from=_SINCE)
            add_relation(Relation.Kind.OWNS, ends[holder], ends[held], terms, recorded_at=at)
            stated += 1
        for parent, child in _OFFSPRING:
            terms = RelationTerms(source=SOURCE, valid_from=_SINCE)
            add_relation(Relation.Kind.INCUBATED, ends[parent], ends[child], terms, recorded_at=at)
            stated += 1
    return stated
