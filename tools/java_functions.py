"""Write docs/reference/java-functions.md: python tools/java_functions.py."""

from __future__ import annotations

from pathlib import Path

from yanlian.engine.feel.java.table import LEFT_OUT, REASONS, TABLE

HEAD = """# External functions of the Java kind

DMN lets a function be defined outside FEEL, by a Java class and a method signature:

```
function(a: number, b: number) external { java: { class: "java.lang.Math", method signature: "max(double, double)" } }
```

In a model the same stands as a boxed function of kind `Java` with the entries `class` and `method signature`. Nothing is
ever loaded and no Java is needed: the methods below are in a fixed table, computed as Java 17 computes them, and everything
else gives `null` with the reason. Made by `tools/java_functions.py` from the table.

**Types in the signature.** `byte short int long float double char boolean`, `java.lang.String`, `java.lang.CharSequence`,
`java.lang.Object`, `java.lang.Iterable`, `java.math.BigDecimal`; the short names `String`, `Object` … are understood too.
Variable arguments are written `java.lang.Object[]`, `java.lang.Object...` or `[Ljava.lang.Object;`. The function must have
as many parameters as the signature has types.

**Values.** A number goes to every number type: for a whole type the fraction is cut off and nothing
beyond its range is taken, `float` and
`double` take the nearest value and nothing that would be infinite. `char` takes a text of one UTF-16 unit, `char[]` a text
or a list of such texts. Null goes to `String` and `Object`, never to a primitive. Variable arguments take a list; any other
value is the only argument. To `Object` a number is a `java.math.BigDecimal`.

**Results.** Doubles and floats become the shortest decimal that names them (`Double.toString` since Java 19); `NaN`, infinity
and half a surrogate pair are no FEEL values and give `null`, and so does every exception. Whole numbers wrap around as in
Java; the `…Exact` methods throw.

**`String.format`** writes English. Numbers come as `BigDecimal`, so `%s %f %e %g %h %b` write them and `%d %x %o %c %a` refuse
them as Java does (`%.0f` writes a whole number); dates and times go through `%s` as FEEL writes them, not through `%t`.

**Last places.** `sin cos tan asin acos atan atan2 sinh cosh tanh exp expm1 log log10 log1p pow hypot` are those of the C
library of the machine, `cbrt` is the nearest double; they may differ from Java's in the last place. Everything else is the
same to the bit.

"""


def row(signature: str, result: str) -> str:
    """A method as Java's documentation writes it."""
    return f"- `{_short(signature).replace(',', ', ')}` → `{_short(result)}`"


def _short(name: str) -> str:
    return name.replace("java.lang.", "").replace("java.math.", "").replace("java.util.", "")


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for owner, methods in TABLE.items():
        if owner == "java.lang.StrictMath":
            parts.append(f"## {owner}\n\nThe same methods as `java.lang.Math`.\n\n")
            continue
        rows = sorted(row(method.signature, method.result) for method in methods.values())
        parts.append(f"## {owner}\n\n" + "\n".join(rows) + "\n\n")
    parts.append("## Left out\n\n| method | why |\n| --- | --- |\n")
    for owner, left in LEFT_OUT.items():
        parts += [
            f"| `{_short(owner)}.{_short(one).replace(',', ', ')}` | {REASONS[why]} |\n" for one, why in left.items()
        ]
    return "".join(parts)


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[1] / "docs" / "reference" / "java-functions.md"
    target.write_text(page(), encoding="utf-8")
