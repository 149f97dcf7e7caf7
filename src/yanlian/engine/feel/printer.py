"""A tree back into FEEL text; parsing the text gives the same tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from yanlian.engine.feel import ast
from yanlian.engine.feel.names import KEYWORDS, needs_telling
from yanlian.engine.feel.parser import MAX_DEPTH
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.tokens import MAX_LENGTH, Text, is_word, tokens, words_of

_POWER = {"or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5, "**": 6}
_COMPARE, _UNARY, _POSTFIX = 3, 7, 8
_OPEN_TYPES = frozenset({"list", "range", "context", "function"})
_DATE_AND_TIME = "date and time"


def print_expression(tree: ast.Node, *, plain: bool = False, names: Iterable[str] = ()) -> str:
    """The text of a tree. `plain` writes numbers without units, as any other FEEL engine reads them.

    `names`: the names the text will be read with. Where one of them would swallow an operator (`a - b` is known, but
    the difference of `a` and `b` is meant) single names stand in parentheses.
    """
    try:
        text = _Printer(plain=plain).text(tree, 0)
        told = tuple(names) if _DATE_AND_TIME not in text else (_DATE_AND_TIME, *names)
        greedy = _greedy(told) if told and len(text) <= MAX_LENGTH else frozenset()
        if greedy.isdisjoint(_pairs(text) if greedy else ()):
            return text
        return _Printer(plain=plain, greedy=greedy).text(tree, 0)
    except RecursionError:
        raise FeelError("feel_too_deep", expected=MAX_DEPTH, found=type(tree).__name__) from None


def _greedy(names: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Two words that follow each other within a known name, the second no ordinary word: `-`, `and`, `.` …"""
    pairs = (pair for name in names if needs_telling(name) for pair in pairwise(words_of(name)))
    return frozenset(pair for pair in pairs if not pair[1].isidentifier() or pair[1] in KEYWORDS)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    return pairwise(token.text for token in tokens(Text(text)))


def _string(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + escaped.replace("\t", "\\t") + '"'


def _key(key: str) -> str:
    """A key before a colon, in quotes unless it is an ordinary name."""
    words = words_of(key)
    ordinary = bool(words) and KEYWORDS.isdisjoint(words) and all(is_word(word) for word in words)
    return key if ordinary and " ".join(words) == key else _string(key)


def _plain_number(value: Decimal) -> str:
    return format(value, "f")


class _Printer:
    def __init__(self, *, plain: bool, greedy: frozenset[tuple[str, str]] = frozenset()) -> None:
        self.plain = plain
        self.begins = frozenset(first for first, _ in greedy)

    def name(self, name: str) -> str:
        """A name, in parentheses if it may be the beginning of a longer known one."""
        return f"({name})" if self.begins and words_of(name)[-1:] and words_of(name)[-1] in self.begins else name

    def text(self, node: ast.Node, power: int) -> str:
        """A node inside an operator of that power: in parentheses if it binds less strongly."""
        own, text = self.bare(node)
        return f"({text})" if own < power else text

    def bare(self, node: ast.Node) -> tuple[int, str]:
        """How strongly a node binds, and its text."""
        match node:
            case ast.Number():
                spelling = node.spelling if node.spelling and not self.plain else _plain_number(node.value)
                return (_UNARY if spelling.startswith("-") else 9), spelling
            case ast.String():
                return 9, _string(node.value)
            case ast.Boolean():
                return 9, "true" if node.value else "false"
            case ast.Null():
                return 9, "null"
            case ast.At():
                return 9, "@" + _string(node.text)
            case ast.Name():
                return 9, self.name(node.name)
            case ast.ListLiteral():
                return 9, f"[{self.commas(node.items)}]"
            case ast.ContextLiteral():
                return 9, "{" + ", ".join(self.entry(entry) for entry in node.entries) + "}"
            case ast.RangeLiteral():
                return 9, self.range(node)
            case ast.Negate():
                return _UNARY, f"-{self.text(node.operand, _UNARY)}"
            case ast.Arithmetic() | ast.Logic():
                own = _POWER[node.op]
                return own, f"{self.text(node.left, own)} {node.op} {self.text(node.right, own + 1)}"
            case ast.Compare():
                return _COMPARE, f"{self.text(node.left, _COMPARE)} {node.op} {self.text(node.right, _COMPARE + 1)}"
            case _:
                return self.construct(node)

    def construct(self, node: ast.Node) -> tuple[int, str]:
        """The nodes with keywords and brackets."""
        match node:
            case ast.Between():
                value, low, high = (self.text(n, p) for n, p in ((node.value, 3), (node.low, 4), (node.high, 4)))
                return _COMPARE, f"{value} between {low} and {high}"
            case ast.In():
                return _COMPARE, f"{self.text(node.value, _COMPARE)} in ({self.commas(node.tests)})"
            case ast.InstanceOf():
                # A point after it would go on with the type, and so would `<` after a bare `list`.
                bare = isinstance(node.type, ast.TypeName) and node.type.name in _OPEN_TYPES
                text = f"{self.text(node.value, _POSTFIX)} instance of {self.type(node.type)}"
                return (0 if bare else _UNARY), text
            case ast.If():
                parts = (self.text(n, 0) for n in (node.condition, node.then, node.otherwise))
                return 0, "if {} then {} else {}".format(*parts)
            case ast.For():
                return 0, f"for {self.commas(node.iterations)} return {self.text(node.body, 0)}"
            case ast.Quantified():
                return 0, f"{node.kind} {self.commas(node.iterations)} satisfies {self.text(node.condition, 0)}"
            case ast.Iteration():
                upto = "" if node.upto is None else f"..{self.text(node.upto, 1)}"
                return 0, f"{node.name} in {self.text(node.source, 1)}{upto}"
            case ast.Filter():
                return _POSTFIX, f"{self.text(node.source, _POSTFIX)}[{self.text(node.condition, 0)}]"
            case ast.Path():
                path = f"{self.text(node.source, _POSTFIX)}.{node.name}"
                return (9, f"({path})") if self.name(node.name) != node.name else (_POSTFIX, path)
            case ast.Call():
                arguments = self.commas(node.positional) or ", ".join(self.entry(entry) for entry in node.named)
                return _POSTFIX, f"{self.text(node.function, _POSTFIX)}({arguments})"
            case ast.FunctionDefinition():
                external = "external " if node.external else ""
                return 0, f"function({self.commas(node.parameters)}) {external}{self.text(node.body, 0)}"
            case ast.Parameter():
                return 0, node.name if node.type is None else f"{_key(node.name)}: {self.type(node.type)}"
            case ast.Test():
                return 0, f"{node.op} {self.text(node.value, 4)}" if node.op else self.text(node.value, 0)
            case ast.UnaryTests():
                tests = self.commas(node.tests) or "-"
                return 0, f"not({tests})" if node.negated else tests
            case ast.TypeName() | ast.TypeOf() | ast.ContextType() | ast.FunctionType() | ast.Restricted():
                return 9, self.type(node)
            case _:
                raise AssertionError(f"no text for {type(node).__name__}")

    def commas(self, nodes: tuple[ast.Node, ...]) -> str:
        """Nodes separated by commas."""
        return ", ".join(self.text(node, 0) for node in nodes)

    def entry(self, entry: ast.Entry) -> str:
        """`key: value`."""
        return f"{_key(entry.key)}: {self.text(entry.value, 0)}"

    def range(self, node: ast.RangeLiteral) -> str:
        """A range with its brackets; a one-sided one with its sign."""
        if node.low is None and node.high is not None:
            return f"({'<=' if node.high_closed else '<'} {self.text(node.high, 4)})"
        if node.high is None and node.low is not None:
            return f"({'>=' if node.low_closed else '>'} {self.text(node.low, 4)})"
        assert node.low is not None
        assert node.high is not None
        left, right = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
        return f"{left}{self.text(node.low, 4)}..{self.text(node.high, 4)}{right}"

    def type(self, node: ast.Type) -> str:
        """The text of a type."""
        match node:
            case ast.TypeName():
                return node.name
            case ast.TypeOf():
                return f"{node.kind}<{self.type(node.member)}>"
            case ast.Restricted():
                return self.type(node.base)
            case ast.ContextType():
                return f"context<{', '.join(f'{_key(e.name)}: {self.type(e.type)}' for e in node.entries)}>"
            case ast.FunctionType():
                return f"function<{', '.join(self.type(p) for p in node.parameters)}> -> {self.type(node.result)}"
