"""The generator: a folder of files such as the district's departments would send, about invented enterprises.

The same number of enterprises and the same seed give the same files, byte for byte (workbooks carry a fixed date).
Totals of the calibration hold for every number. A sample of another size is another sample, not a part of a larger one:
the number decides the bounds of the blocks. Memory stays that of one block of 20,000 enterprises (about 250 MB).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import yaml

from yanlian.base.refusal import Refused
from yanlian.base.written import read_yaml
from yanlian.web.sample import calibration as cal
from yanlian.web.sample.books import draw_books
from yanlian.web.sample.conduct import conduct
from yanlian.web.sample.faults import Planted, bad_check_digits, lines_after_planting, plant
from yanlian.web.sample.files import Writer
from yanlian.web.sample.filings import filings
from yanlian.web.sample.finance import finance
from yanlian.web.sample.formats import text_table
from yanlian.web.sample.layout import Covered, FileLayout, file_layouts
from yanlian.web.sample.payments import payments
from yanlian.web.sample.persons import persons
from yanlian.web.sample.population import Block, Plan, draw
from yanlian.web.sample.premises import premises
from yanlian.web.sample.terms import terms
from yanlian.web.sample.titles import titles

MANIFEST, FAULTS = "manifest.yaml", "faults.yaml"
DEFAULT_ENTERPRISES, DEFAULT_SEED = 5_000, 20_211_231

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ManifestFile:
    """One file: what it holds and what its department says it covers. `path` is relative to the manifest."""

    path: str
    department: str
    record: str
    rows: int
    planted: int
    encoding: str
    coverage: tuple[Covered, ...]


@dataclass(frozen=True)
class Manifest:
    """All files of a sample in the order in which they are to be taken in."""

    enterprises: int
    seed: int
    files: tuple[ManifestFile, ...] = field(default=())

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


def generate(
    folder: Path, enterprises: int = DEFAULT_ENTERPRISES, seed: int = DEFAULT_SEED, progress: Progress | None = None
) -> Manifest:
    """Write the sample into a folder and return its manifest (also written there, with the planted faults).

    `progress` gets the enterprises done and wanted. Raises `Refused`: sample_size, sample_folder_used.
    """
    if not cal.SMALLEST_SAMPLE <= enterprises <= cal.LARGEST_SAMPLE:
        raise Refused("sample_size", found=enterprises, least=cal.SMALLEST_SAMPLE, most=cal.LARGEST_SAMPLE)
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise Refused("sample_folder_used", folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(enterprises, seed)
    writers = [Writer(folder, layout) for layout in file_layouts()]
    planted: list[Planted] = []
    try:
        for number in range(plan.blocks):
            block = draw(plan, number)
            records = draw_records(block)
            for writer in writers:
                planted += _write(writer, block, records)
            if progress is not None:
                progress(plan.range(enterprises, number)[1], enterprises)
    finally:
        for writer in writers:
            writer.close()
    manifest = Manifest(enterprises, seed, tuple(_entry(w, n, planted) for w in writers for n in range(len(w.files))))
    _save(folder, manifest, planted)
    return manifest


def draw_records(block: Block) -> Mapping[tuple[str, bool], list[Any]]:
    """All records of a block by kind and whether they are about persons."""
    books = draw_books(block)
    title_rows, found = titles(block, books)
    holders = {
        name: np.unique(np.concatenate([p[1] for p in found.parts if p[0].name in names]))
        for name, names in (
            ("sme", ("科技型中小企业",)),
            ("incubator", ("孵化器", "众创空间")),
            ("giant", ("重点小巨人企业",)),
        )
    }
    rows = [
        *filings(block, books),
        *title_rows,
        *finance(block, books, holders["sme"]),
        *premises(block, holders["incubator"], holders["giant"]),
        *conduct(block),
        *persons(block),
        *payments(block, found),
        *terms(block),
    ]
    records: dict[tuple[str, bool], list[Any]] = {}
    for part in rows:
        records.setdefault((part.record, part.persons), []).append(part)
    return records


def _write(writer: Writer, block: Block, records: Mapping[tuple[str, bool], list[Any]]) -> list[Planted]:
    """Append one block to one file, with its planted faults."""
    layout = writer.layout
    parts = records[layout.record, layout.persons]
    table = pa.concat_tables([text_table(block, part, layout) for part in parts])
    path, line = writer.path(), writer.next_line()
    faulty, planted = plant(table, layout, block, line, path)
    if layout.record == "registration":
        lines = lines_after_planting(table.num_rows, line, planted)
        planted = planted + bad_check_digits(block, lines, np.concatenate([part.owner for part in parts]), path)
    writer.write(faulty)
    return planted


def _entry(writer: Writer, number: int, planted: list[Planted]) -> ManifestFile:
    layout: FileLayout = writer.layout
    file = writer.files[number]
    return ManifestFile(
        path=file.path,
        department=layout.department,
        record=layout.record,
        rows=file.rows,
        planted=sum(fault.file == file.path and fault.effect == "refused" for fault in planted),
        encoding="" if layout.xlsx else layout.encoding,
        coverage=layout.coverage,
    )


def _save(folder: Path, manifest: Manifest, planted: list[Planted]) -> None:
    data = {
        "note": "样例数据：企业、机构、园区、个人及全部数据均为虚构",
        "enterprises": manifest.enterprises,
        "seed": manifest.seed,
        "rows": manifest.rows,
        "files": [
            {
                "path": file.path,
                "department": file.department,
                "record": file.record,
                "rows": file.rows,
                "planted": file.planted,
                "encoding": file.encoding,
                "coverage": [{"from": c.starts_on, "to": c.ends_on, "complete": c.complete} for c in file.coverage],
            }
            for file in manifest.files
        ],
    }
    _dump(folder / MANIFEST, data)
    _dump(folder / FAULTS, {"faults": [vars(fault) for fault in planted]})


def _dump(path: Path, data: object) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=160), encoding="utf-8")


def load_manifest(folder: Path) -> Manifest:
    """The manifest of a folder. Raises `Refused`: sample_no_manifest."""
    path = folder / MANIFEST
    if not path.exists():
        raise Refused("sample_no_manifest", folder=str(folder))
    data = cast("dict[str, Any]", read_yaml(path.read_text(encoding="utf-8")))
    files = tuple(
        ManifestFile(
            path=entry["path"],
            department=entry["department"],
            record=entry["record"],
            rows=entry["rows"],
            planted=entry["planted"],
            encoding=entry["encoding"],
            coverage=tuple(Covered(c["from"], c["to"], c["complete"]) for c in entry["coverage"]),
        )
        for entry in data["files"]
    )
    return Manifest(data["enterprises"], data["seed"], files)


def load_faults(folder: Path) -> list[Planted]:
    """What was planted in a folder's files."""
    data = cast("dict[str, list[dict[str, Any]]]", read_yaml((folder / FAULTS).read_text(encoding="utf-8")))
    return [Planted(**fault) for fault in data["faults"]]
