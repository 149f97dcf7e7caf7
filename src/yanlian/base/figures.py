"""Numbers as people write them in documents and tables: 1,234.50, 2000万元, 0.5亿元, 30%. Exact, never a float."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from yanlian.base.refusal import Refused

# One number, perhaps with thousands separators, then perhaps a multiple, then perhaps a unit that is only a name.
_FIGURE = re.compile(
    r"(?P<sign>[+-]?)[¥￥]?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<multiple>万|亿|%|‰)?"
    r"(?P<unit>元|人民币元|家|人|年|月|天|日|平方米|个|项|套)?\Z"
)
_MULTIPLES = {
    "": Decimal(1),
    "万": Decimal(10_000),
    "亿": Decimal(100_000_000),
    "%": Decimal("0.01"),
    "‰": Decimal("0.001"),
}
_LONGEST = 60


def parse_figure(found: object) -> Decimal:
    """The number that a person wrote, exactly: "2000万元" is 20000000, "30%" is 0.30, an int stays itself.

    Full-width digits and signs are read as their plain forms; blanks inside are ignored. A float is refused: it has
    already lost the digits that were written. Raises `Refused("figure_unreadable")`.
    """
    if isinstance(found, Decimal):
        return found
    if isinstance(found, int) and not isinstance(found, bool):
        return Decimal(found)
    if isinstance(found, str) and len(found) <= _LONGEST:
        text = unicodedata.normalize("NFKC", found).replace(" ", "").replace("，", ",")
        match = _FIGURE.match(text)
        if match:
            number = Decimal(match["sign"] + match["number"].replace(",", ""))
            return number * _MULTIPLES[match["multiple"] or ""]
    raise Refused("figure_unreadable", found=str(found)[:_LONGEST])
