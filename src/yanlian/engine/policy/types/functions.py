"""The signatures of what packs can call beyond FEEL."""

from __future__ import annotations

from collections.abc import Callable

from yanlian.engine.feel import ast
from yanlian.engine.feel.static.lattice import ANY, DATE, NUMBER, STRING, element
from yanlian.engine.feel.static.signatures import Given, Parameter, Signature
from yanlian.engine.feel.static.walk import Signatures
from yanlian.engine.policy.compiled import PARAMETER_ON
from yanlian.engine.policy.functions import MONTHS, RECORD, YEARS

ParameterType = Callable[[str], ast.Type | None]


def _between(names: tuple[str, ...]) -> tuple[Signature, ...]:
    return (Signature(tuple(Parameter(name, (DATE,)) for name in names), NUMBER),)


def _one_of_list(given: Given) -> ast.Type:
    return element(given[0], given.types)


_OF_RECORD = (
    Signature(
        tuple(Parameter(name, (kind,)) for name, kind in zip(RECORD.parameters, (ANY, STRING, ANY), strict=True)),
        _one_of_list,
    ),
)
_PLAIN: Signatures = {
    MONTHS.name: _between(MONTHS.parameters),
    YEARS.name: _between(YEARS.parameters),
    RECORD.name: _OF_RECORD,
}


def pack_signatures(parameter: ParameterType) -> Signatures:
    """The functions of packs. `parameter`: the type of a parameter by its name, for the one that is read on a day."""

    def on_a_day(given: Given) -> ast.Type:
        name = given.text(0)
        found = None if name is None else parameter(name)
        return ANY if found is None else found

    asked = (Parameter("名称", (STRING,)), Parameter("日期", (DATE,)))
    return {**_PLAIN, PARAMETER_ON: (Signature(asked, on_a_day),)}
