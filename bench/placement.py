"""Placement on a folder of firms with known places: accuracy and calibration for each set of fields.

The folder holds `company.tsv.gz` (code, name, fullname, …), `company_industry.tsv.gz` (code, name, class, title of the
class) and `company_product.tsv.gz` (code, product, relation, share of revenue), with a head line each: the layout of
liuhuanyong/ChainKnowledgeGraph, whose data has no licence and is therefore not part of this repository. A class's
parent is the first four characters of its code.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from yanlian.base.refusal import Refused
from yanlian.engine.chain.placement.categories import Category
from yanlian.engine.chain.placement.profiles import Profile, Written
from yanlian.engine.chain.placement.trial import Accuracy, Known, OtherRule, folded, growing, other_rule

# Set of fields → (learned from, known when asked, class titles as first words).
SETS = {
    "name+product": ("name product", "name product", True),
    "product": ("product", "product", True),
    "name+product, no titles": ("name product", "name product", False),
    "name, learned from name+product": ("name product", "name", True),
    "name": ("name", "name", True),
}
_FILES = ("company.tsv.gz", "company_industry.tsv.gz", "company_product.tsv.gz")


@dataclass(frozen=True)
class Data:
    """Firms that have a class and at least one product: names and products with share; class and title of each."""

    names: dict[str, tuple[str, str]]
    products: dict[str, dict[str, float]]
    classes: dict[str, str]
    titles: dict[str, str]
    left_out: dict[str, int]


def read(folder: Path) -> Data:
    """The three files. What cannot be used is counted in `left_out`."""
    for name in _FILES:
        if not (folder / name).is_file():
            raise Refused("bench_file_missing", file=str(folder / name))
    names = {row[0][:6]: (row[2], row[1]) for row in _rows(folder / _FILES[0])}
    classes, titles = {}, {}
    for code, _, class_, title in _rows(folder / _FILES[1]):
        classes[code[:6]], titles[class_] = class_, title.rstrip("ⅡⅢ")
    products: dict[str, dict[str, float]] = {}
    bad = 0
    for row in _rows(folder / _FILES[2]):
        share = _share(row)
        if share is None:
            bad += 1
            continue
        own = products.setdefault(row[0][:6], {})
        own[row[1]] = max(share, own.get(row[1], 0.0))
    usable = [code for code in classes if code in names and code in products]
    left_out = {
        "product lines unreadable": bad,
        "firms without a name": sum(code not in names for code in classes),
        "firms without products": sum(code in names and code not in products for code in classes),
    }
    kept = {code: classes[code] for code in usable}
    return Data(names, products, kept, {one: titles[one] for one in set(kept.values())}, left_out)


def _share(row: Sequence[str]) -> float | None:
    """The share of revenue in a line of products; None for a line that is broken."""
    try:
        return float(row[3]) if len(row) == 4 else None
    except ValueError:
        return None


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t")
        next(reader, None)
        yield from reader


def known_of(data: Data, learned: str, asked: str) -> list[Known]:
    """Each firm as others learn from it and as it is asked about, with these fields."""
    return [
        Known(_profile(data, code, learned), _profile(data, code, asked), data.classes[code]) for code in data.classes
    ]


def _profile(data: Data, code: str, fields: str) -> Profile:
    texts = [Written("name", name) for name in data.names[code] if "name" in fields]
    if "product" in fields:
        texts += [Written("product", text, share) for text, share in data.products[code].items()]
    return Profile(code, tuple(texts))


def categories_of(data: Data, *, titles: bool) -> list[Category]:
    """The classes; with their titles as first words or without any."""
    return [
        Category(one, one[:4], (Written("product", data.titles[one]),) if titles else ()) for one in sorted(data.titles)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; with --json also write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sets", default=";".join(SETS))
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    wanted = [one.strip() for one in given.sets.split(";")]
    for one in wanted:
        if one not in SETS:
            raise Refused("bench_option", option="--sets", found=one, expected="; ".join(SETS))
    data = read(given.data)
    print(f"{len(data.classes)} firms, {len(data.titles)} classes, five folds by firm, seed {given.seed}")
    for what, count in data.left_out.items():
        print(f"  left out: {what}: {count}")
    made: dict[str, object] = {"firms": len(data.classes), "classes": len(data.titles), "left_out": data.left_out}
    sets: dict[str, object] = {}
    for one in wanted:
        learned, asked, titles = SETS[one]
        found = folded(known_of(data, learned, asked), categories_of(data, titles=titles), seed=given.seed)
        sets[one] = asdict(found)
        _tell(one, found)
    made["sets"] = sets
    known, categories = known_of(data, "name product", "name product"), categories_of(data, titles=True)
    curve = growing(known, categories, seed=given.seed)
    print("confirmed one batch after another (before, top-1, top-5):")
    print("  " + "  ".join(f"{before}: {one:.2f} {five:.2f}" for before, one, five in curve))
    others = {
        name: other_rule(known, categories, seed=given.seed, draws=5, neighbours=near)
        for name, near in (("by the score alone", False), ("with likeness to firms put aside", True))
    }
    for name, other in others.items():
        _tell_other(name, other)
    made |= {"growing": curve, "other_rule": {name: asdict(one) for name, one in others.items()}}
    if given.json:
        given.json.write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")


def _tell_other(name: str, found: OtherRule) -> None:
    print(
        f"a fifth of the classes hidden, five times, {name}: {found.found:.2f} of {found.hidden} such firms got 其他,"
        f" {found.wrongly:.2f} of {found.shown} others; area under the curve {found.area:.3f};"
        f" found at a fifth of the others {found.at_20:.2f}, at a tenth {found.at_10:.2f};"
        f" calibration error {found.error:.3f}; area for classes of which nobody was put aside {found.area_new:.3f}"
    )


def _tell(name: str, found: Accuracy) -> None:
    print(
        f"{name}: top-1 {found.top_1:.4f}  top-5 {found.top_5:.4f}  calibration error {found.error:.4f}"
        f" (of all five {found.error_of_five:.4f})  {found.seconds:.1f} s CPU",
        flush=True,
    )
    for one in found.table:
        print(
            f"    {one.low:.1f}-{one.high:.1f}: {one.count:5d} suggestions,"
            f" stated {one.stated:.3f}, right {one.found:.3f}"
        )


if __name__ == "__main__":
    main()
