"""断链风险: which firms the district's economy can least do without, as computed once and kept."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime

from yanlian.apps.chains.models import RiskFigure, RiskRanking
from yanlian.apps.chains.risk_task_pages import under_way
from yanlian.apps.people.access import Permission, page, permits
from yanlian.ui.charts import Chart, Series, bars
from yanlian.ui.list_page import show
from yanlian.ui.rows import FromDatabase
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import say, t

_TOP = 13
_PER_CENT = 10_000_000


def per_cent(ppb: int) -> Decimal:
    """Billionths as per cent with three decimals."""
    return (Decimal(ppb) / _PER_CENT).quantize(Decimal("0.001"))


RISKS: Listing[RiskFigure] = Listing(
    title=("断链风险", "Chain-break risk"),
    file_name="chain-risk",
    search_hint=("按企业名称或代码搜索", "Search by firm or code"),
    first_order="rank",
    columns=(
        Column("rank", ("位次", "Rank"), lambda row: row.rank, Kind.COUNT),
        Column("name", ("企业", "Firm"), lambda row: row.entity.name, main=True,
               link=lambda row: reverse("firm-place", args=[row.entity.code])),
        Column("esri", ("停产损失（%）", "Lost if it stops (%)"), lambda row: str(per_cent(row.esri_ppb)),
               link=lambda row: f"{reverse('chain-shock')}?firm={row.entity.code}"),
        Column("inputs", ("缺料（%）", "Inputs (%)"), lambda row: str(per_cent(row.by_inputs_ppb))),
        Column("sales", ("缺客户（%）", "Sales (%)"), lambda row: str(per_cent(row.by_sales_ppb))),
        Column("revenue", ("自身营收", "Own revenue"), lambda row: row.revenue_fen, Kind.MONEY),
        Column("suppliers", ("供应商", "Suppliers"), lambda row: row.suppliers, Kind.COUNT),
        Column("customers", ("客户", "Customers"), lambda row: row.customers, Kind.COUNT),
    ),
    empty=("没有符合条件的企业。", "No firm matches."),
    calibre=(
        (
            "停产损失：占有供应关系的全部企业营收合计的比例，点开可逐级推演；供应商、客户只数本区的；缺料与缺客户分别计算，取较大的，不相加。",
            "Share of the revenue of all firms with links; open it to simulate. Of each firm the greater half counts.",
        ),
        (
            "只反映已知供应关系；不计恢复、补库和另寻供应商。",
            "Known links only; no recovery, restocking or new suppliers.",
        ),
    ),
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_CHAINS)
def risks(request: HttpRequest) -> HttpResponseBase:
    """The latest ranking, with what it was computed from."""
    ranking = RiskRanking.objects.select_related("made_by").first()
    may_edit = permits(request.user, Permission.EDIT_CHAINS)
    working = under_way() if may_edit else None
    if ranking is None:
        context = {"title": say(RISKS.title), "crumbs": [(say(RISKS.title), None)], "may_edit": may_edit}
        return render(request, "chains/risk_none.html", {**context, "working": working})
    listed = FromDatabase(
        RiskFigure.objects.filter(ranking=ranking).select_related("entity"),
        search=("entity__name__icontains", "entity__code__icontains"),
        filters={},
        orders={
            "rank": "rank", "name": "entity__name", "esri": "esri_ppb", "inputs": "by_inputs_ppb",
            "sales": "by_sales_ppb", "revenue": "revenue_fen", "suppliers": "suppliers", "customers": "customers",
        },
    )  # fmt: skip
    epsilon = Decimal(ranking.epsilon_ppm) / 1_000_000
    more = {
        "crumbs": [(say(RISKS.title), None)],
        "ranking": ranking,
        "epsilon": f"{epsilon.normalize():f}",
        "chart": _chart(ranking, f"{epsilon.normalize():f}"),
        "may_edit": may_edit,
        "working": working,
        "charts": True,
    }
    dated = [(t("测算日期", "Computed"), f"{localtime(ranking.made_at):%Y-%m-%d}"), ("ε", f"{epsilon.normalize():f}")]
    return show(request, RISKS, listed, template="chains/risks.html", dated=dated, more=more)


def _chart(ranking: RiskRanking, epsilon: str) -> Chart:
    top = list(ranking.figures.select_related("entity").order_by("rank")[:_TOP])
    title = t("停产影响最大的{n}家企业", "The {n} firms whose stop would hurt most", n=len(top))
    summary = t(
        "一家企业停产使全部企业营收损失的比例，按{year}年供应关系，ε={epsilon}，{day}测算。",
        "Revenue that all firms lose if one stops, links of {year}, ε = {epsilon}, computed on {day}.",
        year=ranking.year,
        epsilon=epsilon,
        day=f"{localtime(ranking.made_at):%Y-%m-%d}",
    )
    names = [one.entity.name for one in top]
    return bars(
        "risk", title, summary, "%", names, [Series(t("损失占比", "Loss"), [per_cent(one.esri_ppb) for one in top])]
    )
