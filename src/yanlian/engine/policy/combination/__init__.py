"""Clauses that may not be paid together, and the best lawful combination of what one beneficiary could have.

The way: `exclusion` (what a pack says) → `read_exclusions` → `resolve` (ids become clauses, contradictions are faults);
per beneficiary `choose` → `claims` (what is taken or left as a whole) → `weigh` (what a combination comes to after
stacking and caps, in fen) → `search` (exact). May import what engine.policy imports. Start reading at `choose.choose`.
"""
