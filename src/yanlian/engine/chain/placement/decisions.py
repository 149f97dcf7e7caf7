"""What officials decided: a firm stands on a segment, does not stand there, or on none of the chain (其他).

A set, not a sequence: the model depends on which decisions stand, never on the order in which they were taken, so that
taking one back leaves exactly what was before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from yanlian.base.refusal import Refused

Verdict = Literal["confirmed", "rejected", "other"]
VERDICTS: Sequence[Verdict] = ("confirmed", "rejected", "other")


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """`category` is empty where the verdict is "other"."""

    firm: str
    category: str
    verdict: Verdict


def written(decisions: Iterable[Decision]) -> str:
    """Decisions as text: JSON, in one order whatever theirs was."""
    return json.dumps([asdict(one) for one in sorted(decisions)], ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> list[Decision]:
    """What `written` wrote. Refused: `decisions_unread`."""
    try:
        rows = json.loads(text)
        found = [Decision(row["firm"], row["category"], _verdict(row["verdict"])) for row in rows]
    except (ValueError, KeyError, TypeError):
        raise Refused("decisions_unread", found=text[:60]) from None
    return sorted(found)


def _verdict(text: str) -> Verdict:
    for one in VERDICTS:
        if one == text:
            return one
    raise ValueError(text)
