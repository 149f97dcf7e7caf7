"""What people write into the cells of a decision table, as FEEL: exact or refused, never guessed.

“以上、以下、以内” include the number itself and “不满、超过” do not: Civil Code of China, article 1259.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.dmn.sheet_words import FEEL_MARK, Cell
from yanlian.engine.feel.parser import parse, parse_unary_tests
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.tokens import scaled

_MOST_DIGITS = 15
_KNOWN = frozenset({"?", *FUNCTIONS})
_ANY = frozenset({"-", "－", "—", "——", "–"})
_ANY_WORDS = frozenset({"不限", "任意", "无要求", "/", "无限制"})
_FLAGS = {"是": "true", "√": "true", "否": "false", "×": "false"}
_WIDE = str.maketrans("＞＜＝（）；％“”０１２３４５６７８９．", '><=();%""0123456789.')
_UNIT = r"万亿元|亿元|万元|元|万亿|亿|万|%"
_Q = rf"(-?\d+(?:\.\d+)?)\s*({_UNIT})?"
_DASHED = re.compile(rf"{_Q}\s*[-~～—–至到]\s*{_Q}")
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:[,，]\d{3})+(?!\d)")
_ONE = re.compile(_Q)
_SIGNS = frozenset({">=", "<=", ">", "<", "=", "!="})
_BEFORE = {
    ">=": ">=", "<=": "<=", ">": ">", "<": "<", "=": "", "!=": "!=",
    **dict.fromkeys(("不低于", "不少于", "不小于", "至少", "大于等于", "大于或等于"), ">="),
    **dict.fromkeys(("不超过", "不高于", "不多于", "不大于", "至多", "小于等于", "小于或等于"), "<="),
    **dict.fromkeys(("超过", "高于", "大于", "多于"), ">"),
    **dict.fromkeys(("低于", "少于", "小于", "不满", "不足", "未满"), "<"),
}  # fmt: skip
_AFTER = {
    **dict.fromkeys(("以上", "及以上", "以上(含)", "(含)以上", "以上(含本数)"), ">="),
    **dict.fromkeys(("以下", "及以下", "以内", "以下(含)", "(含)以下", "以下(含本数)"), "<="),
    **dict.fromkeys(("以上(不含)", "(不含)以上"), ">"),
    **dict.fromkeys(("以下(不含)", "(不含)以下"), "<"),
}


def _choice(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_BOUND = re.compile(rf"(?:({_choice(_BEFORE)})\s*{_Q}|{_Q}\s*({_choice(_AFTER)}))")
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
_DAY_BOUND = re.compile(rf"(>=|<=|>|<|=|!=)?\s*{_DAY.pattern}")
_LOOKS_LIKE_TEST = re.compile(r"^\s*(?:[<>=≥≤≠]|!=)|\?|\.\.|[\n\r\t]")


class CellReader:
    """Reads the cells of one table. `names` are what FEEL in cells may refer to."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.names = names

    def test(self, cell: Cell, kind: str) -> str:
        """A condition: unary tests. Empty and `-` mean any value. `kind` is the basic type of the column, or ""."""
        if cell is None or (isinstance(cell, str) and (not cell.strip() or cell.strip() in _ANY)):
            return "-"
        if not isinstance(cell, str):
            return self.typed(cell, kind)
        if cell.startswith(FEEL_MARK):
            return _marked(cell)
        text = cell.strip()
        if text in _ANY_WORDS:
            raise Refused("dmn_sheet_any_word", found=text)
        match kind:
            case "string":
                return self.text_test(text)
            case "number":
                return self.number_test(text)
            case "boolean" if text in _FLAGS:
                return _FLAGS[text]
            case "date":
                return self.listed(text, self.day)
            case _:
                return self.feel(text, kind, parse_unary_tests)

    def result(self, cell: Cell, kind: str) -> str:
        """A result: one expression. An empty cell is refused, since it may have been forgotten."""
        if cell is None or (isinstance(cell, str) and (not cell.strip() or cell.strip() in _ANY)):
            raise Refused("dmn_sheet_blank")
        if not isinstance(cell, str):
            return self.typed(cell, kind)
        if cell.startswith(FEEL_MARK):
            return _marked(cell)
        text = cell.strip()
        match kind:
            case "string":
                return self.one_text(text)
            case "number":
                self.refuse_ambiguous(text)
                found = _ONE.fullmatch(text.translate(_WIDE))
                return _plain(found[1], found[2]) if found and found[2] else self.feel(text, kind, parse)
            case "boolean" if text in _FLAGS:
                return _FLAGS[text]
            case "date" if _DAY.fullmatch(text):
                return self.day(text)
            case _:
                return self.feel(text, kind, parse)

    def typed(self, cell: object, kind: str) -> str:
        """A cell that the spreadsheet itself knows as number, truth or date."""
        if isinstance(cell, bool):
            if kind in {"boolean", ""}:
                return "true" if cell else "false"
        elif isinstance(cell, int | float):
            if kind == "string":
                raise Refused("dmn_sheet_code", found=number_of(cell))
            if kind in {"number", ""}:
                return number_of(cell)
        elif isinstance(cell, datetime):
            if kind == "date and time" or (kind == "" and (cell.hour or cell.minute or cell.second)):
                return f'date and time("{cell.replace(microsecond=0).isoformat()}")'
            if kind in {"date", ""} and not (cell.hour or cell.minute or cell.second or cell.microsecond):
                return f'date("{cell.date().isoformat()}")'
        elif isinstance(cell, date) and kind in {"date", ""}:
            return f'date("{cell.isoformat()}")'
        raise Refused("dmn_sheet_kind", found=str(cell), expected=kind or "-")

    # Numbers

    def number_test(self, text: str) -> str:
        """Numbers, comparisons and ranges with or without units; several by 、 or ；."""
        self.refuse_ambiguous(text)
        narrow = _narrow(text)
        both = _pair(narrow)
        if both:
            return both
        if not re.search(rf"\d\s*(?:{_UNIT})", narrow) and self.is_feel(narrow, parse_unary_tests):
            found = narrow
        else:
            found = self.listed(narrow, self.number_piece)
        if self.is_always_true(found):
            raise Refused("dmn_sheet_always", found=text)
        return found

    def is_always_true(self, tests: str) -> bool:
        """`>=1000, <2000`: a comma means "or" in FEEL, so that every number would pass. Surely "and" was meant."""
        try:
            listed = parse_unary_tests(tests, names=self.names)
        except FeelError:
            return False
        bounds = [(test.op, test.value.value) for test in listed.tests if isinstance(test.value, ast.Number)]
        lows = [value for op, value in bounds if op in {">", ">="}]
        highs = [value for op, value in bounds if op in {"<", "<="}]
        return bool(lows and highs) and min(lows) <= max(highs)

    def number_piece(self, text: str) -> str:
        """One number, bound, pair of bounds, or FEEL with units."""
        one = _ONE.fullmatch(text)
        if one:
            return _plain(one[1], one[2])
        bound = _BOUND.fullmatch(text)
        if bound:
            return " ".join(filter(None, _bound(bound)))
        both = _pair(text)
        if both:
            return both
        return self.feel(text, "number", parse_unary_tests, units=True)

    def refuse_ambiguous(self, text: str) -> None:
        """1,000 may be one number or two; 1000-2000 does not say whether its ends belong to it."""
        if text.startswith(FEEL_MARK):
            return
        if _THOUSANDS.search(text):
            raise Refused("dmn_sheet_thousands", found=text)
        if any(_DASHED.fullmatch(piece.strip()) for piece in re.split("[、;；,，]", text.translate(_WIDE))):
            raise Refused("dmn_sheet_dash", found=text)

    # Dates

    def day(self, text: str) -> str:
        """A date, perhaps compared: 2021-12-31, 2021年12月31日, >=2021-1-1."""
        found = _DAY_BOUND.fullmatch(_narrow(text))
        if not found:
            return self.feel(text, "date", parse_unary_tests)
        try:
            day = date(int(found[2]), int(found[3]), int(found[4]))
        except ValueError:
            raise Refused("dmn_sheet_kind", found=text, expected="date") from None
        op = "" if found[1] in {None, "="} else f"{found[1]} "
        return f'{op}date("{day.isoformat()}")'

    # Text

    def text_test(self, text: str) -> str:
        """Values without quotes, several by 、 ； or commas; `not(…)` around them; or FEEL with quotes."""
        narrow = text.replace("“", '"').replace("”", '"')
        if '"' in narrow or text == "null":
            return self.feel(narrow, "string", parse_unary_tests)
        inner = re.fullmatch(r"not\s*[(（](.*)[)）]", text, re.DOTALL)
        if inner:
            return f"not({self.text_test(inner[1].strip())})"
        return ", ".join(self.one_text(piece.strip()) for piece in _split(text))

    def one_text(self, text: str) -> str:
        """One value without quotes, or FEEL with quotes."""
        narrow = text.replace("“", '"').replace("”", '"')
        if '"' in narrow or text == "null":
            return self.feel(narrow, "string", parse)
        if not text:
            raise Refused("dmn_sheet_separator", found=text)
        call = re.match(r"([a-z][a-z ]*?)\s*\(", text)
        if _LOOKS_LIKE_TEST.search(text) or (call and call[1] in FUNCTIONS):
            raise Refused("dmn_sheet_text", found=text)
        return quoted(text)

    # FEEL

    def listed(self, text: str, read: Callable[[str], str]) -> str:
        """Several values, each read for itself."""
        if self.is_feel(text, parse_unary_tests) and not _DAY.search(text):
            return text
        pieces = [piece.strip() for piece in _split(text)]
        if not all(pieces):
            raise Refused("dmn_sheet_separator", found=text)
        return ", ".join(map(read, pieces))

    def is_feel(self, text: str, read: Callable[..., ast.Node]) -> bool:
        """Whether a text is FEEL whose names are all known."""
        try:
            return not self.unknown(read(text, names=self.names))
        except FeelError:
            return False

    def feel(self, text: str, kind: str, read: Callable[..., ast.Node], *, units: bool = False) -> str:
        """FEEL as it stands, full-width signs narrowed outside quotes; units written out."""
        narrow = _narrow(text)
        try:
            tree = read(narrow, names=self.names, units=units)
        except FeelError as error:
            column = error.data.get("column", 1)
            raise Refused("dmn_sheet_feel", found=text, column=column, expected=kind or "FEEL") from None
        unknown = self.unknown(tree)
        if unknown:
            raise Refused("dmn_sheet_name", found=unknown)
        return print_expression(tree, plain=True) if units else narrow

    def unknown(self, tree: ast.Node) -> str:
        """A name in the tree that is not known: a word that was meant as text would otherwise silently be null."""
        for node, _ in ast.walk(tree):
            if isinstance(node, ast.Name) and node.name not in self.names and node.name not in _KNOWN:
                return node.name
        return ""


def number_of(cell: float) -> str:
    """A number cell exactly: spreadsheets keep 15 digits, so what has more has lost some or was never exact."""
    value = Decimal(repr(cell))
    if not value.is_finite():
        raise Refused("dmn_sheet_digits", found=str(cell), expected=_MOST_DIGITS)
    digits = value.normalize()
    if len(digits.as_tuple().digits) > _MOST_DIGITS or abs(value) >= Decimal(10) ** _MOST_DIGITS:
        raise Refused("dmn_sheet_digits", found=repr(cell), expected=_MOST_DIGITS)
    return format(digits, "f") if digits else "0"


def quoted(text: str) -> str:
    """A FEEL string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _marked(cell: str) -> str:
    text = cell.removeprefix(FEEL_MARK)
    return text.removeprefix(" ")


def _plain(digits: str, unit: str | None) -> str:
    value = Decimal(digits)
    return format(scaled(value, unit).normalize(), "f") if unit else digits


def _bound(found: re.Match[str]) -> tuple[str, str]:
    """Sign and number of one side."""
    if found[1]:
        return _BEFORE[found[1]], _plain(found[2], found[3])
    return _AFTER[found[6]], _plain(found[4], found[5])


def _pair(text: str) -> str:
    """Two bounds that hold together, as in 1000以上不满2000, as a range; nothing where the text is no such pair."""
    first = _BOUND.match(text)
    rest = text[first.end() :] if first else ""
    second = _BOUND.fullmatch(rest.lstrip(" ,且并而"))
    if first is None or second is None:
        return ""
    low, high = _bound(first), _bound(second)
    if first[1] in _SIGNS and second[1] in _SIGNS and not re.search("[且并而]", rest):
        # `>=1000,<2000` in signs alone is FEEL for "or".
        return ""
    if low[0] not in {">", ">="} or high[0] not in {"<", "<="} or Decimal(low[1]) > Decimal(high[1]):
        raise Refused("dmn_sheet_dash", found=text)
    return f"{'[' if low[0] == '>=' else '('}{low[1]}..{high[1]}{']' if high[0] == '<=' else ')'}"


def _narrow(text: str) -> str:
    """Full-width signs as FEEL writes them, outside quotes."""
    pieces = re.split(r'("(?:[^"\\]|\\.)*")', text.replace("“", '"').replace("”", '"'))
    signs = {"≥": ">=", "≤": "<=", "≠": "!=", "，": ",", "【": "[", "】": "]"}
    for at in range(0, len(pieces), 2):
        for wide, narrow in signs.items():
            pieces[at] = pieces[at].replace(wide, narrow)
        pieces[at] = pieces[at].translate(_WIDE)
    return "".join(pieces).strip()


def _split(text: str) -> list[str]:
    """At 、 ; and commas that stand in no brackets and no quotes."""
    pieces, depth, inside = [""], 0, False
    for sign in text:
        inside ^= sign == '"'
        depth += 0 if inside else (sign in "([{（【") - (sign in ")]}）】")
        if not inside and depth <= 0 and sign in "、;；,，":
            pieces.append("")
        else:
            pieces[-1] += sign
    return pieces
