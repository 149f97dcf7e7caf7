"""Plans told as changes, barriers as obstacles: names, figures in their units, departments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, DecimalException

from yanlian.engine.dossier import RecordKind
from yanlian.engine.dossier.row import UNDELIVERED, feel_value
from yanlian.engine.dossier.schema import Field
from yanlian.engine.feel import ast
from yanlian.engine.policy.model import Definition
from yanlian.engine.policy.near.env import Env, Values
from yanlian.engine.policy.near.fixed import ChangeKind, is_past
from yanlian.engine.policy.near.measure import added_to, edit_kind, is_delivered, is_late, measured, stored_at
from yanlian.engine.policy.near.plan import Edit, Plan
from yanlian.engine.policy.near.smallest import Tight
from yanlian.engine.policy.near.standing import Barrier, Stage, Standing
from yanlian.engine.policy.near.told import Asked, Change, Obstacle, Way
from yanlian.engine.policy.outcome import Outcome
from yanlian.engine.policy.result import plain_number

# From what is easiest to bring about to what is not possible at all.
_HARDER: tuple[ChangeKind, ...] = ("supply", "wait", "improve", "cannot")
_ORDERED = frozenset({"<", "<=", ">", ">="})
_DEEPEST = 12
# Of what a share is told: sums of money and numbers of people, not factors.
_LEAST_WHOLE = 2
_QUANTITIES = frozenset({"money", "count", "area"})


def way_of(stage: Stage, plan: Plan, tight: Tight, outcome: Outcome) -> Way:
    """A plan that does, told as a way."""
    changes = tuple(_changes(stage, plan, tight))
    kind = max((one.kind for one in changes), key=_HARDER.index)
    return Way(kind, changes, outcome.kind, outcome.amount_fen, measured(stage, plan)[3], plan)


def _changes(stage: Stage, plan: Plan, tight: Tight) -> Iterator[Change]:
    added = {edit.record for edit in plan.edits if stored_at(stage, edit) is None}
    for key in sorted(plan.deliveries - added_to(stage, plan)):
        kind = stage.schema.records[key]
        needed = "record" if key in added else ""
        yield Change("supply", "delivery", kind.zh, kind.en, holder=kind.holder, needed=needed)
    groups: dict[tuple[str, int | None], list[Edit]] = {}
    for edit in plan.edits:
        groups.setdefault(edit.place[:2], []).append(edit)
    for edits in groups.values():
        stored = stored_at(stage, edits[0])
        if stored is None:
            yield _added(stage, edits)
        else:
            yield from (_changed(stage, edit, stored, exact=edit.place in tight) for edit in edits)


def shrinks(way: Way) -> bool:
    """Whether a way asks somebody to have less of a figure."""
    return any(
        change.kind == "improve" and change.what == "field" and change.type in _QUANTITIES and change.op in {"<", "<="}
        for change in way.changes
    )


def _changed(stage: Stage, edit: Edit, stored: Mapping[str, object], *, exact: bool) -> Change:
    kind = stage.schema.records[edit.record]
    field = kind.fields[edit.field]
    present = stored.get(edit.field, UNDELIVERED)
    needed, op = _needed(field, edit)
    return Change(
        kind=edit_kind(stage, edit, stored),
        what="field",
        fact=f"{kind.zh}.{field.zh}",
        fact_en=f"{kind.en}: {field.en}",
        record_key=_key_text(kind, stored),
        holder=kind.holder,
        present=written(field, present),
        op=op,
        needed=needed,
        difference=_difference(field, present, edit.value),
        unit=field.unit_shown,
        type=field.type,
        calibre=field.calibre,
        exact=exact,
        example=edit.free,
        past=is_past(kind, stored, stage.as_of),
    )


def _key_text(kind: RecordKind, stored: Mapping[str, object]) -> str:
    values = (stored.get(key) for key in kind.key_fields)
    return " ".join(str(value) for value in values if value is not None and value is not UNDELIVERED)


def _added(stage: Stage, edits: list[Edit]) -> Change:
    kind = stage.schema.records[edits[0].record]
    late = any(is_late(stage, edit) for edit in edits)
    who: ChangeKind = "cannot" if late else "improve" if is_delivered(stage, kind.key) else "supply"
    values = {edit.field: edit.value for edit in edits}
    order = list(kind.fields)
    edits = sorted(edits, key=lambda edit: order.index(edit.field))
    return Change(
        kind=who,
        what="record",
        fact=kind.zh,
        fact_en=kind.en,
        holder=kind.holder,
        past=is_past(kind, values, stage.as_of),
        fields=tuple(_asked(kind, edit) for edit in edits if _is_telling(kind, edit)),
    )


def _is_telling(kind: RecordKind, edit: Edit) -> bool:
    """What the record must say: not the key that it will have anyway, nor what is merely empty."""
    return not edit.free


def _asked(kind: RecordKind, edit: Edit) -> Asked:
    field = kind.fields[edit.field]
    needed, op = _needed(field, edit)
    return Asked(field.zh, field.en, op, needed, field.unit_shown, field.type, edit.free)


def _needed(field: Field, edit: Edit) -> tuple[str, str]:
    """What is asked of a field: the border that a rule names where the operator is strict, else the value itself."""
    border = None if field.type == "year" else edit.border
    if edit.op in {"<", ">"} and isinstance(border, Decimal) and feel_value(field, edit.value) != border:
        exact = border.scaleb(field.scale)
        if exact == exact.to_integral_value():
            return plain_number(border), edit.op
    if edit.op in {"<", ">"} and type(border) is date:
        return border.isoformat(), edit.op
    op = "=" if field.type == "year" else {"<": "<=", ">": ">=", "!=": "="}.get(edit.op, edit.op)
    return written(field, edit.value), op


def written(field: Field, stored: object) -> str:
    """A stored value as plain text, in the unit of the field; empty for what is not there."""
    if stored is None or stored is UNDELIVERED:
        return ""
    value = feel_value(field, stored)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_number(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _difference(field: Field, present: object, needed: object) -> str:
    if isinstance(present, bool) or isinstance(needed, bool):
        return ""
    if isinstance(present, int) and isinstance(needed, int):
        found = feel_value(field, abs(needed - present))
        return plain_number(found) if isinstance(found, Decimal) else ""
    if isinstance(present, date) and isinstance(needed, date):
        return str(abs((needed - present).days))
    return ""


# Obstacles


def obstacles_of(stage: Stage, standing: Standing) -> tuple[Obstacle, ...]:
    """What is in the way, in the order in which it is asked."""
    return tuple(_obstacle(standing, barrier) for barrier in standing.barriers)


def _obstacle(standing: Standing, barrier: Barrier) -> Obstacle:
    text = barrier.test.source.when.text if barrier.test is not None else ""
    share = None
    if barrier.test is not None and standing.draft is not None and standing.draft.scope is not None:
        share = _share(Values(), barrier.test.expression.compiled.ast, Env(standing.draft.scope), 0)
    return Obstacle(barrier.kind, barrier.verdict, barrier.label, barrier.article, text, share)


def _share(values: Values, node: ast.Expression, env: Env, depth: int) -> tuple[str, str] | None:
    """Of a comparison that fails and asks for a share of something (a >= b * 5 %, a / b >= 5 %): the share that is
    there and the share that is needed, in per cent."""
    if depth > _DEEPEST or values.of(node, env) is True:
        return None
    if isinstance(node, ast.Logic):
        return _share(values, node.left, env, depth + 1) or _share(values, node.right, env, depth + 1)
    if isinstance(node, ast.Name):
        item = env.item_of(node.name)
        if item is not None and isinstance(item.source, Definition) and item.expression is not None:
            return _share(values, item.expression.compiled.ast, env.at_home(item), depth + 1)
    if not isinstance(node, ast.Compare) or node.op not in _ORDERED:
        return None
    for one, other in ((node.left, node.right), (node.right, node.left)):
        found = _of_product(values, one, other, env)
        if found is not None:
            return found
    return None


def _of_product(values: Values, amount: ast.Expression, product: ast.Expression, env: Env) -> tuple[str, str] | None:
    held = values.of(amount, env)
    if not isinstance(product, ast.Arithmetic) or product.op != "*" or not isinstance(held, Decimal):
        return None
    for base, rate in ((product.left, product.right), (product.right, product.left)):
        whole, part = values.of(base, env), values.of(rate, env)
        if isinstance(whole, Decimal) and isinstance(part, Decimal) and 0 < part <= 1 and whole >= _LEAST_WHOLE:
            try:
                return _percent(held / whole), _percent(part)
            except DecimalException:
                return None
    return None


def _percent(ratio: Decimal) -> str:
    """In per cent, cut off (never rounded up to a border that is not reached) at two decimals, more where needed."""
    percent = ratio * 100
    for places in ("0.01", "0.0001", "0.000001"):
        cut = percent.quantize(Decimal(places), rounding="ROUND_DOWN")
        if cut:
            return plain_number(cut)
    return plain_number(cut)
