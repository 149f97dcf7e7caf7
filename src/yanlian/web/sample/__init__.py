"""The sample district: its text as data, and fictional enterprises whose totals are the published ones.

Start at `generate` (makes the files that departments would send), `load_district` (puts a district's text into the
registry) and `import_department_files` (takes those files in). Real organisations never get an invented figure, and
invented enterprises are named so that nobody can take them for real ones. May import everything below web; writes to
the database only through registry actions.
"""

from yanlian.web.sample.generate import Manifest, ManifestFile, generate, load_manifest
from yanlian.web.sample.load import Imported, Loaded, import_department_files, load_district

__all__ = [
    "Imported",
    "Loaded",
    "Manifest",
    "ManifestFile",
    "generate",
    "import_department_files",
    "load_district",
    "load_manifest",
]
