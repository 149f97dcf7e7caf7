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


def _of(ppb: int | None) -> str:
    return "" if ppb is None else str(per_cent(ppb))


# Where links are inferred: no number of a firm stands alone.
INFERRED_RISKS: Listing[RiskFigure] = Listing(
    title=RISKS.title,
    file_name="chain-risk-inferred",
    search_hint=RISKS.search_hint,
    first_order="rank",
    columns=(
        Column("rank", ("位次（按中位）", "Rank (by middle)"), lambda row: row.rank, Kind.COUNT),
        Column("ranks", ("位次区间", "Ranks, 5–95 %"), lambda row: f"{row.rank_low}–{row.rank_high}"),
        Column("name", ("企业", "Firm"), lambda row: row.entity.name, main=True,
               link=lambda row: reverse("firm-place", args=[row.entity.code])),
        Column("low", ("损失5%分位（%）", "Loss, 5 % (%)"), lambda row: _of(row.esri_low_ppb)),
        Column("esri", ("损失中位（%）", "Loss, middle (%)"), lambda row: str(per_cent(row.esri_ppb)),
               link=lambda row: f"{reverse('chain-shock')}?firm={row.entity.code}"),
        Column("high", ("损失95%分位（%）", "Loss, 95 % (%)"), lambda row: _of(row.esri_high_ppb)),
        Column("inputs", ("缺料中位（%）", "Inputs, middle (%)"), lambda row: str(per_cent(row.by_inputs_ppb))),
        Column("sales", ("缺客户中位（%）", "Sales, middle (%)"), lambda row: str(per_cent(row.by_sales_ppb))),
        Column("revenue", ("自身营收", "Own revenue"), lambda row: row.revenue_fen, Kind.MONEY),
    ),
    empty=RISKS.empty,
    calibre=(
        (
            "推算：各产品、各行业之间的推算关系在同样的供应商和客户之间重新抽取，有来源的关系不动；损失取各次抽取的5%、50%、95%分位。",
            "Inferred: inferred links are drawn anew among the same suppliers and customers of a product; others stay.",
        ),
        (
            "两家企业的区间重叠时，谁先谁后没有定论；区间只含抽取的不确定，不含金额和营收的误差。",
            "Where intervals of two firms overlap their order is open; errors of amounts and revenues are not in them.",
        ),
        RISKS.calibre[1],
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
            "rank": "rank", "ranks": "rank_low", "low": "esri_low_ppb", "high": "esri_high_ppb",
            "name": "entity__name", "esri": "esri_ppb", "inputs": "by_inputs_ppb",
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
    listing = INFERRED_RISKS if ranking.networks else RISKS
    return show(request, listing, listed, template="chains/risks.html", dated=dated, more=more)


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
    series = [Series(t("损失占比", "Loss"), [per_cent(one.esri_ppb) for one in top])]
    if ranking.networks:
        summary += t(
            "推算：{n}个网络的5%、50%、95%分位。", " Inferred: 5, 50, 95 % over {n} networks.", n=ranking.networks
        )
        series = [
            Series(t("5%分位", "5 %"), [per_cent(one.esri_low_ppb or 0) for one in top]),
            Series(t("中位", "Middle"), [per_cent(one.esri_ppb) for one in top]),
            Series(t("95%分位", "95 %"), [per_cent(one.esri_high_ppb or 0) for one in top]),
        ]
    return bars("risk", title, summary, "%", names, series)
