"""Boxed expressions as one FEEL text each: what a pack's definitions, which are texts, can hold."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from yanlian.engine.feel import ast, parse, parse_unary_tests, print_expression
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.dmn.export_formula import rebuilt
from yanlian.engine.policy.dmn.import_tables import Strange

_FIRST = frozenset({"U", "A", "F"})
_SUMS = {"C": "", "R": "", "C+": "sum", "C<": "min", "C>": "max", "C#": "count"}
_RESULT = "result"


def box_text(box: dmn.BoxedExpression | None, names: tuple[str, ...]) -> str:
    """The FEEL text of a boxed expression. `names`: those it may use. Raises `Strange` for what has none, FeelError
    for text that cannot be read."""
    return print_expression(box_tree(box, names), plain=True, names=names)


def box_tree(box: dmn.BoxedExpression | None, names: tuple[str, ...]) -> ast.Expression:
    """The tree of a boxed expression."""
    match box:
        case None:
            return ast.Null()
        case dmn.LiteralExpression():
            return parse(box.text, names=names) if box.text.strip() else ast.Null()
        case dmn.BoxedContext():
            return _context(box, names)
        case dmn.BoxedInvocation():
            entries = tuple(ast.Entry(one.name, box_tree(one.expression, names)) for one in box.bindings)
            return ast.Call(box_tree(box.function, names), (), entries)
        case dmn.BoxedFunction():
            if box.kind != "FEEL":
                raise Strange(f"{box.kind} function")
            known = (*names, *(one.name for one in box.parameters))
            parameters = tuple(ast.Parameter(one.name) for one in box.parameters)
            return ast.FunctionDefinition(parameters, box_tree(box.body, known))
        case dmn.BoxedList():
            return ast.ListLiteral(tuple(box_tree(one, names) for one in box.items))
        case dmn.Relation():
            return ast.ListLiteral(tuple(_row(box, row, names) for row in box.rows))
        case dmn.BoxedConditional():
            parts = (box_tree(one, names) for one in (box.condition, box.then, box.otherwise))
            return ast.If(*parts)
        case dmn.BoxedFilter():
            return ast.Filter(box_tree(box.source, names), box_tree(box.match, names))
        case dmn.BoxedIterator():
            return _iterator(box, names)
        case dmn.DecisionTable():
            return _table(box, names)
        case dmn.Unreadable():
            raise box.refusal


def _context(box: dmn.BoxedContext, names: tuple[str, ...]) -> ast.Expression:
    """A context; one with a result is asked for it."""
    known, entries = names, []
    for entry in box.entries:
        key = entry.name or _RESULT
        entries.append(ast.Entry(key, box_tree(entry.expression, known)))
        known = (*known, key)
    whole = ast.ContextLiteral(tuple(entries))
    ends = bool(box.entries) and not box.entries[-1].name
    return ast.Path(whole, _RESULT) if ends else whole


def _row(box: dmn.Relation, row: tuple[dmn.BoxedExpression, ...], names: tuple[str, ...]) -> ast.Expression:
    pairs = zip(box.columns, row, strict=False)
    return ast.ContextLiteral(tuple(ast.Entry(column.name, box_tree(cell, names)) for column, cell in pairs))


def _iterator(box: dmn.BoxedIterator, names: tuple[str, ...]) -> ast.Expression:
    body = box_tree(box.body, (*names, box.variable))
    iterations = (ast.Iteration(box.variable, box_tree(box.source, names)),)
    return ast.For(iterations, body) if box.kind == "for" else ast.Quantified(box.kind, iterations, body)


def _table(table: dmn.DecisionTable, names: tuple[str, ...]) -> ast.Expression:
    """A table inside something else: alternatives in their order, or a list of what fires."""
    inputs = [box_tree(one.expression, names) for one in table.inputs]
    rules = [
        (_fires(inputs, [one.text for one in rule.tests], names), _outputs(table, rule, names)) for rule in table.rules
    ]
    if table.hit_policy in _FIRST:
        found = _default(table, names)
        for fires, output in reversed(rules):
            found = ast.If(fires, output, found)
        return found
    if table.hit_policy == "P":
        found = _default(table, names)
        for fires, output in reversed(_by_rank(table, rules, names)):
            found = ast.If(fires, output, found)
        return found
    if table.hit_policy not in _SUMS or len(table.outputs) != 1:
        raise Strange(f"hit policy {table.hit_policy}")
    fired = ast.Filter(
        ast.ListLiteral(tuple(ast.If(fires, output, ast.Null()) for fires, output in rules)),
        ast.Compare("!=", ast.Name("item"), ast.Null()),
    )
    name = _SUMS[table.hit_policy]
    return ast.Call(ast.Name(name), (fired,)) if name else fired


_Rules: TypeAlias = list[tuple[ast.Expression, ast.Expression]]


def _by_rank(table: dmn.DecisionTable, rules: _Rules, names: tuple[str, ...]) -> _Rules:
    """The rules with the best outputs first: what the policy P picks is then the first that fires."""
    orders: list[list[ast.Expression]] = []
    for output in table.outputs:
        tests = parse_unary_tests(output.values.text if output.values else "-", names=names).tests
        orders.append([test.value for test in tests if not test.op])
    ranks: list[tuple[int, ...]] = []
    for rule in table.rules:
        values = [box_tree(one, names) for one in rule.outputs]
        if any(value not in order for value, order in zip(values, orders, strict=True)):
            raise Strange("hit policy P: outputs without rank")
        ranks.append(tuple(order.index(value) for value, order in zip(values, orders, strict=True)))
    return [rules[number] for number in sorted(range(len(rules)), key=ranks.__getitem__)]


def called_table(box: dmn.BoxedExpression | None, model: dmn.Model, names: tuple[str, ...]) -> dmn.DecisionTable | None:
    """The table behind an invocation of a function that is a table, asked with the invocation's arguments."""
    if not isinstance(box, dmn.BoxedInvocation) or not isinstance(box.function, dmn.LiteralExpression):
        return None
    sought = box.function.text.strip()
    called = next((one.function for one in model.knowledge if one.name == sought), None)
    if called is None or not isinstance(called.body, dmn.DecisionTable):
        return None
    known = (*names, *(one.name for one in called.parameters))
    given = {one.name: box_tree(one.expression, names) for one in box.bindings}
    given = {one.name: given.get(one.name, ast.Null()) for one in called.parameters}

    def put(node: ast.Expression) -> ast.Expression:
        if isinstance(node, ast.Name) and node.name in given:
            return given[node.name]
        return rebuilt(node, put)

    def said(literal: dmn.LiteralExpression) -> dmn.LiteralExpression:
        return replace(literal, text=print_expression(put(parse(literal.text, names=known)), names=names))

    def tested(literal: dmn.LiteralExpression) -> dmn.LiteralExpression:
        tree = rebuilt(parse_unary_tests(literal.text, names=known), put)
        return replace(literal, text=print_expression(tree, names=names))

    rules = tuple(
        replace(rule, tests=tuple(map(tested, rule.tests)), outputs=tuple(map(said, rule.outputs)))
        for rule in called.body.rules
    )
    inputs = tuple(replace(one, expression=said(one.expression)) for one in called.body.inputs)
    return replace(called.body, inputs=inputs, rules=rules)


def _fires(inputs: list[ast.Expression], cells: list[str], names: tuple[str, ...]) -> ast.Expression:
    found: ast.Expression | None = None
    for value, text in zip(inputs, cells, strict=True):
        tests = parse_unary_tests(text, names=(*names, "?"))
        if not tests.tests:
            continue
        one: ast.Expression = ast.In(value, tests.tests)
        if tests.negated:
            one = ast.Call(ast.Name("not"), (one,))
        found = one if found is None else ast.Logic("and", found, one)
    return ast.Boolean(value=True) if found is None else found


def _outputs(table: dmn.DecisionTable, rule: dmn.RuleRow, names: tuple[str, ...]) -> ast.Expression:
    values = [box_tree(one, names) for one in rule.outputs]
    if len(values) == 1:
        return values[0]
    pairs = zip(table.outputs, values, strict=True)
    return ast.ContextLiteral(tuple(ast.Entry(output.name, value) for output, value in pairs))


def _default(table: dmn.DecisionTable, names: tuple[str, ...]) -> ast.Expression:
    defaults = [box_tree(one.default, names) for one in table.outputs]
    if len(defaults) == 1:
        return defaults[0]
    if all(isinstance(one, ast.Null) for one in defaults):
        return ast.Null()
    pairs = zip(table.outputs, defaults, strict=True)
    return ast.ContextLiteral(tuple(ast.Entry(output.name, value) for output, value in pairs))
