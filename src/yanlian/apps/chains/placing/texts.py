"""What the registry knows of enterprises in words: names, scope of business, products, industry; and their size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max

from yanlian.apps.chains.models import ProductText
from yanlian.apps.registry.models import FOREVER, Alias, Entity, Registration, TaxYear
from yanlian.engine.chain.placement.profiles import Profile, Written

PPM = 1_000_000
_BATCH = 500
# Registered states in which a firm is no longer here.
GONE = ("注销", "吊销", "迁出")


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise as the workbench sees it. `size_fen`: revenue of the last year it declared, else its registered
    capital, else null."""

    pk: int
    code: str
    name: str
    fictional: bool
    industry: str
    size_fen: int | None
    profile: Profile


def state() -> tuple[object, ...]:
    """Changes when anything that `firms` reads has changed."""
    known = Entity.objects.filter(kind=Entity.Kind.ENTERPRISE).aggregate(Count("pk"), Max("recorded_at"))
    rest = [model.objects.aggregate(Count("pk"), Max("recorded_at")) for model in (Registration, ProductText, Alias)]
    return tuple(value for one in [known, *rest] for value in one.values())


def firms(keys: Sequence[int] | None = None) -> list[Firm]:
    """All enterprises that are here, or some of them, in the order of their codes."""
    found = Entity.objects.filter(kind=Entity.Kind.ENTERPRISE).order_by("code")
    rows = list(found.values_list("pk", "code", "name", "fictional"))
    if keys is not None:
        wanted = set(keys)
        rows = [row for row in rows if row[0] in wanted]
    here = [row[0] for row in rows]
    registered = {pk: (scope, industry, capital) for pk, scope, industry, capital in _registered(here)}
    names, products = _texts(here)
    revenue = {pk: fen for pk, _, fen in sorted(_revenues(here), key=lambda one: one[:2]) if fen}
    made = []
    for pk, code, name, fictional in rows:
        scope, industry, capital = registered.get(pk, (None, None, None))
        texts = [Written("name", one) for one in (name, *names[pk])]
        texts += [Written("scope", scope)] if scope else []
        texts += products[pk]
        texts += [Written("industry", industry)] if industry else []
        size = revenue.get(pk) or capital
        made.append(Firm(pk, code, name, fictional, industry or "", size, Profile(str(pk), tuple(texts))))
    return made


def _texts(here: Sequence[int]) -> tuple[dict[int, list[str]], dict[int, list[Written]]]:
    names: dict[int, list[str]] = defaultdict(list)
    products: dict[int, list[Written]] = defaultdict(list)
    wanted = set(here)
    for pk, name in Alias.objects.order_by("pk").values_list("entity_id", "name"):
        if pk in wanted:
            names[pk].append(name)
    for pk, text, share in ProductText.objects.order_by("pk").values_list("entity_id", "text", "revenue_share_ppm"):
        if pk in wanted:
            products[pk].append(Written("product", text, None if share is None else share / PPM))
    return names, products


def _registered(here: Sequence[int]) -> Iterable[tuple[int, str | None, str | None, int | None]]:
    """Scope, industry and capital of those that are here."""
    current = Registration.objects.filter(replaced_at=FOREVER).exclude(status__in=GONE)
    if len(here) <= _BATCH:
        current = current.filter(entity__in=here)
    return current.values_list("entity_id", "scope", "industry", "capital_fen")


def _revenues(here: Sequence[int]) -> Iterable[tuple[int, int, int | None]]:
    """Revenue of each declared year."""
    current = TaxYear.objects.filter(replaced_at=FOREVER)
    if len(here) <= _BATCH:
        current = current.filter(entity__in=here)
    return current.values_list("entity_id", "year", "revenue_fen")
