"""FEEL text into its tree: recursive descent, with binding powers for the operators.

`or` < `and` < comparison, `between`, `in` < `+ -` < `* /` < `**` < unary minus < `instance of`, path, filter, call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

from yanlian.engine.feel import ast
from yanlian.engine.feel.ast import Expression
from yanlian.engine.feel.names import KnownNames, Starts, starts_of
from yanlian.engine.feel.parse_types import TYPE_NAMES, parse_type
from yanlian.engine.feel.primaries import COMPARISONS, Primaries
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.tokens import Text, tokens
from yanlian.engine.feel.vocabulary import BUILTIN_NAMES, PROPERTY_NAMES

# A level takes up to five calls of Python to read, compile or print, and Python allows a thousand.
MAX_DEPTH = 160
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
_COMPARED = 3
# What may follow a primary closely. Texts of words tell signs and keywords from the rest: see `Token`.
_FOLLOWS = frozenset({".", "[", "(", "instance"})
# What may follow the `[` that closes a range `]1..3[`; no expression begins with any of them.
_ENDS_RANGE = frozenset(
    [
        ")",
        ",",
        "]",
        "}",
        "and",
        "or",
        "then",
        "else",
        "return",
        "satisfies",
        "in",
        "between",
        "instance",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "*",
        "/",
        "**",
        ".",
        "..",
        ":",
    ]
)


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
    return parser.whole(parser.one_expression)


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
    return parser.whole(parser.unary_tests)


# The texts of a model know the same names: not even those that FEEL brings are gone through for every text.
@lru_cache(maxsize=256)
def _starts(given: tuple[str, ...]) -> tuple[Starts, Starts]:
    return starts_of(BUILTIN_NAMES + given), starts_of(PROPERTY_NAMES + given)


@lru_cache(maxsize=256)
def _starts_of_types(given: tuple[str, ...]) -> Starts:
    return starts_of(TYPE_NAMES + given)


_Tree = TypeVar("_Tree", Expression, ast.UnaryTests)


class _Parser(Primaries):
    """One pass over one text."""

    def __init__(
        self, text: str, names: Iterable[str], types: Iterable[str], where: str, *, units: bool, max_depth: int
    ) -> None:
        source = Text(text, where)
        given = tuple(names)
        words, properties = _starts(given)
        super().__init__(
            source,
            tokens(source, units=units),
            KnownNames(words),
            KnownNames(properties),
            KnownNames(_starts_of_types(tuple(types))),
        )
        self.given = given
        self.max_depth = max_depth
        self.depth = 0

    def whole(self, read: Callable[[], _Tree]) -> _Tree:
        """What the whole text is, if it is one thing and not too deep."""
        try:
            tree = read()
            self.end()
        except RecursionError:
            raise self.source.refuse("feel_too_deep", self.token.start, self.max_depth, self.token.text) from None
        self.check_height(tree)
        return tree

    def one_expression(self) -> Expression:
        """An expression with all its operators."""
        return self.expression(0)

    def check_height(self, tree: ast.Node) -> None:
        """Refuse a tree too high to be walked safely (a chain of a thousand operators)."""
        limit = min(MAX_HEIGHT, self.max_depth + 100)
        if 2 * len(self.all) < limit:
            return  # No word makes more than two nodes one above the other.
        for node, depth in ast.walk(tree):
            if depth > limit:
                raise self.source.refuse("feel_too_deep", node.place.start, self.max_depth, "")

    # Operators

    def expression(self, power: int) -> Expression:
        """An expression whose operators bind more strongly than `power`."""
        self.depth += 1
        if self.depth > self.max_depth:
            raise self.source.refuse("feel_too_deep", self.token.start, self.max_depth, self.token.text)
        # Most expressions are a name or a literal alone: no call is made for what does not follow.
        token = self.token
        start = token.start
        left = self.signed() if token.text == "-" else self.primary()
        if self.token.text in _FOLLOWS:
            left = self.postfix(left, start)
        if _OPERATORS.get(self.token.text, 0) > power:
            left = self.climb(left, power, start)
        self.depth -= 1
        return left

    def climb(self, left: Expression, power: int, start: int) -> Expression:
        """Take operators that bind more strongly than `power`, from the left on."""
        while True:
            op = self.token.text
            binding = _OPERATORS.get(op, 0)
            if binding <= power:
                return left
            self.advance()
            left = self.operator(op, left, binding, start)

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
        if binding == _COMPARED:
            return ast.Compare(op, left, right, place=place)
        if binding < _COMPARED:
            return ast.Logic(op, left, right, place=place)
        return ast.Arithmetic(op, left, right, place=place)

    def signed(self) -> Expression:
        """A primary, and what follows it closely, with minus signs in front."""
        start = self.token.start
        signs = 0
        while self.token.text == "-":
            self.advance()
            signs += 1
            if signs + self.depth > self.max_depth:
                raise self.source.refuse("feel_too_deep", self.token.start, self.max_depth, "-")
        first = self.token.start
        node = self.postfix(self.primary(), first)
        for i in range(signs):
            node = ast.Negate(node, place=self.place(start + signs - 1 - i))
        return node

    def postfix(self, node: Expression, start: int) -> Expression:
        """Everything that follows a primary closely: paths, filters, calls, `instance of`."""
        while True:
            text = self.token.text
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
        after = self.after(1)
        return bool(self.closing) and (after.kind == "end" or (after.kind != "string" and after.text in _ENDS_RANGE))

    def filter_of(self, node: Expression, start: int) -> Expression:
        """`node[condition]`; inside, the entries of the members are names too."""
        opened = self.token.start
        self.advance()
        closing, self.closing = self.closing, 0
        self.filters += 1
        condition = self.expression(0)
        self.filters -= 1
        self.closing = closing
        self.expect("]", opened)
        return ast.Filter(node, condition, place=self.place(start))

    def call_of(self, node: Expression, start: int) -> Expression:
        """`node(arguments)`, all positional or all named."""
        opened = self.token.start
        self.advance()
        closing, self.closing = self.closing, 0
        positional: list[Expression] = []
        named: list[ast.Entry] = []
        while self.token.text != ")":
            if positional or named:
                self.expect(",", opened, ")")
            at = self.token.start
            key = None if positional else self.key_before_colon()
            if key is not None:
                named.append(ast.Entry(key, self.expression(0), place=self.place(at)))
            elif named:
                raise self.unexpected("name:")
            else:
                positional.append(self.expression(0))
        self.advance()
        self.closing = closing
        return ast.Call(node, tuple(positional), tuple(named), place=self.place(start))

    # Unary tests

    def tests_after_in(self) -> tuple[ast.Test, ...]:
        """`in test` or `in (test, test)`."""
        if self.token.text != "(":
            return (self.test(3),)
        start = self.token.start
        self.advance()
        closing, self.closing = self.closing, 0
        tests = [self.test(0)]
        first = tests[0]
        if not first.op and self.token.text == "..":
            between = self.range_from(first.value, start, low_closed=False)
            self.closing = closing
            return (self.continued(between, start),)
        while self.token.text == ",":
            self.advance()
            tests.append(self.test(0))
        self.expect(")", start, ",")
        self.closing = closing
        if len(tests) == 1 and not first.op:
            return (self.continued(first.value, start),)
        return tuple(tests)

    def continued(self, value: Expression, start: int) -> ast.Test:
        """The test whose first part was in parentheses: `in (a)`, `in (a)[1]`, `in (a) + 1`."""
        whole = self.climb(self.postfix(value, start), 3, start)
        return ast.Test("", whole, place=self.place(start))

    def test(self, power: int) -> ast.Test:
        """One unary test."""
        start = self.token.start
        op = self.token.text if self.token.text in COMPARISONS else ""
        if op:
            self.advance()
        value = self.expression(3 if op else power)
        return ast.Test(op, value, place=self.place(start))

    def unary_tests(self) -> ast.UnaryTests:
        """A whole cell of a decision table."""
        if self.token.text == "-" and self.after(1).kind == "end":
            self.advance()
            return ast.UnaryTests((), place=self.place(0))
        if self.token.text != "not" or self.after(1).text != "(":
            return ast.UnaryTests(self.listed_tests(), place=self.place(0))
        # `not(a, b)` negates the tests; `not(a) and b` is an expression that begins with the function.
        problem: FeelError | None = None
        try:
            opened = self.after(1).start
            self.advance(2)
            tests = self.listed_tests()
            self.expect(")", opened, ",")
            self.end()
            return ast.UnaryTests(tests, negated=True, place=self.place(0))
        except FeelError as error:
            problem = error
        self.at, self.depth, self.filters, self.closing = 0, 0, 0, 0
        self.token = self.all[0]
        try:
            tests = self.listed_tests()
            self.end()
        except FeelError as error:
            raise max(problem, error, key=lambda e: (e.data.get("line"), e.data.get("column"))) from None
        return ast.UnaryTests(tests, place=self.place(0))

    def listed_tests(self) -> tuple[ast.Test, ...]:
        """Tests separated by commas."""
        tests = [self.test(0)]
        while self.token.text == ",":
            self.advance()
            tests.append(self.test(0))
        return tuple(tests)

    def end(self) -> None:
        """Nothing may follow; a second word after a name is most likely a name that is not known."""
        if self.token.kind == "end":
            return
        raise self.unexpected("operator", known=self.given)
