"""What holds over all beneficiaries: budgets, quotas with ranking, and who shares the cost.

Everything else of a policy looks at one dossier; these rules look at all outcomes of a run together, after it is
finished, and only take away. `rules` (as written) → `read` → `compile` (members and formulas) → `claims` (outcomes that
compete, as columns) → `settle` (rule after rule; `buckets`, `shares` and `places` are the arithmetic) → `apply` (what
becomes of an outcome). `keys` asks the interpreter for what outcomes are ordered by, `paid` what was paid before. May
import what engine.policy may. The contract is docs/reference/settlement.md. Start reading at `settle`.
"""
