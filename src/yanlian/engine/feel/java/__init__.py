"""External functions of the Java kind (DMN 10.3.2.13.3) from a fixed table; no Java and no code is ever loaded.

`call` makes the FEEL function; `signature` reads the method signature; `convert` takes values over and back; `table`
holds the methods, which stand by class in `math_methods`, `integer_methods`, `float_methods`, `character_methods` and
`string_methods`; `machine` has Java's numbers and texts.
"""

from yanlian.engine.feel.java.call import external_function

__all__ = ["external_function"]
