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
    assert refused("--links", str(tmp_path / "none.csv"), "--out", str(tmp_path / "o")).code == "risk_file"


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
