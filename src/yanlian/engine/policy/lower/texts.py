"""Texts by number: what rules ask about a text is asked once for each text, by the interpreter's own functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from yanlian.engine.dossier.columns import Strings
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.native.builder import Builder
from yanlian.engine.native.ir import Arithmetic, Choose, Column, Const, Node, Read
from yanlian.engine.policy.lower.logic import Logic
from yanlian.engine.policy.lower.values import Derived, NotLowered, Number, Text, Value

# Texts as long as this or longer are not measured.
_LONG = 127


class Texts(Logic):
    """Texts."""

    def __init__(self, builder: Builder, strings: Strings) -> None:
        super().__init__(builder, strings.number)
        self.strings = strings
        self._asked: dict[str, Column] = {}

    def asked(self, text: Text, question: str, answer: Callable[[str], bool]) -> Node:
        """What a question says of a text; the question's words name it among all that are asked."""
        if text.derived is None:
            name, found = question, answer
        else:
            call = text.derived.call
            name = f"{question} of {text.derived.name}"

            def found(word: str) -> bool:
                made = call(word)
                return isinstance(made, str) and answer(made)

        if text.constant is not None:
            return self.builder.truth(found(text.constant))
        said = self._said(text.code, f"text: {name}", lambda word: int(found(word)), 1)
        return self.builder.compare("=", said, self.builder.const(1))

    def _said(self, code: Node, name: str, function: Callable[[str], int], high: int) -> Node:
        """What a function of texts, in [0, high], says of the text with a number; it is asked once a text."""
        column = self._asked.get(name)
        sources = self._sources(code)
        if column is None:
            column = self._asked[name] = self.strings.table(name, function, 0, high, of=sources)
        else:
            self.strings.ask_also(name, sources)
        return self.builder.read(column, code)

    def _sources(self, code: Node) -> set[str] | None:
        """The columns that a text's number may come from, constants apart; None: any. Numbers of certificates and the
        like are many, and nobody asks whether they begin with the letter of an industry."""
        found: set[str] = set()
        todo = [code]
        while todo:
            node = todo.pop()
            if isinstance(node, Read):
                found.add(self.builder.columns[node.column].name)
            elif isinstance(node, Choose):
                todo += [node.then, node.otherwise]
            elif isinstance(node, Arithmetic) and node.op in {"min", "max"}:
                todo += [node.left, node.right]
            elif not isinstance(node, Const):
                return None
        return found

    def texts_compared(self, op: str, a: Text, b: Text) -> Node:
        """a op b (= or <) of two ordinary texts."""
        if op == "=" and a.derived is None and b.derived is None:
            return self.builder.compare("=", a.code, b.code)
        if b.constant is not None and b.derived is None:
            other = b.constant
            ask: Callable[[str], bool] = (lambda w: w == other) if op == "=" else (lambda w: w < other)
            return self.asked(a, f'{op} "{other}"', ask)
        if a.constant is not None and a.derived is None:
            other = a.constant
            ask = (lambda w: w == other) if op == "=" else (lambda w: other < w)
            return self.asked(b, f'"{other}" {op}', ask)
        raise NotLowered("comparison of two texts made of texts")

    def text_function(self, name: str, text: Text, rest: list[object]) -> Value:
        """A built-in function of a text and constants: of truth or of text."""
        function = FUNCTIONS[name].call
        spelled = f"{name}({', '.join(map(repr, rest))})"
        if name in {"starts with", "ends with", "contains", "matches"}:
            true = self.asked(text, spelled, lambda word: function(word, *rest) is True)
            null = self._none(text, spelled, lambda word: not isinstance(function(word, *rest), bool))
            return self.stated(text.given, text.unknown, self.builder.either(text.null, null), true)
        if name not in {"substring", "upper case", "lower case", "substring before", "substring after", "replace"}:
            raise NotLowered(name)
        return self.made_of(text, spelled, lambda word: function(word, *rest))

    def made_of(self, text: Text, spelled: str, function: Callable[[str], object]) -> Text:
        """What a function makes of a text; null where it gives no text. `spelled` names the function among all."""
        derived = _after(text.derived, spelled, function)
        plain = Text(flags=text.flags, code=text.code, constant=text.constant)
        null = self._none(plain, f"null {derived.name}", lambda word: not isinstance(derived.call(word), str))
        made = Text(flags=text.flags, code=text.code, constant=text.constant, derived=derived)
        return self.flagged(made, null=null)

    def text_length(self, text: Text) -> Number:
        """string length(text); of long ones only the interpreter tells."""
        if text.constant is not None and text.derived is None:
            return replace(self.number(len(text.constant)), flags=text.flags)
        call = (lambda word: word) if text.derived is None else text.derived.call
        name = f"text: length of {'' if text.derived is None else text.derived.name}"

        def length(word: str) -> int:
            made = call(word)
            return min(len(made), _LONG) if isinstance(made, str) else 0

        num = self._said(text.code, name, length, _LONG)
        long = self.builder.compare("=", num, self.builder.const(_LONG))
        return self.flagged(Number(flags=text.flags, num=num), given=long)

    def _none(self, text: Text, question: str, answer: Callable[[str], bool]) -> Node:
        return self.asked(text, f"no result: {question}", answer)


def _after(before: Derived | None, spelled: str, function: Callable[[str], object]) -> Derived:
    """A function of a text, or of what another makes of it."""
    if before is None:
        return Derived(spelled, function)
    call = before.call

    def after(word: str) -> object:
        made = call(word)
        return function(made) if isinstance(made, str) else None

    return Derived(f"{spelled} of {before.name}", after)
