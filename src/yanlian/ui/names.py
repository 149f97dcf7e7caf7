"""How names of people are shown: masked, unless the page is the person's own."""

from __future__ import annotations


def masked(name: str) -> str:
    """张三 → 张*, 欧阳小明 → 欧**明: enough to recognise oneself, not enough to be looked up."""
    if len(name) < 2:
        return "*"
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]
