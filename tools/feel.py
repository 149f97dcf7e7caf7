"""Write docs/reference/feel.md from the code and docs/reference/feel_builtins.yaml: python tools/feel.py."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict, cast

import yaml

from yanlian.engine.feel import Function
from yanlian.engine.feel.builtins import FUNCTIONS

HEAD = """# FEEL: reference

FEEL is the expression language of the OMG DMN 1.5 standard. `yanlian.engine.feel` is a library of its own: numbers are
decimal128 (34 digits, half-even), logic is three-valued, names may be Chinese and contain blanks. How packs use it stands
in [packs.md](packs.md), section 6 shows it in one page.

```python
from decimal import Decimal

from yanlian.engine.feel import compile_expression

rule = compile_expression("min(研发费用 * 10%, 500万元)", units=True)
assert rule.evaluate({"研发费用": Decimal(80_000_000)}) == 5_000_000
```

**Values.** number, string, boolean, `null`, date, time, date and time, years and months duration, days and time duration,
list, context, range, function. **Unknown** is ours: a fact that nobody delivered. What depends on it is unknown, unless
three-valued logic or known bounds decide (`false and unknown` is false). `is known(x)` / `已知(x)` asks.

**Null.** An operation on the wrong kind of value gives `null` with a warning that says why (`evaluate(…, warnings=list)`).

**Limits.** Text 100,000 characters, nesting 160, 10 million steps, lists and texts of a million; beyond them a refusal.

**External functions** of the kind Java: the methods of [java-functions.md](java-functions.md), without loading any code.

**Models** (DMN) are read, run and written by `yanlian.engine.feel.dmn`; see [dmn.md](dmn.md).

**Units** (packs only): `2000万元`, `0.5亿元`, `30%`, `100元` are plain numbers.

## Built-in functions · 内置函数

All functions of DMN 1.5. Arguments are given by place or by name (`substring(string: "abc", start position: 2)`); `…`
stands for any number of further arguments, brackets for what may be left out. A list of one stands for its member where
no list is wanted, and a single value for the list of it where one is.

**Every function** gives null, with a reason, when it is called with too few or too many arguments, with names that are not
its own, or with an argument of the wrong kind, null included. What else gives null stands with the function.

全部函数可按位置或按参数名调用；参数个数、名称或类型不符，或参数为空值时，结果为空值并附原因。

**Patterns** (`matches`, `replace`, `split`) are those of XPath 3.1: categories `\\p{L}`, blocks `\\p{IsGreek}`, `\\i \\c \\d
\\s \\w` as in XML Schema, subtraction `[a-z-[aeiou]]`, back-references, reluctant repeats; flags `s m i x q`. Every pattern
ends in good time: where trying all ways could take long, they are followed together; what still takes too many steps, and
back-references on long texts, give null.
"""
PROPERTIES = """
## Properties · 属性

| of · 类型 | properties · 属性 | example |
| --- | --- | --- |
| date · 日期 | `year`, `month`, `day`, `weekday` (1 is Monday · 星期一为 1), `value` | `@"2024-05-01".weekday = 3` |
| time · 时间 | `hour`, `minute`, `second`, `time offset`, `timezone`, `value` | `@"08:30:00+08:00".time offset = @"PT8H"` |
| date and time · 日期时间 | those of both · 两者皆有 | `@"2024-05-01T08:00:00@Asia/Shanghai".timezone = "Asia/Shanghai"` |
| years and months duration · 年月时长 | `years`, `months`, `value` (in months · 折合月数) | `@"-P1Y2M".months = -2` |
| days and time duration · 日时时长 | `days`, `hours`, `minutes`, `seconds`, `value` (in seconds · 折合秒数) | `@"P1DT3H".value = 97200` |
| range · 区间 | `start`, `end`, `start included`, `end included` | `[1..3).end included = false` |

`value` of a date or a date and time is in seconds since 1970 in UTC, of a time in seconds since midnight. A property that a
value does not have gives null, so do `time offset` and `timezone` of a local time.
"""
ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "docs" / "reference" / "feel_builtins.yaml"


class Entry(TypedDict, total=False):
    """What is said of one function: meaning in both languages, when it is null, examples, signatures if special."""

    zh: str
    en: str
    null: str
    examples: str
    signatures: list[str]


def entries() -> Mapping[str, Mapping[str, Entry]]:
    """All functions by subject, as written."""
    return cast("Mapping[str, Mapping[str, Entry]]", yaml.safe_load(SOURCE.read_text("utf-8")))


def signatures(function: Function) -> list[str]:
    """Every way to call a function, as a person writes it."""
    needed = len(function.parameters) - function.optional
    shown = [name if n < needed else f"[{name}]" for n, name in enumerate(function.parameters)]
    found = [f"{function.name}({', '.join(shown)})", *(f"{function.name}({', '.join(p)})" for p in function.others)]
    if function.variadic:
        row = [*function.parameters[:-1], f"{function.numbered}1", f"{function.numbered}2", "…"]
        found = (
            [f"{function.name}({', '.join(row)})"] if len(row) > 3 else [found[0], f"{function.name}({', '.join(row)})"]
        )
    return found


def section(name: str, entry: Entry) -> str:
    """What the page says of one function."""
    ways = entry.get("signatures") or signatures(FUNCTIONS[name])
    null = f" Null {entry['null']}." if "null" in entry else ""
    shown = entry["examples"].strip()
    head = f"### {name}\n\n" + " · ".join(f"`{way}`" for way in ways)
    return f"{head}\n\n{entry['zh']}。{entry['en']}{null}\n\n```\n{shown}\n```\n"


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, room in entries().items():
        parts.append(f"## {title}\n")
        parts += [section(name, entry) for name, entry in room.items()]
    return "\n".join(parts) + PROPERTIES


if __name__ == "__main__":
    target = ROOT / "docs" / "reference" / "feel.md"
    target.write_text(page(), encoding="utf-8")
