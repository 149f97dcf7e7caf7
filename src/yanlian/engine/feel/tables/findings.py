"""What is found out about a decision table, and its sentence for the person who wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from yanlian.base.refusal import Language, Refused

Kind: TypeAlias = Literal["gap", "overlap", "unreachable", "identical", "never_true", "not_examined"]
Severity: TypeAlias = Literal["error", "warning", "info"]

_HAN_COUNTS = ("", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `rows` count from 1.

    - `gap`: at `witness`, and all over `region`, no row is true.
    - `overlap`: at `witness` exactly `rows` are true (those among them that were not examined aside).
    - `identical`: `rows` have the same tests.
    - `unreachable`: the first of `rows` never gives the result; the others are before it wherever it is true.
    - `never_true`: the cell of the row in `column` is true for no value, or a part of it, `found`, is not.
    - `not_examined`: what is left open, and why: `reason` is name | function | expression | kind | allowed (something
      in `column` that only the facts decide), steps (the table is too entangled) or more (`found` further findings).

    `witness` has a FEEL value for every label; `region` says as FEEL unary tests where the same holds; `shown` spells
    the values of the witness that matter, in the units of the table.
    """

    kind: Kind
    severity: Severity
    rows: tuple[int, ...] = ()
    column: str | None = None
    witness: Mapping[str, object] = field(default_factory=dict)
    region: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    found: str = ""

    def refusal(self, name: str = "") -> Refused:
        """The finding as a code with its facts; `name` is that of the table."""
        return Refused(
            f"table_{self.kind}{'_' + self.reason if self.reason else ''}",
            table_zh=f"表“{name}”：" if name else "",
            table_en=f'Table "{name}": ' if name else "",
            rows_zh=_rows_zh(self.rows),
            rows_en=_rows_en(self.rows),
            first=self.rows[0] if self.rows else "",
            rest_zh=_rows_zh(self.rows[1:]),
            rest_en=_rows_en(self.rows[1:]).lower(),
            count_zh=_HAN_COUNTS[len(self.rows)] if len(self.rows) < len(_HAN_COUNTS) else str(len(self.rows)),
            count_en="both" if len(self.rows) == 2 else f"all {len(self.rows)}",
            example_zh="，".join(f"{label}={value}" for label, value in self.shown.items()) or "任何输入",
            example_en=", ".join(f"{label} = {value}" for label, value in self.shown.items()) or "any input",
            region_zh="，".join(f"{label} 为 {test}" for label, test in self._narrow().items()) or "任何输入",
            region_en=", ".join(f"{label} is {test}" for label, test in self._narrow().items()) or "any input",
            column=self.column or "",
            found=self.found,
        )

    def text(self, language: Language = "zh", name: str = "") -> str:
        """The sentence."""
        return self.refusal(name).text(language)

    def _narrow(self) -> dict[str, str]:
        return {label: test for label, test in self.region.items() if test != "-"}


def _rows_zh(rows: Sequence[int]) -> str:
    """第3行与第5行; 第3、5、7行."""
    if len(rows) == 2:
        return f"第{rows[0]}行与第{rows[1]}行"
    return f"第{'、'.join(map(str, rows))}行"


def _rows_en(rows: Sequence[int]) -> str:
    """Row 3; Rows 3 and 5; Rows 3, 5 and 7."""
    if len(rows) <= 1:
        return f"Row {rows[0]}" if rows else ""
    return f"Rows {', '.join(map(str, rows[:-1]))} and {rows[-1]}"
