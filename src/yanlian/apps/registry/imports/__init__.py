"""Department files (CSV, XLSX) into the registry. Start reading at `importing.import_file`.

files → csv_table / xlsx_table (rows of text) → mapping and plan (which column is what) → cells and rows (values or
faults) → importing (one transaction; the writes are in registry/actions_import.py) → answers (what was refused, as a
file).
"""

from yanlian.apps.registry.imports.importing import BatchResult, Covered, Progress, import_file
from yanlian.apps.registry.imports.mapping import FileMapping, datasets, load_mapping

__all__ = ["BatchResult", "Covered", "FileMapping", "Progress", "datasets", "import_file", "load_mapping"]
