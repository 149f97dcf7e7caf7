"""The built-in functions of FEEL, one file per subject; `FUNCTIONS` has them all by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from yanlian.engine.feel.builtins import contexts, convert, lists, numeric, ranges, statistics, text, times
from yanlian.engine.feel.values import Function

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        function.name: function
        for room in (convert, text, lists, statistics, numeric, times, contexts, ranges)
        for function in room.FUNCTIONS
    }
)
