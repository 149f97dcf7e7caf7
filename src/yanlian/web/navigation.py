"""What every page shows around its content: the navigation on the left, by role, and the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from yanlian import __version__
from yanlian.apps.people.access import Permission, permits
from yanlian.apps.people.models import User
from yanlian.ui.words import Text, english, say


@dataclass(frozen=True)
class Entry:
    """One line of the navigation: an address by name, and the permission that its page needs."""

    route: str
    title: Text
    permission: Permission


GROUPS: Sequence[tuple[Text, Sequence[Entry]]] = (
    (
        ("", ""),
        (
            Entry("home", ("首页", "Home"), Permission.SIGNED_IN),
            Entry("overview", ("区情总览", "District overview"), Permission.SEE_DISTRICT),
        ),
    ),
    (
        ("企业", "Enterprises"),
        (
            Entry("my-dossier", ("我的档案", "My dossier"), Permission.SEE_OWN_BENEFITS),
            Entry("entities", ("企业名录", "Registry"), Permission.SEE_ENTITIES),
            Entry("imports", ("数据导入", "Data import"), Permission.IMPORT_FACTS),
        ),
    ),
    (
        ("产业链", "Chain"),
        (
            Entry("my-place", ("我在链上的位置", "My place in the chain"), Permission.SEE_OWN_BENEFITS),
            Entry("chains", ("产业链图", "Chain maps"), Permission.SEE_CHAINS),
            Entry("chain-queries", ("上下游查询", "Suppliers and customers"), Permission.SEE_CHAINS),
            Entry("chokepoints", ("关键节点", "Chokepoints"), Permission.SEE_CHAINS),
            Entry("ecosystems", ("龙头生态圈", "Ecosystems"), Permission.SEE_CHAINS),
            Entry("control-groups", ("控制集团", "Control groups"), Permission.SEE_CHAINS),
            Entry("placement-choose", ("归位工作台", "Placement workbench"), Permission.SEE_CHAINS),
            Entry("chain-risk", ("断链风险", "Chain-break risk"), Permission.SEE_CHAINS),
            Entry("leads", ("招商线索", "Leads"), Permission.SEE_CHAINS),
            Entry("placement-reports", ("归位纠错", "Placement reports"), Permission.SEE_OWN_PLACE),
            Entry("chain-files", ("链上数据导入", "Chain data import"), Permission.EDIT_CHAINS),
        ),
    ),
    (
        ("政策", "Policies"),
        (
            Entry("my-benefits", ("我的政策", "My benefits"), Permission.SEE_OWN_BENEFITS),
            Entry("policies", ("政策库", "Policy library"), Permission.SEE_POLICIES),
            Entry("no-application", ("免申即享清单", "Without application"), Permission.SEE_POLICIES),
            Entry("delivery-modes", ("兑现方式核定", "Delivery modes"), Permission.SEE_RUNS),
            Entry("policy-review", ("政策体检", "Policy review"), Permission.SEE_RUNS),
            Entry("versions", ("政策包版本", "Pack versions"), Permission.SEE_VERSIONS),
            Entry("runs", ("测算", "Runs"), Permission.SEE_RUNS),
            Entry("calculator", ("政策计算器", "Policy calculator"), Permission.PUBLIC),
            Entry("scenarios", ("政策沙盘", "Policy sandbox"), Permission.USE_SANDBOX),
        ),
    ),
    (
        ("兑现", "Delivery"),
        (
            Entry("rounds", ("兑现批次", "Rounds"), Permission.SEE_ROUNDS),
            Entry("objections", ("异议办理", "Objections"), Permission.HANDLE_ROUNDS),
            Entry("ledger", ("资金台账", "Ledger"), Permission.SEE_LEDGER),
            Entry("notices", ("公示公告", "Public notices"), Permission.PUBLIC),
        ),
    ),
    (
        ("系统", "System"),
        (
            Entry("terms", ("术语与口径", "Terms and definitions"), Permission.SIGNED_IN),
            Entry("audit", ("操作记录", "Log of actions"), Permission.SEE_AUDIT),
            Entry("users", ("用户管理", "Users"), Permission.MANAGE_USERS),
        ),
    ),
)


@dataclass(frozen=True)
class Shown:
    """An entry as the template writes it. `current` is the value of aria-current."""

    href: str
    title: str
    current: str


@dataclass(frozen=True)
class Group:
    title: str
    entries: Sequence[Shown]


def navigation(request: HttpRequest) -> dict[str, object]:
    """Template context: what this user may open, the language, and whether the page is for a wall screen."""
    user = getattr(request, "user", None)
    groups = [
        Group(say(title), [_shown(entry, request.path) for entry in entries if permits(user, entry.permission)])
        for title, entries in GROUPS
        if isinstance(user, User)
    ]
    return {
        "navigation": [group for group in groups if group.entries],
        "english": english(),
        "perms_runs": user is not None and permits(user, Permission.SEE_RUNS),
        "perms_entities": user is not None and permits(user, Permission.SEE_ENTITIES),
        "screen": request.GET.get("screen") == "1",
        "yanlian_version": __version__,
    }


def _shown(entry: Entry, path: str) -> Shown:
    href = reverse(entry.route)
    inside = href != "/" and path.startswith(href)
    return Shown(href, say(entry.title), "page" if path == href else "true" if inside else "")
