"""Units of figures as powers of base units, as far as they are sure: 元, 平方米, 元/平方米·月, a plain number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yanlian.base.refusal import Language
from yanlian.engine.dossier import Field

MONEY, AREA, YEAR = "元", "平方米", "年度"
# Things are counted in words that say little: a firm is 家 here and 个 there.
_THINGS = frozenset({"个", "家", "项", "套", "件", "名", "次", "户"})
_BASES = frozenset({MONEY, AREA, "人", "年", "月", "天", "日", *_THINGS})
_RATIOS = frozenset({"比例", "%", "‰", "倍"})
_SUFFIX = re.compile(r"(?P<ratio>[%‰])\s*\Z|(?P<base>人民币元|元|平方米|[人年月天日])\s*\Z")


@dataclass(frozen=True, slots=True)
class Unit:
    """Base units with their powers, by name; none of them: a ratio, or a number of things.

    `open`: it may also be per something that is not written, as `30元` is often thirty yuan a square metre.
    """

    powers: tuple[tuple[str, int], ...] = ()
    open: bool = False

    def power(self, base: str) -> int:
        """The power of one base unit."""
        return next((power for name, power in self.powers if name == base), 0)

    def text(self) -> str:
        """As it is written: 元/平方米·月; empty for a plain number."""
        above = [_raised(name, power) for name, power in self.powers if power > 0]
        below = [_raised(name, -power) for name, power in self.powers if power < 0]
        return "·".join(above or ["1"] * bool(below)) + ("/" + "·".join(below) if below else "")

    def words(self, language: Language) -> str:
        """As a message says it."""
        known = _WORDS.get(self.powers)
        return known[0 if language == "zh" else 1] if known else self.text()


_WORDS: Mapping[tuple[tuple[str, int], ...], tuple[str, str]] = {
    (): ("比例或个数", "a ratio or a number of things"),
    ((MONEY, 1),): ("金额（元）", "money (元)"),
    ((AREA, 1),): ("面积（平方米）", "an area (平方米)"),
    ((YEAR, 1),): ("年度", "a year"),
    (("人", 1),): ("人数", "a number of people (人)"),
    (("月", 1),): ("月数", "a number of months (月)"),
    (("年", 1),): ("年数", "a number of years (年)"),
}
PLAIN = Unit()
YUAN = Unit(((MONEY, 1),))
SOME_YUAN = Unit(((MONEY, 1),), open=True)


def _raised(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"


def base(name: str) -> Unit:
    """The unit of one base; words that count things are a plain number."""
    return PLAIN if name in _THINGS else Unit(((name, 1),))


def unit_of(text: str) -> Unit | None:
    """A unit as people write it (元, 比例, 元/平方米·月); None for words that are not known, and for none."""
    if text in _RATIOS:
        return PLAIN
    above, _, below = text.partition("/")
    found: Unit = PLAIN
    for part, up in ((above, True), (below, False)):
        for name in part.split("·") if part else ():
            if name not in _BASES:
                return None
            found = times(found, base(name)) if up else over(found, base(name))
    return found if above else None


def unit_of_field(field: Field) -> Unit | None:
    """The unit of a figure of the fact schema; None for what is no figure."""
    if field.type == "money":
        return unit_of(field.unit or MONEY)
    if field.type == "area":
        return unit_of(field.unit or AREA)
    if field.type == "year":
        return base(YEAR)
    if field.type == "rate":
        return unit_of(field.unit) or PLAIN
    if field.type == "count":
        return unit_of(field.unit) or PLAIN
    return None


def unit_of_literal(spelling: str) -> Unit | None:
    """The unit that a number is written with; None for a plain number, which fits everything."""
    if spelling.endswith(MONEY):
        return SOME_YUAN
    return PLAIN if spelling.endswith(("%", "‰")) else None


def times(a: Unit, b: Unit) -> Unit:
    """The unit of a product."""
    return _merged(a, b, 1)


def over(a: Unit, b: Unit) -> Unit:
    """The unit of a quotient."""
    return _merged(a, b, -1)


def _merged(a: Unit, b: Unit, sign: int) -> Unit:
    powers = dict(a.powers)
    for name, power in b.powers:
        powers[name] = powers.get(name, 0) + sign * power
    kept = tuple(sorted((name, power) for name, power in powers.items() if power))
    return Unit(kept, a.open or b.open)


def differ(a: Unit, b: Unit) -> bool:
    """Whether figures of two units can never be compared or added: one has money in it that the other has not, or an
    area. People, things, months and ratios are counted together freely and are told apart by nobody."""
    if a.power(MONEY) != b.power(MONEY):
        return True
    return not a.open and not b.open and a.power(AREA) != b.power(AREA)


def together(a: Unit, b: Unit) -> Unit:
    """The unit of either of two figures that can be compared: what is sure of both."""
    if a.powers == b.powers:
        return Unit(a.powers, a.open and b.open)
    if a.open != b.open:
        return b if a.open else a
    sure = tuple((name, power) for name, power in a.powers if b.power(name) == power)
    return Unit(sure, open=True)


def contradicts(unit: Unit, written: str) -> bool:
    """Whether a figure as written cannot have a unit: `30%` of money, `1000万元` of a ratio, `3年` of months."""
    found = _SUFFIX.search(written)
    if found is None:
        return False
    if found["ratio"]:
        return bool(unit.powers)
    own = MONEY if found["base"].endswith(MONEY) else found["base"]
    return unit.power(own) != 1
