"""Gaps on two axes as a drawing: points, those on the frontier joined by a step, with a table twin."""

from __future__ import annotations

from django.urls import reverse

from yanlian.apps.chains.filling import Filling
from yanlian.apps.chains.names import segment_title
from yanlian.apps.chains.segment_words import decimal
from yanlian.engine.chain.segments.gaps import MEASURES, Frontier, Gap, MeasureId
from yanlian.ui import numbers
from yanlian.ui.charts import INK, LINE, MUTED, PALETTE, Chart
from yanlian.ui.words import t, word

_SHARES = ("density", "inputs_here", "customers_here")


def measure_title(measure: MeasureId) -> str:
    """What a measure is called, with its unit."""
    one = MEASURES[measure]
    units = {
        **dict.fromkeys((*_SHARES, "risk_fall"), t("（%）", " (%)")),
        "unmet_value": t("（万元）", " (CNY 10,000)"),
        "unmet_firms": t("（家）", " (firms)"),
    }
    return t(one.zh, one.en) + units.get(measure, "")


def measure_text(measure: MeasureId, value: float | None) -> str:
    """A measure as pages write it; "-" where it is not known."""
    return numbers.NONE if value is None else f"{_plotted(measure, value):,}"


def _plotted(measure: MeasureId, value: float | None) -> object:
    if measure in _SHARES:
        return decimal((value or 0.0) * 100, 1)
    if measure == "risk_fall":
        return decimal((value or 0.0) * 100, 3)
    if measure == "unmet_value":
        return decimal((value or 0.0) / 10_000, 0)
    return decimal(value, 0 if measure == "unmet_firms" else 3)


def frontier_chart(found: Filling, line: Frontier) -> Chart:
    """The drawing: each point is a gap and leads to its page."""
    across, up = line.across, line.up
    titles = measure_title(across), measure_title(up)
    summary = t(
        "横轴{x}，纵轴{y}，都是越大越好；{n}个待补环节中{m}个在前沿上，没有别的环节在两个方向上都不比它差。",
        "Across {x}, up {y}, more is better on both; {m} of {n} gaps are on the frontier: no other is at least as good "
        "on both.",
        x=titles[0], y=titles[1], n=len(line.on) + len(line.off), m=len(line.on),
    )  # fmt: skip
    option: dict[str, object] = {
        "aria": {"enabled": True, "label": {"description": summary}},
        "color": list(PALETTE),
        "animation": False,
        "textStyle": {"color": INK, "fontSize": 13},
        "tooltip": {"renderMode": "richText", "confine": True},
        "legend": {"bottom": 0, "textStyle": {"color": INK}},
        "grid": {"left": 12, "right": 90, "top": 36, "bottom": 64, "containLabel": True},
        "xAxis": _axis(titles[0], "middle"),
        "yAxis": _axis(titles[1], "end"),
        "series": [_points(found, line, on=True), _points(found, line, on=False)],
    }
    head = (t("环节", "Segment"), *titles, t("在前沿上", "On the frontier"))
    rows = tuple(
        (segment_title(found.chain.by_id[one.segment]), measure_text(across, one.measures[across]),
         measure_text(up, one.measures[up]), t("是", "yes") if one in line.on else t("否", "no"))
        for one in (*line.on, *line.off, *line.unplaced)
    )  # fmt: skip
    title = t("补链前沿：{x} × {y}", "Frontier: {x} × {y}", x=titles[0], y=titles[1])
    return Chart("frontier", title, summary, option, head, rows, "high")


def _points(found: Filling, line: Frontier, *, on: bool) -> dict[str, object]:
    gaps = sorted(line.on, key=lambda one: one.measures[line.across] or 0.0) if on else line.off
    return {
        "type": "scatter",
        "name": t("在前沿上", "On the frontier") if on else t("不在前沿上", "Not on it"),
        "symbol": "diamond" if on else "circle",
        "symbolSize": 16 if on else 10,
        "itemStyle": {"opacity": 1 if on else 0.55},
        "labelLayout": {"moveOverlap": "shiftY"},
        "data": [_point(found, line, one, on=on) for one in gaps],
    }


def _point(found: Filling, line: Frontier, gap: Gap, *, on: bool) -> dict[str, object]:
    title = segment_title(found.chain.by_id[gap.segment])
    across, up = (str(_plotted(one, gap.measures[one])) for one in (line.across, line.up))
    grade = word("segment_grade", gap.graded.grade)
    return {
        "name": title,
        "value": [across, up],
        "leads": reverse("chain-gap", args=[found.chain.id, gap.segment]),
        "label": {"show": on, "position": "right", "formatter": title, "color": INK, "fontSize": 12},
        "tooltip": {
            "formatter": f"{title}（{grade}）\n{measure_title(line.across)} {across}\n{measure_title(line.up)} {up}"
        },
    }


def _axis(title: str, place: str) -> dict[str, object]:
    return {
        "type": "value",
        "name": title,
        "nameLocation": place,
        "nameGap": 30 if place == "middle" else 12,
        "nameTextStyle": {"color": INK, "align": "center" if place == "middle" else "left"},
        "scale": place == "middle",
        "axisLabel": {"color": MUTED},
        "splitLine": {"lineStyle": {"color": LINE}},
    }
