"""Write the table of Unicode blocks that patterns know: python tools/unicode_blocks.py Blocks.txt.

`Blocks.txt` is the file of that name in the Unicode character database, of the version that `unicodedata` has.
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

HEAD = '''"""The blocks of Unicode, by the names patterns give them: `\\\\p{IsGreekandCoptic}`.

Made by tools/unicode_blocks.py from Blocks.txt of Unicode 14.0 (Unicode License v3): first and last code point, name.
"""

from __future__ import annotations

_TABLE = """
'''
TAIL = '''
"""
# The names XML Schema still has for blocks that Unicode renamed.
_OLD = {
    "Greek": "GreekandCoptic",
    "CombiningMarksforSymbols": "CombiningDiacriticalMarksforSymbols",
    "PrivateUse": "PrivateUseArea",
}


def _table() -> dict[str, tuple[int, int]]:
    blocks: dict[str, tuple[int, int]] = {}
    for entry in _TABLE.split():
        span, _, name = entry.partition(":")
        first, _, last = span.partition("-")
        blocks[name] = int(first, 16), int(last, 16)
    return blocks | {old: blocks[new] for old, new in _OLD.items()}


BLOCKS: dict[str, tuple[int, int]] = _table()
'''
LINE = re.compile(r"([0-9A-F]+)\.\.([0-9A-F]+); (.+)")


def module(text: str) -> str:
    """The module as text; names without blanks, hyphens kept, as XML Schema writes them."""
    found = [match for line in text.splitlines() if (match := LINE.fullmatch(line.strip()))]
    entries = [f"{m[1]}-{m[2]}:{m[3].replace(' ', '')}" for m in found]
    return HEAD + "\n".join(textwrap.wrap(" ".join(entries), 118, break_on_hyphens=False)) + TAIL


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[1].joinpath("src/yanlian/engine/feel/builtins/pattern_blocks.py")
    target.write_text(module(Path(sys.argv[1]).read_text("utf-8")), encoding="utf-8")
