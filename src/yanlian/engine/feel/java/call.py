"""An external function of the Java kind as a FEEL function."""

from __future__ import annotations

from functools import lru_cache

from yanlian.engine.feel.java.convert import UnfitError, from_java, to_java, unfit
from yanlian.engine.feel.java.machine import ThrownError
from yanlian.engine.feel.java.signature import read_signature
from yanlian.engine.feel.java.table import TABLE, Method, invoke
from yanlian.engine.feel.meter import charge
from yanlian.engine.feel.values import Fault, Function, fault

_LONGEST = 2_500


def external_function(class_name: object, signature: object, parameters: tuple[str, ...]) -> Function | Fault:
    """The function that a FEEL definition with `class` and `method signature` stands for.

    `parameters` are the names of the formal parameters of the definition; their declared types are its own affair. The
    call takes FEEL values and gives a FEEL value or a `Fault`. Faults here: `java_signature` (not the text of one),
    `java_class`, `java_method` (not in the table), `java_parameters` (not as many as the signature has).
    """
    if not isinstance(class_name, str) or not isinstance(signature, str):
        return fault("java_signature", found="")
    if len(class_name) > _LONGEST or len(signature) > _LONGEST:
        return fault("java_signature", found=signature[:200])
    return _found(class_name, signature, parameters)


@lru_cache(maxsize=1_000)
def _found(class_name: str, signature: str, parameters: tuple[str, ...]) -> Function | Fault:
    read = read_signature(signature)
    if isinstance(read, Fault):
        return read
    name, kinds = read
    if class_name not in TABLE:
        return fault("java_class", found=class_name[:200])
    method = TABLE[class_name].get(f"{name}({','.join(kinds)})")
    if method is None:
        return fault(
            "java_method", name=class_name, found=f"{name}({', '.join(kinds)})", hint=_others(class_name, name)
        )
    if len(parameters) != len(kinds):
        return fault("java_parameters", expected=len(kinds), found=len(parameters))
    return Function("", parameters, Caller(method, parameters))


def _others(class_name: str, name: str) -> str:
    """The overloads that there are, for a reader who took a wrong one."""
    found = [one for one, method in TABLE[class_name].items() if method.name == name]
    return "; ".join(one.replace(",", ", ") for one in found) or "-"


class Caller:
    """Calls one method with FEEL values."""

    __slots__ = ("_method", "_parameters")

    def __init__(self, method: Method, parameters: tuple[str, ...]) -> None:
        self._method = method
        self._parameters = parameters

    def __call__(self, *values: object) -> object:
        """The result as a FEEL value, or a fault: `java_argument`, `java_exception`, `java_result`."""
        arguments: list[object] = []
        for name, kind, value in zip(self._parameters, self._method.parameters, values, strict=True):
            try:
                arguments.append(to_java(kind, value))
            except UnfitError:
                return unfit(name, kind, value)
        try:
            found = invoke(self._method, arguments)
        except ThrownError as thrown:
            called = f"{self._method.owner}.{self._method.name}"
            return fault("java_exception", name=called, found=thrown.kind)
        result = from_java(self._method.result, found)
        if isinstance(result, (str, list)):
            charge(len(result) >> 3)
        return result
