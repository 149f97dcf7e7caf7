"""Calls of Java methods and Java's own answers to them, in java_answers.tsv: how they are written, chosen and asked.

    python tests/engine/feel/java_answers.py          asks the Java on this machine and writes java_answers.tsv anew
    python tests/engine/feel/java_answers.py 300      asks 300 calls of each method and prints where we differ

The suite itself needs no Java. A row is: class, signature, arguments, answer. Numbers are decimal; other arguments are
`~` (null), `n` (number as an object), `b` (boolean), `s` (text) or `l` (list, members divided by `;`) and the value;
answers besides have `i` (whole number), `d` and `f` (bits of a double or float, hexadecimal) and `!` (an exception).
"""

from __future__ import annotations

import math
import random
import re
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

from yanlian.engine.feel.java.machine import (
    BITS,
    ThrownError,
    double_bits,
    double_from_bits,
    join_units,
    read_float,
    single_bits,
    single_from_bits,
    single_of,
    units,
)
from yanlian.engine.feel.java.table import TABLE, Method, invoke

HERE = Path(__file__).parent
ANSWERS = HERE / "java_answers.tsv"
PROGRAM = HERE.parents[2] / "tools" / "java" / "Answers.java"
# Differ in the last bit between one machine's C library and another's, and from Java's.
TRANSCENDENTAL = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "exp",
        "expm1",
        "log",
        "log10",
        "log1p",
        "cbrt",
        "atan2",
        "pow",
        "hypot",
    ]
)
_DOUBLES = [
    "0",
    "1",
    "-1",
    "0.5",
    "-0.5",
    "1.5",
    "2.5",
    "-2.5",
    "0.1",
    "3.0",
    "100",
    "1e7",
    "9999999",
    "0.001",
    "9.99e-4",
    "1e15",
    "1e16",
    "4503599627370497.5",
    "1e22",
    "1e300",
    "-1e300",
    "1.7976931348623157e308",
    "2.2250738585072014e-308",
    "4.9e-324",
    "0.49999999999999994",
    "3.141592653589793",
    "710",
    "-745",
    "45",
    "123456789.125",
    "1e-5",
    "-7.25",
    "2147483648",
    "-9.3e18",
]
_WORDS = ["", " ", "a", "Z", "0", "7", "-5", "+42", "0x1F", "-#ff", "017", "08", "2147483648", "-2147483648", "99999",
          "127", "-129", "32768", "9223372036854775807", "18446744073709551615", "abc", "zz", "１２", "true", "TRUE",
          "TrUe", "yes", " 1.5 ", "1e5", ".5", "5.", "1.5f", "2d", "NaN", "-Infinity", "0x1.8p3", "0x.1p-1074",
          "1e400", "1e-400", "3.4028236e38", "1.17549435E-38", "-0", "--1", "1_000", "x", "沿链", "😀", "a😀b",
          "LATIN SMALL LETTER A", "latin capital letter a with grave", "NULL", "HANGUL SYLLABLES AC00", "BELL",
          "CJK UNIFIED IDEOGRAPHS 4E00", "GRINNING FACE", "no such name"]  # fmt: skip
_CHARS = "aZ09 \t\n\x00\x1cßŸİıǅΣς١५Ⅷ½²〇一あ가$_-.,\u00a0\u2007\u200b\ufeff\ud83d\ude00\ue000\uffffªʰ٪€（）ａ"
_POINTS = [0x1F600, 0x10400, 0x10428, 0x1D7CE, 0x20000, 0x10FFFF, 0x110000, -1, 0xE0001, 0x378, 0x2160, 0x1C90, 65536]
_SPECS = ["%s", "%S", "%10s|", "%-10s|", "%.2s", "%b", "%B", "%-7b|", "%.1b", "%h", "%H", "%n", "%%", "%5%|", "%-5%|",
          "%d", "%x", "%o", "%c", "%C", "%a", "%5d|", "%05d|", "%,d", "%f", "%.2f", "%.0f", "%10.3f|", "%-10.1f|",
          "%010.2f|", "%+.2f", "% .2f", "%,.2f", "%(.2f", "%(,.2f", "%#.0f", "%e", "%.2E", "%012.3e|", "%(e", "%+e",
          "%g", "%.3g", "%G", "%,g", "%012.4g|", "%1$s", "%2$s", "%2$s %1$s", "%<s", "%s %<S", "%0$s", "%-s", "%0f",
          "%-05f", "%+ f", "%#s", "%#b", "%,e", "%,s", "%++f", "%.d", "%.2d", "%q", "%", "%5n", "%-n", "%.3%", "%tY",
          "%T", "%s%", "%#.3e", "%#.0e", "%(010.2f|", "%,015.2f|", "%s and %s",
          "a%sb%.1fc", "plain", "沿链%s", "%6s|"]  # fmt: skip
_OBJECTS = ["~", "n0", "n1", "n-1", "n0.00", "n1.50", "n-1234567.891", "n1E+3", "n1E-10", "n99.995", "n0.00009999",
            "n0.0001", "n999999.5", "n123456789012345678901234567890.5", "n-9223372036854775808",
            "n9223372036854775808", "n2.5", "n3.5", "n0.5", "btrue", "bfalse", "s", "sabc", r"s\u6cbf\u94fe",
            r"s\ud83d\ude00x", r"sstra\u00dfe",
            "l", "ln1;sa;~", "lsx"]  # fmt: skip


_OUTSIDE = frozenset(f"!{kind}IndexOutOfBoundsException" for kind in ("", "Array", "String"))


def escaped(text: str) -> str:
    """A text with everything but plain ASCII as escapes of UTF-16."""
    return "".join(c if 32 <= ord(c) <= 126 and c not in "\\;" else f"\\u{ord(c):04x}" for c in units(text))


def unescaped(text: str) -> str:
    """The text again; half a surrogate pair stays as it is."""
    return join_units(units(re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)))


def argument(kind: str, token: str) -> object:
    """A written argument as the Java value it stands for."""
    if kind in BITS:
        return int(token)
    if kind == "double":
        return float(token)
    if kind == "float":
        return single_of(Decimal(token))
    if kind == "boolean":
        return token == "true"
    if kind == "char":
        return unescaped(token)
    if kind == "char[]":
        return None if token == "~" else units(unescaped(token[1:]))
    return written_object(token)


def written_object(token: str) -> object:
    """A written object: null, number, boolean, text or list."""
    head, rest = token[:1], token[1:]
    if head == "~":
        return None
    if head == "n":
        return Decimal(rest)
    if head == "b":
        return rest == "true"
    return unescaped(rest) if head == "s" else [written_object(one) for one in rest.split(";") if rest]


def answer(method: Method, arguments: list[str]) -> str:
    """What our table gives, as Java's answers are written."""
    values = [argument(kind, token) for kind, token in zip(method.parameters, arguments, strict=True)]
    try:
        found = invoke(method, values)
    except ThrownError as thrown:
        return f"!{thrown.kind}"
    if found is None:
        return "~"
    if isinstance(found, bool):
        return f"b{str(found).lower()}"
    if isinstance(found, float):
        found = math.nan if math.isnan(found) else found
        single = method.result in {"float", "java.lang.Float"}
        bits = single_bits(found) & 0xFFFFFFFF if single else double_bits(found) & 0xFFFFFFFFFFFFFFFF
        return f"{'f' if single else 'd'}{bits:x}"
    if isinstance(found, (int, Decimal)):
        return f"{'n' if isinstance(found, Decimal) else 'i'}{found}"
    return f"s{escaped(join_units(found) if isinstance(found, list) else str(found))}"


def same(method: Method, ours: str, java: str) -> bool:
    """Whether an answer of ours is Java's: to the bit, but for functions that no two libraries round alike."""
    if ours == java or (ours[0] == java[0] == "!" and method.name == "format"):
        return True
    if ours[0] == java[0] == "!":
        # Java has three exceptions for a place outside, and looks at places and at null in any order.
        return {ours, java} <= _OUTSIDE or (ours == "!NullPointerException" and java in _OUTSIDE)
    if method.result == "java.lang.String" and method.parameters in {("double",), ("float",)} and "x" not in ours:
        # Before Java 19 texts of floats are not always the shortest (JDK-4511638); ours are, and name the same number.
        single = method.parameters == ("float",)
        return len(ours) <= len(java) and read_float(ours[1:], single=single) == read_float(java[1:], single=single)
    if method.name not in TRANSCENDENTAL or ours[0] != "d" or java[0] != "d":
        return False
    a, b = (double_from_bits(int(one[1:], 16) - (int(one[1:], 16) >> 63 << 64)) for one in (ours, java))
    return (math.isnan(a) and math.isnan(b)) or abs(a - b) <= math.ulp(max(abs(a), abs(b)))


def _sample(kind: str, chance: random.Random) -> str:
    if kind in BITS:
        high = 1 << (BITS[kind] - 1)
        near = [0, 1, -1, 2, 3, 7, 10, 16, 31, 36, 65, 97, -2, high - 1, -high, high // 2, 255, 4660]
        large = chance.randrange(-high, high)
        chosen = chance.choice([*near, large, large, chance.randrange(-100, 100), chance.choice(_POINTS)])
        return str(chosen if -high <= chosen < high else 1)
    if kind == "double":
        own = double_from_bits(chance.getrandbits(64) - (1 << 63))
        own = own if math.isfinite(own) else 1.25
        return chance.choice([*_DOUBLES, repr(own), repr(chance.uniform(-10, 10)), repr(chance.gauss(0, 1000))])
    if kind == "float":
        own = single_from_bits(chance.getrandbits(32) - (1 << 31))
        own = own if math.isfinite(own) else 1.25
        tokens = [one for one in _DOUBLES if abs(float(one)) < 3e38]
        return chance.choice([*tokens, repr(own), repr(chance.uniform(-10, 10))])
    if kind == "boolean":
        return chance.choice(["true", "false"])
    if kind == "char":
        return escaped(chance.choice(_CHARS + chr(chance.randrange(0xFFFF))))
    if kind in {"java.lang.String", "java.lang.CharSequence"}:
        own = str(chance.randrange(-(2**64), 2**64) >> chance.randrange(60))
        return chance.choice([*(f"s{escaped(word)}" for word in _WORDS), f"s{own}", "~"])
    if kind == "char[]":
        return chance.choice(["~", *(f"s{escaped(word)}" for word in ("", "a", "abc", "a😀b", "沿链", "😀😀"))])
    if kind == "java.lang.Object":
        return chance.choice(_OBJECTS)
    if kind == "java.lang.CharSequence[]" or kind == "java.lang.Iterable":
        return "l" + ";".join(chance.choice(["sa", "s", "~", r"s\u6cbf"]) for _ in range(chance.randrange(4)))
    flat = [one for one in _OBJECTS if one[0] != "l"]
    return "l" + ";".join(chance.choice(flat) for _ in range(chance.randrange(4)))


def calls(each: int, seed: int = 1) -> list[list[str]]:
    """So many different calls of every method in the table."""
    chance = random.Random(seed)
    rows: list[list[str]] = []
    for owner, methods in TABLE.items():
        for method in methods.values():
            found: dict[tuple[str, ...], None] = {}
            for _ in range(each * (len(_SPECS) // 6 if method.name == "format" else 1)):
                tokens = [_sample(kind, chance) for kind in method.parameters]
                if method.name == "format":
                    tokens[0] = f"s{escaped(''.join(chance.choices(_SPECS, k=chance.choice([1, 1, 2]))))}"
                elif method.parameters[0] in {"java.lang.CharSequence", "char[]"} and "int" in method.parameters:
                    tokens[1:] = [str(chance.choice([-1, 0, 0, 1, 1, 2, 3, 10, 16])) for _ in tokens[1:]]
                elif method.parameters[-1] == "int" and "String" in " ".join((method.result, *method.parameters)):
                    tokens[-1] = chance.choice(["2", "8", "10", "16", "36", "1", "37", tokens[-1]])
                found[tuple(tokens)] = None
            rows += [[owner, method.signature, *tokens] for tokens in found]
    return rows


def asked(rows: list[list[str]]) -> list[list[str]]:
    """The rows with the answers of the Java on this machine."""
    text = "\n".join("\t".join(row) for row in rows) + "\n"
    done = subprocess.run(["java", str(PROGRAM)], input=text.encode(), capture_output=True, check=True)
    return [line.split("\t") for line in done.stdout.decode().splitlines()]


def main() -> None:
    """Write the answers anew, or compare many without keeping them."""
    if len(sys.argv) == 1:
        rows = asked(calls(6))
        ANSWERS.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
        print(f"{len(rows)} answers")
        return
    rows = asked(calls(int(sys.argv[1]), seed=int(sys.argv[1])))
    exact: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for owner, signature, *arguments, java in rows:
        method = TABLE[owner][signature]
        ours = answer(method, arguments)
        exact[f"{owner}.{method.name}"] += ours != java
        if not same(method, ours, java):
            wrong[f"{owner}.{signature}"] += 1
            if wrong[f"{owner}.{signature}"] <= 4:
                print(owner, signature, arguments, "ours", ours, "java", java)
    print(len(rows), "calls;", sum(exact.values()), "not to the bit;", sum(wrong.values()), "different")
    print({name: count for name, count in exact.items() if count})


if __name__ == "__main__":
    main()
