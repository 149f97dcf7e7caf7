"""FEEL text into its tree: recursive descent, with binding powers for the operators.

`or` < `and` < comparison, `between`, `in` < `+ -` < `* /` < `**` < unary minus < `instance of`, path, filter, call.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

from yanlian.engine.feel import ast
from yanlian.engine.feel.ast import Expression
from yanlian.engine.feel.names import KEYWORDS, KnownNames, nearest
from yanlian.engine.feel.parse_types import TYPE_NAMES, parse_type
from yanlian.engine.feel.stream import Stream
from yanlian.engine.feel.tokens import Text, tokens
from yanlian.engine.feel.vocabulary import BUILTIN_NAMES, PROPERTY_NAMES

MAX_DEPTH = 200
MAX_HEIGHT = 300
_OPERATORS = {
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "between", "in"), 3),
    "or": 1,
    "and": 2,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "**": 6,
}
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ENDS_RANGE = frozenset(
    [")", ",", "]", "}", "and", "or", "then", "else", "return", "satisfies", "=", "!=", "..", ":"]
) | {""}
_NEVER_NAMES = KEYWORDS - {"of", "instance", "external", "not", "function", "every", "some"}


def parse(
    text: str,
    *,
    names: Iterable[str] = (),
    units: bool = False,
    where: str = "",
    types: Iterable[str] = (),
    max_depth: int = MAX_DEPTH,
) -> Expression:
    """The tree of an expression. `names` are the known names, needed where a name is more than one word."""
    parser = _Parser(text, names, types, where, units=units, max_depth=max_depth)
    tree = parser.expression(0)
    parser.end()
    parser.check_height(tree)
    return tree


def parse_unary_tests(
    text: str,
    *,
    names: Iterable[str] = (),
    units: bool = False,
    where: str = "",
    types: Iterable[str] = (),
    max_depth: int = MAX_DEPTH,
) -> ast.UnaryTests:
    """The tree of unary tests: `-`, a comma list of tests, or `not(…)`."""
    parser = _Parser(text, names, types, where, units=units, max_depth=max_depth)
    tree = parser.unary_tests()
    parser.end()
    parser.check_height(tree)
    return tree


class _Parser(Stream):
    """One pass over one text."""

    def __init__(
        self, text: str, names: Iterable[str], types: Iterable[str], where: str, *, units: bool, max_depth: int
    ) -> None:
        source = Text(text, where)
        given = tuple(names)
        super().__init__(source, tokens(source, units=units))
        self.given = given
        self.names = KnownNames((*BUILTIN_NAMES, *given))
        self.members = KnownNames((*PROPERTY_NAMES, *given))
        self.types = KnownNames((*TYPE_NAMES, *types))
        self.max_depth = max_depth
        self.depth = 0
        self.filters = 0
        self.closing = 0

    def check_height(self, tree: ast.Node) -> None:
        """Refuse a tree too high to be walked safely (a chain of a thousand operators)."""
        limit = min(MAX_HEIGHT, self.max_depth + 100)
        for node, depth in ast.walk(tree):
            if depth > limit:
                raise self.source.refuse("feel_too_deep", node.place.start, self.max_depth, "")

    # Operators

    def expression(self, power: int) -> Expression:
        """An expression whose operators bind more strongly than `power`."""
        self.depth += 1
        if self.depth > self.max_depth:
            raise self.source.refuse("feel_too_deep", self.token.start, self.max_depth, self.token.text)
        start = self.token.start
        left = self.prefix()
        while True:
            op = self.token.text if self.token.kind in {"sign", "word"} else ""
            binding = _OPERATORS.get(op, 0)
            if binding <= power:
                break
            self.advance()
            left = self.operator(op, left, binding, start)
        self.depth -= 1
        return left

    def operator(self, op: str, left: Expression, binding: int, start: int) -> Expression:
        """The right side of an operator that was just read."""
        if op == "between":
            low = self.expression(3)
            self.expect("and")
            high = self.expression(3)
            return ast.Between(left, low, high, place=self.place(start))
        if op == "in":
            return ast.In(left, self.tests_after_in(), place=self.place(start))
        right = self.expression(binding)
        place = self.place(start)
        if op in _COMPARISONS:
            return ast.Compare(op, left, right, place=place)
        if op in {"and", "or"}:
            return ast.Logic(op, left, right, place=place)
        return ast.Arithmetic(op, left, right, place=place)

    def prefix(self) -> Expression:
        """A primary with a possible minus in front."""
        start = self.token.start
        signs = 0
        while self.token.text == "-" and self.token.kind == "sign":
            self.advance()
            signs += 1
            if signs + self.depth > self.max_depth:
                raise self.source.refuse("feel_too_deep", self.token.start, self.max_depth, "-")
        node = self.postfix(self.primary())
        for i in range(signs):
            node = ast.Negate(node, place=self.place(start + signs - 1 - i))
        return node

    def postfix(self, node: Expression) -> Expression:
        """Everything that follows a primary closely: paths, filters, calls, `instance of`."""
        start = node.place.start
        while True:
            text = self.token.text if self.token.kind in {"sign", "word"} else ""
            if text == ".":
                self.advance()
                name = self.member_name()
                node = ast.Path(node, name, place=self.place(start))
            elif text == "[" and not self.closes_range():
                node = self.filter_of(node, start)
            elif text == "(":
                node = self.call_of(node, start)
            elif text == "instance" and self.after(1).text == "of":
                self.advance(2)
                node = ast.InstanceOf(node, parse_type(self, self.types), place=self.place(start))
            else:
                return node

    def closes_range(self) -> bool:
        """Whether the `[` here closes a range (`]1..3[`) instead of opening a filter."""
        return bool(self.closing) and self.after(1).kind != "string" and self.after(1).text in _ENDS_RANGE

    def filter_of(self, node: Expression, start: int) -> Expression:
        """`node[condition]`; inside, the entries of the members are names too."""
        self.advance()
        closing, self.closing = self.closing, 0
        self.filters += 1
        condition = self.expression(0)
        self.filters -= 1
        self.closing = closing
        self.expect("]")
        return ast.Filter(node, condition, place=self.place(start))

    def call_of(self, node: Expression, start: int) -> Expression:
        """`node(arguments)`, all positional or all named."""
        self.advance()
        closing, self.closing = self.closing, 0
        positional: list[Expression] = []
        named: list[ast.Entry] = []
        while self.token.text != ")" or self.token.kind != "sign":
            if positional or named:
                self.expect(",")
            at = self.token.start
            key = None if positional else self.key_before_colon()
            if key is not None:
                named.append(ast.Entry(key, self.expression(0), place=self.place(at)))
            elif named:
                raise self.unexpected("name:")
            else:
                positional.append(self.expression(0))
        self.expect(")")
        self.closing = closing
        return ast.Call(node, tuple(positional), tuple(named), place=self.place(start))

    # Primaries

    def primary(self) -> Expression:
        """A literal, a name, or a construct with its own keyword or bracket."""
        token = self.token
        start = token.start
        if token.kind == "number":
            self.advance()
            return ast.Number(token.number, token.text, place=self.place(start))
        if token.kind == "string":
            self.advance()
            return ast.String(token.content, place=self.place(start))
        if token.kind == "at":
            self.advance()
            return ast.At(token.content, place=self.place(start))
        if token.kind == "word":
            return self.word()
        if token.text == "(":
            return self.parenthesis()
        if token.text in {"[", "]"}:
            return self.bracket()
        if token.text == "{":
            return self.context()
        raise self.unexpected("expression")

    def word(self) -> Expression:
        """What begins with a word: a known name of several words first, then keywords, then any single word."""
        start = self.token.start
        known = self.known_name()
        if known is not None and (known[1] > 1 or self.token.text not in KEYWORDS):
            self.advance(known[1])
            return ast.Name(known[0], place=self.place(start))
        text = self.token.text
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
        if self.token.kind == "sign" and self.token.text in _COMPARISONS - {"!="}:
            node: Expression = self.one_sided(start)
            self.closing = closing
            return node
        inner = self.expression(0)
        if self.token.text == ".." and self.token.kind == "sign":
            node = self.range_from(inner, start, low_closed=False)
        else:
            self.expect(")")
            node = inner
        self.closing = closing
        return node

    def one_sided(self, start: int) -> ast.RangeLiteral:
        """The rest of `(< a)` after the parenthesis."""
        op = self.token.text
        self.advance()
        end = self.expression(0)
        self.expect(")")
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
        if self.token.kind != "sign" or self.token.text not in {"]", "[", ")"}:
            raise self.unexpected("] ) [")
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
        while closed and not (self.token.kind == "sign" and self.token.text == "]"):
            if items:
                self.expect(",")
            items.append(self.expression(0))
            if len(items) == 1 and self.token.text == ".." and self.token.kind == "sign":
                node = self.range_from(items[0], start, low_closed=True)
                break
        if not closed:
            node = self.range_from(self.expression(0), start, low_closed=False)
        if node is None:
            self.expect("]")
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
            while self.token.text != "}" or self.token.kind != "sign":
                if entries:
                    self.expect(",")
                at = self.token.start
                key = self.entry_key()
                entries.append(ast.Entry(key, self.expression(0), place=self.place(at)))
                scopes.enter_context(self.names.opened((key,)))
                self.members.add(key)
            self.advance()
        self.closing = closing
        return ast.ContextLiteral(tuple(entries), place=self.place(start))

    def entry_key(self) -> str:
        """The key of a context entry: a string, or words up to the colon."""
        if self.token.kind == "string":
            key = self.token.content
            self.advance()
            self.expect(":")
            return key
        found = self.key_before_colon()
        if found is None:
            raise self.unexpected("key:")
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
            if self.token.text == ".." and self.token.kind == "sign":
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
        self.advance(2)
        parameters: list[ast.Parameter] = []
        while self.token.text != ")":
            if parameters:
                self.expect(",")
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

    # Unary tests

    def tests_after_in(self) -> tuple[ast.Test, ...]:
        """`in test` or `in (test, test)`."""
        if self.token.text != "(" or self.token.kind != "sign":
            return (self.test(3),)
        start = self.token.start
        self.advance()
        closing, self.closing = self.closing, 0
        tests = [self.test(0)]
        first = tests[0]
        if not first.op and self.token.text == ".." and self.token.kind == "sign":
            between = self.range_from(first.value, start, low_closed=False)
            self.closing = closing
            return (ast.Test("", between, place=between.place),)
        while self.token.text == ",":
            self.advance()
            tests.append(self.test(0))
        self.expect(")")
        self.closing = closing
        return tuple(tests)

    def test(self, power: int) -> ast.Test:
        """One unary test."""
        start = self.token.start
        op = self.token.text if self.token.kind == "sign" and self.token.text in _COMPARISONS else ""
        if op:
            self.advance()
        value = self.expression(3 if op else power)
        return ast.Test(op, value, place=self.place(start))

    def unary_tests(self) -> ast.UnaryTests:
        """A whole cell of a decision table."""
        if self.token.text == "-" and self.after(1).kind == "end":
            self.advance()
            return ast.UnaryTests((), place=self.place(0))
        negated = self.token.text == "not" and self.after(1).text == "(" and self.closes_at_end()
        if negated:
            self.advance(2)
        tests = [self.test(0)]
        while self.token.text == ",":
            self.advance()
            tests.append(self.test(0))
        if negated:
            self.expect(")")
        return ast.UnaryTests(tuple(tests), negated=negated, place=self.place(0))

    def end(self) -> None:
        """Nothing may follow; a second word after a name is most likely a name that is not known."""
        if self.token.kind == "end":
            return
        hint = ""
        if self.token.kind == "word" and self.at:
            hint = nearest(f"{self.all[self.at - 1].text} {self.token.text}", self.given)
        raise self.unexpected("operator", hint)
