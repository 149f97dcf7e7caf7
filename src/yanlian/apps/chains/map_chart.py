"""The chain map as an ECharts graph: boxes in lanes, coloured by grade, the grade in words; edges by how essential."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from yanlian.apps.chains.map_layout import BOX_HEIGHT, Layout, laid_out, title_lines
from yanlian.apps.chains.names import edge_words, lane_title, segment_title
from yanlian.apps.chains.state import ChainState, SegmentState
from yanlian.engine.chain.template.model import Chain, Edge, Segment
from yanlian.ui.charts import INK, MUTED, Chart
from yanlian.ui.words import english, t, word

# Ink and ground of each grade, as in base.css; the word stands in the box as well.
COLOURS: Mapping[str, tuple[str, str]] = {
    "strong": ("#1c6435", "#e6f3ea"),
    "potential": ("#1c4a86", "#e8f0fa"),
    "weak": ("#7f4b00", "#fcf1dd"),
    "blank": ("#9e1f19", "#fcebe9"),
    "unknown": ("#43505c", "#edf0f2"),
}
_LINES: Mapping[int, dict[str, object]] = {
    0: {"type": "dotted", "width": 1, "color": "#7b8894", "opacity": 0.35},
    1: {"type": "solid", "width": 1, "color": "#7b8894", "opacity": 0.4},
    2: {"type": "solid", "width": 1.6, "color": "#0b5d5e", "opacity": 0.5},
}


def chain_map(state: ChainState) -> tuple[Chart, Layout]:
    """The drawing with its table twin, and the layout that says how large it is."""
    # English names are longer than a box is wide.
    layout = laid_out(state.chain, 2 if english() else 1)
    data = [*_corners(layout), *_heads(state.chain, layout)]
    data += [_box(state, one, layout) for one in state.chain.segments]
    summary = t(
        "{n}个环节按上游、中游、下游从左到右排列，{blank}个空白、{weak}个薄弱；连线从供应方到采购方。",
        "{n} segments from upstream on the left to downstream on the right: {blank} blank, {weak} weak. Lines run from "
        "supplier to customer.",
        n=len(state.chain.segments),
        blank=state.count("blank"),
        weak=state.count("weak"),
    )
    option: dict[str, object] = {
        "aria": {"enabled": True, "label": {"description": summary}},
        "animation": False,
        "textStyle": {"color": INK},
        "tooltip": {"renderMode": "richText", "confine": True},
        "series": [
            {
                "type": "graph",
                "layout": "none",
                "left": 0,
                "top": 0,
                "width": layout.width,
                "height": layout.height,
                "roam": False,
                "data": data,
                "links": [_line(state, edge) for edge in state.chain.edges],
                "emphasis": {"focus": "adjacency", "lineStyle": {"opacity": 1, "width": 2.5}},
                "blur": {"itemStyle": {"opacity": 0.35}, "label": {"opacity": 0.35}, "lineStyle": {"opacity": 0.05}},
            }
        ],
    }
    head = (t("环节", "Segment"), t("位置", "Position"), t("等级", "Grade"), t("本区企业（家）", "Firms here"))
    rows = tuple(
        (
            segment_title(one),
            f"{word('position', one.position)} {one.tier}",
            str(word("segment_grade", state.segments[one.id].grade)),
            str(state.segments[one.id].firms),
        )
        for one in state.chain.segments
    )
    title = t("链图：本区各环节的等级", "Map: the grade of each segment here")
    return Chart("chain-map", title, summary, option, head, rows, "map"), layout


def _corners(layout: Layout) -> list[dict[str, object]]:
    """Two unseen points, so that the drawing's coordinates are pixels."""
    plain = {"symbolSize": 0, "silent": True, "label": {"show": False}, "tooltip": {"show": False}}
    return [
        {"id": "·1", "name": "", "x": 0, "y": 0, **plain},
        {"id": "·2", "name": "", "x": layout.width, "y": layout.height, **plain},
    ]


def _heads(chain: Chain, layout: Layout) -> list[dict[str, object]]:
    """Headings of the columns, and the names of groups above their segments."""
    found = []
    for number, one in enumerate(layout.headings):
        text = t("{position}{tier}级", "{position} {tier}", position=word("position", one.position), tier=one.tier)
        found.append(_text(f"·h{number}", text, one.x + layout.box_width / 2, 16, {"fontWeight": 600, "fontSize": 12}))
    for number, mark in enumerate(layout.marks):
        style = {"color": MUTED, "fontSize": 11, "backgroundColor": "#fff", "padding": [1, 3], "lineHeight": 12}
        text = "\n".join(title_lines(lane_title(chain, mark.text), layout.box_width + 8))
        found.append(_text(f"·g{number}", text, mark.x, mark.y + 3, style))
    return found


def _text(key: str, text: str, x: float, y: float, style: dict[str, object]) -> dict[str, object]:
    label = {"show": True, "position": "inside", "color": INK, "formatter": text, **style}
    return {
        "id": key,
        "name": text,
        "x": round(x, 1),
        "y": round(y, 1),
        "symbol": "rect",
        "symbolSize": 1,
        "itemStyle": {"color": "transparent"},
        "silent": True,
        "tooltip": {"show": False},
        "label": label,
    }


def _box(state: ChainState, segment: Segment, layout: Layout) -> dict[str, object]:
    found = state.segments[segment.id]
    ink, ground = COLOURS[found.grade]
    x, y = layout.at[segment.id]
    titles = title_lines(segment_title(segment), layout.box_width - 6)
    return {
        "id": segment.id,
        "name": segment_title(segment),
        "x": round(x, 1),
        "y": round(y, 1),
        "symbol": "rect",
        "symbolSize": [layout.box_width, BOX_HEIGHT],
        "itemStyle": {"color": ground, "borderColor": ink, "borderWidth": 2 if found.grade == "blank" else 1},
        "href": reverse("chain-segment-firms", args=[state.chain.id, segment.id]),
        "label": {
            "show": True,
            "position": "inside",
            "formatter": "\n".join(["{name|" + line + "}" for line in titles] + ["{grade|" + _count(found) + "}"]),
            "rich": {
                "name": {"fontSize": 11, "lineHeight": 14, "color": INK, "align": "center"},
                "grade": {"fontSize": 11, "lineHeight": 15, "color": ink, "fontWeight": 600, "align": "center"},
            },
        },
        "tooltip": {"formatter": _tip(state, segment, found)},
    }  # fmt: skip


def _count(found: SegmentState) -> str:
    grade = word("segment_grade", found.grade)
    if found.pending:
        return t("{g} {n}家+{p}待核", "{g} {n} (+{p})", g=grade, n=found.firms, p=found.pending)
    return t("{g} {n}家", "{g} {n}", g=grade, n=found.firms)


def _tip(state: ChainState, segment: Segment, found: SegmentState) -> str:
    lines = [
        segment_title(segment),
        t("{g}，本区{n}家", "{g}, {n} firms here", g=word("segment_grade", found.grade), n=found.firms),
    ]
    if found.pending:
        lines.append(t("另有{n}家待确认", "{n} more to be confirmed", n=found.pending))
    if found.needed_by:
        lines.append(t("本区{n}家企业缺它即停产", "{n} firms here stop without it", n=found.needed_by))
    return "\n".join([*lines, t("点击看本区企业", "Click for the firms here")])


def _line(state: ChainState, edge: Edge) -> dict[str, object]:
    ends = [segment_title(state.chain.by_id[one]) for one in (edge.supplier, edge.customer)]
    same = state.chain.by_id[edge.supplier].position == state.chain.by_id[edge.customer].position
    return {
        "source": edge.supplier,
        "target": edge.customer,
        "lineStyle": {**_LINES[edge.essential], "curveness": 0.25 if same else 0.08},
        "tooltip": {"formatter": f"{ends[0]} → {ends[1]}\n{edge_words(edge)}"},
    }
