"""What names mean at one place of a formula: those bound by loops, fields of the member being filtered, the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yanlian.engine.dossier import Row
from yanlian.engine.feel import Compiled, FeelError, ast, compile_expression
from yanlian.engine.policy.compiled import Item
from yanlian.engine.policy.functions import PACK_FUNCTIONS
from yanlian.engine.policy.scope import Scope
from yanlian.engine.policy.substitution import home_scope


class _Names(dict[str, object]):
    """Names of an environment as the evaluator asks for them."""

    __slots__ = ("env",)

    def __init__(self, env: Env) -> None:
        super().__init__()
        self.env = env

    def __missing__(self, name: str) -> object:
        return self.env.named(name)


@dataclass(slots=True, eq=False)
class Env:
    """`scope` holds the names of the document or clause; `bound` and `member` what stands around this place."""

    scope: Scope
    bound: Mapping[str, object] = field(default_factory=dict)
    member: object = None
    outer: Env | None = None

    def named(self, name: str) -> object:
        """The value of a name here; KeyError when there is none."""
        if name in self.bound:
            return self.bound[name]
        if isinstance(self.member, Mapping) and name in self.member:
            return self.member[name]
        if name == "item" and self.member is not None:
            return self.member
        return self.outer.named(name) if self.outer is not None else self.scope[name]

    def field_of(self, name: str) -> Row | None:
        """The record whose field a bare name is, when it stands inside a filter."""
        if name in self.bound:
            return None
        if isinstance(self.member, Row) and name in self.member:
            return self.member
        return self.outer.field_of(name) if self.outer is not None else None

    def item_of(self, name: str) -> Item | None:
        """The definition, table, scale or parameter behind a name, when nothing nearer has it."""
        env: Env | None = self
        while env is not None:
            if name in env.bound or (isinstance(env.member, Mapping) and name in env.member):
                return None
            env = env.outer
        return self.scope.home.visible.get(name)

    def inside(self, name: str, value: object) -> Env:
        """Where a name is bound to one member of what is walked over."""
        return Env(self.scope, {name: value}, None, self)

    def filtering(self, member: object) -> Env:
        """Inside a filter, at one member."""
        return Env(self.scope, {}, member, self)

    def at_home(self, item: Item) -> Env:
        """Where an item's own formula stands."""
        return Env(home_scope(item, self.scope))

    def names(self) -> Mapping[str, object]:
        """For the evaluator."""
        return self.scope if self.outer is None and not self.bound and self.member is None else _Names(self)


@dataclass(slots=True, eq=False)
class EventEnv(Env):
    """Around the event of a clause: definitions that hang on the event see the member as the event, too."""

    def inside(self, name: str, value: object) -> Env:
        """The names of the clause with this member as its event."""
        scope = self.scope
        event = {name: value, "事件": value}
        return Env(Scope(scope.home, scope.frame, scope.below, scope.day, event))


class Values:
    """Evaluates parts of formulas, each compiled once."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[int, int], tuple[ast.Expression, Compiled]] = {}

    def of(self, node: ast.Expression, env: Env) -> object:
        """The value of a part of a formula at a place; null where it cannot be evaluated."""
        key = (id(node), id(env.scope.home))
        known = self._compiled.get(key)
        if known is None or known[0] is not node:
            scales = {name: one.function for name, one in env.scope.home.visible.items() if one.function is not None}
            functions = {**PACK_FUNCTIONS, **{name: one for name, one in scales.items() if one is not None}}
            known = self._compiled[key] = (node, compile_expression(node, functions=functions))
        try:
            return known[1].evaluate(env.names())
        except (FeelError, KeyError):
            return None
