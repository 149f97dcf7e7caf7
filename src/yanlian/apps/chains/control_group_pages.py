"""控制集团: firms under one ultimate controller; the list of groups, and one group with shares and through whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from yanlian.apps.chains.called import Called, called
from yanlian.apps.chains.computing import Waiting, wait_page
from yanlian.apps.chains.ecosystem import fields_of, joined
from yanlian.apps.chains.held import around, names_delivered
from yanlian.apps.chains.query_rows import few
from yanlian.apps.chains.stakes import Facts, facts_of, notices, percent_of
from yanlian.apps.chains.tree_chart import Branch, tree
from yanlian.apps.chains.whole_ownership import MOST_ROWS, ControlGroup, Whole, whole_ownership
from yanlian.apps.people.access import Anyone, Permission, need_entity, page, permits
from yanlian.apps.registry.models import Entity
from yanlian.apps.registry.pages import shown_name
from yanlian.engine.chain.network.control import Control
from yanlian.engine.chain.network.holdings import WHOLE
from yanlian.ui.charts import Chart
from yanlian.ui.list_page import show
from yanlian.ui.numbers import number, rate
from yanlian.ui.rows import FromMemory
from yanlian.ui.tables import Column, Kind, Listing
from yanlian.ui.words import Text, say, t, word

TITLE = ("控制集团", "Control groups")
CROSS = ("交叉持股", "Cross-holdings")
_RULE = (
    "控制：本方及其控制的企业合计持股超过50%，逐级推到没有变化为止（公司法第265条；Vitali 等 2011）。",
    "Control: an owner and what it controls hold more than 50% together, until nothing changes (Vitali et al. 2011).",
)
_LAST = (
    "最终控制人：没有人控制的一方；多数股份由彼此持有的，没有环外的控制人。",
    "Ultimate controller: one whom nobody controls; where firms hold each other's majority nobody outside decides.",
)
_PRESUMED = (
    "推定（待核实）：最大一方超过30%且至少为第二大方的两倍。",
    "Presumed, to be verified: the greatest block has more than 30% and at least twice the next.",
)
_NOT_KNOWN = (
    "一致行动等协议不在数据中；不构成法律认定；与政策关联方（25%口径）不是一回事。",
    "Agreements to act together are not in the data; no legal finding; not the policies' related parties (25%).",
)
_MASKED = ("个人姓名已脱敏。", "Names of persons are masked.")


@dataclass(frozen=True, slots=True)
class Row:
    """One group in the list."""

    group: ControlGroup
    head: Called | None
    firms: Sequence[Called]
    chains: str

    @property
    def name(self) -> str:
        """Who controls; of a circle, that they control each other."""
        return self.head.name if self.head else t("相互控制：{n}", "Each other: {n}", n=self._few())

    def _few(self) -> str:
        return few([one.name for one in self.firms], "家")


def group_tabs(current: str) -> list[tuple[str, str, bool]]:
    """The two lists over the whole registry's holdings."""
    pages: Sequence[tuple[str, Text]] = (("control-groups", TITLE), ("cross-holdings", CROSS))
    return [(reverse(name), say(title), name == current) for name, title in pages]


LIST: Listing[Row] = Listing(
    title=TITLE,
    file_name="control-groups",
    search_hint=("按控制人、企业名称、代码或产业链搜索", "Search by controller, firm, code or chain"),
    first_order="-firms",
    columns=(
        Column("name", ("最终控制人", "Ultimate controller"), lambda row: row.name, main=True,
               link=lambda row: reverse("control-group", args=[row.group.key]),
               badge=lambda row: row.head.badge if row.head else None),
        Column("kind", ("控制人类别", "Kind"), lambda row: _kind(row)),
        Column("firms", ("控制企业（家）", "Firms"), lambda row: len(row.group.firms), Kind.COUNT),
        Column("majority", ("逐级过半（家）", "Chain of majorities"), lambda row: row.group.majority, Kind.COUNT),
        Column("summed", ("合计过半（家）", "Majority when summed"), lambda row: row.group.summed, Kind.COUNT),
        Column("dominant", ("推定（家）", "Presumed"), lambda row: row.group.dominant, Kind.COUNT),
        Column("named", ("企业", "Which"), lambda row: few([one.name for one in row.firms], "家"), Kind.PROSE,
               sortable=False),
        Column("chains", ("所在产业链", "Chains"), lambda row: row.chains, sortable=False),
    ),
    empty=(
        "没有控制集团。需要持股关系（股东、被持股企业、比例、起始日期、来源）：由市场监管部门的关联关系或企业登记的股东导入。",
        "No group. Holdings are needed (holder, firm, share, since, source), delivered as affiliations or registered.",
    ),
    calibre=(
        _RULE,
        _LAST,
        _PRESUMED,
        (f"至少两家单位才列入；最多列出{number(MOST_ROWS)}个，大的在前。",
         f"Groups of two organisations or more; at most {number(MOST_ROWS)}, the largest first."),
        _NOT_KNOWN,
        _MASKED,
    ),
)  # fmt: skip


def _kind(row: Row) -> str:
    if row.head is None:
        return str(word("control", "circle"))
    return t("个人", "person") if row.head.person else t("单位", "organisation")


@page(owner="chains", permission=Permission.SEE_CHAINS)
def control_groups(request: HttpRequest) -> HttpResponseBase:
    """All groups of the registry."""
    context: dict[str, object] = {
        "title": say(TITLE),
        "crumbs": [(say(TITLE), None)],
        "tabs": group_tabs("control-groups"),
        "lead": t(
            "谁最终控制哪些企业，经过谁、凭多少股份。",
            "Who controls which firms in the end, through whom, by how much.",
        ),
    }
    day = timezone.localdate()
    try:
        found = whole_ownership(day)
    except Waiting as waiting:
        return wait_page(request, waiting, context)
    rows = FromMemory(
        _rows(found, request.user),
        search=lambda row: (
            *(text for one in row.firms for text in (one.name, one.code)),
            row.head.name if row.head else "", row.chains,
        ),
        orders={column.key: column.value for column in LIST.columns if column.sortable},
    )  # fmt: skip
    return show(request, LIST, rows, template="chains/listing.html", dated=dated(found), more=context)


def dated(found: Whole) -> list[tuple[str, str]]:
    """What dates a list over all holdings."""
    told = [
        (t("持股有效日", "Holdings in force on"), found.day.isoformat()),
        (t("持股关系（条）", "Holdings"), number(found.holdings)),
    ]
    if found.over_whole:
        told.append((t("股东合计超过100%的企业（家）", "Firms with more than 100% stated"), number(found.over_whole)))
    return told


def _rows(found: Whole, user: Anyone) -> list[Row]:
    codes = {code for one in found.groups for code in (*one.firms, one.head) if code}
    names, fields = called(codes, user, names_delivered(codes)), fields_of(codes)
    return [
        Row(one, names.get(one.head), [names[code] for code in one.firms], joined(one.firms, fields))
        for one in found.groups
    ]


@dataclass(frozen=True, slots=True)
class Member:
    """A firm of one group: how it is controlled, on which direct holdings that rests, what the controller has of it."""

    firm: Called
    grade: str
    via: str
    block_ppm: int
    share_ppm: int | None
    fields: str
    since: date | None
    source: str
    evidence: str | None


MEMBERS: Listing[Member] = Listing(
    title=("集团企业", "Firms of the group"),
    file_name="control-group",
    search_hint=("按企业、经过谁或来源搜索", "Search by firm, through whom, or source"),
    columns=(
        Column("name", ("企业", "Firm"), lambda row: row.firm.name, main=True,
               link=lambda row: row.firm.href, badge=lambda row: row.firm.badge),
        Column("code", ("代码", "Code"), lambda row: row.firm.code, Kind.CODE, sheet_only=True),
        Column("grade", ("控制方式", "Control"), lambda row: row.grade, Kind.STATUS, words="control"),
        Column("via", ("经过谁（直接持股）", "Through whom (direct share)"), lambda row: row.via, sortable=False),
        Column("block", ("合计直接持股（%）", "Block (%)"), lambda row: percent_of(row.block_ppm), Kind.COUNT),
        Column("share", ("控制人穿透持股（%）", "Controller's integrated share (%)"),
               lambda row: percent_of(row.share_ppm), Kind.COUNT),
        Column("fields", ("所在产业链", "Chains"), lambda row: row.fields, sortable=False),
        Column("since", ("起始", "Since"), lambda row: row.since, Kind.DATE),
        Column("source", ("来源", "Source"), lambda row: row.source, sortable=False),
        Column("evidence", ("证据", "Evidence"), lambda row: t("股权", "ownership") if row.evidence else None,
               link=lambda row: row.evidence, sortable=False),
    ),
    empty=("没有企业。", "No firm."),
    calibre=(
        _RULE,
        _LAST,
        _PRESUMED,
        (
            "合计直接持股：控制人及其控制的企业直接持有的比例之和；穿透持股：各条路径比例乘积之和，可以低得多。",
            "Block: direct shares of the controller and what it controls, added; integrated: products over all routes.",
        ),
        _NOT_KNOWN,
        _MASKED,
    ),
)  # fmt: skip


@page(owner="chains", permission=Permission.SEE_OWN_PLACE)
def control_group(request: HttpRequest, code: str) -> HttpResponseBase:
    """The group that a firm belongs to: the office sees every one, an enterprise its own."""
    need_entity(request.user, code)
    entity = get_object_or_404(Entity.objects.exclude(kind=Entity.Kind.PERSON), code=code)
    day = timezone.localdate()
    facts = facts_of(around(code, day), request.user)
    numbers = group_numbers(facts)
    if not numbers:
        raise Http404(code)
    members = _members(facts, numbers)
    head = _head(facts, numbers)
    name = head.name if head else t("{name}等（相互控制）", "{name} and others (each other)", name=shown_name(entity))
    above: list[tuple[str, str | None]] = []
    if permits(request.user, Permission.SEE_CHAINS):
        above = [(say(TITLE), reverse("control-groups"))]
    rows = FromMemory(
        members,
        search=lambda row: (row.firm.name, row.firm.code, row.via, row.source, row.fields),
        orders={column.key: column.value for column in MEMBERS.columns if column.sortable},
    )
    title = t("{name}控制的企业", "Firms controlled by {name}", name=name)
    more: Mapping[str, object] = {
        "title": title,
        "page_title": title,
        "crumbs": [*above, (name, None)],
        "notices": notices(facts),
        "head": head,
        "entity": entity,
        "figures": _figures(members),
        "chart": _chart(facts, numbers, members, name),
        "charts": True,
    }
    dated_by = [(t("持股有效日", "Holdings in force on"), day.isoformat())]
    return show(request, MEMBERS, rows, template="chains/control_group.html", dated=dated_by, more=more)


def group_numbers(facts: Facts) -> tuple[int, ...]:
    """The group of the organisation that facts are about, its controller first; empty: it is in none."""
    if facts.number is None:
        return ()
    found = (one for one in facts.around.controls.groups() if facts.number in one)
    return next(found, ())


def controlled_with(facts: Facts) -> int:
    """How many firms the group of the organisation has, a controller outside of them left out."""
    return sum(facts.around.controls.of(one) is not None for one in group_numbers(facts))


def _head(facts: Facts, numbers: Sequence[int]) -> Called | None:
    """The controller; None where firms control each other."""
    first = facts.around.controls.of(numbers[0])
    return None if first is not None else facts.names[facts.around.holdings.owners[numbers[0]]]


def _members(facts: Facts, numbers: Sequence[int]) -> list[Member]:
    around_it = facts.around
    owners = around_it.holdings.owners
    found = [(one, control) for one in numbers if (control := around_it.controls.of(one)) is not None]
    alone = not found[0][1].circle and facts.closed is None
    shares = around_it.ownership.held_by(numbers[0]) if alone else None
    fields = fields_of({owners[one] for one, _ in found})
    rows = []
    for one, control in found:
        code = owners[one]
        via = [owners[holder] for holder in control.via]
        told = [each for each in around_it.direct if each.held == code and each.holder in via]
        rows.append(
            Member(
                facts.names[code],
                "circle" if control.circle else control.grade,
                t("、", ", ").join(f"{facts.name(each)} {rate(_direct(facts, each, code))}" for each in via),
                control.block_ppm,
                None if shares is None else round(float(shares[one]) * WHOLE),
                joined([code], fields),
                max((each.since for each in told if each.since), default=None),
                few([each.source for each in told]),
                reverse("ownership", args=[code]) if facts.names[code].href else None,
            )
        )
    return rows


def _direct(facts: Facts, holder: str, held: str) -> int:
    number_of = facts.around.number
    return facts.around.holdings.share(number_of[holder], number_of[held])


def _figures(members: Sequence[Member]) -> list[tuple[str, int]]:
    counts = [(str(word("control", grade)), sum(one.grade == grade for one in members))
              for grade in ("majority", "summed", "dominant", "circle")]  # fmt: skip
    return [(t("企业（家）", "Firms"), len(members)), *((title, count) for title, count in counts if count)]


def _chart(facts: Facts, numbers: Sequence[int], members: Sequence[Member], name: str) -> Chart | None:
    """Each firm below the direct holder with the greatest share among those that count; none for a circle."""
    controls, owners = facts.around.controls, facts.around.holdings.owners
    found: dict[int, Control] = {one: held for one in numbers if (held := controls.of(one)) is not None}
    if numbers[0] in found:
        return None
    below: dict[int, list[tuple[int, int]]] = {}
    for one, control in found.items():
        shares = [(_direct(facts, owners[holder], owners[one]), holder) for holder in control.via]
        share, parent = max(shares, key=lambda each: (each[0], -each[1]))
        below.setdefault(parent, []).append((one, share))

    def grown(one: int, note: str, seen: frozenset[int]) -> Branch:
        branch = Branch(facts.name(owners[one]), note, 0 if one in found else 1)
        for child, share in sorted(below.get(one, ()), key=lambda each: -each[1]):
            if child not in seen:
                branch.below.append(grown(child, rate(share), seen | {child}))
        return branch

    title = t("控制结构", "Who controls whom")
    summary = t(
        "{name}控制的企业，每家画在持股最多的控制方下面，旁为直接持股比例。",
        "Firms controlled by {name}, each below the holder with the greatest share, with that direct share.",
        name=name,
    )
    head = (t("企业", "Firm"), t("经过谁（直接持股）", "Through whom (direct share)"), t("合计直接持股", "Block"))
    rows = [(one.firm.name, one.via, rate(one.block_ppm)) for one in members]
    return tree("control", title, summary, grown(numbers[0], "", frozenset(numbers[:1])), head, rows)
