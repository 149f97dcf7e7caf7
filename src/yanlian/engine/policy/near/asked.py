"""What the parts of the solver share: how to evaluate, and how to ask each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from yanlian.engine.dossier import RecordKind, Schema
from yanlian.engine.dossier.row import PhantomRow
from yanlian.engine.feel import IncompleteList, Missing, Unknown, ast
from yanlian.engine.policy.model import Definition
from yanlian.engine.policy.near.env import Env, Values
from yanlian.engine.policy.near.plan import Deliver, Lens, Option, SetField
from yanlian.engine.policy.near.relation import KNOWN, NoFit, example, fitted

# Deeper than any definition of a sane pack goes through others.
_DEEPEST = 40
# What a record that is lacking must answer: a formula about it, where it stands, and the name it goes by there (empty:
# its fields are names themselves).
Asked: TypeAlias = tuple[ast.Expression, Env, str]
Truth: TypeAlias = Callable[["Solver", ast.Expression, bool, Env], list[Option]]
Relate: TypeAlias = Callable[["Solver", ast.Expression, str, object, Env], list[Option]]
Lacking: TypeAlias = Callable[["Solver", ast.Expression, Env, Mapping[str, tuple[str, object]], tuple[Asked, ...]], list[Option]]  # fmt: skip  # noqa: E501


@dataclass(slots=True)
class Solver:
    """Finds options: sets of changes after which a part of a formula may come out as wanted. May, not will: every
    option is tried before it is told."""

    schema: Schema
    as_of: date
    truth_of: Truth
    relate_of: Relate
    lacking_of: Lacking
    values: Values = field(default_factory=Values)
    depth: int = 0

    def value(self, node: ast.Expression, env: Env) -> object:
        """What a part of a formula gives now."""
        return self.values.of(node, env)

    def unfolded(self, node: ast.Expression, env: Env) -> tuple[ast.Expression, Env]:
        """What a name of a definition stands for, and where."""
        for _ in range(_DEEPEST):
            item = env.item_of(node.name) if isinstance(node, ast.Name) and env.field_of(node.name) is None else None
            if item is None or not isinstance(item.source, Definition) or item.expression is None:
                break
            node, env = item.expression.compiled.ast, env.at_home(item)
        return node, env

    def truth(self, node: ast.Expression, env: Env, *, want: bool) -> list[Option]:
        """Options after which a condition is as wanted. None of them when it is so already."""
        if self.depth > _DEEPEST:
            return []
        self.depth += 1
        try:
            return self.truth_of(self, node, want, env)
        finally:
            self.depth -= 1

    def relate(self, node: ast.Expression, op: str, value: object, env: Env) -> list[Option]:
        """Options after which a part of a formula stands so to a value."""
        if self.depth > _DEEPEST:
            return []
        self.depth += 1
        try:
            return self.relate_of(self, node, op, value, env)
        finally:
            self.depth -= 1

    def lacking(
        self,
        node: ast.Expression,
        env: Env,
        wants: Mapping[str, tuple[str, object]] | None = None,
        asked: tuple[Asked, ...] = (),
    ) -> list[Option]:
        """Options after which a list (or the record picked from it) has a member with such fields that answers what is
        asked."""
        if self.depth > _DEEPEST:
            return []
        self.depth += 1
        try:
            return self.lacking_of(self, node, env, wants or {}, asked)
        finally:
            self.depth -= 1

    def set_field(self, lens: Lens, op: str, value: object) -> list[Option]:
        """The one option of giving a field the value nearest to a border."""
        if isinstance(lens.row, PhantomRow):
            return []
        try:
            if op == KNOWN:
                return [(SetField(lens, example(lens.field, self.as_of), "=", None, free=True),)]
            stored = fitted(lens.field, op, value, self.as_of)
        except NoFit:
            return []
        return [(SetField(lens, stored, op, value, free=op == "!=" and value is None),)]

    def deliveries(self, value: object) -> list[Option]:
        """The delivery of what leaves a value open."""
        kinds: dict[str, RecordKind] = {}
        if isinstance(value, IncompleteList) and value.is_open:
            for member in value.maybe:
                if isinstance(member, PhantomRow):
                    kinds[member.kind.key] = member.kind
            self._named(value.missing, kinds)
        elif isinstance(value, Unknown):
            self._named(value.missing, kinds)
        return [(Deliver(key),) for key in kinds]

    def _named(self, missing: Iterable[Missing], kinds: dict[str, RecordKind]) -> None:
        for one in missing:
            kind = self.schema.names.get(one.fact.partition(".")[0])
            if kind is not None and kind.many:
                kinds[kind.key] = kind
