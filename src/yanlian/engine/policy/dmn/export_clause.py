"""A clause as decisions: does it apply, each rule, the amount step by step, the verdict; and a service around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yanlian.engine.dossier import RecordKind
from yanlian.engine.feel import ast, print_expression
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.policy.compiled import CompiledClause, CompiledTest, Expression
from yanlian.engine.policy.dmn.export_amount import amount_expression, raw_expression
from yanlian.engine.policy.dmn.export_facts import as_of, entity_input, record_type, year_as_of
from yanlian.engine.policy.dmn.export_shelf import word
from yanlian.engine.policy.dmn.export_site import Namer, Site, mark
from yanlian.engine.policy.dmn.export_tables import constant_text, literal
from yanlian.engine.policy.dmn.marks import MADE, mark_of, marked
from yanlian.engine.policy.naming import Kind
from yanlian.engine.policy.outcome import ONCE, ZERO_AMOUNT

VERDICT, ALL_VERDICTS, IN_FORCE = "结论", "全部结论", "文件有效"
OUTCOME_TYPE = "t结论"
_KINDS = {"gate": "门槛", "veto": "否决", "condition": "条件"}


@dataclass(slots=True)
class ClauseMaker:
    """Puts one clause on the shelf. `prefix` begins the names of everything that is the clause's own."""

    namer: Namer
    clause: CompiledClause
    prefix: str
    # Where the event's own date, list and window stand: parameters are those of the as-of date there.
    early: Site
    site: Site
    members: Kind = None

    def name(self, part: str) -> str:
        """The name of one of the clause's own elements."""
        return f"{self.prefix}_{part}"

    def decide(
        self,
        part: str,
        logic: dmn.BoxedExpression,
        uses: dict[str, None],
        type_ref: str = "",
        *,
        label: str = "",
        told: str = "",
        authority: str = "",
        question: str = "",
    ) -> str:
        """Put a decision on the shelf."""
        shelf = self.namer.shelf
        name = shelf.claim(self.name(part))
        needs = shelf.requirements(uses, authority)
        text = told if mark_of(told) else marked(told, self.mark(MADE, part, logic=logic))
        shelf.decisions[name] = dmn.Decision(
            name, logic, type_ref, needs, question, id=name, label=label or part, description=text
        )
        return name

    def text(self, expression: Expression, uses: dict[str, None], site: Site | None = None) -> str:
        """A formula of the clause in standard FEEL."""
        return self.namer.told(expression, site or self.site, uses)[0]

    def mark(self, *path: str, logic: dmn.BoxedExpression) -> dict[str, object]:
        """The mark of an element that says one part of the clause."""
        return mark((*self.clause.home.key, *path), logic)


@dataclass(frozen=True, slots=True)
class Parts:
    """Names of the decisions that a verdict is made of."""

    applies: str
    checks: str
    matter: str
    period: str
    day: str = ""
    amount: str = ""
    result: str = ""


def export_clause(namer: Namer, clause: CompiledClause) -> None:
    """All elements of a clause. Raises `Untold` when it says what standard FEEL cannot."""
    maker = _maker(namer, clause)
    day = _event_day(maker)
    authority = namer.source(clause.source.article)
    period, matter = _period(maker, day), _matter(maker, day)
    applies = _applies(maker, day)
    checks = _checks(maker, authority)
    amount = _amount(maker, matter, period)
    result = ""
    if clause.result is not None:
        uses: dict[str, None] = {}
        logic = literal(maker.text(clause.result, uses))
        result = maker.decide("结果", logic, uses, told=marked("", maker.mark("result", logic=logic)))
    parts = Parts(applies, checks, matter, period, day, amount, result)
    _eligible(maker, parts)
    verdict = _verdict(maker, parts, authority)
    _service(maker, verdict)


def _maker(namer: Namer, clause: CompiledClause) -> ClauseMaker:
    prefix = word(clause.id)
    day = as_of(namer.shelf)
    bare = Site(clause.home, day, clause)
    event = clause.event
    if event is None or clause.source.event is None:
        return ClauseMaker(namer, clause, prefix, bare, bare)
    _, kind = namer.told(event.each, bare, {})
    name = _event_input(namer, clause.source.event.name, kind)
    names = {clause.source.event.name: (name, kind), "事件": (name, kind)}
    early = Site(clause.home, day, clause, names)
    own_day = f"{prefix}_事件日"
    later = own_day if clause.source.parameters_on == "event" else day
    site = Site(clause.home, later, clause, {**names, "事件日": (own_day, None)})
    return ClauseMaker(namer, clause, prefix, early, site, kind)


def _event_input(namer: Namer, name: str, kind: Kind) -> str:
    """The input that is one event. Clauses that call theirs the same share it when it is of the same kind."""
    shelf = namer.shelf
    of = record_type(shelf, kind) if isinstance(kind, RecordKind) else ""
    plain = word(name)
    found = shelf.inputs.get(plain)
    if found is None or found.type_ref != of:
        plain = shelf.claim(name, of.removeprefix("t") or "事件")
        told = "一个事件：每个事件各算一次 one event, each judged on its own"
        shelf.inputs[plain] = dmn.InputData(plain, of, id=plain, label=name, description=told)
    return plain


# Event, period, matter


def _event_day(maker: ClauseMaker) -> str:
    event = maker.clause.event
    if event is None:
        return ""
    uses: dict[str, None] = {}
    logic = literal(maker.text(event.date, uses, maker.early))
    return maker.decide("事件日", logic, uses, "date", told=marked("", maker.mark("event", "date", logic=logic)))


def _period(maker: ClauseMaker, day: str) -> str:
    clause, uses = maker.clause, dict[str, None]()
    if clause.period is not None:
        text = f"string({maker.text(clause.period, uses)})"
    elif clause.source.period.text == ONCE:
        text = constant_text(ONCE)
    elif day:
        text = f"string({day}.year)"
        uses[day] = None
    else:
        year = year_as_of(maker.namer.shelf)
        text = f"string({year})"
        uses[year] = None
    return maker.decide("年度", literal(text), uses, "string")


def _matter(maker: ClauseMaker, day: str) -> str:
    clause, uses = maker.clause, dict[str, None]()
    event = clause.event
    text = '""'
    if event is not None and event.matter is not None:
        text = f"string({maker.text(event.matter, uses)})"
    elif event is not None:
        assert clause.source.event is not None
        one = maker.site.events[clause.source.event.name][0]
        uses[day] = None
        text = f"string({day})"
        if isinstance(maker.members, RecordKind) and maker.members.key_fields:
            uses[one] = None
            keys = ", ".join(f"string({one}.{maker.members.fields[key].zh})" for key in maker.members.key_fields)
            text = f'if count([{keys}][item != null]) > 0 then string join([{keys}][item != null], " ") else {text}'
    return maker.decide("事项", literal(text), uses, "string")


def _applies(maker: ClauseMaker, day: str) -> str:
    clause, uses = maker.clause, dict[str, None]()
    shelf = maker.namer.shelf
    kind = entity_input(shelf, maker.namer.schema.entity["kind"])
    uses[kind] = None
    subjects = ", ".join(constant_text(one) for one in clause.source.subject)
    tests = [f"{kind} in ({subjects})"]
    event, source = clause.event, clause.source.event
    if event is not None and source is not None:
        uses |= {day: None, as_of(shelf): None}
        tests += [f"{day} != null", f"{day} <= {as_of(shelf)}"]
        document = clause.document.source
        first, last = _literal_date(document.valid_from), _literal_date(document.valid_to)
        if source.window:
            first, last = (
                maker.text(one, uses, maker.early) if one is not None else ""
                for one in (event.window_from, event.window_to)
            )
        tests += [f"{day} >= {_in_brackets(first)}"] if first else []
        tests += [f"{day} <= {_in_brackets(last)}"] if last else []
        if event.where is not None:
            tests.append(f"({maker.text(event.where, uses)}) = true")
    return maker.decide(
        "适用", literal(" and ".join(tests)), uses, "boolean", told="主体、事件、期间 does it apply at all"
    )


def _literal_date(day: date | None) -> str:
    return "" if day is None else f'date("{day.isoformat()}")'


def _in_brackets(text: str) -> str:
    return text if text.startswith('date("') and text.endswith('")') else f"({text})"


# Rules


def _checks(maker: ClauseMaker, authority: str) -> str:
    """All rules with their verdicts, as one relation: label, kind, article, passed."""
    uses: dict[str, None] = {}
    rows: list[tuple[dmn.BoxedExpression, ...]] = []
    for test in maker.clause.tests:
        name = _test(maker, test, authority)
        uses[name] = None
        rows.append(_row(test.source.label, _KINDS[test.kind], test.source.article, name, veto=test.kind == "veto"))
    first = maker.clause.first_time
    if first is not None and maker.clause.source.first_time is not None:
        own: dict[str, None] = {}
        text = maker.text(first, own)
        logic = literal(f"count({text}) = 0")
        label = maker.clause.source.first_time.label
        name = maker.decide("首次", logic, own, "boolean", label=label)
        uses[name] = None
        rows.append(_row(label, "首次", "", name, veto=False))
    columns = tuple(dmn.Parameter(name, kind) for name, kind in _COLUMNS)
    logic_all: dmn.BoxedExpression = dmn.Relation(columns, tuple(rows)) if rows else dmn.BoxedList(())
    return maker.decide("检查", logic_all, uses, told="全部规则 every rule with its verdict")


_COLUMNS = (("规则", "string"), ("类别", "string"), ("条文", "string"), ("通过", "boolean"))


def _row(label: str, kind: str, article: str, name: str, *, veto: bool) -> tuple[dmn.BoxedExpression, ...]:
    return (
        literal(print_expression(ast.String(label))),
        literal(constant_text(kind)),
        literal(print_expression(ast.String(article))),
        literal(f"not({name})" if veto else name),
    )


def _test(maker: ClauseMaker, test: CompiledTest, authority: str) -> str:
    """The decision of a rule; one that clauses inherit is made once as long as it says the same."""
    uses: dict[str, None] = {}
    logic = literal(maker.text(test.expression, uses))
    shelf = maker.namer.shelf
    home = maker.clause.home.key if not test.inherited else maker.clause.document.home.key
    part = {"gate": "gates", "veto": "vetoes", "condition": "conditions"}[test.kind]
    path = (*home, *(("rules",) if test.inherited else ()), part, test.source.label)
    told = marked(f"{_KINDS[test.kind]}：{test.source.label}", mark(path, logic))
    if not test.inherited:
        label = test.source.label
        return maker.decide(label, logic, uses, "boolean", label=label, told=told, authority=authority)
    for name, one in shelf.decisions.items():
        if one.description == told:
            return name
    name = shelf.claim(test.source.label, maker.clause.id)
    needs = shelf.requirements(uses, maker.namer.source(test.source.article))
    shelf.decisions[name] = dmn.Decision(
        name, logic, "boolean", needs, id=name, label=test.source.label, description=told
    )
    return name


# Amount


def _amount(maker: ClauseMaker, matter: str, period: str) -> str:
    clause = maker.clause
    if clause.amount is None and not clause.parts:
        return ""
    uses: dict[str, None] = {}
    logic = raw_expression(clause, lambda one: maker.text(one, uses))
    path = ("amount",) if clause.amount is not None else ("parts",)
    raw = maker.decide("算得金额", logic, uses, "number", told=marked("", maker.mark(*path, logic=logic)))
    own: dict[str, None] = {raw: None}

    def paid() -> str:
        """What was paid before, without the payment of this very outcome."""
        kind = maker.namer.schema.record("兑付记录")
        payments = maker.namer.told_record(kind, own)
        own.update({matter: None, period: None})
        same = f'(事项 = {matter} or (事项 = null and {matter} = ""))'
        own_payment = f'{same} and ({period} = "once" or string(所属年度) = {period})'
        clause_id = constant_text(clause.id)
        earlier = f'{payments}[条款 = {clause_id} and 级别 = "区级" and not({own_payment})].金额'
        return f"(if {payments} = null then null else sum(append({earlier}, 0)))"

    steps = amount_expression(clause, raw, lambda one: maker.text(one, own), paid)
    told = f"封顶、加成、扣减之后，按{clause.rounding.to}取整（{clause.rounding.mode}）；元"
    return maker.decide("金额", steps, own, "number", told=told)


def _eligible(maker: ClauseMaker, parts: Parts) -> str:
    uses = dict.fromkeys([parts.applies, parts.checks])
    tests = [parts.applies, f"(every 项 in {parts.checks} satisfies 项.通过)"]
    if parts.amount:
        uses[parts.amount] = None
        tests.append(f"{parts.amount} > 0")
    if parts.result:
        uses[parts.result] = None
        tests.append(f"{parts.result} != null")
    text = " and ".join(tests)
    if maker.clause.source.manual:
        text = f"if ({text}) = false then false else null"
    question = f"{maker.clause.source.title}：是否符合？"
    return maker.decide("合格", literal(text), uses, "boolean", question=question)


def _verdict(maker: ClauseMaker, parts: Parts, authority: str) -> str:
    clause = maker.clause
    uses = dict.fromkeys(name for name in (parts.applies, parts.checks, parts.matter, parts.period) if name)
    uses |= dict.fromkeys(name for name in (parts.day, parts.amount, parts.result) if name)
    failed = f"{parts.checks}[通过 = false].规则"
    if parts.amount:
        zero = print_expression(ast.String(ZERO_AMOUNT))
        failed = f"if count({failed}) = 0 and {parts.amount} <= 0 then [{zero}] else {failed}"
    doubts = [f"{parts.applies} = null", f"count({parts.checks}[通过 = null]) > 0"]
    doubts += [f"{one} = null" for one in (parts.amount, parts.matter, parts.period, parts.result) if one]
    doubt = " or ".join(doubts) if not clause.source.manual else "true"
    kind = (
        f'if {parts.applies} = false then "not_applicable" else if count(未通过) > 0 then "not_eligible" '
        f'else if {doubt} then "manual" else "eligible"'
    )
    entries = [
        ("条款", constant_text(clause.id), "string"),
        ("事项", f'if {parts.matter} = null then "" else {parts.matter}', "string"),
        ("年度", parts.period, "string"),
        ("事件日", parts.day or "null", "date"),
        ("未通过", failed, ""),
        (VERDICT, kind, "string"),
        ("金额", f'if {VERDICT} = "eligible" then {parts.amount} else 0' if parts.amount else "0", "number"),
        ("结果", parts.result or "null", ""),
    ]
    logic = dmn.BoxedContext(tuple(dmn.ContextEntry(name, literal(text), type_ref) for name, text, type_ref in entries))
    told = "；".join(part for part in (clause.source.text, clause.source.manual) if part)
    question = f"{clause.source.title}：结论与金额？"
    return maker.decide(
        VERDICT, logic, uses, OUTCOME_TYPE, told=told, authority=authority, label=clause.source.title, question=question
    )


# Around it


def _service(maker: ClauseMaker, verdict: str) -> None:
    shelf, clause = maker.namer.shelf, maker.clause
    decisions, inputs = shelf.below(verdict)
    service = shelf.claim(maker.prefix)
    shelf.services[service] = dmn.DecisionService(
        service,
        outputs=(f"#{verdict}",),
        encapsulated=tuple(f"#{name}" for name in decisions),
        input_data=tuple(f"#{name}" for name in inputs),
        type_ref=OUTCOME_TYPE,
        id=service,
        label=f"{clause.id} {clause.source.title}",
        description=f"{clause.id} {clause.source.title}：一个事件的结论 the verdict on one event",
    )
    uses: dict[str, None] = dict.fromkeys([IN_FORCE])
    own = ""
    each = "[null]"
    if clause.event is not None and clause.source.event is not None:
        own = maker.site.events[clause.source.event.name][0]
        each = maker.text(clause.event.each, uses, Site(clause.home, as_of(shelf), clause))
    uses |= dict.fromkeys([*(name for name in inputs if name != own), service])
    arguments = ", ".join(f"{name}: {'本条' if name == own else name}" for name in inputs)
    entries = [("各事件", each), ("各结论", f"for 本条 in 各事件 return {service}({arguments})")]
    if own:
        order = "甲.事件日 < 乙.事件日 or (甲.事件日 = 乙.事件日 and 甲.事项 < 乙.事项)"
        entries[1] = (entries[1][0], f"if 各事件 = null then [] else {entries[1][1]}")
        entries.append(("依次", f'sort(各结论[结论 != "not_applicable"], function(甲, 乙) {order})'))
        first = "for 号 in distinct values(for 项 in 依次 return [项.事项, 项.年度]) return"
        one = "依次[item.事项 = 号[1] and item.年度 = 号[2]][1]"
        entries.append(("", f"if {IN_FORCE} then ({first} {one}) else []"))
    else:
        entries.append(("", f'if {IN_FORCE} then 各结论[结论 != "not_applicable"] else []'))
    logic = dmn.BoxedContext(tuple(dmn.ContextEntry(name, literal(text)) for name, text in entries))
    told = "每个事件一个结论；同一事项同一年度只算最早的一个 one verdict for each event, the first of each matter"
    maker.decide(ALL_VERDICTS, logic, uses, told=told, label=f"{clause.id} {ALL_VERDICTS}")
