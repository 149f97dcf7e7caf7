"""企业名录: every organisation of the registry, found by name, former or other name, or code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.db.models import FilteredRelation, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from yanlian.apps.people.access import Permission, page
from yanlian.apps.registry.models import FOREVER, Entity, IndustryTitle, Registration, ScienceTitle
from yanlian.ui.list_page import show
from yanlian.ui.names import masked
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Choice, Column, Filter, Kind, Listing, word_choices
from yanlian.ui.words import say, t, words

# Most titles that the filter offers.
MOST_TITLES = 60


def shown_name(entity: Entity) -> str:
    """The name as pages show it: persons are masked."""
    return masked(entity.name) if entity.kind == Entity.Kind.PERSON else entity.name


class MadeUp(Protocol):
    """Whatever knows of itself that it may be made up."""

    @property
    def fictional(self) -> bool: ...


def fictional_badge(who: MadeUp) -> str | None:
    """虚构 beside every made-up enterprise of a sample."""
    return t("虚构", "fictional") if who.fictional else None


def dossier_href(entity: Entity) -> str:
    return reverse("dossier", args=[entity.code])


def registration_of(entity: Entity) -> Registration | None:
    """The registration that stands; prefetched by `organisations`."""
    return next(iter(entity.registration_set.all()), None)


def _cluster(entity: Entity) -> str | None:
    found = registration_of(entity)
    return found.cluster if found else None


def _industry(entity: Entity) -> str | None:
    found = registration_of(entity)
    return found.industry if found else None


def _status(entity: Entity) -> str | None:
    found = registration_of(entity)
    return found.status if found else None


def _titles(entity: Entity) -> str:
    names = [one.kind for one in [*entity.sciencetitle_set.all(), *entity.industrytitle_set.all()] if one.kind]
    return "、".join(dict.fromkeys(names))


def organisations() -> QuerySet[Entity]:
    """All entities with what the list shows of them: the registration that stands and the titles that stand."""
    standing = Q(replaced_at=FOREVER)
    return Entity.objects.annotate(
        standing=FilteredRelation("registration", condition=Q(registration__replaced_at=FOREVER))
    ).prefetch_related(
        Prefetch("registration_set", queryset=Registration.objects.filter(standing)),
        Prefetch("sciencetitle_set", queryset=ScienceTitle.objects.filter(standing, revoked_on=None)),
        Prefetch("industrytitle_set", queryset=IndustryTitle.objects.filter(standing, revoked_on=None)),
    )


def _industries() -> list[Choice]:
    return [Choice(code, f"{code} {one}") for code, one in words("industry").items()]


def _title_kinds() -> Sequence[Choice]:
    kinds: set[str] = set()
    for model in (ScienceTitle, IndustryTitle):
        found = model.objects.filter(replaced_at=FOREVER).exclude(kind=None).values_list("kind", flat=True).distinct()
        kinds.update(kind for kind in found[:MOST_TITLES] if kind)
    return [Choice(kind, kind) for kind in sorted(kinds)]


ENTITIES: Listing[Entity] = Listing(
    title=("企业名录", "Registry"),
    file_name="registry",
    search_hint=("按名称、简称、曾用名或统一社会信用代码搜索", "Search by name, short or former name, or USCC"),
    first_order="name",
    columns=(
        Column("name", ("名称", "Name"), shown_name, main=True, link=dossier_href, badge=fictional_badge),
        Column("code", ("统一社会信用代码或编号", "USCC or code"), lambda one: one.code, Kind.CODE),
        Column("kind", ("类型", "Kind"), lambda one: one.kind, Kind.WORD, words="kind"),
        Column("cluster", ("产业集群", "Cluster"), _cluster, Kind.WORD, words="cluster"),
        Column("industry", ("行业代码", "Industry"), _industry, Kind.CODE),
        Column("titles", ("资质", "Titles"), _titles, sortable=False),
        Column("status", ("登记状态", "Status"), _status),
    ),
    filters=(
        Filter("kind", ("类型", "Kind"), word_choices("kind")),
        Filter("cluster", ("产业集群", "Cluster"), word_choices("cluster")),
        Filter("industry", ("行业门类", "Industry section"), _industries),
        Filter("title", ("资质", "Title"), _title_kinds),
    ),
    empty=(
        "名录还是空的。请先导入市场监管局的登记数据。",
        "The registry is empty. Import the registrations of the Market Supervision Bureau first.",
    ),
    calibre=(
        ("行业代码为国民经济行业分类 GB/T 4754-2017。", "Industry codes follow GB/T 4754-2017."),
        (
            "“虚构”为生成的示例主体，不对应任何真实企业。",
            "“Fictional” marks generated examples that are no real firm.",
        ),
    ),
)


@page(owner="registry", permission=Permission.SEE_ENTITIES)
def entities(request: HttpRequest) -> HttpResponseBase:
    """企业名录. Persons are shown only when one asks for them, masked, and are found by code only."""
    persons = request.GET.get("kind") == Entity.Kind.PERSON
    rows = organisations() if persons else organisations().exclude(kind=Entity.Kind.PERSON)
    by_name = ("name__icontains", "aliases__name__icontains", "former_names__name__icontains", "uscc__icontains")
    listed = FromDatabase(
        rows,
        search=("code__iexact",) if persons else ("code__icontains", *by_name),
        filters={
            "kind": lambda value: Q(kind=value),
            "cluster": lambda value: Q(registration__cluster=value, registration__replaced_at=FOREVER),
            "industry": lambda value: Q(registration__industry__startswith=value, registration__replaced_at=FOREVER),
            "title": lambda value: (
                Q(sciencetitle__kind=value, sciencetitle__replaced_at=FOREVER, sciencetitle__revoked_on=None)
                | Q(industrytitle__kind=value, industrytitle__replaced_at=FOREVER, industrytitle__revoked_on=None)
            ),
        },
        orders={
            "name": "name",
            "code": "code",
            "kind": "kind",
            "cluster": "standing__cluster",
            "industry": "standing__industry",
            "status": "standing__status",
        },
    )
    return show(request, ENTITIES, listed, more={"crumbs": [(say(ENTITIES.title), None)]})
