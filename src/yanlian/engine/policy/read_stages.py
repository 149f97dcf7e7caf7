"""`stages` of a clause out of its YAML: each a label with a share, an amount or what is left."""

from __future__ import annotations

from fractions import Fraction

from yanlian.base.figures import parse_figure
from yanlian.base.refusal import Refused
from yanlian.base.tree import Mapped, Scalar, Tree
from yanlian.engine.policy.model_terms import Instalment
from yanlian.engine.policy.reading import Reader, kind_name

_KEYS = ("label", "share", "amount", "when", "date", "article")
_MOST = 12


def read_stages(reader: Reader, tree: Tree | None) -> tuple[Instalment, ...]:
    """The stages; that their shares make up the whole is checked, so that every split adds up."""
    if tree is None:
        return ()
    found: list[Instalment] = []
    for item in reader.listing(tree, "stages"):
        node = reader.mapping(item, "stages", _KEYS, ("label",))
        if node is not None:
            found.append(_instalment(reader, node))
    if not 2 <= len(found) <= _MOST:
        reader.faults.add(tree.line, "pack_stages", found=f"{len(found)} stages")
    labels = [one.label for one in found]
    for one in found:
        if labels.count(one.label) > 1:
            reader.faults.add(one.line, "pack_label_twice", found=one.label, where="stages")
    return _whole(reader, tree, found)


def _instalment(reader: Reader, node: Mapped) -> Instalment:
    amount = reader.figure(node.get("amount"), "stages.amount", node.line) if node.get("amount") else None
    fen = None if amount is None else int(amount.scaleb(2))
    if amount is not None and (amount <= 0 or amount.scaleb(2) != fen):
        reader.wrong(node.line, "stages.amount", "大于零的金额 an amount above zero, in whole fen", format(amount, "f"))
    return Instalment(
        label=reader.text(node, "label"),
        share=_share(reader, node.get("share")),
        amount_fen=fen,
        when=reader.formula(node.get("when"), "stages.when"),
        date=reader.day_formula(node, "date", "stages.date"),
        article=reader.text(node, "article"),
        line=node.line,
    )


def _share(reader: Reader, tree: Tree | None) -> Fraction | None:
    """50%, 0.5 or 1/3; above nought and below one."""
    if tree is None:
        return None
    share: Fraction | None = None
    if isinstance(tree, Scalar):
        try:
            over, _, under = tree.text.partition("/")
            share = Fraction(parse_figure(over)) / (Fraction(parse_figure(under)) if under else 1)
        except (Refused, ZeroDivisionError):
            share = None
    if share is None or not 0 < share < 1 or share.denominator > 10**6:
        reader.wrong(tree.line, "stages.share", "比例 a share such as 50% or 1/3", kind_name(tree))
        return None
    return share


def _whole(reader: Reader, tree: Tree, found: list[Instalment]) -> tuple[Instalment, ...]:
    """All shares, which add up to one (a stage without a share takes what they leave), or amounts and one for what is
    left."""
    shares = [one.share for one in found if one.share is not None]
    amounts = [one for one in found if one.amount_fen is not None]
    left = [one for one in found if one.share is None and one.amount_fen is None]
    total = sum(shares, Fraction(0))
    shown = " + ".join(f"{one.label} {one.share}" for one in found if one.share is not None)
    if shares and not amounts and len(left) == 1 and total < 1:
        filled = [one if one.share is not None else _with_share(one, 1 - total) for one in found]
        return tuple(filled)
    if shares and (amounts or left or total != 1):
        reader.faults.add(tree.line, "pack_stages", found=shown)
    elif not shares and len(left) != 1:
        reader.faults.add(tree.line, "pack_stages", found=" + ".join(one.label for one in left) or "—")
    return tuple(found)


def _with_share(one: Instalment, share: Fraction) -> Instalment:
    return Instalment(one.label, share, None, one.when, one.date, one.article, one.line)
