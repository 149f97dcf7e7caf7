"""What a careful colleague would say about a policy pack that runs: lawful, sound, deliverable.

One module a family of findings; each takes a `Review` and notes what it finds with a code of base/refusals/lint.yaml:
`documents` (dates, sources, repealed texts), `cases` (borders nobody tried), `borders` (gates against tables), `words`
(以上 against `>`), `steps` (amounts that fall where they should rise), `cliffs` (one yuan more loses money), `held`
(facts and evidence that nobody holds), `doubled` (two clauses for one event), `fair` (fair-competition review), `modes`
(what may go out without application, computed in `delivery`). `accepted` answers findings with the pack's own reasons.
May import everything of engine.policy but `check`. Every code with an example: docs/reference/lint.md. Start reading at
`review.review_packs`.
"""

from yanlian.engine.policy.lint.held import delivered_in
from yanlian.engine.policy.lint.review import review_folder, review_folders, review_packs

__all__ = ["delivered_in", "review_folder", "review_folders", "review_packs"]
