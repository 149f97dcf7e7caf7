"""What is refused when FEEL text is read or run: a code of `refusals/feel.yaml` with the place in the text."""

from __future__ import annotations

from yanlian.base.refusal import Language, Refused

_CHINESE = {
    "expression": "表达式",
    "operator": "运算符或结尾",
    "name": "名称",
    "name:": "“名称:”",
    "key:": "“键:”",
    "type": "类型",
    "number": "数",
    "FEEL": "FEEL 符号",
}


class FeelError(Refused):
    """A text that is not FEEL, or an evaluation that goes beyond its limits.

    Data: `where` (file or rule), `line`, `column`, `expected`, `found`, `hint`, as far as they are known.
    """

    def text(self, language: Language = "en") -> str:
        """The sentence, with what was expected in the reader's language."""
        expected = self.data.get("expected")
        if language != "zh" or not isinstance(expected, str) or expected not in _CHINESE:
            return super().text(language)
        return FeelError(self.code, **{**self.data, "expected": _CHINESE[expected]}).text(language)
