"""What a mistake in FEEL text most likely was: the sentence that helps, chosen by the words around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yanlian.base.finding import nearest
from yanlian.engine.feel.names import KEYWORDS
from yanlian.engine.feel.tokens import HALF_WIDTH, SCALES, Token, scaled

# What people write from habit, and what FEEL has for it.
_INSTEAD = {
    "==": "=",
    "=<": "<=",
    "=>": ">=",
    "&&": "and",
    "||": "or",
    "&": "+",
    "|": "or",
    "^": "**",
    "!": "not(…)",
    "is": "=",
    "mod": "modulo(a, b)",
    "并且": "and",
    "而且": "and",
    "且": "and",
    "或者": "or",
    "或": "or",
    "如果": "if",
    "若": "if",
    "那么": "then",
    "则": "then",
    "否则": "else",
    "返回": "return",
    "满足": "satisfies",
    "属于": "in",
    "介于": "between",
    "非": "not(…)",
    "不是": "!=",
    "等于": "=",
    "不等于": "!=",
    "大于": ">",
    "小于": "<",
    "大于等于": ">=",
    "小于等于": "<=",
    "不小于": ">=",
    "不大于": "<=",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "×": "*",
    "÷": "/",
    "elif": "else if",
    "elseif": "else if",
    "elsif": "else if",
}
_FORMS = {
    "if": "if … then … else …",
    "then": "if … then … else …",
    "else": "if … then … else …",
    "for": "for x in […] return …",
    "return": "for x in […] return …",
    "satisfies": "some x in […] satisfies …",
    "in": "for x in […] return …",
    "and": "x between 1 and 10",
    "key:": "{name: value}",
    ":": "{name: value}",
    "..": "[1..10]",
    "?": "if … then … else …",
    "name:": "f(name: value, other name: value)",
    "->": "function<number> -> number",
}
_OPERATOR_WORDS = ("and", "or", "in", "between", "instance", "then", "else", "return", "satisfies")
_OPENING = {")": "(", "]": "[", "}": "{"}
Facts = dict[str, object]


def advise(words: Sequence[Token], at: int, expected: str, known: Iterable[str] = ()) -> Facts:
    """What may help with the word at this place: the code of a sentence (`advice`) and its `hint`; or nothing.

    `known` are the names that may have been meant.
    """
    token = words[at]
    before = words[at - 1] if at else None
    for found in (
        _open_ended(token),
        _habit(token, before),
        _number(token, before, words[at + 1] if at + 1 < len(words) else None),
        _misspelt(token, before, expected, known),
        _form(token, before, expected),
    ):
        if found:
            return found
    return {}


def _open_ended(token: Token) -> Facts:
    if token.kind != "sign":
        return {}
    if token.text[0] == '"':
        return {"advice": "feel_hint_text_open", "hint": '"…"'}
    if token.text.startswith("/*"):
        return {"advice": "feel_hint_comment_open", "hint": "*/"}
    if token.text in {"'", "`"}:
        return {"advice": "feel_hint_quotes", "hint": '"…"'}
    if token.text in {"@", "#"}:
        return {"advice": "feel_hint_at", "hint": '@"2024-12-31"'}
    if token.text in HALF_WIDTH:
        return {"advice": "feel_hint_half_width", "hint": HALF_WIDTH[token.text]}
    return {}


def _habit(token: Token, before: Token | None) -> Facts:
    """What another language or Chinese would write here, or just before."""
    if before is not None and token.text == ">" and before.text == "<" and before.end == token.start:
        return _write("!=")
    if token.text == "=" and before is not None and before.text == ":" and before.end == token.start:
        return _write(":")
    if token.text == ";":
        return _write(",")
    for word in (token, before):
        if word is None or word.kind not in {"sign", "word"}:
            continue
        if _INSTEAD.get(word.text):
            return _write(_INSTEAD[word.text])
        if word.kind == "word" and word.text not in KEYWORDS and word.text.lower() in KEYWORDS:
            return _write(word.text.lower())
    if before is not None and before.text == "not" and token.text != "(":
        return _write("not(…)")
    return {}


def _number(token: Token, before: Token | None, after: Token | None) -> Facts:
    """A unit where units are not read, separators within a number, a number that ends with a point."""
    if before is not None and before.text == "." and token.kind not in {"word", "sign"}:
        return {"advice": "feel_hint_number", "hint": "0.5"}
    if before is None or before.kind != "number":
        return {"advice": "feel_hint_write", "hint": "modulo(a, b)"} if token.text == "%" and before else {}
    if token.text == "%" and after is not None and after.kind in {"number", "word"} and token.end < after.start:
        return _write("modulo(a, b)")
    if token.text == "%" or (token.kind == "word" and token.text.removesuffix("元") in SCALES):
        return {"advice": "feel_hint_unit", "hint": format(scaled(before.number, token.text), "f")}
    if token.start != before.end:
        return {}
    if token.text == ".":
        return {"advice": "feel_hint_number", "hint": before.text}
    if token.kind == "word":
        digits = token.text.replace("_", "")
        plain = before.text + digits if digits.isdecimal() else before.text
        return {"advice": "feel_hint_number", "hint": plain}
    return {}


def _misspelt(token: Token, before: Token | None, expected: str, known: Iterable[str]) -> Facts:
    """A keyword or a name that was written almost right."""
    if token.kind != "word":
        return {}
    keywords = _OPERATOR_WORDS if expected == "operator" else [w for w in expected.split() if w in KEYWORDS]
    word = nearest(token.text, keywords, 0.6) if token.text not in KEYWORDS else ""
    if not word and known:
        names = tuple(known)
        both = f"{before.text} {token.text}" if before is not None and before.kind == "word" else token.text
        word = nearest(both, names)
    if not word and expected == "operator" and before is not None and before.kind == "word":
        word = "" if before.text in KEYWORDS else nearest(before.text, KEYWORDS, 0.75)
    return {"advice": "feel_hint_nearest", "hint": word} if word else {}


def _form(token: Token, before: Token | None, expected: str) -> Facts:
    """The whole form of the construct that stops here, or what is amiss with brackets and operators."""
    for word in (*expected.split(), token.text):
        if word in _FORMS and (word != "and" or token.text != "and"):
            return {"advice": "feel_hint_form", "hint": _FORMS[word]}
    if token.text in _OPENING and expected == "operator":
        return {"advice": "feel_hint_surplus", "hint": _OPENING[token.text]}
    if expected == "operator" and token.kind in {"word", "number", "string", "at"}:
        return {"advice": "feel_hint_operator", "hint": "+ - * / = , and or"}
    if expected == "type":
        return {"advice": "feel_hint_form", "hint": "number, string, boolean, date, list<…>, context<…>"}
    if expected in {"expression", "name"}:
        return {"advice": "feel_hint_start"} if before is None else {"advice": "feel_hint_operand", "hint": before.text}
    return {}


def _write(instead: str) -> Facts:
    return {"advice": "feel_hint_write", "hint": instead}
