"""Functions of lists. Positions count from 1, negative ones from the end."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from functools import cmp_to_key

from yanlian.engine.feel.builtins.arguments import as_list, gathered, refused, single
from yanlian.engine.feel.compare import conjunction, disjunction, equal, key_of, less
from yanlian.engine.feel.meter import charge_walk
from yanlian.engine.feel.normal import clean
from yanlian.engine.feel.numbers import MAX_LIST, truncated
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.values import Fault, Function, IncompleteList, Unknown, fault, is_known, union

# Among numbers and texts, Python's equality is FEEL's; a truth value equals a number in Python.
_COMPARED = frozenset({Decimal, str})
_ALIKE = frozenset({Decimal, str, int})


def _is_open(members: list[object]) -> bool:
    return isinstance(members, IncompleteList) and members.is_open


def list_contains(members: object, element: object) -> object:
    """`list contains(list, element)`: certain members may decide that it does."""
    if type(members) is Unknown:
        return members.plain()
    found = as_list(members)
    if found is None:
        return refused("list contains", members)
    if type(element) in _COMPARED and _ALIKE.issuperset(map(type, found)) and not _is_open(found):
        return element in found
    results: list[object] = []
    for member in found:
        result = equal(clean(member), element)
        if result is True:
            return True
        if result is not False and result is not None:
            results.append(result)
    if isinstance(found, IncompleteList) and found.is_open:
        results.append(union(found))
    return disjunction(results)


def count(members: object) -> object:
    """`count(list)`: of an incomplete list an unknown with a lower bound."""
    if type(members) is Unknown:
        return members.plain()
    if isinstance(members, IncompleteList) and members.is_open:
        # No upper bound: one maybe member may stand for any number of records.
        return Unknown(members.unknown().missing, Decimal(len(members)))
    found = as_list(members)
    return refused("count", members) if found is None else Decimal(len(found))


def all_true(*arguments: object) -> object:
    """`all(list)`: and over all members."""
    return _joined("all", conjunction, arguments)


def any_true(*arguments: object) -> object:
    """`any(list)`: or over all members."""
    return _joined("any", disjunction, arguments)


def _joined(name: str, join: Callable[[Iterable[object]], object], arguments: tuple[object, ...]) -> object:
    if len(arguments) == 1 and type(arguments[0]) is Unknown:
        return arguments[0].plain()
    if arguments == (None,):
        return refused(name, None)
    members = gathered(arguments)
    lists = [value for value in arguments if isinstance(value, IncompleteList) and value.is_open]
    # Only truth values, null among them, are in the domain of these functions (DMN 1.5, table 75).
    if any(not isinstance(member, (bool, Unknown)) and member is not None for member in members):
        return refused(name, *arguments)
    return join([*members, *(union(value) for value in lists)])


def sublist(members: object, start: object, length: object = None) -> object:
    """`sublist(list, start position, length)`."""
    start, length = single(start), single(length)
    found, first, size = as_list(members), truncated(start), truncated(length)
    if found is None or first is None or (length is not None and size is None):
        return refused("sublist", members, start, length)
    if first == 0 or abs(first) > len(found) or (size is not None and size < 0):
        return fault("feel_index", index=start, count=len(found))
    begin = first - 1 if first > 0 else len(found) + first
    if size is not None and begin + size > len(found):
        return fault("feel_index", index=length, count=len(found))
    return found[begin:] if size is None else found[begin : begin + size]


def append(members: object, *items: object) -> object:
    """`append(list, item…)`."""
    if type(members) is Unknown:
        return members.plain()
    found = as_list(members)
    return refused("append", members, *items) if found is None else _like(found, [*found, *items])


def concatenate(*lists: object) -> object:
    """`concatenate(list…)`."""
    if any(type(value) is Unknown for value in lists):
        return union(*lists)
    if any(value is None for value in lists):
        return refused("concatenate", *lists)
    parts = [as_list(value) or [] for value in lists]
    if sum(len(part) for part in parts) > MAX_LIST:
        raise FeelError("feel_limit", expected=MAX_LIST, found="concatenate")
    joined: list[object] = [member for part in parts for member in part]
    open_parts = [part for part in parts if isinstance(part, IncompleteList) and part.is_open]
    if not open_parts:
        return joined
    maybe = [member for part in open_parts for member in part.maybe]
    missing = frozenset().union(*(part.missing for part in open_parts))
    return IncompleteList(joined, maybe, missing, bounded=all(part.bounded for part in open_parts))


def _like(source: list[object], members: list[object]) -> list[object]:
    if len(members) > MAX_LIST:
        raise FeelError("feel_limit", expected=MAX_LIST, found="list")
    if isinstance(source, IncompleteList) and source.is_open:
        return IncompleteList(members, source.maybe, source.missing, bounded=source.bounded)
    return members


def insert_before(members: object, position: object, item: object) -> object:
    """`insert before(list, position, newItem)`."""
    found, at = _positioned("insert before", members, position)
    return found if isinstance(found, Fault) else [*found[:at], item, *found[at:]]


def remove(members: object, position: object) -> object:
    """`remove(list, position)`."""
    found, at = _positioned("remove", members, position)
    return found if isinstance(found, Fault) else [*found[:at], *found[at + 1 :]]


def list_replace(members: object, position: object, item: object) -> object:
    """`list replace(list, position, newItem)`, or `(list, match, newItem)` with `match(item, newItem)`."""
    return (_replaced_where if isinstance(position, Function) else _replaced_at)(members, position, item)


def _replaced_at(members: object, position: object, item: object) -> object:
    found, at = _positioned("list replace", members, position)
    return found if isinstance(found, Fault) else [*found[:at], item, *found[at + 1 :]]


def _replaced_where(members: object, match: object, item: object) -> object:
    found = as_list(members)
    if found is None or not isinstance(match, Function) or len(match.parameters) != 2:
        return refused("list replace", members, match)
    decided = [match.call(member, item) for member in found]
    if any(type(result) is Unknown for result in decided):
        return union(*decided)
    if any(not isinstance(result, bool) for result in decided):
        return fault("feel_argument", function="list replace", found="match")
    return [item if hit is True else member for member, hit in zip(found, decided, strict=True)]


def _replace_by_name(names: tuple[str, ...]) -> Callable[..., object]:
    return _replaced_where if "match" in names else _replaced_at


def _positioned(name: str, members: object, position: object) -> tuple[list[object] | Fault, int]:
    position = single(position)
    found, at = as_list(members), truncated(position)
    if found is None or at is None:
        return refused(name, members, position), 0
    if at == 0 or abs(at) > len(found):
        return fault("feel_index", index=position, count=len(found)), 0
    return found, at - 1 if at > 0 else len(found) + at


def reverse(members: object) -> object:
    """`reverse(list)`."""
    found = as_list(members)
    return refused("reverse", members) if found is None else found[::-1]


def index_of(members: object, match: object) -> object:
    """`index of(list, match)`: all positions."""
    found = as_list(members)
    if found is None:
        return refused("index of", members)
    return [Decimal(i) for i, member in enumerate(found, 1) if equal(clean(member), match) is True]


def union_of(*lists: object) -> object:
    """`union(list…)`: all members without repetition."""
    joined = concatenate(*lists)
    return distinct_values(joined) if isinstance(joined, list) else joined


def distinct_values(members: object) -> object:
    """`distinct values(list)`: the first of each."""
    found = as_list(members)
    if found is None:
        return refused("distinct values", members)
    if _COMPARED.issuperset(map(type, found)):
        return list(dict.fromkeys(found))
    first: dict[Hashable, object] = {}
    for member in found:
        first.setdefault(key_of(clean(member)), member)
    return list(first.values())


def flatten(members: object) -> object:
    """`flatten(list)`: lists in lists taken apart."""
    if members is None:
        return refused("flatten", members)
    flat: list[object] = []
    stack = [members]
    while stack:
        top = clean(stack.pop())
        if isinstance(top, list):
            charge_walk(len(top))
            stack.extend(reversed(top))
        else:
            flat.append(top)
        if len(flat) > MAX_LIST:
            raise FeelError("feel_limit", expected=MAX_LIST, found="flatten")
    return flat


def sort(members: object, precedes: object = None) -> object:
    """`sort(list, precedes)`: stable; without `precedes` by the natural order."""
    found = as_list(members)
    if found is None or not (precedes is None or isinstance(precedes, Function)):
        return refused("sort", members, precedes)
    if isinstance(precedes, Function) and len(precedes.parameters) != 2:
        return refused("sort", members, precedes)
    before = less if precedes is None else precedes.call
    odd: list[object] = []

    def order(a: object, b: object) -> int:
        first = before(a, b)
        if first is True:
            return -1
        second = before(b, a)
        if type(first) is not bool or type(second) is not bool:
            odd.extend(result for result in (first, second) if not isinstance(result, bool))
        return 1 if second is True else 0

    ordered = sorted((clean(member) for member in found), key=cmp_to_key(order))
    if odd:
        return union(*odd) if not is_known(odd) else fault("feel_argument", function="sort", found="precedes")
    return ordered


FUNCTIONS = (
    Function("list contains", ("list", "element"), list_contains, accepts_unknown=True),
    Function("count", ("list",), count, accepts_unknown=True),
    Function("all", ("list",), all_true, variadic=True, accepts_unknown=True, numbered="b"),
    Function("any", ("list",), any_true, variadic=True, accepts_unknown=True, numbered="b"),
    Function("sublist", ("list", "start position", "length"), sublist, optional=1),
    Function("append", ("list", "item"), append, variadic=True, accepts_unknown=True, numbered="item"),
    Function("concatenate", ("list",), concatenate, variadic=True, accepts_unknown=True, numbered="list"),
    Function("insert before", ("list", "position", "newItem"), insert_before),
    Function("remove", ("list", "position"), remove),
    Function(
        "list replace",
        ("list", "position", "newItem"),
        list_replace,
        others=(("list", "match", "newItem"),),
        by_name=_replace_by_name,
    ),
    Function("reverse", ("list",), reverse),
    Function("index of", ("list", "match"), index_of),
    Function("union", ("list",), union_of, variadic=True, numbered="list"),
    Function("distinct values", ("list",), distinct_values),
    Function("flatten", ("list",), flatten),
    Function("sort", ("list", "precedes"), sort, optional=1),
)
