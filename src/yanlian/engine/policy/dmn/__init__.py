"""Policy packs as DMN models and back.

`export_model` turns a policy document or a clause into a model that any engine of DMN 1.5 can run; `import_model`
turns a model into the files of a pack. May import engine.policy and engine.feel. The mapping is docs/reference/dmn.md.
Start reading at `export_model.py`, then `export_clause.py`; the way back begins in `import_model.py`.
"""

from yanlian.engine.policy.dmn.export_facts import inputs_of
from yanlian.engine.policy.dmn.export_model import Exported, export_model, model_of
from yanlian.engine.policy.dmn.import_model import import_model
from yanlian.engine.policy.dmn.import_own import Imported

__all__ = ["Exported", "Imported", "export_model", "import_model", "inputs_of", "model_of"]
