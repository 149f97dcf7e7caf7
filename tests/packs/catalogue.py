"""Writes docs/packs-catalogue.md from all packs: `python tests/packs/catalogue.py`; a test keeps it true."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from yanlian.engine.policy import PackSet, folders_in_use, library, load_packs
from yanlian.engine.policy.model import Clause, Document

ROOT = Path(__file__).resolve().parents[2]
PACKS = ROOT / "packs"
DISTRICT = ROOT / "districts" / "laoshan"
PAGE = ROOT / "docs" / "packs-catalogue.md"
DAYS = (date(2021, 12, 31), date(2025, 12, 31))
GRADES = ("A", "B", "B-", "C")
STATES = ("计算", "资格", "人工", "旗标")

HEAD = """# 政策包目录 Catalogue of the packs

由 `tests/packs/catalogue.py` 从 `packs/` 生成，不要手改。Made from `packs/`; a test holds them together.

- **在用 in use**：样本区（崂山区）运行 `districts/laoshan/packs.yaml` 点名的包；其他包是**资料库**，
  可以检查、测试、比较，不在本区运行 (the other packs are a library: checked and tested, never run in this district).
- `laoshan/` 里 LS-* 是崂山区自己的条款（转载稿）；其余取自别处公开文件，在样本区当作本区条款使用，“文本来自”写明出处；
  样本自定的起止日期在文件的 `adopted.note` 里写明。
- **级别**：A 政府网站，B 报刊或数据集，B- 转载，**C 中介网页：只取条款的形状，数字使用前须对照原文**
  (shape only: check every figure against the original before use)。
- **状态**：计算 能算出金额；资格 只有资格，没有金额；人工 由人决定，写明原因；旗标 有公平竞争标记，不得执行，
  样本区一条也不收。草案、暂停的文件永不兑付。
- 条款正文是结构化摘录的转写（以〔转写〕开头），不是原文。同一出处的一条有几项待遇时拆成几个条款（a、b、c）。
"""
TITLE_WORD = re.compile(r"(\w+)\.(?:类别|\w+类别) (?:= (\"[^\"]+\")|in \(([^)]+)\))")
STATUS = {"draft": "草案", "suspended": "暂停", "repealed": "废止"}


@dataclass(frozen=True)
class Listed:
    """A clause of the source collection that a pack must hold."""

    id: str
    grade: str
    flagged: bool

    def covered_by(self, ids: Iterable[str]) -> list[str]:
        """The clauses that came of it: its id, or its id and a part (`WC-MS-01a`, `ND-2023-HNTE`)."""
        part = re.compile(re.escape(self.id) + r"(-?[A-Za-z0-9]+)?")
        return sorted(one for one in ids if part.fullmatch(one))


def source_list() -> list[Listed]:
    """The clauses of the source collection."""
    text = Path(__file__).with_name("source_list.yaml").read_text(encoding="utf-8")
    return [Listed(one["id"], one["grade"], one.get("flagged", False)) for one in yaml.safe_load(text)["clauses"]]


def page() -> str:
    """The whole page."""
    packs = load_packs(library(PACKS))
    used = {folder.name for folder in folders_in_use(PACKS, DISTRICT)}
    parts = [HEAD, f"共 {len(packs.packs)} 个包、{len(packs.documents)} 个文件、{len(packs.clauses)} 个条款。", ""]
    parts += counts(packs)
    parts += ["", *coverage(packs), "", *national_coverage(packs)]
    for pack in packs.packs:
        state = f"在用；{in_force(packs, pack.id)}" if pack.id in used else "资料库"
        parts += ["", f"## {pack.id}：{pack.title}（{pack.district}，{state}）", "", *rows(pack.documents)]
    parts += ["", "## 条款认得的类别", "", "部门提供的记录要用这些词，条款才认得（words that clauses look for）。", ""]
    parts += ["、".join(words())]
    return "\n".join(parts) + "\n"


def counts(packs: PackSet) -> Iterator[str]:
    """How many clauses by state and grade of the source; a flagged one is counted as flagged only."""
    found: Counter[tuple[str, str]] = Counter()
    for document in packs.documents:
        for clause in document.source.clauses:
            found[states(clause)[0], document.source.source.grade] += 1
    yield "| 状态 | " + " | ".join(GRADES) + " | 合计 |"
    yield "| --- |" + " ---: |" * (len(GRADES) + 1)
    for state in STATES:
        row = [found[state, grade] for grade in GRADES]
        yield f"| {state} | {' | '.join(map(str, row))} | {sum(row)} |"


def coverage(packs: PackSet) -> Iterator[str]:
    """That each clause of the source list has become one or more clauses."""
    held = {clause.id: clause for document in packs.documents for clause in document.source.clauses}
    listed = source_list()
    made = {one.id: one.covered_by(held) for one in listed}
    yield f"来源清单的 {len(listed)} 条，已写成条款的 {sum(map(bool, made.values()))} 条："
    yield ""
    yield "| 来源条款 | 级别 | 写成 | 状态 |"
    yield "| --- | --- | --- | --- |"
    for one in listed:
        parts = made[one.id]
        written = "、".join(f"`{part}`" for part in parts) or "—"
        all_states = "、".join(dict.fromkeys(state for part in parts for state in states(held[part])))
        yield f"| `{one.id}` | {one.grade} | {written} | {all_states} |"


def national_rules() -> Mapping[str, str]:
    """The national rules of the source collection: id → name."""
    text = Path(__file__).with_name("source_list.yaml").read_text(encoding="utf-8")
    return {one["id"]: one["name"] for one in yaml.safe_load(text)["national"]}


def national_coverage(packs: PackSet) -> Iterator[str]:
    """Which clauses each national rule has become."""
    held = [clause for document in packs.documents for clause in document.source.clauses]
    rules = national_rules()
    yield f"国家规则 {len(rules)} 项："
    yield ""
    yield "| 国家规则 | 名称 | 写成 | 状态 |"
    yield "| --- | --- | --- | --- |"
    for rule, name in rules.items():
        parts = [one for one in held if one.id == rule or one.id.startswith(f"{rule}-")]
        written = "、".join(f"`{part.id}`" for part in parts) or "—"
        all_states = "、".join(dict.fromkeys(state for part in parts for state in states(part)))
        yield f"| `{rule}` | {name} | {written} | {all_states} |"


def in_force(packs: PackSet, pack: str) -> str:
    """How many clauses of a pack are run on the days of the sample."""
    documents = [document.source for document in packs.documents if document.source.pack == pack]
    said: Mapping[date, int] = {
        day: sum(len(d.clauses) for d in documents if d.status == "in_force" and d.in_force_on(day)) for day in DAYS
    }
    return "，".join(f"{day.isoformat()} 有效 {count} 条" for day, count in said.items())


def rows(documents: Iterable[Document]) -> Iterator[str]:
    yield "| 条款 | 名称 | 文件 | 文本来自 | 级别 | 有效期 | 兑现 | 状态 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for document in documents:
        for clause in document.clauses:
            yield f"| {' | '.join(cells(document, clause))} |"


def cells(document: Document, clause: Clause) -> tuple[str, ...]:
    until = document.valid_to.isoformat() if document.valid_to else "未见"
    number = f"{document.title}（{document.number}）" if document.number else document.title
    stands = f"（{STATUS[document.status]}）" if document.status in STATUS else ""
    return (
        f"`{clause.id}`",
        clause.title,
        number,
        document.adopted_from or document.place,
        "C：只取其形" if document.source.grade == "C" else document.source.grade,
        f"{document.valid_from.isoformat()} 至 {until}{stands}",
        clause.delivery,
        how(clause),
    )


def states(clause: Clause) -> tuple[str, ...]:
    """What a clause is, flagged first."""
    own = "人工" if clause.manual else "资格" if clause.gate_only else "计算"
    return ("旗标", own) if is_flagged(clause) else (own,)


def is_flagged(clause: Clause) -> bool:
    """Whether the clause is marked for fair competition."""
    return any(flag.startswith("fair_competition") for flag in clause.flags)


def how(clause: Clause) -> str:
    """Its states, why a person decides, and what the flag says."""
    said = []
    for state in states(clause):
        why = {"人工": clause.manual, "旗标": "；".join(flag.partition(": ")[2] or flag for flag in clause.flags)}
        said.append(f"{state}：{why[state]}" if state in why else state)
    return "；".join(said)


def words() -> list[str]:
    """Titles, expenses and the like that rules compare with."""
    found: set[str] = set()
    for folder in library(PACKS):
        for file in folder.glob("*.yaml"):
            for match in TITLE_WORD.finditer(file.read_text(encoding="utf-8")):
                found |= set(re.findall(r"\"([^\"]+)\"", match[2] or match[3]))
    return sorted(found)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
