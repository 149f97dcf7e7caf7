"""Write docs/errors.md from the refusal tables: python tools/errors.py."""

from __future__ import annotations

from pathlib import Path

from yanlian.base.refusal import catalogue

HEAD = """# Error codes

Every refusal has a stable code, the facts, and a sentence that says what to do. Made by `tools/errors.py` from
`src/yanlian/base/refusals/`; a test holds them together.

| code | 中文 | English |
| --- | --- | --- |
"""


def cell(text: str) -> str:
    """Text that fits a table cell."""
    return text.replace("|", "\\|").replace("\n", " ").strip()


def page() -> str:
    """The whole page."""
    lines = [
        f"| `{code}` | {cell(e['zh'] + e.get('zh_do', ''))} | {cell(e['en'] + ' ' + e.get('en_do', ''))} |"
        for code, e in sorted(catalogue().items())
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(__file__).resolve().parents[1].joinpath("docs", "errors.md").write_text(page(), encoding="utf-8")
