"""Writes docs/packs-of-the-sample.md from the packs: `python tests/packs/catalogue.py`; a test keeps it true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from yanlian.engine.policy import PackSet, load_packs
from yanlian.engine.policy.model import Clause, Document

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "packs-of-the-sample.md"
FOLDERS = (ROOT / "packs" / "national", ROOT / "packs" / "laoshan")
DAYS = (date(2021, 12, 31), date(2025, 12, 31))

HEAD = """# 样本的政策包 Packs of the sample

由 `tests/packs/catalogue.py` 从 `packs/` 生成，不要手改。Made from `packs/`; a test holds them together.

- `national/` 是全国性的资格（划型、规上、科技型中小企业、高新技术企业），没有金额。
- `laoshan/` 里 LS-* 是崂山区自己的条款（转载稿）；其余取自别处公开文件，在样本区当作本区条款使用
  (they stand in for clauses of this district)，“文本来自”写明出处；样本自定的起止日期在文件的 `adopted.note` 里写明。
- 级别：A 政府网站，B 报刊或数据集，B- 转载。被标出公平竞争风险的条款（以税收、地方贡献为条件，限制迁移等）一条也不收。
- 条款正文是结构化摘录的转写（以〔转写〕开头），不是原文。同一出处的一条有几项待遇时拆成几个条款（a、b、c）。
- “计算”能算出金额，“资格”只有资格，“人工”由人决定并写明原因。
"""
TITLE_WORD = re.compile(r"(\w+)\.(?:类别|\w+类别) (?:= (\"[^\"]+\")|in \(([^)]+)\))")


def page() -> str:
    """The whole page."""
    packs = load_packs(FOLDERS)
    counts = "；".join(f"{day.isoformat()} 有效 {in_force(packs, day)} 条" for day in DAYS)
    parts = [HEAD, f"共 {len(packs.documents)} 个文件、{len(packs.clauses)} 个条款；{counts}。"]
    for pack in packs.packs:
        parts += ["", f"## {pack.id}：{pack.title}", "", *rows(pack.documents)]
    parts += ["", "## 条款认得的类别", "", "部门提供的记录要用这些词，条款才认得（words that clauses look for）。", ""]
    parts += list(words())
    return "\n".join(parts) + "\n"


def in_force(packs: PackSet, day: date) -> int:
    """Clauses of the district's own pack that are run on a day."""
    documents = [document.source for document in packs.documents if document.source.pack == "laoshan"]
    return sum(len(d.clauses) for d in documents if d.status == "in_force" and d.in_force_on(day))


def rows(documents: Iterable[Document]) -> Iterator[str]:
    yield "| 条款 | 名称 | 文件 | 文本来自 | 级别 | 有效期 | 兑现 | 计算 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for document in documents:
        for clause in document.clauses:
            yield f"| {' | '.join(cells(document, clause))} |"


def cells(document: Document, clause: Clause) -> tuple[str, ...]:
    until = document.valid_to.isoformat() if document.valid_to else "未见"
    number = f"{document.title}（{document.number}）" if document.number else document.title
    return (
        f"`{clause.id}`",
        clause.title,
        number,
        document.adopted_from or document.place,
        document.source.grade,
        f"{document.valid_from.isoformat()} 至 {until}",
        clause.delivery,
        how(clause),
    )


def how(clause: Clause) -> str:
    """Whether it is computed, or why a person decides."""
    if clause.manual:
        return f"人工：{clause.manual}"
    return "资格" if clause.gate_only else "计算"


def words() -> Iterator[str]:
    """Titles, expenses and the like that rules compare with."""
    found: set[str] = set()
    for folder in FOLDERS:
        for file in folder.glob("*.yaml"):
            for match in TITLE_WORD.finditer(file.read_text(encoding="utf-8")):
                found |= set(re.findall(r"\"([^\"]+)\"", match[2] or match[3]))
    yield "、".join(sorted(found))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
