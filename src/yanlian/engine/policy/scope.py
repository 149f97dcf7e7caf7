"""What names mean while rules run: layers over one dossier, filled only as far as rules ask.

A `Scope` is a dict that computes what it does not have yet. One stands for the whole dossier (facts and the day), one
for each document (its parameters, definitions, tables, memory of verdicts), and one for each event of a clause. A name
that does not depend on the event is computed once, in the layer it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from yanlian.engine.dossier import Dossier
from yanlian.engine.feel import Function
from yanlian.engine.feel.decision_table import Decided
from yanlian.engine.policy.compiled import DISTRICT, PARAMETER_ON, Expression, Home, Item
from yanlian.engine.policy.model import Constant, Definition, Parameter

# Told about parameters and tables as they are used, when an explanation is made.
Listener = Callable[[Item, date, object], None]


def feel_constant(value: Constant) -> object:
    """A constant of a pack as FEEL has it: lists for tuples."""
    return [feel_constant(member) for member in value] if isinstance(value, tuple) else value


def parameter_on(parameter: Parameter, day: date) -> object:
    """The value in force on a day; null before the first one."""
    found: object = None
    for dated in parameter.values:
        if dated.start > day:
            break
        found = feel_constant(dated.value)
    return found


class DossierScope(dict[str, object]):
    """Facts of one dossier and what is the same for all rules. `layers` are the scopes of documents over it."""

    __slots__ = ("as_of", "dossier", "layers", "listener", "overrides", "plain")

    def __init__(
        self,
        dossier: Dossier,
        base: Mapping[str, object],
        overrides: Mapping[str, Constant],
        listener: Listener | None = None,
    ) -> None:
        super().__init__(base)
        self.dossier = dossier
        self.as_of = dossier.as_of
        self.overrides = overrides
        self.listener = listener
        self.layers: dict[tuple[tuple[str, ...], date], Scope] = {}
        # What formulas give that read nothing but facts and the day: by their text.
        self.plain: dict[str, object] = {}

    def __missing__(self, name: str) -> object:
        value = self[name] = self.dossier[name]
        return value

    def asked(self, expression: Expression, scope: Scope) -> object:
        """The value of a plain formula, asked once for a dossier."""
        found = self.plain.get(expression.plain, self)
        if found is self:
            # Of its scope it may read the district of the pack, of which its key speaks; else only facts and the day.
            known = scope if DISTRICT in expression.uses else self
            found = self.plain[expression.plain] = expression.compiled.evaluate(known)
        return found

    def layer(self, home: Home, day: date) -> Scope:
        """The scope of a pack or document, with its parameters as of a day."""
        key = (home.key, day)
        found = self.layers.get(key)
        if found is None:
            found = self.layers[key] = Scope(home, self, None, day, {})
        return found


class Scope(dict[str, object]):
    """The names of a home over a dossier. `below` is the document's scope under a clause's; `day` dates parameters."""

    __slots__ = ("below", "day", "frame", "home", "tallies", "verdicts")

    def __init__(
        self, home: Home, frame: DossierScope, below: Scope | None, day: date, event: Mapping[str, object]
    ) -> None:
        super().__init__(event)
        self.home = home
        self.frame = frame
        self.below = below
        self.day = day
        # Verdicts of tests that are the same for every event: by slot.
        self.verdicts: dict[int, object] = {}
        if below is None and home.document is not None:
            self["文件生效日"] = home.document.valid_from
            self["文件失效日"] = home.document.valid_to
        if below is None and home.pack.district:
            self[DISTRICT] = home.pack.district

    def __missing__(self, name: str) -> object:
        item = self.home.visible.get(name)
        if item is None:
            value = self._plain(name)
        elif item.home is self.home or (self.below is not None and item.home is self.below.home):
            value = self._own(item)
        else:
            day = self.day if item.dated else self.frame.as_of
            value = self.frame.layer(item.home, day)[name]
        self[name] = value
        return value

    def _plain(self, name: str) -> object:
        if name == PARAMETER_ON:
            return Function(PARAMETER_ON, ("名称", "日期"), self._parameter_on)
        return self.below[name] if self.below is not None else self.frame[name]

    def _own(self, item: Item) -> object:
        """An item of this home, or of the document under it: the latter is left to it unless it hangs on the event."""
        below = self.below
        if below is not None and item.home is not self.home and not self._hangs(item, below):
            return below[item.name]
        source = item.source
        if isinstance(source, Definition):
            return self.value(item.expression)
        if isinstance(source, Parameter):
            return self._parameter(item, source, self.day)
        if item.table is not None:
            return Function(item.name, (), self._asked_once(item))
        return item.function

    def _hangs(self, item: Item, below: Scope) -> bool:
        """Whether an item of the document gives something else for this event or clause."""
        return bool(item.reach) or (item.dated and self.day != below.day)

    def value(self, expression: Expression | None) -> object:
        """The value of a formula here."""
        assert expression is not None
        if expression.constant is not None:
            return expression.constant
        return self.frame.asked(expression, self) if expression.plain else expression.compiled.evaluate(self)

    def decide(self, item: Item) -> Decided:
        """A table's result here."""
        assert item.table is not None
        decided = item.table.decision.decide(self)
        if self.frame.listener is not None:
            self.frame.listener(item, self.day, decided)
        return decided

    def _asked_once(self, item: Item) -> Callable[[], object]:
        """A table as a function: within one scope it always gives the same."""
        known: list[object] = []

        def ask() -> object:
            if not known:
                known.append(self.decide(item).value)
            return known[0]

        return ask

    def _parameter(self, item: Item, parameter: Parameter, day: date) -> object:
        overrides = self.frame.overrides
        value = feel_constant(overrides[item.name]) if item.name in overrides else parameter_on(parameter, day)
        if self.frame.listener is not None:
            self.frame.listener(item, day, value)
        return value

    def _parameter_on(self, name: object, day: object) -> object:
        """`参数值("…", 日期)`."""
        item = self.home.visible.get(name) if isinstance(name, str) else None
        if item is None or not isinstance(item.source, Parameter) or not isinstance(day, date):
            return None
        return self._parameter(item, item.source, day)


def base_names(as_of: date, district: str) -> dict[str, object]:
    """The names that hang on nothing but the day and the district."""
    return {
        "评价日": as_of,
        "评价年度": Decimal(as_of.year),
        "上年": Decimal(as_of.year - 1),
        "前年": Decimal(as_of.year - 2),
        "本区": district,
    }
