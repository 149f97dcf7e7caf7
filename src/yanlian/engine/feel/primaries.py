"""The primaries of FEEL text: literals, names, brackets, and the constructs that begin with a keyword."""

from __future__ import annotations

from contextlib import ExitStack

from yanlian.engine.feel import ast
from yanlian.engine.feel.ast import Expression
from yanlian.engine.feel.names import KEYWORDS, KnownNames
from yanlian.engine.feel.parse_types import parse_type
from yanlian.engine.feel.stream import Stream
from yanlian.engine.feel.tokens import ODD, Text, Token

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ONE_SIDED = COMPARISONS - {"!="}
_NEVER_NAMES = KEYWORDS - {"of", "instance", "external", "not", "function", "every", "some"}
_BRACKETS = frozenset("（）【】｛｝")


class Primaries(Stream):
    """Words with the names known at the current place; whole expressions are read by the parser that builds on it."""

    def __init__(
        self, source: Text, words: list[Token], names: KnownNames, members: KnownNames, types: KnownNames
    ) -> None:
        super().__init__(source, words)
        self.names = names
        self.members = members
        self.types = types
        self.filters = 0
        self.closing = 0

    def expression(self, power: int) -> Expression:
        """An expression whose operators bind more strongly than `power`."""
        raise NotImplementedError

    def primary(self) -> Expression:
        """A literal, a name, or a construct with its own keyword or bracket."""
        token = self.token
        kind = token.kind
        if kind == "word":
            return self.word()
        if kind == "number":
            self.advance()
            return ast.Number(token.number, token.text, place=self.place(token.start))
        if kind == "string":
            self.advance()
            return ast.String(token.content, place=self.place(token.start))
        if kind == "at":
            self.advance()
            return ast.At(token.content, place=self.place(token.start))
        text = token.text
        if text == "(":
            return self.parenthesis()
        if text in {"[", "]"}:
            return self.bracket()
        if text == "{":
            return self.context()
        raise self.unexpected("expression")

    def word(self) -> Expression:
        """What begins with a word: a known name of several words first, then keywords, then any single word."""
        token = self.token
        start, text = token.start, token.text
        known = self.known_name() if self.filters or text in self.names.starts else None
        if known is not None and (known[1] > 1 or text not in KEYWORDS):
            self.advance(known[1])
            return ast.Name(known[0], place=self.place(start))
        if text in KEYWORDS:
            return self.keyword(text, start)
        if not text.isascii():
            self.check_width(text)
        self.advance()
        return ast.Name(text, place=self.place(start))

    def keyword(self, text: str, start: int) -> Expression:
        """What a keyword begins; some words are keywords only before certain others, and else names."""
        if text in {"true", "false"}:
            self.advance()
            return ast.Boolean(text == "true", place=self.place(start))
        if text == "null":
            self.advance()
            return ast.Null(place=self.place(start))
        if text == "if":
            return self.conditional()
        if text == "for":
            return self.loop()
        if text in {"some", "every"} and self.after(1).kind == "word":
            return self.quantified(text)
        if text == "function" and self.after(1).text == "(":
            return self.function()
        if text in _NEVER_NAMES:
            raise self.unexpected("expression")
        self.advance()
        return ast.Name(text, place=self.place(start))

    def check_width(self, text: str) -> None:
        """Refuse full-width punctuation in a name nobody knows; entries of filtered members may have brackets."""
        odd = ODD.search(text)
        if odd is None or (self.filters and odd[0] in _BRACKETS) or self.known_name() is not None:
            return
        raise self.half_width(odd.start())

    def known_name(self) -> tuple[str, int] | None:
        """The longest known name at the current token; inside a filter the entries of members count as known."""
        found = self.names.longest(self.all, self.at)
        if self.filters:
            other = self.members.longest(self.all, self.at)
            if other is not None and (found is None or other[1] > found[1]):
                return other
        return found

    def member_name(self) -> str:
        """The name after a dot."""
        if self.token.text in self.members.starts:
            found = self.members.longest(self.all, self.at)
            if found is not None:
                self.advance(found[1])
                return found[0]
        if self.token.kind != "word":
            raise self.unexpected("name")
        name = self.token.text
        self.advance()
        return name

    def parenthesis(self) -> Expression:
        """`(a)`, the range `(a..b]`, or the one-sided range `(< a)`."""
        start = self.token.start
        self.advance()
        closing, self.closing = self.closing, 0
        if self.token.text in _ONE_SIDED:
            node: Expression = self.one_sided(start)
            self.closing = closing
            return node
        inner = self.expression(0)
        if self.token.text == "..":
            node = self.range_from(inner, start, low_closed=False)
        else:
            self.expect(")", start)
            node = inner
        self.closing = closing
        return node

    def one_sided(self, start: int) -> ast.RangeLiteral:
        """The rest of `(< a)` after the parenthesis."""
        op = self.token.text
        self.advance()
        end = self.expression(0)
        self.expect(")", start)
        place = self.place(start)
        if op == "=":
            return ast.RangeLiteral(end, end, low_closed=True, high_closed=True, place=place)
        if op.startswith("<"):
            return ast.RangeLiteral(None, end, low_closed=False, high_closed=op == "<=", place=place)
        return ast.RangeLiteral(end, None, low_closed=op == ">=", high_closed=False, place=place)

    def range_from(self, low: Expression, start: int, *, low_closed: bool) -> ast.RangeLiteral:
        """The rest of a range after its low end."""
        self.expect("..")
        self.closing += 1
        high = self.expression(0)
        self.closing -= 1
        if self.token.text not in {"]", "[", ")"}:
            raise self.unexpected("] ) [", start)
        high_closed = self.token.text == "]"
        self.advance()
        return ast.RangeLiteral(low, high, low_closed=low_closed, high_closed=high_closed, place=self.place(start))

    def bracket(self) -> Expression:
        """A list `[a, b]` or a range `[a..b]`, `]a..b[`."""
        start = self.token.start
        closed = self.token.text == "["
        self.advance()
        closing, self.closing = self.closing, 0
        items: list[Expression] = []
        node: Expression | None = None
        while closed and self.token.text != "]":
            if items:
                self.expect(",", start, "]")
            items.append(self.expression(0))
            if len(items) == 1 and self.token.text == "..":
                node = self.range_from(items[0], start, low_closed=True)
                break
        if not closed:
            node = self.range_from(self.expression(0), start, low_closed=False)
        if node is None:
            self.advance()
            node = ast.ListLiteral(tuple(items), place=self.place(start))
        self.closing = closing
        return node

    def context(self) -> Expression:
        """`{key: value}`; each entry may use those before it."""
        start = self.token.start
        self.advance()
        closing, self.closing = self.closing, 0
        entries: list[ast.Entry] = []
        with ExitStack() as scopes:
            while self.token.text != "}":
                if entries:
                    self.expect(",", start, "}")
                at = self.token.start
                key = self.entry_key(start)
                entries.append(ast.Entry(key, self.expression(0), place=self.place(at)))
                scopes.enter_context(self.names.opened((key,)))
                self.members.add(key)
            self.advance()
        self.closing = closing
        return ast.ContextLiteral(tuple(entries), place=self.place(start))

    def entry_key(self, opened: int) -> str:
        """The key of a context entry: a string, or words up to the colon."""
        found = self.key_before_colon()
        if found is None:
            raise self.unexpected("key:", opened)
        return found

    # Constructs with keywords

    def conditional(self) -> Expression:
        """`if a then b else c`."""
        start = self.token.start
        self.advance()
        condition = self.expression(0)
        self.expect("then")
        then = self.expression(0)
        self.expect("else")
        otherwise = self.expression(0)
        return ast.If(condition, then, otherwise, place=self.place(start))

    def loop(self) -> Expression:
        """`for a in x, b in y return z`."""
        start = self.token.start
        self.advance()
        with ExitStack() as scopes:
            iterations = self.iterations("return", scopes)
            self.expect("return")
            body = self.expression(0)
        return ast.For(iterations, body, place=self.place(start))

    def quantified(self, kind: str) -> Expression:
        """`some a in x satisfies z`, `every …`."""
        start = self.token.start
        self.advance()
        with ExitStack() as scopes:
            iterations = self.iterations("satisfies", scopes)
            self.expect("satisfies")
            condition = self.expression(0)
        return ast.Quantified(kind, iterations, condition, place=self.place(start))

    def iterations(self, end: str, scopes: ExitStack) -> tuple[ast.Iteration, ...]:
        """The iterators before `return` or `satisfies`; each binds its name for what follows."""
        found: list[ast.Iteration] = []
        while not found or self.token.text == ",":
            if found:
                self.advance()
            start = self.token.start
            name = self.name_before("in")
            self.expect("in")
            source = self.expression(0)
            upto = None
            if self.token.text == "..":
                self.advance()
                upto = self.expression(0)
            found.append(ast.Iteration(name, source, upto, place=self.place(start)))
            scopes.enter_context(self.names.opened((name,)))
        if self.token.text != end:
            raise self.unexpected(end)
        return tuple(found)

    def function(self) -> Expression:
        """`function(a, b: type) body`."""
        start = self.token.start
        opened = self.after(1).start
        self.advance(2)
        parameters: list[ast.Parameter] = []
        while self.token.text != ")":
            if parameters:
                self.expect(",", opened, ")")
            at = self.token.start
            key = self.key_before_colon()
            if key is not None:
                parameters.append(ast.Parameter(key, parse_type(self, self.types), place=self.place(at)))
            else:
                parameters.append(ast.Parameter(self.name_before(",", ")"), place=self.place(at)))
        self.advance()
        external = self.token.text == "external"
        if external:
            self.advance()
        with self.names.opened(p.name for p in parameters):
            body = self.expression(0)
        return ast.FunctionDefinition(tuple(parameters), body, external=external, place=self.place(start))
