"""A fault of types in a pack: the sentence of the fault with the formula in which it stands."""

from __future__ import annotations

from collections.abc import Mapping

from yanlian.base.refusal import Language, Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.static import TypeFault
from yanlian.engine.feel.static.faults import fault_at
from yanlian.engine.policy.model import Formula

_LONGEST = 60


class TypeRefused(Refused):
    """Something in a formula that can never give a value.

    Data: `where` (the formula), `line` and `column` (from 1, in the formula) and what the sentence of the code names.
    Types among the facts are told in the reader's language.
    """

    def __init__(self, code: str, *, kinds: Mapping[str, tuple[ast.Type, ...]] | None = None, **data: object) -> None:
        super().__init__(code, **data)
        self.kinds = kinds or {}

    def text(self, language: Language = "en") -> str:
        """The sentence, after the formula."""
        sentence = TypeFault(self.code, self.data, ast.NOWHERE, self.kinds).text(language)
        where = self.data.get("where")
        if not where:
            return sentence
        return f"“{where}”：{sentence}" if language == "zh" else f"“{where}”: {sentence}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (self.code, dict(self.kinds), self.data))


def _rebuilt(code: str, kinds: dict[str, tuple[ast.Type, ...]], data: dict[str, object]) -> TypeRefused:
    return TypeRefused(code, kinds=kinds, **data)


def refused(fault: TypeFault, formula: Formula) -> TypeRefused:
    """A fault of the static types, as one of a pack."""
    return TypeRefused(fault.code, kinds=fault.types, **{**fault.data, "where": shown(formula)})


def refused_at(place: ast.Place, formula: Formula, code: str, **data: object) -> TypeRefused:
    """A fault of this room at a place of a formula; types among its facts are told in words."""
    return refused(fault_at(place, code, **data), formula)


def shown(formula: Formula) -> str:
    """A formula on one line, cut when it is long."""
    text = " ".join(formula.text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
