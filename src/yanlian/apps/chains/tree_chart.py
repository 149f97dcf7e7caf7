"""Trees as charts: offspring, holders, tiers of suppliers. The table twin holds what the drawing leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from yanlian.ui.charts import INK, LINE, PALETTE, Chart

# Rows of the drawing by which its height is chosen.
_LOW, _MEDIUM = 6, 14
# Letters of a name: deep trees have less room between two dots.
_LONGEST_NAME, _SHORT_NAME, _DEEP = 17, 13, 4


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

    def depth(self) -> int:
        """How many steps lie below it at most."""
        return max((one.depth() + 1 for one in self.below), default=0)


def tree(
    name: str, title: str, summary: str, root: Branch, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> Chart:
    """A tree from left to right. `kind` of a branch picks its colour; the name always stands beside the dot."""
    leaves = root.leaves()
    longest = _LONGEST_NAME if root.depth() < _DEEP else _SHORT_NAME
    option: dict[str, object] = {
        "aria": {"enabled": True, "label": {"description": summary}},
        "animation": False,
        "tooltip": {"trigger": "item", "renderMode": "richText", "formatter": "{b}"},
        "series": [
            {
                "type": "tree",
                "data": [_node(root, longest)],
                "orient": "LR",
                "left": 100,
                "right": 240,
                "top": 24,
                "bottom": 8,
                "roam": False,
                "initialTreeDepth": -1,
                "expandAndCollapse": True,
                "symbol": "circle",
                "symbolSize": 9,
                "lineStyle": {"color": LINE, "width": 1.5},
                # Above the dot: between two dots of one row there is no room for a name.
                "label": {"position": "top", "color": INK, "fontSize": 11, "distance": 4},
                "leaves": {"label": {"position": "right", "align": "left"}},
            }
        ],
    }
    height = "low" if leaves <= _LOW else "medium" if leaves <= _MEDIUM else "high"
    return Chart(name, title, summary, option, tuple(head), tuple(tuple(row) for row in rows), height)


def _node(branch: Branch, longest: int) -> dict[str, object]:
    shown = branch.name if len(branch.name) <= longest else branch.name[: longest - 1] + "…"
    label = f"{shown} {branch.note}" if branch.note else shown
    return {
        "name": f"{branch.name} {branch.note}".strip(),
        "label": {"formatter": label.replace("{", "(").replace("}", ")")},
        "itemStyle": {"color": PALETTE[branch.kind % len(PALETTE)]},
        "children": [_node(one, longest) for one in branch.below],
    }
