"""The signatures of all built-in functions: what they take and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from yanlian.engine.feel import ast
from yanlian.engine.feel.static import results as r
from yanlian.engine.feel.static.lattice import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    DAYS,
    FUNCTION,
    LIST,
    MONTHS,
    NUMBER,
    RANGE,
    STRING,
    TIME,
    list_of,
)
from yanlian.engine.feel.static.signatures import Parameter, Result, Signature

_NUMBERS, _TEXTS, _TRUTHS = list_of(NUMBER), list_of(STRING), list_of(BOOLEAN)
_DAY = (DATE, DATE_TIME)
_ORDERED = (_NUMBERS, list_of(MONTHS), list_of(DAYS), _TEXTS, list_of(DATE), list_of(DATE_TIME), list_of(TIME))


def _one(name: str, *types: ast.Type) -> Parameter:
    return Parameter(name, types)


def _maybe(name: str, *types: ast.Type) -> Parameter:
    return Parameter(name, types, optional=True)


def _many(name: str, *types: ast.Type, numbered: str) -> Parameter:
    return Parameter(name, types, many=True, numbered=numbered)


def _gathered(*types: ast.Type, numbered: str, filled: bool = False) -> Parameter:
    return Parameter("list", types, many=True, gathered=True, filled=filled, numbered=numbered)


def _gives(result: Result, *parameters: Parameter) -> Signature:
    return Signature(parameters, result)


_TEXT = _one("string", STRING)
_MATCH = _one("match", STRING)
_FLAGS = _maybe("flags", STRING)
_N = _one("n", NUMBER)
_ONE_NUMBER = _one("number", NUMBER)
_LIST = _one("list", LIST)
_SCALED = _gives(NUMBER, _N, _one("scale", NUMBER))
_ROUNDED = _gives(NUMBER, _N, _maybe("scale", NUMBER))
_OF_NUMBERS = _gives(NUMBER, _gathered(_NUMBERS, numbered="n", filled=True))
_NAME_OF_DAY, _NUMBER_OF_DAY = (_gives(result, _one("date", *_DAY)) for result in (STRING, NUMBER))
_PARTS = tuple(_one(name, NUMBER) for name in ("year", "month", "day", "hour", "minute", "second"))
_POINT_RANGE = (_one("point", ANY), _one("range", RANGE))
_RANGE_POINT = (_one("range", RANGE), _one("point", ANY))
_TWO_RANGES = (_one("range1", RANGE), _one("range2", RANGE))
_TWO_POINTS = (_one("point1", ANY), _one("point2", ANY))
_ORDER, _ALIKE = r.when_ordered(BOOLEAN), r.when_alike(BOOLEAN)
_BOTH = (_gives(_ALIKE, *_TWO_RANGES),)
_INSIDE = (_gives(_ALIKE, *_POINT_RANGE), *_BOTH)
_AROUND = (_gives(_ALIKE, *_RANGE_POINT), *_BOTH)
_ANYWHERE = tuple(_gives(_ORDER, *two) for two in (_TWO_POINTS, _POINT_RANGE, _RANGE_POINT, _TWO_RANGES))

_CONVERT = {
    "string": (_gives(STRING, _one("from", ANY)),),
    "number": (
        _gives(
            NUMBER,
            _one("from", STRING),
            _maybe("grouping separator", STRING),
            _maybe("decimal separator", STRING),
        ),
    ),
    "not": (_gives(BOOLEAN, _one("negand", BOOLEAN)),),
    "is": (_gives(BOOLEAN, _one("value1", ANY), _one("value2", ANY)),),
    "is known": (_gives(BOOLEAN, _one("value", ANY)),),
    "已知": (_gives(BOOLEAN, _one("value", ANY)),),
}
_OF_TEXTS = {
    "substring": (_gives(STRING, _TEXT, _one("start position", NUMBER), _maybe("length", NUMBER)),),
    "string length": (_gives(NUMBER, _TEXT),),
    "upper case": (_gives(STRING, _TEXT),),
    "lower case": (_gives(STRING, _TEXT),),
    "substring before": (_gives(STRING, _TEXT, _MATCH),),
    "substring after": (_gives(STRING, _TEXT, _MATCH),),
    "contains": (_gives(BOOLEAN, _TEXT, _MATCH),),
    "starts with": (_gives(BOOLEAN, _TEXT, _MATCH),),
    "ends with": (_gives(BOOLEAN, _TEXT, _MATCH),),
    "matches": (_gives(BOOLEAN, _one("input", STRING), _one("pattern", STRING), _FLAGS),),
    "replace": (_gives(STRING, _one("input", STRING), _one("pattern", STRING), _one("replacement", STRING), _FLAGS),),
    "split": (_gives(_TEXTS, _TEXT, _one("delimiter", STRING)),),
    "string join": (_gives(STRING, _one("list", _TEXTS), _maybe("delimiter", STRING)),),
}
_OF_LISTS = {
    "list contains": (_gives(BOOLEAN, _LIST, _one("element", ANY)),),
    "count": (_gives(NUMBER, _LIST),),
    "all": (_gives(BOOLEAN, _gathered(_TRUTHS, numbered="b")),),
    "any": (_gives(BOOLEAN, _gathered(_TRUTHS, numbered="b")),),
    "sublist": (_gives(r.same_list, _LIST, _one("start position", NUMBER), _maybe("length", NUMBER)),),
    "append": (_gives(r.list_with_rest, _LIST, _many("item", ANY, numbered="item")),),
    "concatenate": (_gives(r.lists_together, _many("list", LIST, numbered="list")),),
    "insert before": (_gives(r.list_with(2), _LIST, _one("position", NUMBER), _one("newItem", ANY)),),
    "remove": (_gives(r.same_list, _LIST, _one("position", NUMBER)),),
    "list replace": (
        _gives(r.list_with(2), _LIST, _one("position", NUMBER), _one("newItem", ANY)),
        _gives(r.list_with(2), _LIST, _one("match", FUNCTION), _one("newItem", ANY)),
    ),
    "reverse": (_gives(r.same_list, _LIST),),
    "index of": (_gives(_NUMBERS, _LIST, _one("match", ANY)),),
    "union": (_gives(r.lists_together, _many("list", LIST, numbered="list")),),
    "distinct values": (_gives(r.same_list, _LIST),),
    "flatten": (_gives(r.flat_list, _LIST),),
    "sort": (_gives(r.same_list, _LIST, _maybe("precedes", FUNCTION)),),
    "min": (_gives(r.one_of_members, _gathered(*_ORDERED, numbered="c", filled=True)),),
    "max": (_gives(r.one_of_members, _gathered(*_ORDERED, numbered="c", filled=True)),),
    "sum": (_OF_NUMBERS,),
    "mean": (_OF_NUMBERS,),
    "product": (_OF_NUMBERS,),
    "median": (_OF_NUMBERS,),
    "stddev": (_OF_NUMBERS,),
    "mode": (_gives(_NUMBERS, _gathered(_NUMBERS, numbered="n")),),
}
_OF_NUMBER = {
    "decimal": (_SCALED,),
    "floor": (_ROUNDED,),
    "ceiling": (_ROUNDED,),
    "round up": (_SCALED,),
    "round down": (_SCALED,),
    "round half up": (_SCALED,),
    "round half down": (_SCALED,),
    "abs": (_gives(NUMBER, _N), _gives(MONTHS, _one("n", MONTHS)), _gives(DAYS, _one("n", DAYS))),
    "modulo": (_gives(NUMBER, _one("dividend", NUMBER), _one("divisor", NUMBER)),),
    "sqrt": (_gives(NUMBER, _ONE_NUMBER),),
    "log": (_gives(NUMBER, _ONE_NUMBER),),
    "exp": (_gives(NUMBER, _ONE_NUMBER),),
    "odd": (_gives(BOOLEAN, _ONE_NUMBER),),
    "even": (_gives(BOOLEAN, _ONE_NUMBER),),
}
_OF_TIMES = {
    "date": (
        _gives(DATE, _one("from", STRING, *_DAY)),
        _gives(DATE, _one("year", NUMBER), _one("month", NUMBER), _one("day", NUMBER)),
    ),
    "date and time": (
        _gives(DATE_TIME, _one("from", STRING, *_DAY)),
        _gives(DATE_TIME, _one("date", *_DAY), _one("time", TIME)),
        _gives(DATE_TIME, *_PARTS),
        _gives(DATE_TIME, *_PARTS, _one("hour offset", NUMBER, DAYS)),
        _gives(DATE_TIME, *_PARTS, _one("timezone", STRING)),
    ),
    "time": (
        _gives(TIME, _one("from", STRING, TIME, *_DAY)),
        _gives(TIME, _one("hour", NUMBER), _one("minute", NUMBER), _one("second", NUMBER), _maybe("offset", DAYS)),
    ),
    "duration": (
        _gives(r.duration_of_text, _one("from", STRING)),
        _gives(MONTHS, _one("from", MONTHS)),
        _gives(DAYS, _one("from", DAYS)),
    ),
    "years and months duration": (_gives(MONTHS, _one("from", *_DAY), _one("to", *_DAY)),),
    "day of week": (_NAME_OF_DAY,),
    "day of year": (_NUMBER_OF_DAY,),
    "month of year": (_NAME_OF_DAY,),
    "week of year": (_NUMBER_OF_DAY,),
    "now": (_gives(DATE_TIME),),
    "today": (_gives(DATE),),
}
_KEYS = list_of(STRING)
_OF_CONTEXTS = {
    "get value": (
        _gives(r.value_of_key, _one("m", CONTEXT), _one("key", STRING)),
        _gives(ANY, _one("m", CONTEXT), _one("keys", _KEYS)),
    ),
    "get entries": (_gives(r.list_of_entries, _one("m", CONTEXT)),),
    "context": (_gives(CONTEXT, _one("entries", list_of(CONTEXT))),),
    "context put": (
        _gives(r.context_with, _one("context", CONTEXT), _one("key", STRING), _one("value", ANY)),
        _gives(CONTEXT, _one("context", CONTEXT), _one("keys", _KEYS), _one("value", ANY)),
    ),
    "context merge": (_gives(r.contexts_together, _one("contexts", list_of(CONTEXT))),),
}
_OF_RANGES = {
    "before": _ANYWHERE,
    "after": _ANYWHERE,
    "meets": _BOTH,
    "met by": _BOTH,
    "overlaps": _BOTH,
    "overlaps before": _BOTH,
    "overlaps after": _BOTH,
    "finishes": _INSIDE,
    "finished by": _AROUND,
    "includes": _AROUND,
    "during": _INSIDE,
    "starts": _INSIDE,
    "started by": _AROUND,
    "coincides": (_gives(_ALIKE, *_TWO_POINTS), _gives(_ALIKE, *_TWO_RANGES)),
    "range": (_gives(RANGE, _one("from", STRING)),),
}

SIGNATURES: Mapping[str, tuple[Signature, ...]] = MappingProxyType(
    _CONVERT | _OF_TEXTS | _OF_LISTS | _OF_NUMBER | _OF_TIMES | _OF_CONTEXTS | _OF_RANGES
)
