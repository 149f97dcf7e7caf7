"""The elements of a DMN model while it is being made: names handed out once, requirements found from what is used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.names import KEYWORDS

# Names in DMN files keep to letters, digits and underscores: every engine reads those without being told of them.
_NOT_WORD = re.compile(r"\W+")
_TAKEN = frozenset(word for name in (*FUNCTIONS, *KEYWORDS) for word in (name, *name.split())) | {"item", "partial"}


def word(name: str) -> str:
    """A name as one FEEL word: what is no letter or digit becomes an underscore; it begins with a letter."""
    found = _NOT_WORD.sub("_", name).strip("_")
    return found if found and not found[0].isdigit() else f"N_{found}"


@dataclass(slots=True)
class Shelf:
    """Elements by their names, in the order in which they were made: what is needed stands before what needs it."""

    items: dict[str, dmn.ItemDefinition] = field(default_factory=dict)
    inputs: dict[str, dmn.InputData] = field(default_factory=dict)
    decisions: dict[str, dmn.Decision] = field(default_factory=dict)
    knowledge: dict[str, dmn.BusinessKnowledge] = field(default_factory=dict)
    services: dict[str, dmn.DecisionService] = field(default_factory=dict)
    sources: dict[str, dmn.KnowledgeSource] = field(default_factory=dict)
    claimed: set[str] = field(default_factory=lambda: set(_TAKEN))

    def claim(self, wanted: str, otherwise: str = "") -> str:
        """The wanted name as a word if nobody has it, else one made with the other text, else one with a number."""
        plain = word(wanted)
        tries = [plain, *([f"{plain}_{word(otherwise)}"] if otherwise else [])]
        found = next((name for name in tries if name not in self.claimed), "")
        number = 1
        while not found:
            number += 1
            name = f"{tries[-1]}_{number}"
            found = "" if name in self.claimed else name
        self.claimed.add(found)
        return found

    def requirements(self, uses: Iterable[str], authority: str = "") -> tuple[dmn.Requirement, ...]:
        """Arrows to the elements of these names, in order, each once; `authority` is the id of a knowledge source."""
        found: list[dmn.Requirement] = []
        for name in dict.fromkeys(uses):
            kind = self.kind(name)
            if kind:
                found.append(dmn.Requirement(kind, f"#{name}"))
        if authority:
            found.append(dmn.Requirement("authority", f"#{authority}"))
        return tuple(found)

    def kind(self, name: str) -> str:
        """Which kind of arrow leads to an element."""
        if name in self.inputs:
            return "input"
        if name in self.decisions:
            return "decision"
        return "knowledge" if name in self.knowledge or name in self.services else ""

    def below(self, name: str) -> tuple[list[str], list[str]]:
        """The decisions and the inputs that a decision needs, itself left out: in the order in which they stand."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for target in self._needed(waiting.pop()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return [one for one in self.decisions if one in seen], [one for one in self.inputs if one in seen]

    def _needed(self, name: str) -> Iterator[str]:
        for requirement in self.decisions[name].requirements if name in self.decisions else ():
            if requirement.kind in {"input", "decision"}:
                yield requirement.href.removeprefix("#")
