"""Functions of contexts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yanlian.engine.feel.builtins.arguments import as_list, refused, single
from yanlian.engine.feel.normal import clean
from yanlian.engine.feel.values import Function, IncompleteList, Unknown, fault, is_known, union


def get_value(context: object, key: object) -> object:
    """`get value(m, key)`: the value, or null; with a list of keys along the path of them."""
    if type(context) is Unknown or not is_known(key):
        return union(context, key)
    if isinstance(key, list) and len(key) != 1:
        return _value_along(context, key)
    context, key = single(context), single(key)
    if not isinstance(context, Mapping) or not isinstance(key, str):
        return refused("get value", context, key)
    return clean(context[key]) if key in context else fault("feel_entry_missing", name=key)


def _value_along(context: object, keys: list[object]) -> object:
    found: object = context
    for step in keys:
        found = get_value(found, step)
    return found if keys else fault("feel_argument", function="get value", found="[]")


def _value_by_name(names: tuple[str, ...]) -> Callable[..., object]:
    return get_value if "keys" in names else _value_of


def _value_of(context: object, key: object) -> object:
    """Called as `get value(m: …, key: …)`: the key must be one."""
    return refused("get value", context, key) if isinstance(key, list) and len(key) != 1 else get_value(context, key)


def get_entries(context: object) -> object:
    """`get entries(m)`: a list of {key, value}."""
    if type(context) is Unknown:
        return context.plain()
    context = single(context)
    if not isinstance(context, Mapping):
        return refused("get entries", context)
    return [{"key": key, "value": clean(value)} for key, value in context.items()]


def context_of(entries: object) -> object:
    """`context(entries)`: from a list of {key, value}."""
    if type(entries) is Unknown or (isinstance(entries, IncompleteList) and entries.is_open):
        return union(entries)
    made: dict[str, object] = {}
    for entry in as_list(entries) or ():
        if type(entry) is Unknown:
            return union(entries)
        entry = clean(entry)
        if not isinstance(entry, Mapping) or "key" not in entry or "value" not in entry:
            return refused("context", entries)
        key = entry["key"]
        if type(key) is Unknown:
            return union(entries)
        if not isinstance(key, str) or key in made:
            return fault("feel_entry_twice", name=key)
        made[key] = clean(entry["value"])
    return refused("context", entries) if entries is None else made


def context_put(context: object, key: object, value: object) -> object:
    """`context put(context, key, value)`, or with a list of keys along the path of them."""
    if type(context) is Unknown or not is_known(key):
        return union(context, key, value)
    if isinstance(key, list):
        return _put_along(context, key, value)
    context = single(context)
    if not isinstance(context, Mapping) or not isinstance(key, str):
        return refused("context put", context, key)
    return {**context, key: value}


def _put_along(context: object, keys: list[object], value: object) -> object:
    if not keys:
        return fault("feel_argument", function="context put", found="[]")
    if len(keys) == 1:
        return context_put(context, keys[0], value)
    inner = context.get(keys[0]) if isinstance(context, Mapping) and isinstance(keys[0], str) else None
    below = context_put({} if inner is None else clean(inner), keys[1:], value)
    return context_put(context, keys[0], below) if isinstance(below, Mapping) else below


def _put_by_name(names: tuple[str, ...]) -> Callable[..., object]:
    return context_put if "keys" in names else _put_at


def _put_at(context: object, key: object, value: object) -> object:
    """Called as `context put(context: …, key: …, value: …)`: the key must be one."""
    if isinstance(key, list) and len(key) != 1:
        return refused("context put", context, key)
    return context_put(context, key, value)


def context_merge(contexts: object) -> object:
    """`context merge(contexts)`: later entries win."""
    if type(contexts) is Unknown or (isinstance(contexts, IncompleteList) and contexts.is_open):
        return union(contexts)
    members = as_list(contexts)
    if members is None:
        return refused("context merge", contexts)
    made: dict[str, object] = {}
    for member in members:
        if type(member) is Unknown:
            return union(contexts)
        if not isinstance(member, Mapping):
            return refused("context merge", contexts)
        made.update(member)
    return made


FUNCTIONS = (
    Function(
        "get value", ("m", "key"), get_value, accepts_unknown=True, others=(("m", "keys"),), by_name=_value_by_name
    ),
    Function("get entries", ("m",), get_entries, accepts_unknown=True),
    Function("context", ("entries",), context_of, accepts_unknown=True),
    Function(
        "context put",
        ("context", "key", "value"),
        context_put,
        accepts_unknown=True,
        others=(("context", "keys", "value"),),
        by_name=_put_by_name,
    ),
    Function("context merge", ("contexts",), context_merge, accepts_unknown=True),
)
