"""Near miss: for an outcome that is not eligible or unknown, the smallest changes that would make it eligible.

`search.near_miss` finds them: what stands in the way (`standing`) is read as FEEL trees, `solve` and `relate` invert
them into changes of single facts, `records` makes records that are lacking, `overlay` lays a plan of changes over the
dossier, and the reference interpreter judges every plan. Only what comes out eligible is told, so a claim is never
false. `fixed` knows what nobody can change, `wait` when time alone will do, `told` gives it as data and `near_text` as
sentences. May import what engine.policy may. Start reading at `search.near_miss`.
"""

from yanlian.engine.policy.near.near_text import render_near, sentences
from yanlian.engine.policy.near.search import near_miss
from yanlian.engine.policy.near.told import Change, NearMiss, Obstacle, Way

__all__ = ["Change", "NearMiss", "Obstacle", "Way", "near_miss", "render_near", "sentences"]
