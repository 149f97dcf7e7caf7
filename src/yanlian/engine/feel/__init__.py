"""FEEL, the expression language of the OMG DMN standard, as a library: text → tree → closures → value.

Start reading at `compiled` (compile once, evaluate often) and `values` (what FEEL computes with, and what *unknown*
means). The way of a text: `tokens` → `parser` (with `names`: the longest known name wins) → `ast` → `compiler` →
closures that take a `frame`; `printer` goes back from tree to text; `decision_table` stands on top. Imports only
`yanlian.base`; no clock, no files, no network.

    compile_expression("年报.研发费用 / 年报.营业收入 >= 3%", units=True).evaluate({"年报": row})
"""

from yanlian.engine.feel.ast import Expression, UnaryTests
from yanlian.engine.feel.compiled import Compiled, CompiledTests, compile_expression, compile_unary_tests
from yanlian.engine.feel.normal import from_feel, to_feel, type_name
from yanlian.engine.feel.parser import parse, parse_unary_tests
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.feel.refusal import FeelError
from yanlian.engine.feel.temporal import DateTime, DaysTime, Time, YearsMonths
from yanlian.engine.feel.values import FeelWarning, Function, IncompleteList, Missing, Range, Unknown, is_known

__all__ = [
    "Compiled",
    "CompiledTests",
    "DateTime",
    "DaysTime",
    "Expression",
    "FeelError",
    "FeelWarning",
    "Function",
    "IncompleteList",
    "Missing",
    "Range",
    "Time",
    "UnaryTests",
    "Unknown",
    "YearsMonths",
    "compile_expression",
    "compile_unary_tests",
    "from_feel",
    "is_known",
    "parse",
    "parse_unary_tests",
    "print_expression",
    "to_feel",
    "type_name",
]
