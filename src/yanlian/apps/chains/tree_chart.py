"""Trees as charts: offspring, holders, tiers of suppliers. The table twin holds what the drawing leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from yanlian.ui.charts import INK, LINE, PALETTE, Chart

# Rows of the drawing by which its height is chosen.
_LOW, _MEDIUM = 6, 14
_LONGEST_NAME = 17


@dataclass
class Branch:
    """A node with what hangs below it. `note`: what stands on the line to it, such as a share."""

    name: str
    note: str = ""
    kind: int = 0
    below: list[Branch] = field(default_factory=list)

    def leaves(self) -> int:
        """How many rows the drawing needs."""
        return sum(one.leaves() for one in self.below) or 1


def tree(
    name: str, title: str, summary: str, root: Branch, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> Chart:
    """A tree from left to right. `kind` of a branch picks its colour; the name always stands beside the dot."""
    leaves = root.leaves()
    option: dict[str, object] = {
        "aria": {"enabled": True, "label": {"description": summary}},
        "animation": False,
        "tooltip": {"trigger": "item", "renderMode": "richText", "formatter": "{b}"},
        "series": [
            {
                "type": "tree",
                "data": [_node(root)],
                "orient": "LR",
                "left": 190,
                "right": 230,
                "top": 8,
                "bottom": 8,
                "roam": False,
                "initialTreeDepth": -1,
                "expandAndCollapse": True,
                "symbol": "circle",
                "symbolSize": 9,
                "lineStyle": {"color": LINE, "width": 1.5},
                "label": {"position": "left", "align": "right", "color": INK, "fontSize": 12},
                "leaves": {"label": {"position": "right", "align": "left"}},
            }
        ],
    }
    height = "low" if leaves <= _LOW else "medium" if leaves <= _MEDIUM else "high"
    return Chart(name, title, summary, option, tuple(head), tuple(tuple(row) for row in rows), height)


def _node(branch: Branch) -> dict[str, object]:
    shown = branch.name if len(branch.name) <= _LONGEST_NAME else branch.name[: _LONGEST_NAME - 1] + "…"
    label = f"{shown} {branch.note}" if branch.note else shown
    return {
        "name": f"{branch.name} {branch.note}".strip(),
        "label": {"formatter": label.replace("{", "(").replace("}", ")")},
        "itemStyle": {"color": PALETTE[branch.kind % len(PALETTE)]},
        "children": [_node(one) for one in branch.below],
    }
