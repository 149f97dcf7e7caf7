"""From a run to money in a real browser, each page looked at on the way: both languages, desk and phone."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import context_for, serving
from tests.browser.sound import LANGUAGES, SIZES, faults_of, keep
from tests.web.paying import AFTER, CLAUSE, DAY, DISHONEST, LACKING, LEADER

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Served:
    """The address of the server, its sessions by persona, and the file that says which day it is."""

    url: str
    run: int
    sessions: dict[str, str]
    today: str

    def set_day(self, day: date) -> None:
        Path(self.today).write_text(day.isoformat())


@pytest.fixture(scope="module")
def served_paying(tmp_path_factory) -> Iterator[Served]:
    with serving("tests.browser.serve_paying", tmp_path_factory.mktemp("paying")) as told:
        yield Served(**told)


@pytest.fixture
def open_as(served_paying: Served, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page of a persona's own browser, at a size, in a language."""
    opened = []

    def make(persona: str | None, language: str = "zh-hans", size: str = "desk") -> Page:
        session = served_paying.sessions[persona] if persona else None
        opened.append(context_for(browser, served_paying.url, session, language, SIZES[size]))
        return opened[-1].new_page()

    yield make
    for context in opened:
        context.close()


@dataclass
class Look:
    """Looks at an address as a persona in both languages and sizes, and keeps what is unsound for the end of the test:
    one look shows all faults."""

    open_as: Callable[..., Page]
    screenshots: Path | None
    faults: list[str] = field(default_factory=list)

    def __call__(self, path: str, persona: str | None, name: str) -> None:
        for language in LANGUAGES:
            for size in SIZES:
                page = self.open_as(persona, language, size)
                found: list[str] = []
                page.on("console", lambda said, to=found: to.append(said.text) if said.type == "error" else None)
                page.on("pageerror", lambda error, to=found: to.append(str(error)))
                answer = page.goto(path, wait_until="load")
                assert answer is not None
                found += faults_of(page, language)
                if answer.status != 200:
                    found.append(f"status {answer.status}")
                keep(page, self.screenshots, name, size, language)
                page.context.close()
                self.faults += [f"{name} {language} {size}: {one}" for one in found]


@pytest.fixture
def look(open_as: Callable[..., Page], screenshots: Path | None) -> Iterator[Look]:
    made = Look(open_as, screenshots)
    yield made
    assert made.faults == []


def number_in(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[1].split("?")[0]


def test_the_way_from_a_run_to_money(served_paying: Served, open_as: Callable[..., Page], look: Look, tmp_path: Path):
    served_paying.set_day(DAY)
    official = open_as("official")
    look("/rounds/new", "official", "round-new")
    official.goto("/rounds/new")
    official.check(f"#c-{CLAUSE}")
    official.get_by_role("button", name="拟定批次").click()
    round_path = f"/rounds/{number_in(official.url)}/"
    expect(official.get_by_text("已拟定3项")).to_be_visible()
    look(round_path, "official", "round-draft")

    # The batch bar works without reloading the page.
    official.evaluate("window.stayed = true")
    official.check("[data-choose-all]")
    expect(official.locator("[data-chosen]")).to_have_text("已选3项，¥7,500,000.00")
    official.get_by_role("button", name="确认名单").click()
    expect(official.get_by_text("确认名单：3项")).to_be_visible()
    assert official.evaluate("window.stayed") is True

    look(f"{round_path}publish", "official", "publish-check")
    official.get_by_role("link", name="核对并公示").click()
    official.fill("#typed", "7500000.01")
    official.get_by_role("button", name="公示3项").click()
    expect(official.get_by_text("typed_sum_differs")).to_be_visible()
    official.fill("#typed", "7,500,000.00")
    official.get_by_role("button", name="公示3项").click()
    expect(official.get_by_text("已公示3项")).to_be_visible()
    notice = f"/notices/{number_in(official.url)}/"

    look("/notices/", None, "notices")
    look(notice, None, "notice")
    _print(open_as(None), notice, look)
    look(f"{notice}object?missing=1", None, "object-missing")
    look("/my/", "enterprise", "my-in-publicity")
    _object(open_as(None), notice)
    look("/objections/", "official", "objections")
    look("/objections/1/", "official", "objection")
    _dismiss(official)

    served_paying.set_day(AFTER)
    look(notice, None, "notice-over")
    look("/my/", "enterprise", "my-to-confirm")
    _confirm_account(open_as("enterprise"), look)

    finance = open_as("finance")
    finance.goto(round_path)
    finance.check("input[name=scope][value=all]")
    finance.get_by_role("button", name="当日核验").click()
    expect(finance.get_by_text("当日核验：通过1项")).to_be_visible()
    look(f"{round_path}send", "finance", "send-check")
    finance.get_by_role("link", name="核对并拨付").click()
    finance.fill("#typed", "5,000,000.00")
    finance.get_by_role("button", name="拨付1项").click()
    expect(finance.get_by_text("已生成付款文件")).to_be_visible()
    _settle(finance, tmp_path)
    look(finance.url.removeprefix(served_paying.url), "finance", "payment-file")

    mine = open_as("enterprise")
    mine.goto("/my/")
    expect(mine.get_by_role("heading", name="已到账")).to_be_visible()
    mine.get_by_role("link", name="为什么是这个金额").click()
    expect(mine.get_by_text("平台奖励标准第1行").first).to_be_visible()
    look("/my/", "enterprise", "my-paid")
    look(f"/why/{served_paying.run}/{LEADER}/{CLAUSE}/", "enterprise", "why")
    look(round_path, "finance", "round-paid")
    for path, persona, name in (
        ("/rounds/", "administrator", "rounds"),
        ("/entitlements/1/", "official", "entitlement"),
        ("/ledger/", "finance", "ledger"),
        ("/ledger/accounts/bank", "finance", "ledger-account"),
        ("/ledger/reconciliation", "finance", "reconciliation"),
        ("/ledger/grant", "finance", "grant"),
        (f"/why/{served_paying.run}/{DISHONEST}/{CLAUSE}/", "official", "why-veto"),
        (f"/why/{served_paying.run}/{LACKING}/{CLAUSE}/", "official", "why-missing"),
        ("/notices/object", None, "object-nowhere"),
    ):
        look(path, persona, name)


def _print(page: Page, notice: str, look: Look) -> None:
    """On paper: the text, the list, department and date; no forms, no buttons, no navigation."""
    page.goto(notice)
    page.emulate_media(media="print")
    for shown in ("拟对下列主体兑现政策资金", "青岛虚构海图智能科技有限公司"):
        expect(page.get_by_text(shown)).to_be_visible()
    for hidden in (".search-form", ".masthead", ".doors", ".tools", ".actions"):
        expect(page.locator(hidden)).not_to_be_visible()
    if look.screenshots:
        page.set_viewport_size({"width": 794, "height": 1123})
        page.screenshot(path=look.screenshots / "notice-print.png", full_page=True)


def _object(page: Page, notice: str) -> None:
    page.goto(notice)
    page.get_by_role("link", name="提出异议").nth(1).click()
    page.fill("#name", "王明（虚构）")
    page.fill("#contact", "0532-00000000")
    page.fill("#text", "该实验室的级别与公示不一致，请核实。")
    page.get_by_role("button", name="提交异议").click()
    expect(page.get_by_text("异议编号")).to_be_visible()


def _dismiss(official: Page) -> None:
    official.goto("/objections/1/")
    official.check("#dismiss")
    official.fill("#answer", "经核对认定文件，级别无误，异议不成立。")
    official.get_by_role("button", name="答复").click()
    expect(official.get_by_text("已答复。")).to_be_visible()


def _confirm_account(page: Page, look: Look) -> None:
    page.goto("/my/")
    page.get_by_role("link", name="确认账户").click()
    look("/" + page.url.split("/", 3)[3], "enterprise", "account")
    page.fill("#bank", "虚构银行青岛崂山支行")
    page.fill("#number", "6222 0000 1111 2222 333")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_text("**** **** 2333")).to_be_visible()
    look("/" + page.url.split("/", 3)[3], "enterprise", "account-check")
    page.check("#agreed")
    page.get_by_role("button", name="确认并提交").click()
    expect(page.get_by_text("回执编号")).to_be_visible()
    look("/" + page.url.split("/", 3)[3], "enterprise", "receipt")


def _settle(finance: Page, folder: Path) -> None:
    """The bank answers the file that was downloaded."""
    with finance.expect_download() as waiting:
        finance.get_by_role("link", name="下载CSV").click()
    with open(waiting.value.path(), encoding="utf-8-sig", newline="") as sent:
        payments = [row for row in csv.DictReader(sent) if row["付款编号"] != "合计"]
    answer = folder / "回单.csv"
    with answer.open("w", encoding="gb18030", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["付款编号", "状态", "金额", "银行流水号", "原因"])
        writer.writerows([row["付款编号"], "成功", row["金额（元）"], f"LS{row['序号']}", ""] for row in payments)
        writer.writerow(["YL-UNKNOWN-1", "成功", "1.00", "LS9", ""])
    finance.set_input_files("#file", answer)
    finance.get_by_role("button", name="上传并登记").click()
    expect(finance.get_by_text("登记到账 1")).to_be_visible()
    expect(finance.get_by_role("cell", name="return_number_unknown")).to_be_visible()


def test_a_file_is_imported_and_its_refused_rows_come_back(
    served_paying: Served, open_as: Callable[..., Page], look: Look, tmp_path: Path
):
    file = tmp_path / "税务年报 2025.csv"
    heads = (
        "统一社会信用代码,名称,年度,营业收入(万元),营业成本(万元),资产总额(万元),净资产(万元),加计扣除研发费用(万元)"
    )
    file.write_text(f"{heads}\n{LEADER},青岛虚构海图智能科技有限公司,2025,一百万,1,1,1,1\n", encoding="gb18030")
    page = open_as("administrator")
    page.goto("/imports/")
    look("/imports/", "administrator", "imports")
    page.select_option("#dataset", "sci/science_title")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="上传并导入").click()
    expect(page.get_by_text("columns_missing")).to_be_visible()
    title = tmp_path / "科技资质 2026.csv"
    title.write_text(
        "统一社会信用代码,名称,类别,级别,资质名称,证书编号,认定日期,有效期至\n"
        f"{LEADER},青岛虚构海图智能科技有限公司,高新技术企业,国家级,高新技术企业,GR-1,2025-12-01,2028-12-01\n"
        "91370212MA3X99999X,青岛虚构没有登记的公司,高新技术企业,国家级,高新技术企业,GR-2,2025年13月1日,\n",
        encoding="gb18030",
    )
    page.select_option("#dataset", "sci/science_title")
    page.set_input_files("#file", title)
    page.get_by_role("button", name="上传并导入").click()
    expect(page.get_by_text("退回1行")).to_be_visible()
    expect(page.get_by_text("date_unreadable")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载退回行（XLSX）").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    look("/" + page.url.split("/", 3)[3], "administrator", "import")
