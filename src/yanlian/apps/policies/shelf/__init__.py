"""政策库: full-text search over clauses, and documents, parameters and clauses as they stand on a day.

The index is made in memory of the packs of a day (`index`), so it needs nothing of the database; the pages are
`clauses` in `apps/policies/pages.py`, and `documents` and `parameters` here. Start reading at `index.ClauseIndex`.
"""
