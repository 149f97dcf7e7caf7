"""Charts: options for ECharts with a description for screen readers, decals, and always a table with the same numbers.

A chart is plain data here; `{% chart c %}` draws it. Numbers go to the browser as decimal text, never as floats made by
us. One chart shows one unit and one calibre: two calibres are two charts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from yanlian.ui.words import t

# Distinct in hue and in lightness; decals tell them apart without colour. Contrast with white at least 3:1.
PALETTE = ("#0b5d5e", "#b5651d", "#3d5a98", "#7a3e65", "#5c7a29", "#6b7280")
INK, MUTED, LINE = "#17212b", "#52606d", "#d5dce2"


@dataclass(frozen=True)
class Series:
    """One row of numbers with its name; as many numbers as the chart has categories. None is a gap."""

    title: str
    values: Sequence[int | Decimal | None]


@dataclass(frozen=True)
class Chart:
    """A drawing and its table twin. `summary` is one sentence that says what is to be seen, with unit and date."""

    name: str
    title: str
    summary: str
    option: dict[str, object]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    height: str = "medium"


def bars(name: str, title: str, summary: str, unit: str, categories: Sequence[str], series: Sequence[Series]) -> Chart:
    """Horizontal bars, the first category on top: for names of any length."""
    option = _option(summary, series, "right")
    option["yAxis"] = {**_category_axis(categories), "inverse": True}
    option["xAxis"] = _value_axis()
    height = "low" if len(categories) <= 6 else "medium" if len(categories) <= 12 else "high"
    return _chart(name, title, summary, option, unit, categories, series, height)


def columns(
    name: str, title: str, summary: str, unit: str, categories: Sequence[str], series: Sequence[Series]
) -> Chart:
    """Upright columns: for steps in order, such as years or brackets of a histogram."""
    option = _option(summary, series, "top")
    option["xAxis"] = _category_axis(categories)
    option["yAxis"] = _value_axis()
    return _chart(name, title, summary, option, unit, categories, series, "medium")


def lines(name: str, title: str, summary: str, unit: str, categories: Sequence[str], series: Sequence[Series]) -> Chart:
    """Points joined by lines, for values in even steps. The axis need not begin at nought: what moves is to be seen."""
    option = _option(summary, series, "top")
    drawn = option["series"]
    assert isinstance(drawn, list)
    option["series"] = [{**one, "type": "line", "symbolSize": 7, "lineStyle": {"width": 2}} for one in drawn]
    option["xAxis"] = {**_category_axis(categories), "boundaryGap": False}
    option["yAxis"] = {**_value_axis(), "scale": True}
    return _chart(name, title, summary, option, unit, categories, series, "medium")


def _option(summary: str, series: Sequence[Series], position: str) -> dict[str, object]:
    return {
        "aria": {"enabled": True, "decal": {"show": len(series) > 1}, "label": {"description": summary}},
        "color": list(PALETTE),
        "animation": False,
        "textStyle": {"color": INK, "fontSize": 13},
        # Rich text is drawn, not written as HTML with inline styles, which the content policy forbids.
        "tooltip": {"trigger": "axis", "renderMode": "richText", "axisPointer": {"type": "shadow"}},
        "legend": {"show": len(series) > 1, "bottom": 0, "textStyle": {"color": INK}},
        "grid": {"left": 8, "right": 48, "top": 24, "bottom": 32 if len(series) > 1 else 8, "containLabel": True},
        "series": [
            {
                "type": "bar",
                "name": one.title,
                "data": [None if value is None else _point(value) for value in one.values],
                "barMaxWidth": 28,
                "label": {"show": len(series) == 1, "position": position, "color": INK},
            }
            for one in series
        ],
    }


def _point(value: int | Decimal) -> dict[str, object]:
    # The label carries its own text, so that it has thousands separators like the table.
    return {"value": str(value), "label": {"formatter": f"{value:,}"}}


def _category_axis(categories: Sequence[str]) -> dict[str, object]:
    return {
        "type": "category",
        "data": list(categories),
        "axisLabel": {"color": INK, "width": 140, "overflow": "break", "interval": 0},
        "axisLine": {"lineStyle": {"color": MUTED}},
        "axisTick": {"show": False},
    }


def _value_axis() -> dict[str, object]:
    return {
        "type": "value",
        "axisLabel": {"color": MUTED, "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": LINE}},
    }


def _chart(
    name: str,
    title: str,
    summary: str,
    option: dict[str, object],
    unit: str,
    categories: Sequence[str],
    series: Sequence[Series],
    height: str,
) -> Chart:
    for one in series:
        assert len(one.values) == len(categories), f"{name}: {one.title} has another length than the categories"
    head = (
        t("项目", "Item"),
        *(t("{title}（{unit}）", "{title} ({unit})", title=one.title, unit=unit) for one in series),
    )
    rows = tuple((category, *(_cell(one.values[place]) for one in series)) for place, category in enumerate(categories))
    return Chart(
        name, t("{title}（{unit}）", "{title} ({unit})", title=title, unit=unit), summary, option, head, rows, height
    )


def _cell(value: int | Decimal | None) -> str:
    return "-" if value is None else f"{value:,}"
