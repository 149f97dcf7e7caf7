"""`yanlian chain complexity` as a person types it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv as pa_csv
import pytest
from typer.testing import CliRunner

from yanlian.base.refusal import Refused
from yanlian.web.cli.chain_verbs import chain

SITC = Path(__file__).parents[1] / "engine/chain/complexity/data/sitc_world_trade_1998_2000.csv.gz"
NAMES = ["--location", "country", "--product", "product", "--value", "value"]


def run(*words: str) -> str:
    done = CliRunner().invoke(chain, ["complexity", *words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_the_whole_table_of_world_trade_in_one_command(tmp_path: Path):
    told = run("--table", str(SITC), "--out", str(tmp_path / "out.csv"), *NAMES, "--hold-out", "0.1", "--english")
    found = pa_csv.read_csv(tmp_path / "out.csv")
    assert found.num_rows == 226 * 785
    assert "AUC 0.7" in told
    assert "177,410 rows" in told
    best = max(zip(found["eci"].to_pylist(), found["country"].to_pylist(), strict=True))
    assert best == (pytest.approx(2.3399, abs=5e-5), "sgs")


def test_duplicates_empty_ones_and_unconnected_parts_are_said_for_each_period(tmp_path: Path):
    file = tmp_path / "in.csv"
    block = "2020,{0}1,{0}p,5\n2020,{0}1,{0}q,1\n2020,{0}2,{0}p,1\n2020,{0}2,{0}q,5\n2020,{0}3,{0}p,1\n"
    rows = block.format("a") + block.format("b") + "2020,a1,ap,5\n2020,z,zz,0\n2021,a,p,1\n2021,a,q,1\n2021,b,p,1\n"
    file.write_text("year,location,product,value\n" + rows)
    told = run("--table", str(file), "--out", str(tmp_path / "out.csv"), "--time", "year")
    assert "2020: 有 1 行的地区和产品重复，数值已相加。" in told
    assert "2020: 1 个地区没有产品、1 个产品没有地区达到门槛，不计指数。" in told
    assert "互不相连的 2 部分" in told
    assert pa_csv.read_csv(tmp_path / "out.csv").num_rows == 7 * 5 + 2 * 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--dialect", "esperanto"], "complexity_dialect"),
        (["--method", "magic"], "complexity_method"),
        (["--threshold", "0"], "complexity_threshold"),
        (["--location", "land"], "complexity_column"),
    ],
)
def test_what_is_not_known_is_refused_before_a_file_appears(tmp_path: Path, words: list[str], code: str):
    with pytest.raises(Refused) as refusal:
        run("--table", str(SITC), "--out", str(tmp_path / "out.csv"), *NAMES, *words)
    assert refusal.value.code == code
    assert not list(tmp_path.iterdir())


def test_the_methods_and_the_nearest_neighbours_change_the_answer(tmp_path: Path):
    seen = set()
    for words in ([], ["--method", "fitness"], ["--dialect", "datawheel"], ["--nearest", "5"], ["--geometric"]):
        run("--table", str(SITC), "--out", str(tmp_path / "out.parquet"), *NAMES, *words)
        seen.add((tmp_path / "out.parquet").read_bytes())
    assert len(seen) == 5


def test_another_extension_is_refused_before_anything_is_read(tmp_path: Path):
    with pytest.raises(Refused) as refusal:
        run("--table", str(tmp_path / "absent.csv"), "--out", str(tmp_path / "out.xlsx"))
    assert refusal.value.code == "complexity_format"
