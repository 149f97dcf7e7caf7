"""A near miss in sentences, Chinese or English, for pages, printed sheets and the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from yanlian.base.refusal import Language
from yanlian.engine.policy.near.told import Asked, Change, NearMiss, Obstacle, Way

Departments = Mapping[str, Mapping[str, str]]
_OPS: Mapping[str, tuple[str, str]] = {
    ">=": ("不低于", "at least"),
    ">": ("超过", "more than"),
    "<=": ("不高于", "at most"),
    "<": ("低于", "less than"),
    "=": ("为", "equal to"),
}
_DATE_OPS: Mapping[str, tuple[str, str]] = {
    ">=": ("不早于", "not before"),
    ">": ("晚于", "after"),
    "<=": ("不晚于", "not after"),
    "<": ("早于", "before"),
    "=": ("为", "on"),
}
_KINDS: Mapping[str, tuple[str, str]] = {
    "supply": ("补交数据", "Data to be delivered"),
    "wait": ("等待", "Wait"),
    "improve": ("可以争取", "Can be improved"),
    "cannot": ("无法改变", "Nobody can change it"),
}
_VERDICTS: Mapping[str, tuple[str, str]] = {
    "failed": ("不满足", "not met"),
    "unknown": ("缺数据", "data missing"),
    "null": ("没有结果", "gives no result"),
}
_RULES: Mapping[str, tuple[str, str]] = {
    "amount": ("金额大于零", "an amount above zero"),
    "event": ("有触发事项", "an event that counts"),
    "history": ("以往记录", "earlier records"),
    "subject": ("主体类型", "kind of beneficiary"),
}
_UNITS: Mapping[str, str] = {"平方米": "m²", "人": "people", "月": "months", "年": "years", "nm": "nm"}
_WAN = Decimal(10_000)
_LEAST_YUAN = 100


def kind_word(kind: str, language: Language) -> str:
    """A kind of change as a word."""
    return _KINDS[kind][language == "en"]


def sentences(way: Way, departments: Departments, language: Language, *, brief: bool = False) -> list[str]:
    """One sentence for each change of a way; `brief`: without remarks."""
    return [change_text(change, departments, language, brief=brief) for change in way.changes]


def change_text(change: Change, departments: Departments, language: Language, *, brief: bool = False) -> str:
    """What would have to be otherwise, in a sentence."""
    say = _Sayer(departments, language)
    text = {"day": say.day, "delivery": say.delivery, "record": say.record, "field": say.field}[change.what](change)
    return text if brief else text + say.remarks(change)


def obstacle_text(obstacle: Obstacle, language: Language) -> str:
    """A rule in the way: its label, and the share that is there and needed where it asks for one."""
    en = language == "en"
    label = obstacle.label or _RULES.get(obstacle.kind, ("", ""))[en]
    verdict = _VERDICTS[obstacle.verdict][en]
    if obstacle.share is None:
        return f"{label}: {verdict}" if en else f"{label}：{verdict}"
    present, needed = obstacle.share
    if en:
        return f"{label}: {verdict} (now {present}%, needs {needed}%)"
    return f"{label}：{verdict}（现为 {present}%，需要 {needed}%）"


def render_near(miss: NearMiss, departments: Departments, language: Language = "zh") -> str:
    """The whole near miss as lines."""
    return "\n".join(_lines(miss, departments, language))


def _lines(miss: NearMiss, departments: Departments, language: Language) -> Iterator[str]:
    en = language == "en"
    if not miss.obstacles and not miss.ways:
        yield "Nothing stands in the way." if en else "没有需要改变的事项。"
        return
    yield "What stands in the way:" if en else "目前的障碍："
    for obstacle in miss.obstacles:
        yield f"  - {obstacle_text(obstacle, language)}"
    if not miss.ways:
        yield nothing_text(miss, language)
        return
    for number, way in enumerate(miss.ways, 1):
        head = f"Way {number}" if en else f"途径{number}"
        yield f"{head} [{kind_word(way.kind, language)}] {reached_text(way, language)}"
        for text in sentences(way, departments, language):
            yield f"  - {text}"


def nothing_text(miss: NearMiss, language: Language) -> str:
    """That nothing was found, and how far was looked."""
    if language == "en":
        more = " The search stopped at its limit." if miss.cut else ""
        return f"No change was found that would make it eligible ({miss.searched} dossiers tried).{more}"
    more = "搜索已到上限。" if miss.cut else ""
    return f"没有找到可以使其符合的改变（试算了{miss.searched}次）。{more}"


def reached_text(way: Way, language: Language) -> str:
    """What the way leads to."""
    amount = f"{Decimal(way.amount_fen).scaleb(-2):,.2f}"
    if way.reaches == "manual":
        return "then a person decides" if language == "en" else "之后由人工判定"
    if 0 < way.amount_fen < _LEAST_YUAN * 100:
        return "then eligible, the amount going by the figures" if language == "en" else "之后符合，金额按实际数额计算"
    if not way.amount_fen:
        return "then eligible" if language == "en" else "之后符合"
    return f"then eligible, {amount} yuan" if language == "en" else f"之后符合，金额 {amount} 元"


class _Sayer:
    def __init__(self, departments: Departments, language: Language) -> None:
        self.departments = departments
        self.en = language == "en"

    def say(self, zh: str, en: str) -> str:
        return en if self.en else zh

    def holder(self, key: str) -> str:
        names = self.departments.get(key)
        return names["en" if self.en else "zh"] if names else key

    def day(self, change: Change) -> str:
        return self.say(
            f"自 {change.needed} 起即可符合（还有 {change.difference} 天，其他情况不变）",
            f"from {change.needed} on it is eligible ({change.difference} days from now, nothing else changing)",
        )

    def delivery(self, change: Change) -> str:
        holder = self.holder(change.holder)
        if change.needed:
            return self.say(
                f"{holder}须提供“{change.fact}”的完整数据，其中有下列记录",
                f"{holder} must deliver all data of “{change.fact_en}”, with the records below",
            )
        return self.say(
            f"{holder}须提供“{change.fact}”的完整数据（查无记录即可）",
            f"{holder} must deliver all data of “{change.fact_en}” (none on record suffices)",
        )

    def record(self, change: Change) -> str:
        details = self.say("、", ", ").join(self.asked(one) for one in change.fields)
        inner = self.say(f"（{details}）", f" ({details})") if details else ""
        if change.kind == "supply":
            return self.say(
                f"{self.holder(change.holder)}提供一条“{change.fact}”{inner}",
                f"{self.holder(change.holder)} delivers a record of “{change.fact_en}”{inner}",
            )
        return self.say(f"须有一条“{change.fact}”{inner}", f"a record of “{change.fact_en}” is needed{inner}")

    def asked(self, one: Asked) -> str:
        needed = self.figure(one.needed, one.type, one.unit) if one.needed else self.say("无", "none")
        name = one.name_en if self.en else one.name
        if _is_token(one.op, one.needed, one.type):
            return self.say(f"{name}：大于零", f"{name}: above zero")
        if one.op == "=":
            return self.say(f"{name}：{needed}", f"{name}: {needed}")
        return f"{name}{self.say('', ' ')}{self.op(one.op, one.type)} {needed}"

    def op(self, op: str, of_type: str) -> str:
        return (_DATE_OPS if of_type == "date" else _OPS)[op][self.en]

    def field(self, change: Change) -> str:
        fact = self.fact(change)
        needed = self.figure(change.needed, change.type, change.unit)
        if change.needed == "":
            return self.say(f"{fact}须为空", f"{fact} must be empty")
        asked = f"{self.op(change.op, change.type)} {needed}"
        if _is_token(change.op, change.needed, change.type):
            asked = self.say("大于零", "above zero")
        if change.kind == "supply":
            holder = self.holder(change.holder)
            return self.say(f"{holder}须提供{fact}，{asked} 即可", f"{holder} must deliver {fact}; {asked} is enough")
        if not change.present and change.type == "date":
            return self.say(
                f"{fact}现在没有，须有（例如 {needed}）", f"{fact}: none now, needed (for example {needed})"
            )
        if not change.present:
            return self.say(f"{fact}现在没有，需要{asked}", f"{fact}: none now, needs to be {asked}")
        present = self.figure(change.present, change.type, change.unit)
        return self.say(f"{fact}现为 {present}，需要{asked}", f"{fact} is {present}, needs to be {asked}") + self.gap(
            change
        )

    def fact(self, change: Change) -> str:
        """研发费用（税务年报 2024，加计扣除）: the field, then of which record, and its calibre."""
        record, _, name = self.say(change.fact.replace(".", "\n"), change.fact_en.replace(": ", "\n")).partition("\n")
        of = f"{record} {change.record_key}".strip()
        if self.en:
            return f"{name} ({of})"
        return f"{name}（{of}{f'，{change.calibre}' if change.calibre else ''}）"

    def gap(self, change: Change) -> str:
        if not change.difference or change.type not in {"money", "rate", "area", "count"}:
            return ""
        distance = self.figure(change.difference, change.type, change.unit)
        if change.op in {">", ">="}:
            return self.say(f"，还差 {distance}", f": {distance} more")
        if change.op in {"<", "<="}:
            return self.say(f"，多出 {distance}", f": {distance} too much")
        return ""

    def remarks(self, change: Change) -> str:
        said: list[str] = []
        if change.example and change.type != "date":
            said.append(self.say("此为示例，其他数值亦可能符合", "an example: other values may do as well"))
        if change.past and change.kind != "supply":
            said.append(self.say("该年度已结束，除非原数据有误", "that year is over, unless the figure is wrong"))
        if change.kind == "cannot":
            said.append(self.say("无法改变", "nobody can change it"))
        if not said:
            return ""
        return self.say(f"（{'；'.join(said)}）", f" ({'; '.join(said)})")

    def figure(self, text: str, of_type: str, unit: str) -> str:
        """A value with its unit: money in 万元 where that is shorter, rates in per cent, flags as words."""
        if of_type == "flag":
            return self.say("是", "yes") if text == "true" else self.say("否", "no")
        if of_type == "rate":
            return f"{_grouped(Decimal(text) * 100)}%"
        if of_type == "money":
            value = Decimal(text)
            in_wan = value / _WAN
            if not self.en and abs(in_wan) >= _WAN and in_wan == in_wan.quantize(Decimal(100)):
                return f"{_grouped(in_wan / _WAN)} 亿元"
            if not self.en and abs(value) >= _WAN and in_wan == in_wan.quantize(Decimal("0.01")):
                return f"{_grouped(in_wan)} 万元"
            return f"{_grouped(value)} {self.say('元', 'yuan')}"
        if of_type in {"area", "count"}:
            shown = _UNITS.get(unit, "") if self.en else unit
            return f"{_grouped(Decimal(text))}{f' {shown}' if shown else ''}"
        return text if of_type in {"date", "year"} else f"“{text}”"


def _is_token(op: str, needed: str, of_type: str) -> bool:
    """A figure of which nothing is asked but that it be there: so little that only rounding asks for more."""
    return of_type == "money" and op in {">", ">="} and bool(needed) and Decimal(needed) < _LEAST_YUAN


def _grouped(value: Decimal) -> str:
    whole, _, rest = format(value.normalize(), "f").partition(".")
    return f"{int(whole):,}{f'.{rest}' if rest else ''}"
