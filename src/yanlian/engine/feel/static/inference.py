"""The entry: a type for every expression of a tree, in one walk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.calls import of_call, of_function
from yanlian.engine.feel.static.contexts import of_at, of_context, of_name, of_path
from yanlian.engine.feel.static.lattice import ANY, BOOLEAN, Types, fits
from yanlian.engine.feel.static.loops import of_filter, of_for, of_list, of_quantified, of_range
from yanlian.engine.feel.static.operations import (
    of_arithmetic,
    of_between,
    of_compare,
    of_if,
    of_in,
    of_logic,
    of_negate,
    of_tests,
)
from yanlian.engine.feel.static.scope import Scope
from yanlian.engine.feel.static.typed import Typed
from yanlian.engine.feel.static.walk import Signatures, Steps, Walk, drive

_NO_TYPES: Types = {}
_NO_FUNCTIONS: Signatures = {}


def infer(
    tree: ast.Expression,
    names: Mapping[str, ast.Type],
    *,
    types: Types = _NO_TYPES,
    expected: ast.Type | None = None,
    strict: bool = False,
    functions: Signatures = _NO_FUNCTIONS,
) -> Typed:
    """The types of an expression whose free names have the given types.

    `types`: named types. `expected`: what the whole must be able to give. `strict`: a name that is in neither is a
    fault; without it, it is `Any`. `functions`: signatures of functions beside the built-in ones.
    """
    walk = Walk(types, strict, functions)
    kind = drive(walk, _whole(tree, Scope(None, names)), _steps)
    if expected is not None and not fits(kind, expected, types):
        walk.fault(tree.place, "feel_type_result", expected=expected, found=kind)
    return Typed(tree, kind, tuple(walk.faults), walk.kinds)


def infer_tests(
    tree: ast.UnaryTests,
    subject: ast.Type,
    names: Mapping[str, ast.Type],
    *,
    types: Types = _NO_TYPES,
    strict: bool = False,
    functions: Signatures = _NO_FUNCTIONS,
) -> Typed:
    """The types of unary tests on an input of type `subject`; a test that no input of the type can pass is a fault."""
    walk = Walk(types, strict, functions)
    drive(walk, of_tests(walk, tree.tests, subject, Scope(None, names)), _steps)
    return Typed(tree, BOOLEAN, tuple(walk.faults), walk.kinds)


def function_type(node: ast.FunctionDefinition, types: Types = _NO_TYPES) -> ast.FunctionType:
    """The type of a function by its definition alone: what it reads from around it is `Any`."""
    kind = infer(node, {}, types=types).type
    if isinstance(kind, ast.FunctionType):
        return kind
    return ast.FunctionType(tuple(ANY if p.type is None else p.type for p in node.parameters), ANY)


def _whole(tree: ast.Expression, scope: Scope) -> Steps:
    return (yield tree, scope)


def _of_instance(walk: Walk, node: ast.InstanceOf, scope: Scope) -> Steps:
    yield node.value, scope
    walk.check_type(node.type)
    return BOOLEAN


_HANDLERS: dict[type, Callable[..., Steps]] = {
    ast.Arithmetic: of_arithmetic,
    ast.Between: of_between,
    ast.Call: of_call,
    ast.Compare: of_compare,
    ast.ContextLiteral: of_context,
    ast.Filter: of_filter,
    ast.For: of_for,
    ast.FunctionDefinition: of_function,
    ast.If: of_if,
    ast.In: of_in,
    ast.InstanceOf: _of_instance,
    ast.ListLiteral: of_list,
    ast.Logic: of_logic,
    ast.Negate: of_negate,
    ast.Path: of_path,
    ast.Quantified: of_quantified,
    ast.RangeLiteral: of_range,
}


def _steps(walk: Walk, node: ast.Expression, scope: Scope) -> Steps | ast.Type:
    """How a node gets its type: at once, or by steps."""
    if isinstance(node, ast.Name):
        return of_name(walk, node, scope)
    if isinstance(node, ast.At):
        return of_at(walk, node)
    handler = _HANDLERS.get(type(node))
    # A node of another room (a boxed expression of DMN) is typed there.
    return ANY if handler is None else handler(walk, node, scope)
