"""Gaps on two axes as a drawing: points, those on the frontier joined by a step, with a table twin.

Points of the frontier bear numbers, and their names stand below the drawing: names beside the points would lie on each
other on a phone, or where gaps are alike. The others tell their names when they are pointed at, and in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from yanlian.apps.chains.filling import Filling
from yanlian.apps.chains.names import segment_title
from yanlian.apps.chains.segment_words import decimal
from yanlian.engine.chain.segments.gaps import MEASURES, Frontier, MeasureId
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
    marks = marks_of(found, line)
    option: dict[str, object] = {
        "aria": {"enabled": True, "label": {"description": summary}},
        "color": list(PALETTE),
        "animation": False,
        "textStyle": {"color": INK, "fontSize": 13},
        "tooltip": {"renderMode": "richText", "confine": True},
        "legend": {"bottom": 0, "textStyle": {"color": INK}},
        "grid": {"left": 12, "right": 36, "top": 36, "bottom": 64, "containLabel": True},
        "xAxis": _axis(titles[0], "middle"),
        "yAxis": _axis(titles[1], "end"),
        "series": [_step(marks), _others(found, line), _numbered(found, line, marks)],
    }
    head = (t("环节", "Segment"), *titles, t("在前沿上", "On the frontier"))
    rows = tuple(
        (segment_title(found.chain.by_id[one.segment]), measure_text(across, one.measures[across]),
         measure_text(up, one.measures[up]), t("是", "yes") if one in line.on else t("否", "no"))
        for one in (*line.on, *line.off, *line.unplaced)
    )  # fmt: skip
    title = t("补链前沿：{x} × {y}", "Frontier: {x} × {y}", x=titles[0], y=titles[1])
    return Chart("frontier", title, summary, option, head, rows, "high")


@dataclass(frozen=True)
class Mark:
    """A gap on the frontier: its number in the drawing, and where it stands."""

    number: int
    title: str
    href: str
    across: str
    up: str


def marks_of(found: Filling, line: Frontier) -> list[Mark]:
    """The gaps on the frontier, numbered from the most feasible: what stands below the drawing."""
    gaps = sorted(line.on, key=lambda one: -(one.measures[line.across] or 0.0))
    return [
        Mark(
            number,
            segment_title(found.chain.by_id[one.segment]),
            reverse("chain-gap", args=[found.chain.id, one.segment]),
            *(str(_plotted(axis, one.measures[axis])) for axis in (line.across, line.up)),
        )
        for number, one in enumerate(gaps, 1)
    ]


def _numbered(found: Filling, line: Frontier, marks: Sequence[Mark]) -> dict[str, object]:
    """The frontier's points. Of several in one place the numbers stand together."""
    places: dict[tuple[str, str], list[Mark]] = {}
    for one in marks:
        places.setdefault((one.across, one.up), []).append(one)
    return {
        "type": "scatter",
        "name": t("在前沿上", "On the frontier"),
        "symbol": "circle",
        "symbolSize": 22,
        "itemStyle": {"color": PALETTE[0], "borderColor": "#fff", "borderWidth": 1.5},
        "data": [_point(line, together) for together in places.values()],
        "z": 4,
    }


def _point(line: Frontier, marks: Sequence[Mark]) -> dict[str, object]:
    first = marks[0]
    names = "\n".join(f"{one.number} {one.title}" for one in marks)
    # Gaps in one place follow each other in the order.
    numbers_here = f"{first.number}–{marks[-1].number}" if len(marks) > 1 else str(first.number)
    wide = max(22, 9 * len(numbers_here) + 8)
    return {
        "name": names,
        "value": [first.across, first.up],
        "leads": first.href,
        "symbol": "circle" if wide == 22 else "roundRect",
        "symbolSize": [wide, 22],
        "label": {"show": True, "position": "inside", "formatter": numbers_here, "color": "#fff", "fontSize": 12},
        "tooltip": {"formatter": _tip(line, names, first.across, first.up)},
    }


def _others(found: Filling, line: Frontier) -> dict[str, object]:
    data = []
    for gap in line.off:
        title = segment_title(found.chain.by_id[gap.segment])
        grade = word("segment_grade", gap.graded.grade)
        across, up = (str(_plotted(one, gap.measures[one])) for one in (line.across, line.up))
        data.append(
            {
                "name": title,
                "value": [across, up],
                "leads": reverse("chain-gap", args=[found.chain.id, gap.segment]),
                "tooltip": {"formatter": _tip(line, t("{s}（{g}）", "{s} ({g})", s=title, g=grade), across, up)},
            }
        )
    return {
        "type": "scatter",
        "name": t("不在前沿上", "Not on it"),
        "symbol": "circle",
        "symbolSize": 10,
        "itemStyle": {"color": PALETTE[1], "opacity": 0.55},
        "data": data,
    }


def _tip(line: Frontier, title: str, across: str, up: str) -> str:
    return f"{title}\n{measure_title(line.across)} {across}\n{measure_title(line.up)} {up}"


def _step(marks: Sequence[Mark]) -> dict[str, object]:
    """The border that no gap lies beyond."""
    return {
        "type": "line",
        "step": "end",
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": MUTED, "type": "dashed", "width": 1},
        "data": [[one.across, one.up] for one in marks],
        "tooltip": {"show": False},
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
