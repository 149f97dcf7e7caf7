"""From an outcome to money: rounds, entitlements, publicity, objections, payments. May import ledger and policies.

Start reading at `machine.VERBS`: every verb with the states it starts from, the state it ends in, and who may do it.
"""
