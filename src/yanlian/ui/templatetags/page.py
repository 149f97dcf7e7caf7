"""Tags and filters that every template has without `{% load %}` (settings: builtins).

`{% t "中文" "English" %}` writes in the reader's language; `{% status "outcome" code %}` a state in words with its
colour; `{% chart c %}` a chart with its table twin; filters write money, numbers and dates as ui/numbers.py says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from yanlian.ui import names, numbers, words
from yanlian.ui.charts import Chart

register = template.Library()
CHINESE = re.compile("[㐀-鿿豈-﫿]")


@register.simple_tag
def t(zh: str, en: str, **facts: object) -> SafeString:
    """The sentence in the reader's language; facts are escaped."""
    return format_html(words.t(zh, en), **facts) if facts else conditional_escape(words.t(zh, en))


@register.filter
def say(text: words.Text) -> str:
    """A (Chinese, English) pair in the reader's language."""
    return words.say(text)


@register.filter
def zh(value: object) -> str | SafeString:
    """A text from the data (a name, a rule), marked as Chinese on English pages so that screen readers switch voice."""
    text = str(value)
    if words.english() and CHINESE.search(text):
        return format_html('<span lang="zh-Hans">{}</span>', text)
    return text


@register.filter
def listed(texts: Iterable[object], between: str = "、") -> SafeString:
    """Texts from the data in one line, each marked as `zh` does. `between`: 、 or ；, in English , or ;."""
    english = "; " if between == "；" else ", "
    return format_html_join(words.t(between, english), "{}", ((zh(one),) for one in texts))


@register.filter
def zh_lang(value: object) -> SafeString:
    """The attribute that marks a Chinese text on an English page, for elements that can hold no span (options)."""
    return SafeString(' lang="zh-Hans"' if words.english() and CHINESE.search(str(value)) else "")


@register.simple_tag
def status(group: str, code: str) -> SafeString:
    """A stored state in words, with its tone as a class."""
    found = words.word(group, code)
    return format_html('<span class="status status-{}">{}</span>', found.tone, found)


@register.simple_tag
def word(group: str, code: str) -> str:
    """A stored code in words, plain."""
    return str(words.word(group, code))


@register.filter
def yuan(fen: int | None) -> str:
    return numbers.yuan(fen)


@register.filter
def yuan_plain(fen: int | None) -> str:
    return numbers.yuan_plain(fen)


@register.filter
def wan(fen: int | None) -> str:
    return numbers.wan(fen)


@register.filter
def headline(fen: int | None) -> SafeString:
    """A large figure with its unit in a smaller size."""
    found = numbers.headline(fen)
    before = format_html('<span class="unit before">{}</span>', found.currency) if found.currency else ""
    after = format_html('<span class="unit">{}</span>', found.unit) if found.unit else ""
    return format_html("{}{}{}", before, found.figure, after)


@register.filter
def number(value: int | Decimal | None) -> str:
    return numbers.number(value)


@register.filter
def percent(ratio: Decimal | None) -> str:
    return numbers.percent(ratio)


@register.filter
def rate(ppm: int | None) -> str:
    return numbers.rate(ppm)


@register.filter
def iso(day: date | None) -> str:
    return numbers.iso(day)


@register.filter
def long_date(day: date | None) -> str:
    return numbers.long_date(day)


@register.filter
def stamp(instant: datetime | None) -> str:
    return numbers.stamp(instant)


@register.filter
def short_hash(text: str) -> str:
    """The first twelve characters of a hash: enough to compare by eye; the full one stands in the title."""
    return text[:12] or numbers.NONE


@register.filter
def masked(name: str) -> str:
    return names.masked(name)


@register.inclusion_tag("ui/chart.html")
def chart(chart: Chart) -> dict[str, object]:
    """A figure with the drawing, and the same numbers as a table."""
    return {"chart": chart, "data_id": f"{chart.name}-option"}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The address of this page with some parameters changed; an empty value removes one."""
    request = context["request"]
    assert isinstance(request, HttpRequest)
    parameters = request.GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = str(value)
    return f"{request.path}?{parameters.urlencode()}" if parameters else request.path
