"""What names mean where a rule stands: facts, the day, parameters, definitions, tables and scales, as Scope has it.

A place is a pack or document (its parameters as of the day) or a clause with its event over a document. A name that
does not hang on the event is lowered once, in the place it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from yanlian.engine.policy.compiled import DISTRICT, PARAMETER_ON, Expression, Home, Item
from yanlian.engine.policy.lower.formulas import Formulas
from yanlian.engine.policy.lower.tables import decided
from yanlian.engine.policy.lower.values import Day, NotLowered, Text, Value, days_of
from yanlian.engine.policy.model import Constant, Definition, Formula, Parameter, Scale, Table
from yanlian.engine.policy.scope import feel_constant, parameter_on


class World:
    """Facts and what is the same for all rules of a run, over one set of formulas."""

    def __init__(
        self,
        formulas: Formulas,
        base: Mapping[str, object],
        as_of: date,
        overrides: Mapping[str, Constant],
    ) -> None:
        self.formulas = formulas
        self.as_of = as_of
        self.overrides = overrides
        self._base = base
        self._values: dict[str, Value] = {}
        self._places: dict[tuple[str, ...], Place] = {}
        self._plain: dict[str, Value] = {}

    def value(self, name: str) -> Value:
        """A fact or a name of the day."""
        found = self._values.get(name)
        if found is None:
            known = name in self._base
            found = self.formulas.constant(self._base[name]) if known else self.formulas.fact(name)
            self._values[name] = found
        return found

    def place(self, home: Home) -> Place:
        """A pack or document, with its parameters as of the day."""
        found = self._places.get(home.key)
        if found is None:
            found = self._places[home.key] = Place(self, home)
        return found

    def plain(self, place: Place, expression: Expression) -> Value:
        """A formula that reads nothing but facts and the day."""
        found = self._plain.get(expression.plain)
        if found is None:
            found = self._plain[expression.plain] = self.lowered(expression, place)
        return found

    def lowered(self, expression: Expression, place: Place) -> Value:
        """The value of a formula in a place."""
        return self.standing_in(expression.formula, lambda: self.formulas.lowered(expression.compiled.ast, place))

    def gave_up(self, reason: str, expression: Expression) -> None:
        """A formula as a whole is left to the interpreter, although its parts are not."""

        def note() -> Value:
            self.formulas.gave_up(reason, expression.compiled.ast)
            return self.formulas.beyond()

        self.standing_in(expression.formula, note)

    def standing_in(self, formula: Formula, lower: Callable[[], Value]) -> Value:
        """What is lowered of a text of the pack: who notes what is given up asks for it."""
        before, self.formulas.standing = self.formulas.standing, formula
        try:
            return lower()
        finally:
            self.formulas.standing = before


class Place:
    """A home of names. `day` dates parameters where it is not the day of the run."""

    def __init__(
        self,
        world: World,
        home: Home,
        below: Place | None = None,
        day: Day | None = None,
        event: Mapping[str, Value] | None = None,
    ) -> None:
        self.world = world
        self.home = home
        self.below = below
        self.day = day
        self._values: dict[str, Value] = dict(event or {})
        self._tables: dict[str, Value] = {}
        if below is None and home.document is not None:
            constant = world.formulas.constant
            self._values["文件生效日"] = constant(home.document.valid_from)
            self._values["文件失效日"] = constant(home.document.valid_to)

    def lowered(self, expression: Expression | None) -> Value:
        """The value of a formula here."""
        assert expression is not None
        if expression.plain:
            return self.world.plain(self, expression)
        return self.world.lowered(expression, self)

    def value(self, name: str) -> Value:
        """The value of a name here; KeyError when there is none."""
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = self._found(name)
        return found

    def _found(self, name: str) -> Value:
        item = self.home.visible.get(name)
        if item is None and self.below is not None:
            return self.below.value(name)
        if item is None and name == DISTRICT and self.home.pack.district:
            # Only when asked for: a constant that nobody reads would be a text of the program.
            return self.world.formulas.constant(self.home.pack.district)
        if item is None:
            return self.world.value(name)
        owner = self._owner(item)
        return self._own(item) if owner is self else owner.value(name)

    def _owner(self, item: Item) -> Place:
        """The place that an item is worked out in: here if it hangs on the event, else where it is at home."""
        below = self.below
        if item.home is self.home:
            return self
        if below is not None and item.home is below.home:
            return self if item.reach or (item.dated and self.day is not None) else below
        if item.dated and self.day is not None:
            return Place(self.world, item.home, None, self.day)
        return self.world.place(item.home)

    def _own(self, item: Item) -> Value:
        source = item.source
        if isinstance(source, Definition):
            return self.lowered(item.expression)
        if isinstance(source, Parameter):
            return self._parameter(item, source, self.day)
        raise NotLowered(f"{item.name} as a value")

    def call(self, name: str, arguments: Sequence[Value]) -> Value | None:
        """A table, a scale or a parameter of a date."""
        if name == PARAMETER_ON:
            return self._parameter_on(arguments)
        item = self.home.visible.get(name)
        if item is None:
            return None
        if isinstance(item.source, Scale):
            return self.world.formulas.on_scale(item.source, arguments)
        if item.table is None or arguments:
            return None
        return self._owner(item)._table(item)

    def _table(self, item: Item) -> Value:
        found = self._tables.get(item.name)
        if found is None:
            assert item.table is not None
            table, formulas, source = item.table, self.world.formulas, item.source
            assert isinstance(source, Table)
            here = Formula(item.name, source.file, source.line)
            found = self._tables[item.name] = self.world.standing_in(here, lambda: decided(formulas, table, self))
        return found

    def _parameter(self, item: Item, parameter: Parameter, day: Day | None) -> Value:
        formulas = self.world.formulas
        if item.name in self.world.overrides:
            return formulas.constant(feel_constant(self.world.overrides[item.name]))
        if day is None:
            return formulas.constant(parameter_on(parameter, self.world.as_of))
        b = formulas.builder
        found: Value = formulas.nothing()
        for dated in parameter.values:
            since = b.compare("<=", b.const(days_of(dated.start)), day.day)
            found = formulas.pick(since, formulas.constant(feel_constant(dated.value)), found)
        return formulas.covered(found, day.given, day.unknown)

    def _parameter_on(self, arguments: Sequence[Value]) -> Value:
        """参数值("…", day)."""
        if len(arguments) != 2:
            raise NotLowered(PARAMETER_ON)
        name, day = arguments
        item = self.home.visible.get(name.constant or "") if isinstance(name, Text) else None
        if item is None or not isinstance(item.source, Parameter) or not isinstance(day, Day):
            raise NotLowered(PARAMETER_ON)
        formulas = self.world.formulas
        found = self._parameter(item, item.source, day)
        null = formulas.builder.both(day.null, formulas.builder.negate(formulas.builder.either(day.given, day.unknown)))
        return formulas.pick(null, formulas.nothing(), found)
