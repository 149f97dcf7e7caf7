"""A chain as four tables (chain, sources, segments, edges), and tables as the tree of a chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from yanlian.base.refusal import Refused
from yanlian.base.tree import Listing, Mapped, Tree
from yanlian.engine.chain.template import build
from yanlian.engine.chain.template.exchange.cells import joined, split
from yanlian.engine.chain.template.exchange.plain import Plain, plain_chain
from yanlian.engine.chain.template.finding import Findings
from yanlian.engine.chain.template.model import Chain
from yanlian.engine.chain.template.tree import said, text_at

# Each part with the Chinese word for its table and for each of its keys.
TABLES: Mapping[str, str] = {"chain": "产业链", "segments": "环节", "edges": "边", "sources": "来源"}
WORDS: Mapping[str, Mapping[str, str]] = {
    "chain": {
        "id": "编号",
        "title": "名称",
        "title_en": "英文名称",
        "stated": "日期",
        "root": "根词",
        "groups": "分组英文",
        "core_industries": "主行业",
        "note": "备注",
        "notice": "许可声明",
        "cycles_ok": "循环说明",
        "stale_years": "复核年限",
        "accepted": "已说明",
    },
    "sources": {
        "id": "编号",
        "title": "标题",
        "publisher": "发布单位",
        "published": "发布日期",
        "url": "网址",
        "grade": "等级",
    },
    "segments": {
        "id": "编号",
        "title": "名称",
        "title_en": "英文名称",
        "position": "位置",
        "tier": "层级",
        "group": "分组",
        "products": "产品",
        "industries": "行业代码",
        "excludes": "排除词",
        "note": "备注",
        "sources": "来源",
    },
    "edges": {
        "from": "供应环节",
        "to": "采购环节",
        "product": "产品",
        "essential": "关键度",
        "sources": "来源",
        "stated": "依据日期",
        "confidence": "可信度",
    },
}
KEYS: Mapping[str, Sequence[str]] = {
    "chain": build.CHAIN,
    "sources": build.SOURCE,
    "segments": build.SEGMENT,
    "edges": build.EDGE,
}
HEAD = ("项", "内容")
LISTS = frozenset({"root", "core_industries", "industries", "excludes", "sources"})
MOST_ROWS = 20_000
MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text; `number`: it is kept as a number, so that leading zeros are lost."""

    text: str
    number: bool = False


Rows = Sequence[Sequence[Cell]]


def tables_of(chain: Chain, *, chinese: bool) -> dict[str, list[list[str]]]:
    """Part → rows of text, the first of which is the head. The table of the chain has a row a key."""
    found: dict[str, list[list[str]]] = {}
    data = plain_chain(chain)
    for part in TABLES:
        words = WORDS[part]
        value = data.get(part, [])
        if isinstance(value, dict):
            rows = [[words[key] if chinese else key, _cell(key, one)] for key, one in value.items()]
            found[part] = [list(HEAD) if chinese else ["key", "value"], *rows]
        elif isinstance(value, list):
            head = [words[key] if chinese else key for key in KEYS[part]]
            body = [[_cell(key, one.get(key, "")) for key in KEYS[part]] for one in value if isinstance(one, dict)]
            found[part] = [head, *body]
    return found


def _cell(key: str, value: Plain) -> str:
    if isinstance(value, dict):
        return joined((name, str(one)) for name, one in value.items())
    if not isinstance(value, list):
        return str(value)
    return joined(_parts(one) for one in value)


def _parts(one: Plain) -> list[str]:
    if not isinstance(one, dict):
        return [str(one)]
    aliases = one.get("aliases")
    if isinstance(aliases, list):
        return [str(one["name"]), *(str(word) for word in aliases)]
    return [str(one.get(key, "")) for key in build.ANSWER]


def tree_of(tables: Mapping[str, Rows], faults: Findings, names: Mapping[str, str]) -> Tree:
    """The tree of a chain. `names`: what each table is called in messages. Lines are rows from 1."""
    top = Mapped(1)
    for part, rows in tables.items():
        faults.at("", names[part])
        if part == "chain":
            said(top, part, _head(rows, faults), 1)
        else:
            said(top, part, Listing(1, [one for one in _members(part, rows, faults) if one.entries]), 1)
    return top


def _head(rows: Rows, faults: Findings) -> Mapped:
    head = Mapped(1)
    for line, row in enumerate(rows, 1):
        key = row[0].text.strip() if row else ""
        if line == 1 and key in {HEAD[0], "key"}:
            continue
        name = _known("chain", key)
        if name is None:
            if any(cell.text.strip() for cell in row):
                _unknown(faults, line, "chain", key)
            continue
        if extra := next((cell.text for cell in row[2:] if cell.text.strip()), ""):
            faults.add(line, Refused("chain_cell_stray", found=extra[:40]))
        # An empty list is said where a key stands without a value; any other key without one is as good as not there.
        if len(row) > 1 and (row[1].text.strip() or name in LISTS):
            said(head, name, value_of(name, row[1], line, faults), line)
    return head


def _known(part: str, word: str) -> str | None:
    """The key that the head of a column means, in either language."""
    return next((key for key, chinese in WORDS[part].items() if word in {key, chinese}), None)


def _unknown(faults: Findings, line: int, part: str, word: str) -> None:
    known = [*WORDS[part], *WORDS[part].values()]
    data = {"found": word[:60] or "（空 empty）", "where": part, "nearest": faults.nearest(word, known)}
    faults.add(line, Refused("chain_key_unknown", **data))


def _members(part: str, rows: Rows, faults: Findings) -> Iterator[Mapped]:
    """Each row as a mapping; a filled cell under no head is a fault, not passed over."""
    heads: list[str | None] = []
    for word in (cell.text.strip() for cell in rows[0]) if rows else ():
        key = _known(part, word)
        if word and key is None:
            _unknown(faults, 1, part, word)
        if key is not None and key in heads:
            faults.add(1, Refused("chain_key_twice", found=word))
            key = None
        heads.append(key if key is not None else ("" if word else None))
    for line, row in enumerate(rows[1:], 2):
        member = Mapped(line)
        for at, cell in enumerate(row):
            if not cell.text.strip():
                continue
            key = heads[at] if at < len(heads) else None
            if key is None:
                faults.add(line, Refused("chain_cell_stray", found=cell.text[:40]))
            elif key:
                said(member, key, value_of(key, cell, line, faults), line)
        yield member


def value_of(key: str, cell: Cell, line: int, faults: Findings) -> Tree:
    """The tree of one cell: a text, or a list that is written in it."""
    if key == "industries" and cell.number and len(cell.text) < 4:
        faults.add(line, Refused("chain_cell_number", found=cell.text))
    if key in LISTS:
        # Words have no parts: an = in one is part of it.
        return Listing(line, [text_at("=".join(parts), line) for parts in split(cell.text)])
    if key == "products":
        return Listing(line, [_product(parts, line) for parts in split(cell.text)])
    if key == "accepted":
        return Listing(line, [_answer(parts, line) for parts in split(cell.text)])
    if key == "groups":
        return _named(split(cell.text), line, faults)
    return text_at(cell.text, line)


def _named(members: Sequence[Sequence[str]], line: int, faults: Findings) -> Tree:
    """A mapping that is written in one cell as name=name."""
    found = Mapped(line)
    for parts in members:
        if parts[0] in found.entries:
            faults.add(line, Refused("chain_word_twice", key="groups", found=parts[0]))
            continue
        # A name that itself holds an = is written with a backslash before it.
        said(found, parts[0], text_at("=".join(parts[1:]), line), line)
    return found


def _product(parts: list[str], line: int) -> Tree:
    if len(parts) == 1:
        return text_at(parts[0], line)
    made = Mapped(line)
    said(made, "name", text_at(parts[0], line), line)
    said(made, "aliases", Listing(line, [text_at(word, line) for word in parts[1:]]), line)
    return made


def _answer(parts: list[str], line: int) -> Tree:
    answer = Mapped(line)
    for key, part in zip(build.ANSWER, [*parts[:2], "=".join(parts[2:])], strict=False):
        said(answer, key, text_at(part, line), line)
    return answer
