"""What built-in functions say about arguments they cannot use."""

from __future__ import annotations

from decimal import Decimal

from yanlian.engine.feel.normal import ATOMS, clean, type_name
from yanlian.engine.feel.values import Fault, fault

_NUMBERS = frozenset({Decimal, int})


def rejected(function: str, *arguments: object) -> Fault:
    """The fault that a function cannot take arguments of these kinds."""
    return fault("feel_argument_type", name=function, found=", ".join(type_name(a) for a in arguments))


def refused(function: str, *arguments: object) -> Fault:
    """The same of a function of lists: none of its lists of one is to be taken for its member."""
    return fault("feel_list_argument", name=function, found=", ".join(type_name(a) for a in arguments))


def single(value: object) -> object:
    """The one member of a list of one, which stands for it where no list is wanted; else the value itself."""
    return clean(value[0]) if type(value) is list and len(value) == 1 else value


def gathered(arguments: tuple[object, ...]) -> list[object]:
    """The members a function works on: those of its one list, or the arguments themselves."""
    if len(arguments) == 1 and isinstance(arguments[0], list):
        members: list[object] = arguments[0]
        return members if ATOMS.issuperset(map(type, members)) else [clean(member) for member in members]
    return list(arguments)


def numbers_in(arguments: tuple[object, ...]) -> list[Decimal | int] | None:
    """The members of one list of nothing but numbers, as they are; nothing for anything else. Python adds, compares
    and sorts integers among decimals exactly, so that they need not be made decimals first."""
    if len(arguments) == 1 and isinstance(arguments[0], list) and arguments[0]:
        return arguments[0] if _NUMBERS.issuperset(map(type, arguments[0])) else None
    return None


def as_list(value: object) -> list[object] | None:
    """A list argument; a single value stands for the list of it; null for none."""
    if isinstance(value, list):
        return value
    return None if value is None else [value]
