"""The thresholds of the grades: declared in YAML, each with its source and reason; a district may override lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final, Literal, cast

import yaml

from yanlian.base.refusal import Refused
from yanlian.base.written import read_yaml
from yanlian.engine.chain.segments.quantities import QUANTITIES, QuantityId

Grade = Literal["strong", "potential", "weak", "blank", "unknown"]
# Grades that have a rule, from the best; where none holds the segment is blank.
RULED: Final[tuple[Grade, ...]] = ("strong", "potential", "weak")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line: a quantity is at least this much. `at`: its address, such as `strong.firms`."""

    at: str
    quantity: QuantityId
    at_least: float
    source: str
    because: str
    changed: bool = False  # overridden by the district


@dataclass(frozen=True, slots=True)
class Rule:
    """When a grade holds: in every group at least one comparison holds."""

    grade: Grade
    groups: tuple[tuple[Comparison, ...], ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The rules of all grades from the best down."""

    id: str
    title: str
    title_en: str
    stated: date
    rules: tuple[Rule, ...]

    def comparisons(self) -> Iterator[Comparison]:
        """Every line, in order."""
        for rule in self.rules:
            for group in rule.groups:
                yield from group

    def changed(self, values: Mapping[str, float]) -> Thresholds:
        """The same with other numbers at some addresses; the addresses must be known."""
        rules = tuple(
            replace(
                rule,
                groups=tuple(
                    tuple(replace(one, at_least=values.get(one.at, one.at_least)) for one in group)
                    for group in rule.groups
                ),
            )
            for rule in self.rules
        )
        return replace(self, rules=rules)


@cache
def default_thresholds() -> Thresholds:
    """The thresholds that the product ships with."""
    file = resources.files("yanlian.engine.chain.segments").joinpath("thresholds.yaml")
    return _whole(read_yaml(file.read_text(encoding="utf-8")), "thresholds.yaml")


def read_thresholds(file: Path, base: Thresholds | None = None) -> Thresholds:
    """Thresholds of a district: a whole file, or one that says `based_on: default` and sets single lines.

    Refused: `segment_thresholds` for a file that does not fit, with the place, what was expected and what was found.
    """
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise _refused(file.name, "-", "YAML", str(fault)) from fault
    head = _mapping(_mapping(read, file.name, "-").get("thresholds"), file.name, "thresholds")
    if "based_on" not in head:
        return _whole(read, file.name)
    if head["based_on"] != "default":
        raise _refused(file.name, "thresholds.based_on", "default", head["based_on"])
    return _overridden(base or default_thresholds(), _mapping(read, file.name, "-"), head, file.name)


def _whole(read: object, name: str) -> Thresholds:
    tree = _mapping(read, name, "-")
    head = _mapping(tree.get("thresholds"), name, "thresholds")
    _only(tree, {"thresholds", *RULED}, name, "-")
    told = _head(head, name)
    return Thresholds(*told, rules=tuple(_rule(grade, tree.get(grade), name) for grade in RULED))


def _head(head: Mapping[str, object], name: str) -> tuple[str, str, str, date]:
    stated = head.get("stated")
    if not isinstance(stated, date):
        raise _refused(name, "thresholds.stated", "2026-11-01", stated)
    texts = [_text(head, key, name, "thresholds") for key in ("id", "title", "title_en")]
    return texts[0], texts[1], texts[2], stated


def _rule(grade: Grade, read: object, name: str) -> Rule:
    groups: list[tuple[Comparison, ...]] = []
    for line in _listing(read, name, grade):
        entry = _mapping(line, name, grade)
        alternatives = _listing(entry["any"], name, f"{grade}.any") if set(entry) == {"any"} else [entry]
        groups.append(tuple(_comparison(grade, one, name) for one in alternatives))
    found = [one.at for group in groups for one in group]
    doubled = next((one for one in found if found.count(one) > 1), None)
    if doubled:
        raise _refused(name, doubled, "1 ×", f"{found.count(doubled)} ×")
    return Rule(grade, tuple(groups))


def _comparison(grade: str, read: object, name: str) -> Comparison:
    entry = _mapping(read, name, grade)
    quantity = _text(entry, "quantity", name, grade)
    if quantity not in QUANTITIES:
        raise _refused(name, grade, " | ".join(QUANTITIES), quantity)
    at = f"{grade}.{quantity}"
    _only(entry, {"quantity", "at_least", "source", "because"}, name, at)
    return Comparison(
        at,
        cast("QuantityId", quantity),
        _number(entry, name, at),
        _text(entry, "source", name, at),
        _text(entry, "because", name, at),
    )


def _overridden(base: Thresholds, tree: Mapping[str, object], head: Mapping[str, object], name: str) -> Thresholds:
    _only(tree, {"thresholds", "set"}, name, "-")
    by_address = {one.at: one for one in base.comparisons()}
    for line in _listing(tree.get("set"), name, "set"):
        entry = _mapping(line, name, "set")
        at = _text(entry, "at", name, "set")
        _only(entry, {"at", "at_least", "source", "because"}, name, at)
        if at not in by_address:
            raise _refused(name, "set", " | ".join(by_address), at)
        by_address[at] = replace(
            by_address[at],
            at_least=_number(entry, name, at),
            source=_text(entry, "source", name, at),
            because=_text(entry, "because", name, at),
            changed=True,
        )
    rules = tuple(
        replace(rule, groups=tuple(tuple(by_address[one.at] for one in group) for group in rule.groups))
        for rule in base.rules
    )
    return Thresholds(*_head(head, name), rules=rules)


def _mapping(read: object, name: str, at: str) -> Mapping[str, object]:
    if not isinstance(read, dict):
        raise _refused(name, at, "key: value", read)
    return read


def _listing(read: object, name: str, at: str) -> list[object]:
    if not isinstance(read, list) or not read:
        raise _refused(name, at, "- …", read)
    return read


def _text(entry: Mapping[str, object], key: str, name: str, at: str) -> str:
    found = entry.get(key)
    if not isinstance(found, str) or not found.strip():
        raise _refused(name, f"{at}.{key}", "text", found)
    return found.strip()


def _number(entry: Mapping[str, object], name: str, at: str) -> float:
    found = entry.get("at_least")
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < float("inf"):
        raise _refused(name, f"{at}.at_least", "0.75", found)
    return float(found)


def _only(entry: Mapping[str, object], allowed: set[str], name: str, at: str) -> None:
    for key in entry:
        if key not in allowed:
            raise _refused(name, at, " | ".join(sorted(allowed)), key)


def _refused(name: str, at: str, expected: str, found: object) -> Refused:
    return Refused("segment_thresholds", file=name, at=at, expected=expected, found=found)
