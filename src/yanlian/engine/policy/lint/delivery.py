"""What may go out without application: six tests of each clause, the mode that follows, and the reasons.

The tests are those that places which pay without application publish: a clear beneficiary, a recorded recognition, a
fixed amount or closed formula, a document in force (通城); data for comparison complete (四川); not competitive, on
objective data (佛山). "Without application" is about the payment: a title is still applied for where it is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast

from yanlian.base.refusal import Language
from yanlian.base.written import read_yaml
from yanlian.engine.dossier import RecordKind, load_schema
from yanlian.engine.policy.compiled import CompiledClause
from yanlian.engine.policy.lint.held import undelivered
from yanlian.engine.policy.lint.notes import Review
from yanlian.engine.policy.lint.reads import MONEY, Read
from yanlian.engine.policy.model import Delivery
from yanlian.engine.policy.settlement.rules import Quota, Settling

TestName = Literal["beneficiary", "recognition", "formula", "in_force", "data", "objective"]
# From the loosest: nobody does anything; the beneficiary clicks; a case is handled; a person decides.
ORDER: Sequence[Delivery] = ("AUTO", "INSTANT", "APPLY", "MANUAL")
_OWN = frozenset({"event", "gate", "condition", "amount", "cap", "factor", "result"})


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in both languages."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """In one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Test:
    """One test: whether it is passed, on what grounds, and why not."""

    name: TestName
    passed: bool
    reasons: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """How a clause may be delivered. `mode` follows from the tests other than that of the document's validity;
    `sources`: the records that decide, each with its holder; `written`: what the pack says."""

    clause: CompiledClause
    mode: Delivery
    tests: tuple[Test, ...]
    sources: tuple[Said, ...]

    @property
    def written(self) -> Delivery:
        """The pack's own word."""
        return self.clause.source.delivery

    @property
    def listed(self) -> bool:
        """Whether it goes on the list of what is paid without application: it pays, all six tests are passed, and the
        pack does not say otherwise."""
        is_auto = self.mode == "AUTO" and self.written == "AUTO"
        return is_auto and not self.clause.source.gate_only and all(test.passed for test in self.tests)

    @property
    def against(self) -> tuple[Said, ...]:
        """Why it does not go out without application, as far as the tests say."""
        return tuple(reason for test in self.tests if not test.passed for reason in test.reasons)


def assess(review: Review, clause: CompiledClause) -> Assessment:
    """The tests of one clause on the review's day (without a day the dates of the document are not looked at)."""
    own = [one for one in review.reads(clause) if one.role in _OWN and not (one.inherited and one.role == "gate")]
    deciding = [one for one in own if not one.inherited]
    tests = (
        _beneficiary(clause),
        _recognition(review, clause, deciding),
        _formula(clause),
        _in_force(review, clause),
        _data(review, own),
        _objective(review, clause),
    )
    return Assessment(clause, _mode(tests, deciding), tests, _sources(review, deciding))


def _mode(tests: Sequence[Test], deciding: Sequence[Read]) -> Delivery:
    failed = {test.name for test in tests if not test.passed}
    if "formula" in failed:
        return "MANUAL"
    if failed & {"beneficiary", "data", "objective"} or any(_is_request(one.record) for one in deciding):
        return "APPLY"
    return "INSTANT" if "recognition" in failed else "AUTO"


def _test(name: TestName, against: Sequence[Said], grounds: Said) -> Test:
    return Test(name, not against, tuple(against) or (grounds,))


def _beneficiary(clause: CompiledClause) -> Test:
    source = clause.source
    against: list[Said] = []
    if source.manual and clause.event is None:
        against.append(Said("没有触发事项，数据里点不出受益者", "nothing triggers it, so data name no beneficiary"))
    return _test("beneficiary", against, Said("受益者由登记的主体和事项确定", "registered entities and events name it"))


def _recognition(review: Review, clause: CompiledClause, deciding: Sequence[Read]) -> Test:
    against: list[Said] = []
    rules = _rules()
    for record in {one.record.key: one.record for one in deciding}.values():
        holder_zh, holder_en = _holder(review, record, "zh"), _holder(review, record, "en")
        if _is_request(record):
            zh, en = f"“{record.zh}”本身就是申请", f"{record.zh} is an application itself"
        elif record.key in rules["submitted"]:
            zh = f"“{record.zh}”由企业提交、{holder_zh}核验"
            en = f"{record.zh} is handed in by the firm and verified by the {holder_en}"
        elif record.key in rules["consent"]:
            zh, en = f"{holder_zh}的“{record.zh}”须经本人授权", f"{record.zh} of the {holder_en} needs authorisation"
        else:
            continue
        against.append(Said(zh, en))
    own = [one.data for one in clause.source.evidence if one.held_by == "self"]
    against += [Said(f"“{one}”只有企业自己有", f"only the beneficiary has: {one}") for one in own]
    figures = {
        one.name
        for one in deciding
        if one.role in MONEY and one.record.key in rules["protected"] and one.field and one.field.type == "money"
    }
    if figures:
        named = "、".join(sorted(figures))
        against.append(
            Said(f"金额要用到“{named}”的具体数字，须经企业书面同意", f"the figure itself needs consent: {named}")
        )
    return _test("recognition", against, _recorded(review, clause, deciding))


def _recorded(review: Review, clause: CompiledClause, deciding: Sequence[Read]) -> Said:
    """By whom the trigger, or the figures, are recorded."""
    triggers = [one.record for one in deciding if one.role == "event"] or [one.record for one in deciding]
    records = {one.key: one for one in triggers}
    named = [f"{_holder(review, one, 'zh')}的“{one.zh}”" for one in records.values()]
    english = [f"{one.zh} of the {_holder(review, one, 'en')}" for one in records.values()]
    if not named:
        return Said("只看登记信息", "registration alone decides")
    kind = "事项由部门登记" if clause.event else "以部门掌握的数据为准"
    return Said(f"{kind}：{'、'.join(named)}", f"recorded by departments: {', '.join(english)}")


def _formula(clause: CompiledClause) -> Test:
    source = clause.source
    against = [Said(f"由人决定：{source.manual}", f"a person decides: {source.manual}")] if source.manual else []
    if source.gate_only:
        return _test("formula", against, Said("只认定资格，不付款", "a qualification without money"))
    fixed = all(
        one is not None and one.constant is not None for one in (clause.amount, *(p.amount for p in clause.parts))
    )
    grounds = Said("定额", "a fixed amount") if fixed else Said("金额由公式或标准表算出", "a closed formula or table")
    return _test("formula", against, grounds)


def _in_force(review: Review, clause: CompiledClause) -> Test:
    document = clause.document.source
    against: list[Said] = []
    if document.status != "in_force":
        against.append(Said(f"文件状态为 {document.status}", f"the document's status is {document.status}"))
    elif review.day is not None and not document.in_force_on(review.day):
        until = document.payable_until or document.valid_to
        span = f"{document.valid_from} – {until or ''}"
        against.append(Said(f"文件不在有效期内（{span}）", f"the document is not in force ({span})"))
    return _test("in_force", against, Said("文件现行有效", "the document is in force"))


def _data(review: Review, reads: Sequence[Read]) -> Test:
    lacking: dict[str, list[Read]] = {}
    for one in undelivered(review, reads, load_schema()).values():
        lacking.setdefault(one.record.key, []).append(one)
    against = [_lacking(review, several) for several in lacking.values()]
    secret = {one.record.zh for one in reads if one.record.key in _rules()["protected"]}
    note = f"（{'、'.join(sorted(secret))}可用“是否”或分档答复）" if secret else ""
    english = f" ({', '.join(sorted(secret))}: a yes or no, or a band, will do)" if secret else ""
    return _test(
        "data", against, Said(f"比对所需数据有部门提供{note}", f"departments deliver what is compared{english}")
    )


def _lacking(review: Review, reads: Sequence[Read]) -> Said:
    """What of one kind of record nobody delivers."""
    record = reads[0].record
    fields = [one.field.zh for one in reads if one.field is not None]
    named = f"{record.zh}（{'、'.join(fields)}）" if fields else record.zh
    holder_zh, holder_en = _holder(review, record, "zh"), _holder(review, record, "en")
    return Said(f"{holder_zh}尚未提供“{named}”", f"the {holder_en} does not deliver {named}")


def _objective(review: Review, clause: CompiledClause) -> Test:
    source = clause.source
    text = " ".join([source.title, source.text, *(one.source.label for one in clause.tests if not one.inherited)])
    words = dict.fromkeys(found.group(0) for found in _competitive().finditer(text))
    against = [
        Said(f"条文写有“{word}”，属竞争性或限额", f'the text says "{word}": competitive or rationed') for word in words
    ]
    rules = [one.source for one in review.packs.settling if clause.id in one.clauses]
    against += [_rationed(one) for one in rules if _is_competitive(one)]
    return _test("objective", against, Said("非竞争性，按客观数据判定", "not competitive, decided by objective data"))


def _is_competitive(one: Settling) -> bool:
    """Ranked places, or first come first served. One place for each household or contract is no competition, nor is a
    budget that all share in proportion."""
    if isinstance(one, Quota):
        return one.rank_by is not None or one.by is None
    return one.when_short == "order"


def _rationed(one: Settling) -> Said:
    if isinstance(one, Quota):
        return Said(f"“{one.label}”限定名额，与其他主体竞争", f"{one.label}: places for which beneficiaries compete")
    return Said(f"“{one.label}”资金不足时按顺序给", f"{one.label}: in order while the money lasts")


def _sources(review: Review, deciding: Sequence[Read]) -> tuple[Said, ...]:
    records = {one.record.key: one.record for one in deciding}
    return tuple(
        Said(f"{one.zh}（{_holder(review, one, 'zh')}）", f"{one.en} ({_holder(review, one, 'en')})")
        for one in records.values()
    )


def _holder(review: Review, record: RecordKind, language: Language) -> str:
    return review.packs.schema.holder_name(record.holder, language)


def _is_request(record: RecordKind) -> bool:
    return bool(re.search(str(_file()["request"]), record.zh))


@cache
def _file() -> Mapping[str, object]:
    text = resources.files(__package__).joinpath("delivery.yaml").read_text(encoding="utf-8")
    return cast("Mapping[str, object]", read_yaml(text))


def _rules() -> Mapping[str, Sequence[str]]:
    return cast("Mapping[str, Sequence[str]]", _file())


@cache
def _competitive() -> re.Pattern[str]:
    return re.compile("|".join(_rules()["competitive"]))
