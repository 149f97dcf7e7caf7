"""`yanlian chain esri` and `yanlian bench esri`: on the teaching network, on faulty files, and stopped."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.engine.chain.risk.economies import TAUGHT, teaching_rows
from yanlian.base.refusal import Refused
from yanlian.engine.chain.risk.index import Options, esri_of_firms
from yanlian.engine.chain.risk.kept import mark_of, read_kept, write_kept
from yanlian.engine.chain.risk.synthetic import scale_free
from yanlian.web.cli import risk_verbs
from yanlian.web.cli.bench_verbs import bench
from yanlian.web.cli.chain_verbs import chain


def run(*words: str) -> str:
    done = CliRunner().invoke(chain, ["esri", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*words: str) -> Refused:
    with pytest.raises(Refused) as found:
        run(*words)
    assert found.value.text("zh")
    return found.value


def table(file: Path) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8") as rows:
        return {row["firm"]: row for row in csv.DictReader(rows)}


@pytest.fixture
def links(tmp_path: Path) -> Path:
    """The teaching network in the columns of the program that published it."""
    file = tmp_path / "links.csv"
    rows = [f"{a},{b},{x},{y},1.0,{kind}" for a, b, x, y, kind in teaching_rows()]
    file.write_text("\ufeffsupplier,customer,supplierNACE,customerNACE,weight,type\n" + "\n".join(rows) + "\n", "utf-8")
    return file


def test_the_teaching_network_as_published_gives_the_published_figures(links: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    said = run("--links", str(links), "--out", str(out), "--epsilon", "0.01", "--revenue", "strength", "--english")
    found = table(out)
    assert all(abs(float(found[firm]["esri"]) - right) < 1e-12 for firm, right in TAUGHT.items())
    assert (found["X"]["rank"], found["X"]["weights"], found["K"]["rank"], found["L"]["rank"]) == (
        "1",
        "strength",
        "3",
        "3",
    )
    assert "overstates" in said


def test_true_revenue_and_a_table_of_essential_inputs_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_text('供应方,采购方,金额\n甲,乙,"1,000"\n', "utf-8")
    (tmp_path / "firms.csv").write_text("企业,行业,营业收入\n甲,矿,4000\n乙,钢,6000\n", "utf-8")
    (tmp_path / "essential.csv").write_text("supplier_sector,customer_sector,essential\n矿,钢,2\n", "utf-8")
    words = [
        "--links",
        str(tmp_path / "links.csv"),
        "--firms",
        str(tmp_path / "firms.csv"),
        "--out",
        str(tmp_path / "o"),
    ]
    run(*words, "--essential", str(tmp_path / "essential.csv"), "--one-core", "--inferred")
    found = table(tmp_path / "o")
    assert (float(found["甲"]["esri"]), float(found["乙"]["esri"])) == (1.0, pytest.approx(0.7))
    assert found["甲"]["inferred"] == "1"


@pytest.mark.parametrize(
    ("links", "firms", "code", "says"),
    [
        ("supplier,weight\na,1\n", "firm,sector,revenue\na,x,1\n", "risk_columns", "customer"),
        ("supplier,customer,weight\na,b,many\n", "firm,sector,revenue\na,x,1\nb,x,1\n", "risk_row", "many"),
        ("supplier,customer,weight\na,b,1\nz,b,1\n", "firm,sector,revenue\na,x,1\nb,x,1\n", "risk_row", "Row 3"),
        ("supplier,customer,weight\na,b,1\n", "firm,sector,revenue\na,x,1\na,x,1\n", "risk_row", "Row 3"),
        (
            "supplier,customer,weight\na,b,1\n",
            "firm,sector,revenue\na,x,1\nb,x,\n",
            "risk_revenue_unknown",
            "of 1 firms",
        ),
        ("supplier,customer,weight\na,b,1\n", "firm,sector\na,x\nb,x\n", "risk_revenue_unknown", "of 2 firms"),
        (
            "supplier,customer,weight,essential\na,b,1,7\n",
            "firm,sector,revenue\na,x,1\nb,x,1\n",
            "risk_row",
            "0, 1 or 2",
        ),
    ],
)
def test_a_faulty_table_is_refused_with_file_row_and_column(
    tmp_path: Path, links: str, firms: str, code: str, says: str
) -> None:
    (tmp_path / "l.csv").write_text(links, "utf-8")
    (tmp_path / "f.csv").write_text(firms, "utf-8")
    found = refused(
        "--links", str(tmp_path / "l.csv"), "--firms", str(tmp_path / "f.csv"), "--out", str(tmp_path / "o")
    )
    assert found.code == code
    assert says in found.text("en")


def test_revenue_that_nobody_told_is_refused_unless_strength_is_asked_for(links: Path, tmp_path: Path) -> None:
    assert refused("--links", str(links), "--out", str(tmp_path / "o")).code == "risk_revenue_unknown"
    assert refused("--links", str(tmp_path / "none.csv"), "--out", str(tmp_path / "o")).code == "delimited_file"


def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    economy, out = scale_free(900, 2700, seed=4, sectors=30), tmp_path / "o.csv"
    from yanlian.engine.chain.risk import index

    whole = index._each

    def interrupting(parts: Iterator[object]) -> Iterator[object]:
        while (part := next(parts, None)) is not None:
            os.kill(os.getpid(), signal.SIGINT)
            yield part

    monkeypatch.setattr(index, "_each", lambda *given: interrupting(whole(*given)))
    with pytest.raises(SystemExit) as left:
        risk_verbs._computed(economy, 1e-2, out, threads=1, english=True)
    assert left.value.code == 130
    kept = read_kept(tmp_path / "o.csv.part.npz", mark_of(economy), 1e-2)
    assert kept is not None
    assert 0 < kept.done < 900
    monkeypatch.undo()
    found = risk_verbs._computed(economy, 1e-2, out, threads=1, english=True)
    assert found.esri.tobytes() == esri_of_firms(economy, 1e-2).esri.tobytes()
    assert not (tmp_path / "o.csv.part.npz").exists()


def test_figures_kept_of_other_numbers_or_another_threshold_are_not_taken_up(tmp_path: Path) -> None:
    economy = scale_free(60, 120, sectors=5)
    write_kept(tmp_path / "k", mark_of(economy), esri_of_firms(economy, 1e-2, Options(threads=1)))
    assert read_kept(tmp_path / "k", mark_of(scale_free(60, 120, seed=2, sectors=5)), 1e-2) is None
    assert read_kept(tmp_path / "k", mark_of(economy), 1e-3) is None
    (tmp_path / "k").write_bytes(b"half a file")
    assert read_kept(tmp_path / "k", mark_of(economy), 1e-2) is None


def test_the_benchmark_writes_seconds_memory_and_the_difference_from_the_oracle(tmp_path: Path) -> None:
    words = ["esri", "--firms", "400", "--links", "1000", "--json", str(tmp_path / "b.json"), "--sample", "400"]
    done = CliRunner().invoke(bench, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "b.json").read_text("utf-8"))
    assert (found["firms"], found["links"], found["epsilon"], found["firms_compared"]) == (400, 1000, 0.01, 400)
    assert found["difference_from_oracle"] < 1e-12
    assert np.isfinite([found["cpu_seconds"], found["wall_seconds"], found["peak_memory_mb"]]).all()


# The network of figure 1 of Diem et al. 2022 as the package GLcascade 0.9.3.1 ships it (weights 1, every input not
# essential), and what that package answers at ε = 0.01: without replaceability, and with it by sector.
FIGURE = "2-1 2-3 7-4 9-5 3-7 6-7 10-7 9-10 7-11 8-11"
SECTORS = "1 2 1 3 4 2 4 1 2 3 5"
ALONE = (0.1, 11 / 30, 4 / 15, 0.35, 0.1, 1 / 6, 0.7, 0.1, 11 / 30, 4 / 15, 0.45)
BY_SECTOR = (0.1, 0.3, 4 / 15, 0.35, 0.1, 7 / 60, 0.7, 0.1, 14 / 45, 4 / 15, 0.45)


@pytest.mark.parametrize(("replaceability", "right"), [("none", ALONE), ("sector", BY_SECTOR)])
def test_the_network_of_the_paper_gives_what_the_authors_package_gives(
    tmp_path: Path, replaceability: str, right: tuple[float, ...]
) -> None:
    rows = [f"{link.replace('-', ',')},1" for link in FIGURE.split()]
    (tmp_path / "l.csv").write_text("supplier,customer,weight\n" + "\n".join(rows) + "\n", "utf-8")
    firms = [f"{number},{sector}" for number, sector in enumerate(SECTORS.split(), 1)]
    (tmp_path / "f.csv").write_text("firm,sector\n" + "\n".join(firms) + "\n", "utf-8")
    words = ["--links", str(tmp_path / "l.csv"), "--firms", str(tmp_path / "f.csv"), "--out", str(tmp_path / "o")]
    more = ["--revenue", "strength", "--epsilon", "0.01", "--json", str(tmp_path / "j"), "--one-core"]
    run(*words, *more, "--replaceability", replaceability)
    found = table(tmp_path / "o")
    assert [float(found[str(one)]["esri"]) for one in range(1, 12)] == pytest.approx(right, abs=1e-12)
    assert {row["sector"] for row in found.values()} == set("12345")
    assert json.loads((tmp_path / "j").read_text("utf-8"))["replaceability"] == replaceability


def test_firms_weigh_by_sales_in_the_network_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("supplier,customer,weight\na,b,1\nb,c,1\n", "utf-8")
    (tmp_path / "f.csv").write_text("firm,sector,revenue\na,x,10\nb,y,10\nc,z,80\nd,z,0\n", "utf-8")
    words = ["--links", str(tmp_path / "l.csv"), "--firms", str(tmp_path / "f.csv"), "--out", str(tmp_path / "o")]
    said = run(*words, "--english")
    assert float(table(tmp_path / "o")["a"]["esri"]) == pytest.approx(1.0)
    assert "1 firms have no link" in said
    assert "1 firms have neither revenue" in said
    run(*words, "--weights", "strength")
    found = table(tmp_path / "o")
    assert (float(found["c"]["esri"]), found["c"]["weights"]) == (pytest.approx(0.5 * (0.1 + 0.01)), "strength")
    assert found["c"]["revenue"] == "80.0"


def test_files_of_spreadsheets_are_read_and_a_column_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_bytes("sep=;\r\n供应方;采购方;金额\r\n甲;乙;1.000,5\r\n;;\r\n".encode("gb18030"))
    (tmp_path / "f.csv").write_bytes("企业\t行业\t营业收入\n甲\t矿\t2001\n乙\t钢\t6000\n".encode("utf-16"))
    words = ["--links", str(tmp_path / "l.csv"), "--firms", str(tmp_path / "f.csv"), "--out", str(tmp_path / "o")]
    run(*words)
    assert float(table(tmp_path / "o")["乙"]["esri_up"]) == pytest.approx((6000 + 1000.5) / 8001)
    (tmp_path / "f.csv").write_text("firm,firm,sector,revenue\n甲,a,x,1\n", "utf-8")
    assert refused(*words).code == "delimited_twice"


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    found = refused("--links", str(tmp_path / "absent.csv"), "--out", str(tmp_path / "no" / "o.csv"))
    assert found.code == "output_written"
