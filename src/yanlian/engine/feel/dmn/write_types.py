"""How a type is spelled in a file: names of FEEL and of this model as they are, of an import behind its name."""

from __future__ import annotations

from collections.abc import Iterator

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.write_ids import parts_of

_FEEL = frozenset(
    {
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
    }
)
_TAKEN = frozenset({"", "xml", "xmlns", "xsi", "dmndi", "dc", "di"})


def literals_of(model: dmn.Model) -> Iterator[dmn.LiteralExpression]:
    """All FEEL texts of a model."""
    return (part for part in parts_of(model) if isinstance(part, dmn.LiteralExpression))


class TypeNames:
    """Types `{namespace}name`, as they come from old files, in the spelling of DMN 1.5; prefixes where they must be."""

    def __init__(self, model: dmn.Model) -> None:
        self.namespace = model.namespace
        self.imports = {one.namespace: one.name for one in reversed(model.imports)}
        self.known = {space: prefix for prefix, space in reversed(model.prefixes) if prefix not in _TAKEN}
        self.used: dict[str, str] = {}

    @property
    def declared(self) -> list[tuple[str, str]]:
        """The prefixes that were used, with their namespaces."""
        return sorted((prefix, space) for space, prefix in self.used.items())

    def written(self, type_ref: str) -> str:
        """The spelling of a type."""
        space, brace, name = type_ref[1:].partition("}")
        if not type_ref.startswith("{") or not brace:
            return type_ref
        if space in _FEEL or space == self.namespace:
            return name
        if space in self.imports:
            return f"{self.imports[space]}.{name}" if self.imports[space] else name
        return f"{self.prefix(space)}:{name}"

    def prefix(self, space: str) -> str:
        """The prefix of a namespace, that of the file it came from if it had one."""
        if space not in self.used:
            taken = {*self.used.values(), *self.known.values(), *_TAKEN}
            free = next(name for number in range(1, len(taken) + 2) if (name := f"n{number}") not in taken)
            self.used[space] = self.known.get(space) or free
        return self.used[space]
