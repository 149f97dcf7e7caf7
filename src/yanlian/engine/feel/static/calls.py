"""The types of calls: of built-in functions by their signatures, of others by their function type."""

from __future__ import annotations

from collections.abc import Sequence

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.builtin_types import SIGNATURES
from yanlian.engine.feel.static.contexts import no_entry
from yanlian.engine.feel.static.lattice import (
    ANY,
    FUNCTION,
    Types,
    conforms,
    fits,
    function_of,
    is_open,
    joined,
    resolved,
)
from yanlian.engine.feel.static.scope import Scope, is_local
from yanlian.engine.feel.static.signatures import Argument, Signature
from yanlian.engine.feel.static.walk import Steps, Walk


def of_call(walk: Walk, node: ast.Call, scope: Scope) -> Steps:
    """`f(…)`: a name that is no function by its type means the built-in function of that name."""
    name = node.function.name if isinstance(node.function, ast.Name) else ""
    builtin = SIGNATURES.get(name) or walk.functions.get(name, ())
    callee: ast.Type | None = None
    if not builtin or is_local(scope, name):
        callee = resolved((yield node.function, scope), walk.types)
    arguments: list[Argument] = []
    for value in node.positional or tuple(entry.value for entry in node.named):
        arguments.append(Argument((yield value, scope), value))  # noqa: PERF401
    if isinstance(callee, ast.FunctionType):
        result = _of_function(walk, node, name or "function(…)", callee, arguments)
        # A function that is null leaves its name to the built-in one.
        return ANY if builtin else result
    if callee is not None and (is_open(callee) or callee == FUNCTION):
        return ANY
    if not builtin:
        walk.fault(node.function.place, "feel_type_call", found=callee)
        return ANY
    return _of_builtin(walk, node, name, builtin, arguments)


def _of_function(
    walk: Walk, node: ast.Call, name: str, callee: ast.FunctionType, arguments: Sequence[Argument]
) -> ast.Type:
    if len(arguments) != len(callee.parameters):
        _wrong_number(walk, node, name, str(len(callee.parameters)), len(arguments))
        return ANY
    if node.named:
        # A function type does not name its parameters.
        return callee.result
    for at, (argument, asked) in enumerate(zip(arguments, callee.parameters, strict=True)):
        if not fits(argument.type, asked, walk.types):
            _wrong_type(walk, argument, name, at, (asked,))
    return callee.result


def _of_builtin(
    walk: Walk, node: ast.Call, name: str, signatures: Sequence[Signature], arguments: list[Argument]
) -> ast.Type:
    names = [entry.key for entry in node.named]
    callable_ = [
        (signature, placed)
        for signature in signatures
        if (placed := signature.named(names) if names else signature.placed(len(arguments))) is not None
    ]
    if not callable_:
        _wrong_shape(walk, node, name, signatures, len(arguments))
        return ANY
    taken = [
        (signature, placed)
        for signature, placed in callable_
        if signature.refused(placed, arguments, walk.types) is None
    ]
    if not taken:
        _refused(walk, node, name, callable_, arguments)
        return ANY
    sure = [pair for pair in taken if _surely(*pair, arguments, walk.types)]
    results = [signature.result_for(placed, arguments, walk.types) for signature, placed in sure[:1] or taken]
    found = [result for result in results if result is not None]
    if not found:
        _never(walk, node, name, arguments)
        return ANY
    return joined(found, walk.types)


def _surely(signature: Signature, placed: Sequence[int], arguments: Sequence[Argument], types: Types) -> bool:
    """Whether whatever the arguments are, this is the signature that is called."""
    return all(
        any(conforms(argument.type, asked, types) for asked in signature.parameters[index].types)
        for index, argument in zip(placed, arguments, strict=True)
    )


def _refused(
    walk: Walk,
    node: ast.Call,
    name: str,
    signatures: Sequence[tuple[Signature, list[int]]],
    arguments: Sequence[Argument],
) -> None:
    """The argument that the signature which comes farthest cannot take."""
    farthest = max(signatures, key=lambda pair: pair[0].refused(pair[1], arguments, walk.types) or 0)
    at = farthest[0].refused(farthest[1], arguments, walk.types) or 0
    expected = tuple(
        asked
        for signature, placed in signatures
        if (signature.refused(placed, arguments, walk.types) or 0) == at
        for asked in signature.parameters[placed[at]].types
    )
    _wrong_type(walk, arguments[at], name, node.named[at].key if node.named else at, expected)


def _wrong_type(walk: Walk, argument: Argument, name: str, at: int | str, expected: tuple[ast.Type, ...]) -> None:
    place = ast.NOWHERE if argument.node is None else argument.node.place
    position = at + 1 if isinstance(at, int) else at
    walk.fault(
        place, "feel_type_argument", function=name, position=position, expected=expected, found=argument.type
    )  # fmt: skip


def _wrong_shape(walk: Walk, node: ast.Call, name: str, signatures: Sequence[Signature], count: int) -> None:
    if node.named:
        written = tuple(", ".join(p.name for p in signature.parameters) for signature in signatures)
        found = ", ".join(entry.key for entry in node.named)
        walk.fault(node.place, "feel_type_names", function=name, expected=written, found=found)
        return
    sizes = sorted({_size(signature) for signature in signatures})
    _wrong_number(walk, node, name, tuple(sizes), count)


def _size(signature: Signature) -> str:
    least, most = signature.counts()
    if most is None:
        return f"{least}+"
    return str(least) if least == most else f"{least}–{most}"


def _wrong_number(walk: Walk, node: ast.Call, name: str, expected: str | tuple[str, ...], count: int) -> None:
    walk.fault(node.place, "feel_type_arguments", function=name, expected=expected, found=count)


def _never(walk: Walk, node: ast.Call, name: str, arguments: Sequence[Argument]) -> None:
    """Arguments that are taken one by one but never together."""
    key = arguments[-1].node
    if name == "get value" and isinstance(key, ast.String):
        no_entry(walk, node.place, arguments[0].type, key.value)
        return
    walk.fault(node.place, "feel_type_compare", operator=name, expected=arguments[0].type, found=arguments[-1].type)


def of_function(walk: Walk, node: ast.FunctionDefinition, scope: Scope) -> Steps:
    """`function(a, b: type) body`."""
    parameters = {p.name: ANY if p.type is None else p.type for p in node.parameters}
    for parameter in node.parameters:
        if parameter.type is not None:
            walk.check_type(parameter.type)
    result = yield node.body, Scope(scope, parameters)
    return function_of(parameters.values(), ANY if node.external else result)


def is_builtin(name: str, parameters: Sequence[str]) -> bool:
    """Whether a function of this name and these parameters is the built-in one."""
    return any(
        tuple(p.name for p in signature.parameters) == tuple(parameters) for signature in SIGNATURES.get(name, ())
    )


def builtin_conforms(name: str, kind: ast.FunctionType, types: Types) -> bool:
    """Whether a built-in function is of a function type by one of its signatures."""
    arguments = [Argument(parameter) for parameter in kind.parameters]
    for signature in SIGNATURES[name]:
        placed = signature.placed(len(arguments))
        if placed is None or not _surely(signature, placed, arguments, types):
            continue
        result = signature.result_for(placed, arguments, types)
        if result is not None and conforms(result, kind.result, types, loose=True):
            return True
    return False
