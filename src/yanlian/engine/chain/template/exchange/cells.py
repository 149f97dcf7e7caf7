"""Lists in one cell: ； between members, = between the parts of a member, a backslash before either as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SPECIAL = frozenset("；;=\\\n")


def joined(members: Iterable[Sequence[str]]) -> str:
    """The cell of a list; each member is a text in one or more parts."""
    return "；".join("=".join(_escaped(part) for part in member) for member in members)


def split(cell: str) -> list[list[str]]:
    """The members of a cell with their parts, without the blanks around them; empty members are passed over. Also ; and
    a new line separate members."""
    members: list[list[str]] = []
    parts = [""]
    rest = iter(cell.replace("\r\n", "\n"))
    for character in rest:
        if character == "\\":
            following = next(rest, "\\")
            parts[-1] += following if following in _SPECIAL else "\\" + following
        elif character in "；;\n":
            members.append(parts)
            parts = [""]
        elif character == "=":
            parts.append("")
        else:
            parts[-1] += character
    members.append(parts)
    stripped = [[part.strip() for part in one] for one in members]
    return [one for one in stripped if any(one)]


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in _SPECIAL else c for c in text)
