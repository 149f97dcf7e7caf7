"""Functions that make one value of many: min, max, sum, mean, product, median, stddev, mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, DecimalException
from functools import reduce

from yanlian.engine.feel.builtins.arguments import gathered, numbers_in, refused
from yanlian.engine.feel.compare import less
from yanlian.engine.feel.normal import clean
from yanlian.engine.feel.numbers import CONTEXT, ONE, WIDE, ZERO
from yanlian.engine.feel.values import Fault, Function, fault


def _numbers(name: str, arguments: tuple[object, ...]) -> Sequence[Decimal | int] | Fault:
    if (found := numbers_in(arguments)) is not None:
        return found
    members = gathered(arguments)
    numbers = [member for member in members if isinstance(member, Decimal)]
    return refused(name, *arguments) if len(numbers) < len(members) else numbers


def _guarded(name: str, compute: Callable[[], Decimal]) -> object:
    try:
        return CONTEXT.plus(compute())
    except DecimalException:
        return fault("feel_number_range", operator=name)


def _extreme(name: str, arguments: tuple[object, ...], *, smallest: bool) -> object:
    numbers = numbers_in(arguments)
    if numbers is not None:
        return clean(min(numbers) if smallest else max(numbers))
    members = gathered(arguments)
    if not members:
        return fault("feel_empty", function=name)
    decimals = [member for member in members if isinstance(member, Decimal)]
    if len(decimals) == len(members):
        return min(decimals) if smallest else max(decimals)
    best = members[0]
    for member in members:
        found = less(member, best) if smallest else less(best, member)
        if found is None:
            return refused(name, best, member)
        if found is True:
            best = member
    return best


def minimum(*arguments: object) -> object:
    """`min(list)`, `min(a, b, …)`: of numbers, texts, dates, durations."""
    return _extreme("min", arguments, smallest=True)


def maximum(*arguments: object) -> object:
    """`max(list)`, `max(a, b, …)`."""
    return _extreme("max", arguments, smallest=False)


def total(*arguments: object) -> object:
    """`sum(list)`: of numbers; of nothing null, as the standard says."""
    numbers = numbers_in(arguments)
    found = _numbers("sum", arguments) if numbers is None else numbers
    if isinstance(found, Fault):
        return found
    return _guarded("sum", lambda: _sum(found, CONTEXT.add)) if found else fault("feel_empty", function="sum")


def mean(*arguments: object) -> object:
    """`mean(list)`."""
    numbers = _numbers("mean", arguments)
    if isinstance(numbers, Fault):
        return numbers
    if not numbers:
        return fault("feel_empty", function="mean")
    return _guarded("mean", lambda: CONTEXT.divide(_sum(numbers, CONTEXT.add), Decimal(len(numbers))))


def _sum(numbers: Sequence[Decimal | int], plus: Callable[[Decimal, Decimal | int], Decimal]) -> Decimal:
    return reduce(plus, numbers, ZERO)


def product(*arguments: object) -> object:
    """`product(list)`."""
    numbers = _numbers("product", arguments)
    if isinstance(numbers, Fault):
        return numbers
    if not numbers:
        return fault("feel_empty", function="product")
    return _guarded("product", lambda: reduce(CONTEXT.multiply, numbers, ONE))


def median(*arguments: object) -> object:
    """`median(list)`: the middle one, or the mean of the two in the middle."""
    numbers = _numbers("median", arguments)
    if isinstance(numbers, Fault):
        return numbers
    if not numbers:
        return fault("feel_empty", function="median")
    ordered = sorted(numbers)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return clean(ordered[half])
    return _guarded("median", lambda: CONTEXT.divide(CONTEXT.add(ordered[half - 1], ordered[half]), Decimal(2)))


def stddev(*arguments: object) -> object:
    """`stddev(list)`: the standard deviation of a sample; needs two numbers."""
    numbers = _numbers("stddev", arguments)
    if isinstance(numbers, Fault):
        return numbers
    if len(numbers) < 2:
        return fault("feel_empty", function="stddev")

    def compute() -> Decimal:
        middle = WIDE.divide(_sum(numbers, WIDE.add), Decimal(len(numbers)))
        squares = [WIDE.power(WIDE.subtract(number, middle), 2) for number in numbers]
        return WIDE.sqrt(WIDE.divide(_sum(squares, WIDE.add), Decimal(len(numbers) - 1)))

    return _guarded("stddev", compute)


def mode(*arguments: object) -> object:
    """`mode(list)`: the most frequent numbers, ascending; of nothing an empty list."""
    if arguments == (None,):
        return refused("mode", None)
    numbers = _numbers("mode", arguments)
    if isinstance(numbers, Fault):
        return numbers
    counts: dict[Decimal, int] = {}
    for number in map(Decimal, numbers):
        counts[number] = counts.get(number, 0) + 1
    top = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == top)


FUNCTIONS = (
    Function("min", ("list",), minimum, variadic=True, numbered="c"),
    Function("max", ("list",), maximum, variadic=True, numbered="c"),
    Function("sum", ("list",), total, variadic=True, numbered="n"),
    Function("mean", ("list",), mean, variadic=True, numbered="n"),
    Function("product", ("list",), product, variadic=True, numbered="n"),
    Function("median", ("list",), median, variadic=True, numbered="n"),
    Function("stddev", ("list",), stddev, variadic=True, numbered="n"),
    Function("mode", ("list",), mode, variadic=True, numbered="n"),
)
