"""Item definitions as FEEL types: references resolved through prefixes and imports, allowed values as restrictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from yanlian.base.refusal import Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.compiled import compile_unary_tests
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.moved import moved_error
from yanlian.engine.feel.names import KnownNames
from yanlian.engine.feel.parse_types import TYPE_NAMES, parse_type
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.stream import Stream
from yanlian.engine.feel.tokens import Text, tokens

ANY = ast.TypeName("Any")
_OTHER_NAMES = {
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "any": "Any",
    "": "Any",
}
_BUILT_IN = frozenset((*TYPE_NAMES, "Any", "Null", "context", "list", "function", "range"))
_FEEL_SPACE = "/FEEL/"


@dataclass(slots=True)
class Types:
    """The types one model can name. `named` also holds every type of every model under `{namespace}name`."""

    model: dmn.Model
    named: dict[str, ast.Type]
    imports: Mapping[str, str] = field(default_factory=dict)
    faults: list[Refused] = field(default_factory=list)
    _told: set[tuple[str, dmn.Spot]] = field(default_factory=set)

    def of(self, ref: str, spot: dmn.Spot = dmn.Spot()) -> ast.Type:  # noqa: B008 - a frozen nowhere
        """The type behind a reference; one that leads nowhere is noted as a fault and means any value."""
        found = self.find(ref)
        if found is None:
            if (ref, spot) not in self._told:
                self._told.add((ref, spot))
                self.fault("dmn_type_unknown", spot, found=ref)
            return ANY
        return found

    def find(self, ref: str) -> ast.Type | None:
        """The type behind a reference, or nothing."""
        if ref.startswith("{"):
            space, _, local = ref[1:].partition("}")
            if _FEEL_SPACE in space or space.endswith("FEEL"):
                return _built_in(local)
            return self._known(f"{{{space}}}{local}") or _built_in(local)
        own = self._known(f"{{{self.model.namespace}}}{ref}")
        if own is not None:
            return own
        built_in = _built_in(ref.removeprefix("feel:").removeprefix("feel."))
        if built_in is not None:
            return built_in
        return self._imported(ref) or self._imported(ref.replace(":", ".", 1)) or self._written(ref)

    def _known(self, key: str) -> ast.Type | None:
        return ast.TypeName(key) if key in self.named else None

    def _imported(self, ref: str) -> ast.Type | None:
        """`import.type`; an import without a name brings its types as they are."""
        for name, space in self.imports.items():
            local = ref.removeprefix(f"{name}.") if name and ref.startswith(f"{name}.") else "" if name else ref
            found = self._known(f"{{{space}}}{local}") if local else None
            if found is not None:
                return found
        return None

    def _written(self, ref: str) -> ast.Type | None:
        """A type written as FEEL does: `list<number>`, `context<a: string>`."""
        if "<" not in ref:
            return None
        source = Text(ref)
        own = tuple(item.name for item in self.model.items)
        try:
            found = parse_type(Stream(source, tokens(source)), KnownNames((*TYPE_NAMES, *own)))
        except FeelError:
            return None
        return self._resolved(found)

    def _resolved(self, kind: ast.Type) -> ast.Type:
        match kind:
            case ast.TypeName():
                return self.of(kind.name)
            case ast.TypeOf():
                return ast.TypeOf(kind.kind, self._resolved(kind.member))
            case ast.ContextType():
                return ast.ContextType(tuple(ast.TypeEntry(e.name, self._resolved(e.type)) for e in kind.entries))
            case ast.FunctionType():
                return ast.FunctionType(tuple(map(self._resolved, kind.parameters)), self._resolved(kind.result))
            case ast.Restricted():
                return kind

    def define(self) -> None:
        """Put the definitions of this model into `named` (its names must be there already, see `declared`)."""
        for item in self.model.items:
            self.named[f"{{{self.model.namespace}}}{item.name}"] = self._item(item)

    def _item(self, item: dmn.ItemDefinition) -> ast.Type:
        base: ast.Type = ANY
        if item.function is not None:
            parameters = tuple(self.of(p.type_ref, p.spot) for p in item.function.parameters)
            base = ast.FunctionType(parameters, self.of(item.function.output_type_ref, item.spot))
        elif item.components:
            base = ast.ContextType(tuple(ast.TypeEntry(c.name, self._item(c)) for c in item.components))
        elif item.type_ref:
            base = self.of(item.type_ref, item.spot)
        base = self._restricted(base, item.allowed)
        if item.is_collection:
            base = ast.TypeOf("list", base)
        return self._restricted(base, item.constraint)

    def _restricted(self, base: ast.Type, tests: dmn.LiteralExpression | None) -> ast.Type:
        if tests is None or not tests.text.strip():
            return base
        try:
            compiled = compile_unary_tests(tests.text, names=_components(base), where=self.model.where)
        except FeelError as error:
            self.faults.append(moved_error(error, tests.spot))
            return base
        passes: Callable[[object], object] = compiled.matches
        return ast.Restricted(base, compiled.ast, passes)

    def fault(self, code: str, spot: dmn.Spot, **data: object) -> None:
        """Note a fault at a place of the model."""
        self.faults.append(Refused(code, where=self.model.where, line=spot.line, column=spot.column, **data))

    def visible(self) -> dict[str, ast.Type]:
        """All types under the names that FEEL text of this model may use."""
        shown = dict(self.named)
        for item in self.model.items:
            shown[item.name] = self.named[f"{{{self.model.namespace}}}{item.name}"]
        for key, kind in self.named.items():
            space, _, local = key[1:].partition("}")
            for name, imported in self.imports.items():
                if imported == space:
                    shown[f"{name}.{local}" if name else local] = kind
        return shown


def declared(models: Mapping[str, dmn.Model]) -> dict[str, ast.Type]:
    """A table with the names of all types of all models, to be filled by `define` in any order."""
    return {f"{{{model.namespace}}}{item.name}": ANY for model in models.values() for item in model.items}


def _built_in(name: str) -> ast.Type | None:
    name = _OTHER_NAMES.get(name, name)
    return ast.TypeName(name) if name in _BUILT_IN else None


def _components(base: ast.Type) -> tuple[str, ...]:
    return tuple(entry.name for entry in base.entries) if isinstance(base, ast.ContextType) else ()
