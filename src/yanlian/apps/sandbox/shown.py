"""An answer of the sandbox in words and charts: groups, spread, who moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from yanlian.engine.stream.sandbox import Answer
from yanlian.engine.stream.sandbox.answer import Group, Moved
from yanlian.engine.stream.sandbox.spread import BARS_FEN, QUANTILES, Spread
from yanlian.ui import numbers
from yanlian.ui.charts import Chart, Series, bars, columns
from yanlian.ui.numbers import FEN_PER_WAN
from yanlian.ui.words import t, word, words

TRAITS = {
    "cluster": ("产业集群", "Cluster"),
    "size": ("企业规模", "Size of firm"),
    "age": ("成立年限", "Age of firm"),
    "industry": ("行业门类", "Industry"),
    "kind": ("主体类型", "Kind"),
}
_AGES = {
    "<1": ("不满1年", "under 1 year"),
    "1-3": ("1年以上不满3年", "1 to under 3"),
    "3-5": ("3年以上不满5年", "3 to under 5"),
    "5-10": ("5年以上不满10年", "5 to under 10"),
    ">=10": ("10年以上", "10 and more"),
}


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Beneficiaries by what they are: a table, and a chart where the bars say something."""

    name: str
    title: str
    lines: Sequence[tuple[str, Group]]
    chart: Chart | None


def group_title(trait: str, label: str) -> str:
    """What a label of a trait is called."""
    if not label:
        return t("未知或不适用", "not known, or none")
    if trait == "age":
        return t(*_AGES[label])
    if trait in {"cluster", "kind", "industry"} and label in words(trait):
        return str(word(trait, label))
    return label


def group_tables(answer: Answer) -> list[GroupTable]:
    """In the order of TRAITS; groups nobody is in are left out."""
    found: list[GroupTable] = []
    for name, title in TRAITS.items():
        groups = [one for one in answer.groups.get(name, ()) if one.dossiers]
        if not groups:
            continue
        lines = [(group_title(name, one.label), one) for one in groups]
        moved = any(one.before_fen != one.after_fen for one in groups)
        found.append(GroupTable(name, t(*title), lines, _moved_chart(name, t(*title), lines) if moved else None))
    return found


def _moved_chart(name: str, title: str, lines: Sequence[tuple[str, Group]]) -> Chart:
    kept = [(label, one) for label, one in lines if one.before_fen or one.after_fen]
    return bars(
        f"group-{name}",
        t("按{title}的金额", "Amounts by {title}", title=title),
        t("按{title}分的现行金额与方案金额，单位万元", "Now and proposed by {title}, in CNY 10,000", title=title),
        t("万元", "CNY 10,000"),
        [label for label, _ in kept],
        [
            Series(t("现行", "Now"), [_wan(one.before_fen) for _, one in kept]),
            Series(t("方案", "Proposed"), [_wan(one.after_fen) for _, one in kept]),
        ],
    )


def _wan(fen: int) -> Decimal:
    return (Decimal(fen) / FEN_PER_WAN).quantize(Decimal("0.01"))


def spread_charts(answer: Answer) -> list[Chart]:
    """How many receive how much, before and after."""
    ends = [fen // FEN_PER_WAN for fen in BARS_FEN]
    titles = [t("不满{n}万", "under {n}", n=ends[0])]
    titles += [f"{low:,}–{high:,}" for low, high in pairwise(ends)]
    titles.append(t("{n}万以上", "{n} and more", n=f"{ends[-1]:,}"))
    chart = columns(
        "spread",
        t("受益主体按年度合计金额分布", "Receivers by their amount in all"),
        t(
            "按金额分档的受益主体数，单位万元，含下端不含上端",
            "Receivers by bracket of CNY 10,000; the lower end counts",
        ),
        t("家、人", "receivers"),
        titles,
        [
            Series(t("现行", "Now"), [count for count, _ in answer.spread_before.bars]),
            Series(t("方案", "Proposed"), [count for count, _ in answer.spread_after.bars]),
        ],
    )
    return [chart] if answer.spread_before.receivers or answer.spread_after.receivers else []


def spread_lines(answer: Answer) -> list[tuple[str, str, str]]:
    """(what, now, proposed) of how amounts are spread; money in 万元."""
    both = (answer.spread_before, answer.spread_after)
    lines: list[tuple[str, tuple[str, ...]]] = [
        (t("受益主体（家、人）", "Receivers"), tuple(numbers.number(one.receivers) for one in both)),
        (t("平均（万元）", "Mean (CNY 10,000)"), tuple(numbers.wan(one.mean_fen) for one in both)),
    ]
    for place, part in enumerate(QUANTILES):
        title = t("中位数（万元）", "Median") if part == 50 else t("第{n}百分位（万元）", "{n}th percentile", n=part)
        lines.append((title, tuple(numbers.wan(one.quantiles_fen[place]) for one in both)))
    lines += [
        (t("最高（万元）", "Most"), tuple(numbers.wan(one.most_fen) for one in both)),
        (t("最高一成所占", "Share of the top tenth"), tuple(_share(one.top10_ppm, one) for one in both)),
        (t("最高百分之一所占", "Share of the top hundredth"), tuple(_share(one.top1_ppm, one) for one in both)),
        (t("基尼系数", "Gini coefficient"), tuple(_gini(one) for one in both)),
    ]
    return [(title, before, after) for title, (before, after) in lines]


def _share(ppm: int, one: Spread) -> str:
    return numbers.percent(Decimal(ppm) / 1_000_000) if one.receivers else numbers.NONE


def _gini(one: Spread) -> str:
    return numbers.decimal_text(Decimal(one.gini_ppm) / 1_000_000, 3) if one.receivers else numbers.NONE


def moved_lines(moved: Sequence[Moved]) -> list[tuple[Moved, int]]:
    """Beneficiaries with the difference in fen."""
    return [(one, one.after_fen - one.before_fen) for one in moved]
