"""The shape of a function's signature, and what of a call fits it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import ANY, Types, element, fits, head, overlaps, resolved


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name and the types it takes, one of which must fit.

    `optional`: may be left out. `many`: takes any number of further positional arguments; by name they are `numbered`
    with this prefix. `gathered`: several arguments are the members of the list. `filled`: an empty list gives null, so
    the members of a list must fit.
    """

    name: str
    types: tuple[ast.Type, ...]
    optional: bool = False
    many: bool = False
    gathered: bool = False
    filled: bool = False
    numbered: str = ""

    def takes(self, kind: ast.Type, types: Types, *, one_of_several: bool = False) -> bool:
        """Whether some value of a type may be given for it; null is not asked about."""
        kind = resolved(kind, types)
        if self.gathered and one_of_several:
            return any(overlaps(kind, element(asked, types), types) for asked in self.types)
        if head(kind) == "list" and any(head(asked) == "list" for asked in self.types):
            if not self.filled:
                return True
            return any(overlaps(element(kind, types), element(asked, types), types) for asked in self.types)
        return any(fits(kind, asked, types) for asked in self.types)


@dataclass(frozen=True, slots=True)
class Argument:
    """What is given for a parameter: its type and, if one was written, its expression."""

    type: ast.Type
    node: ast.Expression | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a call in the order of the parameters, as the function sees them."""

    arguments: tuple[Argument, ...]
    types: Types

    def __getitem__(self, index: int) -> ast.Type:
        return self.arguments[index].type

    def __len__(self) -> int:
        return len(self.arguments)

    def text(self, index: int) -> str | None:
        """The value of an argument that is written out as a text."""
        node = self.arguments[index].node
        return node.value if isinstance(node, ast.String) else None


# The type of the result, or how it follows from the arguments: nothing when the result is null for all values.
Result: TypeAlias = ast.Type | Callable[[Given], ast.Type | None]


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    parameters: tuple[Parameter, ...]
    result: Result

    def counts(self) -> tuple[int, int | None]:
        """The least and the greatest number of positional arguments; no greatest if there is no end."""
        least = sum(1 for parameter in self.parameters if not parameter.optional)
        return least, None if any(p.many for p in self.parameters) else len(self.parameters)

    def placed(self, count: int) -> list[int] | None:
        """For each of so many positional arguments its parameter, or nothing if the number does not fit."""
        least, most = self.counts()
        if count < least or (most is not None and count > most):
            return None
        last = len(self.parameters) - 1
        return [min(i, last) for i in range(count)]

    def named(self, names: Sequence[str]) -> list[int] | None:
        """For each named argument its parameter, or nothing if the names do not fit."""
        own = [parameter.name for parameter in self.parameters]
        needed = {parameter.name for parameter in self.parameters if not parameter.optional}
        if self.parameters and self.parameters[-1].numbered and names and names[-1] not in own:
            return self._numbered(names)
        if len(set(names)) < len(names) or not needed <= set(names) <= set(own):
            return None
        return [own.index(name) for name in names]

    def _numbered(self, names: Sequence[str]) -> list[int] | None:
        """A variadic function called as `min(c1: …, c2: …)`: numbers from 1 without a gap."""
        last = len(self.parameters) - 1
        own = [parameter.name for parameter in self.parameters[:last]]
        own += [f"{self.parameters[last].numbered}{i + 1}" for i in range(len(names) - last)]
        return [min(own.index(name), last) for name in names] if set(own) == set(names) and len(names) > last else None

    def refused(self, placed: Sequence[int], arguments: Sequence[Argument], types: Types) -> int | None:
        """The first argument that can never be taken, or nothing."""
        several = len(arguments) > 1
        for at, (index, argument) in enumerate(zip(placed, arguments, strict=True)):
            if not self.parameters[index].takes(argument.type, types, one_of_several=several):
                return at
        return None

    def result_for(self, placed: Sequence[int], arguments: Sequence[Argument], types: Types) -> ast.Type | None:
        """The type of the result for arguments that may be taken, or nothing when it is null for all values."""
        if not callable(self.result):
            return self.result
        return self.result(Given(_in_order(placed, [*arguments]), types))


def _in_order(placed: Sequence[int], arguments: Sequence[Argument]) -> tuple[Argument, ...]:
    """Arguments in the order of the parameters; where one was left out stands `Any`."""
    if list(placed) == sorted(placed) and (not placed or placed[-1] + 1 <= len(placed)):
        return tuple(arguments)
    by_parameter = dict(zip(placed, arguments, strict=True))
    return tuple(by_parameter.get(i, Argument(ANY)) for i in range(max(placed) + 1))
