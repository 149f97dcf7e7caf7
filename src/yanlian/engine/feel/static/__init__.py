"""Static types: what type every part of a FEEL text has, and what in it can never give a value.

`infer` and `infer_tests` walk a tree once; `conforms` is the standard's order of types. The typing is gradual: what is
not declared is `Any`, and nothing is held against `Any`. The promises:

- a value is an instance of the type inferred for its node, or null;
- a fault is reported only where, for every value of the operands' types that is not null, the operation gives null (a
  condition or a test: is never true, but for `!=` where its other side comes out as null).

Declared context types are read as closed: a path to an entry that the type does not name is a fault.
"""

from yanlian.engine.feel.static.calls import builtin_conforms, is_builtin
from yanlian.engine.feel.static.faults import TypeFault
from yanlian.engine.feel.static.inference import function_type, infer, infer_tests
from yanlian.engine.feel.static.lattice import conforms, fits, join, overlaps, resolved
from yanlian.engine.feel.static.typed import Typed

__all__ = [
    "TypeFault",
    "Typed",
    "builtin_conforms",
    "conforms",
    "fits",
    "function_type",
    "infer",
    "infer_tests",
    "is_builtin",
    "join",
    "overlaps",
    "resolved",
]
