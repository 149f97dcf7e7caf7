"""The YAML of a policy document out of a workbook, or only its tables, scales and parameters for one that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from yanlian.apps.policies.versions.workbook import sheets
from yanlian.apps.policies.versions.workbook.reading import Book, CellFault, Row, items_of, open_book, rows_of, several
from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped, Tree, Unreadable
from yanlian.engine.dossier import Schema, load_schema
from yanlian.engine.feel.dmn.sheet_words import SheetRefused
from yanlian.engine.policy.dmn.table_sheets import yaml_of_sheet
from yanlian.engine.policy.dmn.yaml_text import listing, mapped, put, scalar, tree_text
from yanlian.engine.policy.load import PACK_FILE
from yanlian.engine.policy.tree import read_tree

_KNOWN = (sheets.PACK, sheets.DOCUMENT, sheets.NOTES, *sheets.SHEETS)
SELF = "self"


def texts_of_workbook(content: bytes, name: str) -> dict[str, str]:
    """File name → text: the document, and pack.yaml where the workbook has a sheet for it.

    Raises `WorkbookRefused` with every fault; then nothing of the workbook is taken.
    """
    book = open_book(content, name)
    _check_sheets(book)
    document = items_of(book, sheets.DOCUMENT, sheets.DOCUMENT_ITEMS)
    if sheets.DOCUMENT not in book.sheets:
        book.add(sheets.DOCUMENT, 0, "", "book_sheet_missing", found=sheets.DOCUMENT)
    root = _document(book, document)
    texts = {f"{document.get('id').lower()}.yaml": tree_text(root)}
    if sheets.PACK in book.sheets:
        pack = items_of(book, sheets.PACK, sheets.PACK_ITEMS)
        texts[PACK_FILE] = tree_text(mapped(pack=_pack(pack)))
    book.refuse_if_faulty()
    return texts


def names_of_workbook(content: bytes, name: str) -> Mapped:
    """Only tables, scales and parameters of a workbook, for a document that is there: {tables: …, scales: …}."""
    book = open_book(content, name)
    _check_sheets(book)
    root = Mapped(0)
    _put_names(book, root)
    if not root.entries:
        book.add(sheets.TABLE, 0, "", "book_sheet_missing", found=sheets.TABLE)
    book.refuse_if_faulty()
    return root


def has_document(content: bytes, name: str) -> bool:
    """Whether a workbook describes a whole document."""
    return sheets.DOCUMENT in open_book(content, name).sheets


def _check_sheets(book: Book) -> None:
    for sheet in book.sheets:
        if sheet not in _KNOWN and not _table_name(sheet):
            known = "、".join((*_KNOWN, f"{sheets.TABLE} …"))
            book.add(sheet, 0, "", "book_sheet_unknown", found=sheet, expected=known)


def _table_name(sheet: str) -> str:
    return sheet.removeprefix(sheets.TABLE).strip(" _-—：:") if sheet.startswith(sheets.TABLE) else ""


def _document(book: Book, document: Row) -> Mapped:
    head = _texts(document, ("id", "title", "number", "issuer", "place", "status", "valid_from", "valid_to"))
    for key in ("payable_until", "note"):
        _put_text(head, key, document.get(key))
    put(head, "source", _texts(document, ("grade", "url", "page", "seen")))
    root = mapped(document=head)
    rules = Mapped(0)
    _put_words(rules, "subject", document.get("subject"))
    if document.get("round_to"):
        put(rules, "rounding", _texts(Row("", 0, {"to": document.get("round_to"), **_mode(document)}), ("to", "mode")))
    _put_tests(rules, rows_of(book, sheets.RULES, sheets.SHEETS[sheets.RULES]))
    put(root, "rules", rules)
    _put_names(book, root)
    put(root, "clauses", listing(_clauses(book)))
    return root


def _mode(document: Row) -> dict[str, str]:
    return {"mode": document.get("round_mode")} if document.get("round_mode") else {}


def _pack(pack: Row) -> Mapped:
    node = _texts(pack, ("id", "title"))
    # A code of digits must stay text.
    put(node, "district", scalar(pack.get("district"), quoted=True))
    _put_words(node, "requires", pack.get("requires"))
    return node


def _clauses(book: Book) -> list[Tree]:
    rows = rows_of(book, sheets.CLAUSES, sheets.SHEETS[sheets.CLAUSES])
    if sheets.CLAUSES not in book.sheets:
        book.add(sheets.CLAUSES, 0, "", "book_sheet_missing", found=sheets.CLAUSES)
    seen: dict[str, Row] = {}
    for row in rows:
        if row.get("id") in seen:
            book.add(row.sheet, row.number, "条款编号", "book_clause_twice", found=row.get("id"))
        seen[row.get("id")] = row
    tests = _by_clause(book, sheets.CONDITIONS, seen)
    cases = _by_clause(book, sheets.CASES, seen)
    schema = load_schema()
    return [_clause(book, schema, row, tests.get(row.get("id"), []), cases.get(row.get("id"), [])) for row in rows]


def _by_clause(book: Book, sheet: str, clauses: Mapping[str, Row]) -> dict[str, list[Row]]:
    """The rows of a sheet by the clause they name; one that names none is a fault."""
    found: dict[str, list[Row]] = {}
    for row in rows_of(book, sheet, sheets.SHEETS[sheet]):
        clause = row.get("clause")
        if clause and clause not in clauses:
            book.add(sheet, row.number, "条款编号", "book_clause_unknown", found=clause)
        found.setdefault(clause, []).append(row)
    return found


def _clause(book: Book, schema: Schema, row: Row, tests: Sequence[Row], cases: Sequence[Row]) -> Mapped:
    node = _texts(row, ("id", "title", "article"))
    if row.get("text"):
        put(node, "text", scalar(row.get("text"), quoted=True))
    put(node, "department", scalar(_department(book, schema, row, row.get("department"), "负责部门")))
    _put_text(node, "theme", row.get("theme"))
    _put_words(node, "subject", row.get("subject"))
    _put_event(book, node, row)
    _put_text(node, "period", row.get("period"))
    _put_tests(node, tests)
    for key in ("amount", "cap"):
        _put_text(node, key, row.get(key))
    caps: list[Tree] = [
        mapped(label=scalar(label), over=scalar("clause"), per=scalar(per), amount=scalar(row.get(key)))
        for key, per, label in (("cap_year", "year", "每年上限"), ("cap_life", "life", "累计上限"))
        if row.get(key)
    ]
    if caps:
        put(node, "caps", listing(caps))
    if row.get("group"):
        put(node, "stacking", mapped(group=scalar(row.get("group"))))
    for key in ("manual", "delivery", "note"):
        _put_text(node, key, row.get(key))
    if row.get("evidence"):
        put(node, "evidence", listing([_proof(book, schema, row, one) for one in _proofs(row.get("evidence"))]))
    if cases:
        put(node, "cases", listing([_case(book, one) for one in cases]))
    return node


def _put_event(book: Book, node: Mapped, row: Row) -> None:
    keys = ("each", "as", "where", "date", "matter")
    if not any(row.get(key) for key in keys):
        return
    for key, head in (("each", "触发清单"), ("date", "事项日期")):
        if not row.get(key):
            book.add(row.sheet, row.number, head, "book_event_part", found=head)
    put(node, "event", _texts(row, keys))


def _proofs(text: str) -> list[str]:
    return [one.strip() for one in text.replace(";", "；").replace("\n", "；").split("；") if one.strip()]


def _proof(book: Book, schema: Schema, row: Row, text: str) -> Tree:
    data, sign, holder = text.replace("＠", "@").rpartition("@")
    if not sign:
        book.add(row.sheet, row.number, "佐证材料", "book_proof", found=text)
        data, holder = text, SELF
    held = SELF if holder.strip() in ("自备", SELF) else _department(book, schema, row, holder.strip(), "佐证材料")
    return mapped(data=scalar(data.strip()), held_by=scalar(held))


def _department(book: Book, schema: Schema, row: Row, text: str, head: str) -> str:
    keys = {one["zh"]: key for key, one in schema.departments.items()}
    if text in keys:
        return keys[text]
    if text and text not in schema.departments:
        book.add(row.sheet, row.number, head, "book_word", found=text, expected="、".join(keys))
    return text


def _case(book: Book, row: Row) -> Tree:
    node = _texts(row, ("name", "as_of"))
    _put_text(node, "kind", row.get("subject"))
    put(node, "facts", _facts(book, row))
    expect = _texts(row, ("outcome", "amount"))
    _put_words(expect, "failed", row.get("failed"))
    put(node, "expect", expect)
    return node


def _facts(book: Book, row: Row) -> Tree:
    text = row.get("facts") or "{}"
    try:
        found = read_tree(text)
    except Unreadable as problem:
        book.faults.append(CellFault(row.sheet, row.number, "事实", problem.refusal))
        return Mapped(0)
    if not isinstance(found, Mapped):
        book.add(row.sheet, row.number, "事实", "book_facts", found=text[:40])
        return Mapped(0)
    return found


def _put_names(book: Book, root: Mapped) -> None:
    """Parameters, scales and tables."""
    for key, made in (("parameters", _parameters(book)), ("scales", _scales(book)), ("tables", _tables(book))):
        if made.entries:
            put(root, key, made)


def _parameters(book: Book) -> Mapped:
    made = Mapped(0)
    for name, rows in _grouped(rows_of(book, sheets.PARAMETERS, sheets.SHEETS[sheets.PARAMETERS])).items():
        values: list[Tree] = [_texts(row, ("from", "value", "reference")) for row in rows]
        unit = next((row.get("unit") for row in rows if row.get("unit")), "")
        put(made, name, mapped(unit=scalar(unit) if unit else None, values=listing(values)))
    return made


def _scales(book: Book) -> Mapped:
    made = Mapped(0)
    for name, rows in _grouped(rows_of(book, sheets.SCALES, sheets.SHEETS[sheets.SCALES])).items():
        for row in rows:
            if bool(row.get("rate")) == bool(row.get("amount")):
                book.add(row.sheet, row.number, "比例", "book_scale_row", found=name)
            if row.get("mode") != rows[0].get("mode"):
                book.add(row.sheet, row.number, "方式", "book_scale_mode", found=name)
        brackets: list[Tree] = [_texts(row, ("from", "rate", "amount")) for row in rows]
        node = mapped(mode=scalar(rows[0].get("mode")), input=scalar("元"), brackets=listing(brackets))
        _put_text(node, "reference", next((row.get("reference") for row in rows if row.get("reference")), ""))
        put(made, name, node)
    return made


def _tables(book: Book) -> Mapped:
    """Sheets called 标准表 …, each a decision table as the modeller and `pack table` write it."""
    made = Mapped(0)
    for sheet in book.sheets:
        name = _table_name(sheet)
        if not name:
            continue
        try:
            tree = read_tree(yaml_of_sheet(book.content, book.name, name, sheet))
        except SheetRefused as refused:
            book.faults += [CellFault(sheet, 0, "", fault) for fault in refused.faults]
            continue
        except Refused as refused:
            book.faults.append(CellFault(sheet, 0, "", refused))
            continue
        named = tree.get("tables") if isinstance(tree, Mapped) else None
        assert isinstance(named, Mapped)
        for key, entry in named.entries.items():
            put(made, key, entry.value)
    return made


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get("name"), []).append(row)
    return found


def _texts(row: Row, keys: Iterable[str]) -> Mapped:
    node = Mapped(0)
    for key in keys:
        _put_text(node, key, row.get(key))
    return node


def _put_text(node: Mapped, key: str, text: str) -> None:
    if text:
        put(node, key, scalar(text))


def _put_words(node: Mapped, key: str, text: str) -> None:
    if text:
        put(node, key, listing([scalar(one) for one in several(text)]))


def _put_tests(node: Mapped, rows: Iterable[Row]) -> None:
    found: dict[str, list[Tree]] = {}
    for row in rows:
        found.setdefault(row.get("kind"), []).append(_texts(row, ("label", "when", "article")))
    for kind in ("gates", "vetoes", "conditions"):
        if kind in found:
            put(node, kind, listing(found[kind]))
