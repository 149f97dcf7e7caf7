"""`yanlian chain infer`: intervals from a table of sectors and a list of firms; faulty files are refused by row."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yanlian.base.refusal import Refused
from yanlian.web.cli.chain_verbs import chain

FIRMS = "firm,sector,revenue\n" + "".join(f"f{one},{'ab'[one % 2]},{10 + one}\n" for one in range(10))
FLOWS = "supplier_sector,customer_sector,weight\na,b,20\nb,a,5\n"


def run(folder: Path, firms: str, flows: str) -> tuple[str, list[dict[str, str]]]:
    (folder / "f.csv").write_text(firms, "utf-8")
    (folder / "s.csv").write_text(flows, "utf-8")
    words = ["infer", "--sectors", str(folder / "s.csv"), "--firms", str(folder / "f.csv")]
    words += ["--out", str(folder / "o.csv"), "--draws", "12", "--links", "15", "--english"]
    done = CliRunner().invoke(chain, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with (folder / "o.csv").open(encoding="utf-8") as rows:
        return done.output, list(csv.DictReader(rows))


def test_every_firm_gets_an_ordered_interval_marked_as_inferred_and_the_same_files_give_the_same(
    tmp_path: Path,
) -> None:
    said, rows = run(tmp_path, FIRMS, FLOWS)
    assert "Inferred, not observed: 12 networks of 15 expected links, 10 firms" in " ".join(said.split())
    assert {row["firm"] for row in rows} == {f"f{one}" for one in range(10)}
    figures = [tuple(float(row[name]) for name in ("esri_5", "esri_50", "esri_95")) for row in rows]
    assert all(0 < low <= middle <= high <= 1 for low, middle, high in figures)
    assert any(low < high for low, _, high in figures)
    assert [one[1] for one in figures] == sorted((one[1] for one in figures), reverse=True)
    assert {row["inferred"] for row in rows} == {"1"}
    assert run(tmp_path, FIRMS, FLOWS)[1] == rows


@pytest.mark.parametrize(
    ("firms", "flows", "code", "says"),
    [
        (FIRMS, FLOWS + "a,z,3\n", "risk_row", "Row 4"),
        (FIRMS + "f1,a,3\n", FLOWS, "risk_row", "Row 12"),
        (FIRMS + "g,a,\n", FLOWS, "risk_revenue_unknown", "of 1 firms"),
        (FIRMS, "supplier_sector,weight\na,1\n", "risk_columns", "customer_sector"),
    ],
)
def test_faulty_files_are_refused_with_file_and_row(
    tmp_path: Path, firms: str, flows: str, code: str, says: str
) -> None:
    with pytest.raises(Refused) as found:
        run(tmp_path, firms, flows)
    assert found.value.code == code
    assert says in found.value.text("en")
