"""Published figures as pages show them: with operator, unit, period, calibre and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from yanlian.apps.registry.models import Statement
from yanlian.ui import numbers
from yanlian.ui.words import english, t, word, words

# A figure in years from here on is a year, not a number of years.
FIRST_YEAR = 1900


@dataclass(frozen=True)
class Published:
    """One published figure, ready to be written."""

    code: str
    metric: str
    subject: str
    operator: str
    figure: str
    period: str
    calibre: str
    coverage: str
    quote: str
    source: str


def published(statement: Statement) -> Published:
    """The statement in the reader's language; metric, subject, calibre and quote stay as the source words them."""
    return Published(
        code=statement.code,
        metric=statement.metric,
        subject=statement.subject,
        operator=str(word("operator", statement.operator)),
        figure=figure(statement),
        period=statement.period,
        calibre=statement.calibre,
        coverage=statement.coverage_note,
        quote=statement.quote,
        source=statement.source,
    )


def figure(statement: Statement) -> str:
    """Value and unit, with exactly the digits that the source has: 900亿元, 38%, 第1位."""
    if statement.value is None:
        return statement.value_text
    value = Decimal(statement.value).scaleb(-statement.scale)
    unit = statement.unit
    plain = numbers.number(value)
    match unit:
        case "元":
            return numbers.published_money(value)
        case "比例":
            return f"{numbers.number(value * 100)}%"
        case "位次":
            return t("第{n}位", "No. {n}", n=plain)
        case "倍":
            return t("{n}倍", "{n} times", n=plain)
        case "等":
            return t("{n}等", "grade {n}", n=plain)
        case "期":
            return t("第{n}期", "No. {n}", n=plain)
        case "年" if value >= FIRST_YEAR:
            return t("{n}年", "{n}", n=int(value))
    shown = plain if english() else numbers.large(value)
    if not unit:
        return shown
    if unit in words("unit"):
        return t("{n}{unit}", "{n} {unit}", n=shown, unit=word("unit", unit)).strip()
    return f"{shown} {unit}" if english() else f"{shown}{unit}"
