"""Write docs/reference/feel.md: python tools/feel.py."""

from __future__ import annotations

from pathlib import Path

from yanlian.engine.feel import Function
from yanlian.engine.feel.builtins import contexts, convert, lists, numeric, ranges, statistics, text, times

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

**Limits.** Text 100,000 characters, nesting 200, 10 million steps, lists and texts of a million; beyond them a refusal.

**Units** (packs only): `2000万元`, `0.5亿元`, `30%`, `100元` are plain numbers.

**Not yet.** `date and time` from parts, Unicode blocks and back-references in patterns, full conformance of function types.

## Built-in functions

`…` after a name: any number of arguments; in brackets: may be left out.

"""
ROOMS = (
    ("Conversion and logic", convert),
    ("Text", text),
    ("Lists", lists),
    ("Statistics", statistics),
    ("Numbers", numeric),
    ("Dates, times, durations", times),
    ("Contexts", contexts),
    ("Ranges", ranges),
)


def signature(function: Function) -> str:
    """name(a, b, [c]) as a person writes it."""
    needed = len(function.parameters) - function.optional
    shown = [name if n < needed else f"[{name}]" for n, name in enumerate(function.parameters)]
    return f"{function.name}({', '.join(shown)}{'…' if function.variadic else ''})"


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, room in ROOMS:
        names = sorted((signature(f) for f in room.FUNCTIONS), key=str.lower)
        parts.append(f"**{title}.** " + " · ".join(f"`{name}`" for name in names) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[1].joinpath("docs", "reference", "feel.md")
    target.write_text(page(), encoding="utf-8")
