"""Terms of clawback compiled: as everything else of a clause, but they also know the payment that was made."""

from __future__ import annotations

from yanlian.engine.policy.compile import Compiler
from yanlian.engine.policy.compiled import CompiledReturn, Home
from yanlian.engine.policy.model import Clause

PAYMENT, PAYMENTS = "支付", "兑付记录"


def compile_returns(compiler: Compiler, home: Home, clause: Clause) -> tuple[CompiledReturn, ...]:
    """The terms of a clause; those with faults are left out, the faults are noted."""
    if not clause.returns:
        return ()
    if PAYMENT in home.visible:
        compiler.faults.add(clause.line, "pack_name_clash", found=PAYMENT, where=clause.id)
        return ()
    inner = Home(home.key, home.pack, home.document, home.parent, home.event_names | {PAYMENT}, home.own, home.visible)
    compiler.event_kinds[home.key, PAYMENT] = compiler.schema.names[PAYMENTS]
    found: list[CompiledReturn] = []
    for one in clause.returns:
        when = compiler.compile(one.when, inner)[0]
        share = None if one.share is None else compiler.compile(one.share, inner)[0]
        if when is not None and (one.share is None or share is not None):
            found.append(CompiledReturn(one, inner, when, share))
    return tuple(found)
