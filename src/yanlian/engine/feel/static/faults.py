"""A fault of types: a code of `refusals/feel_types.yaml`, its facts and its place, as a sentence in either language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yanlian.base.refusal import Language, Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.feel.static.lattice import ANY, NULL, head

_CHINESE = {
    "Any": "任意值",
    "Null": "空值",
    "number": "数",
    "string": "文本",
    "boolean": "是否",
    "date": "日期",
    "time": "时间",
    "date and time": "日期时间",
    "years and months duration": "年月时长",
    "days and time duration": "日时时长",
    "function": "函数",
    "list": "列表",
    "range": "区间",
    "context": "记录",
}
_ENGLISH = {"Null": "null"}
_LONGEST = 120
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class TypeFault:
    """Something in an expression that can never give a value.

    `data` has `line` and `column` (from 1), `found` and `expected` (types as FEEL writes them, several as a tuple), and
    what else the sentence of the code names. `types` are those of the facts that are types.
    """

    code: str
    data: Mapping[str, object]
    place: ast.Place
    types: Mapping[str, tuple[ast.Type, ...]] = field(default_factory=dict, repr=False, compare=False)

    def text(self, language: Language = "en") -> str:
        """The sentence: what was expected, what was found, and what to do."""
        facts = {name: _listed(value, language) for name, value in self.data.items()}
        facts |= {
            name: _listed(tuple(_word(kind, language) for kind in kinds), language)
            for name, kinds in self.types.items()
        }  # fmt: skip
        return Refused(self.code, **facts).text(language)


def fault_at(place: ast.Place, code: str, **data: object) -> TypeFault:
    """A fault; types among its facts are printed, facts that are empty left out."""
    types: dict[str, tuple[ast.Type, ...]] = {}
    facts: dict[str, object] = {"line": place.line, "column": place.column}
    for name, value in data.items():
        several = value if isinstance(value, tuple) else (value,)
        kinds = tuple(one for one in several if isinstance(one, _TYPES))
        if kinds:
            types[name] = kinds
        if value not in ("", ()):
            shown = tuple(printed(one) if isinstance(one, _TYPES) else one for one in several)
            facts[name] = shown if isinstance(value, tuple) else shown[0]
    return TypeFault(code, facts, place, types)


_TYPES = (ast.TypeName, ast.TypeOf, ast.ContextType, ast.FunctionType, ast.Restricted)


def printed(kind: ast.Type) -> str:
    """A type as FEEL writes it; a long one is cut."""
    text = print_expression(kind)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _word(kind: ast.Type, language: Language, depth: int = 0) -> str:
    """A type in words: its kind, and for lists and ranges of what."""
    names = _CHINESE if language == "zh" else _ENGLISH
    if isinstance(kind, ast.Restricted):
        return _word(kind.base, language, depth)
    if isinstance(kind, ast.TypeName):
        return names.get(kind.name, kind.name)
    own = head(kind)
    own = names.get(own, own)
    if not isinstance(kind, ast.TypeOf) or kind.member in (ANY, NULL) or depth > _DEEPEST:
        return own
    inner = _word(kind.member, language, depth + 1)
    return f"{own}（{inner}）" if language == "zh" else f"{own} of {inner}"


def _listed(value: object, language: Language) -> object:
    if not isinstance(value, tuple):
        return value
    words = list(dict.fromkeys(str(one) for one in value))
    if len(words) == 1:
        return words[0]
    last = words.pop()
    return "、".join(words) + "或" + last if language == "zh" else ", ".join(words) + " or " + last
