"""What somebody wants to try: places of a pack's text, and what would stand there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from yanlian.base.refusal import Refused
from yanlian.engine.policy.reading import nearest

Do: TypeAlias = Literal["set", "add", "remove"]
_WAYS: tuple[Do, ...] = ("set", "add", "remove")
_CHANGES_MAX = 200
_TEXT_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `at`: a pointer (RFC 6901: steps after `/`, `~1` for a `/` and `~0` for a `~` in a name): the id of a
    document (or of a pack, for `pack.yaml`), keys, and members of lists by id, label, name, first day or number from 1;
    a last step `#2` is the second figure in a formula. `to`: YAML, nothing for `remove`. `set` puts it there, `add`
    appends it to a list (a whole document to a pack)."""

    at: str
    to: str = ""
    do: Do = "set"

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the pointer."""
        return tuple(one.replace("~1", "/").replace("~0", "~") for one in self.at.split("/")[1:])

    def as_data(self) -> dict[str, str]:
        """For a file; `changes_of` reads it back."""
        return {self.do: self.at} if self.do == "remove" else {self.do: self.at, "to": self.to}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Changes in their order, under a name."""

    name: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def digest(self) -> str:
        """Of the changes, whatever the name: the same changes give the same result."""
        told = [[one.do, one.at, one.to] for one in self.changes]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()

    def as_data(self) -> dict[str, object]:
        """For a file; `proposal_of` reads it back."""
        return {"name": self.name, "changes": [one.as_data() for one in self.changes]}


def pointer(*steps: str) -> str:
    """A pointer of these steps."""
    return "".join("/" + one.replace("~", "~0").replace("/", "~1") for one in steps)


def proposal_of(data: object) -> Proposal:
    """A proposal out of YAML or JSON that was read. Refused: what is none, with what was found."""
    if not isinstance(data, Mapping):
        raise Refused("proposal_shape", found=type(data).__name__, expected="{name: …, changes: [{set: /…, to: …}]}")
    strange = [str(key) for key in data if key not in {"name", "changes", "note"}]
    if strange:
        raise Refused("proposal_word", found=strange[0], nearest=nearest(strange[0], ("name", "changes", "note")))
    return Proposal(str(data.get("name") or ""), changes_of(data.get("changes") or []))


def changes_of(data: object) -> tuple[Change, ...]:
    """The changes of a proposal."""
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise Refused("proposal_shape", found=str(data)[:40], expected="[{set: /…, to: …}]")
    if len(data) > _CHANGES_MAX:
        raise Refused("proposal_large", found=len(data), expected=_CHANGES_MAX)
    return tuple(_change(one) for one in data)


def _change(data: object) -> Change:
    if not isinstance(data, Mapping):
        raise Refused("proposal_shape", found=str(data)[:40], expected="{set: /…, to: …}")
    ways = [one for one in _WAYS if one in data]
    strange = [str(key) for key in data if key not in {*_WAYS, "to"}]
    if strange or len(ways) != 1:
        found = strange[0] if strange else " + ".join(ways) or "—"
        raise Refused("proposal_word", found=found, nearest=nearest(found, (*_WAYS, "to")))
    at, to = str(data[ways[0]]), data.get("to")
    if not at.startswith("/") or len(at) < 2:
        raise Refused("proposal_pointer", found=at)
    text = "" if to is None else _text(to)
    if len(text) > _TEXT_MAX:
        raise Refused("proposal_large", found=len(text), expected=_TEXT_MAX)
    return Change(at, text, ways[0])


def _text(value: object) -> str:
    """What was written in place as YAML; JSON is YAML."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
