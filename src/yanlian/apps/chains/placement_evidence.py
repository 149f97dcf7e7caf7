"""The words that speak for a placement, as pages write them: the text with the words that were found in it marked."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from yanlian.apps.chains.models import Placement
from yanlian.ui import numbers
from yanlian.ui.words import Text, say, t

FIELDS: dict[str, Text] = {
    "name": ("名称", "Name"),
    "scope": ("经营范围", "Scope of business"),
    "product": ("产品", "Product"),
    "products": ("产品", "Product"),
    "patent": ("专利", "Patent"),
    "quote": ("公开文章", "Public text"),
}
# Letters shown on either side of the words found.
_AROUND = 24


def evidence_text(placement: Placement) -> SafeString | str:
    """Each piece of evidence with its field, the words marked. One by hand has none."""
    pieces = [one for one in placement.evidence if isinstance(one, dict)][:3]
    if not pieces:
        return t("人工归位", "Placed by hand") if placement.changed_by_id else numbers.NONE
    return format_html_join(t("；", "; "), "{}", ((_piece(one),) for one in pieces))


def _piece(one: dict[str, object]) -> SafeString:
    field, text = str(one.get("field", "")), str(one.get("text", ""))
    start, end = _place(one.get("start"), len(text)), _place(one.get("end"), len(text))
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    label = say(FIELDS.get(field, (field, field)))
    return format_html(
        '<span class="muted">{}{}</span><span lang="zh-Hans">{}{}<mark>{}</mark>{}{}</span>',
        label,
        t("：", ": "),
        "…" if start > _AROUND else "",
        before,
        text[start:end],
        after,
        "…" if end + _AROUND < len(text) else "",
    )


def _place(value: object, size: int) -> int:
    return min(max(value, 0), size) if isinstance(value, int) else 0
