"""`yanlian chain complexity` as a person types it."""

from __future__ import annotations

import json
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


def measures(tmp_path: Path, text: str, *words: str, encoding: str = "utf-8") -> tuple[str, dict[str, list[object]]]:
    """What the command says and writes for a table in which nobody named the columns."""
    (tmp_path / "in.csv").write_bytes(text.encode(encoding))
    told = run("--table", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv"), *words)
    return told, pa_csv.read_csv(tmp_path / "out.csv").to_pydict()


LONG = "Country,HS4,Export value\na,1,5\na,2,1\nb,1,1\nb,2,5\nb,3,2\nc,3,4\n"


def test_columns_with_names_in_use_are_found_and_told(tmp_path: Path):
    told, found = measures(tmp_path, LONG, "--english")
    assert "location Country, product HS4, value Export value" in told
    assert (found["Country"][:3], found["HS4"][:3]) == (["a", "a", "a"], [1, 2, 3])


def test_wide_semicolon_and_gbk_tables_give_what_the_long_one_gives(tmp_path: Path):
    _, long = measures(tmp_path, "地区,产品,数值\na,p,1000.5\na,q,1\nb,p,1\nb,q,5\nb,r,2\nc,r,4\n")
    wide = "sep=;\r\n地区;p;q;r\r\na;1.000,5;1;\r\nb;1;5;2\r\nc;;;4\r\n;;;\r\n"
    told, found = measures(tmp_path, wide, encoding="gb18030")
    assert "每列一个产品；地区列：地区。" in told
    assert "有 3 个单元格没有数值，按 0 计。" in told
    assert "有 1 行全为空白，未计入。" in told
    assert [found[name] for name in ("rca", "pci", "cog")] == [long[name] for name in ("rca", "pci", "cog")]


def test_a_column_of_years_is_a_panel_unless_it_is_said_to_be_none(tmp_path: Path):
    rows = "year,location,product,value\n2020,a,p,1\n2021,a,p,2\n2020,b,q,1\n2021,b,p,1\n"
    told, found = measures(tmp_path, rows)
    assert ("按 year 列分时期计算" in told, found["year"]) == (True, [2020] * 4 + [2021] * 2)
    told, found = measures(tmp_path, rows, "--time", "none")
    assert ("有 1 行的地区和产品重复" in told, "year" in found, found["value"]) == (True, False, [3, 0, 1, 1])


def test_missing_values_are_zero_only_if_that_is_said_and_are_counted(tmp_path: Path):
    rows = LONG + "c,1,NA\nc,2,\n"
    with pytest.raises(Refused) as refusal:
        measures(tmp_path, rows)
    assert (refusal.value.code, refusal.value.data["row"]) == ("complexity_cell", 8)
    told, _ = measures(tmp_path, rows, "--missing", "zero")
    assert "有 2 个单元格没有数值，按 0 计。" in told


@pytest.mark.parametrize("rows", ["a,p,5\n", "a,p,1\na,q,1\nb,p,1\nb,q,1\n"], ids=["one row", "all have the same"])
def test_where_no_index_is_defined_the_command_says_so_and_leaves_it_empty(tmp_path: Path, rows: str):
    told, found = measures(tmp_path, "location,product,value\n" + rows)
    assert "ECI、PCI 无定义" in told
    assert set(found["eci"]) == set(found["pci"]) == {None}


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("location,product,value\na,p,0\n", [], "complexity_nothing"),
        ("location,product,value,value\na,p,1,2\n", [], "delimited_twice"),
        ("location;product;value\na;p;1,234\n", [], "delimited_comma"),
        ("location,product,value\na,p\n", [], "delimited_file"),
        ("who,what,value\na,p,1\n", [], "complexity_column"),
        ("location,product,value\na,p,1\n", ["--missing", "drop"], "complexity_choice"),
        ("location,product,value\na,p,1\n", ["--time", "year"], "complexity_column"),
    ],
)
def test_a_table_that_cannot_be_understood_is_refused_and_nothing_is_written(
    tmp_path: Path, text: str, words: list[str], code: str
):
    with pytest.raises(Refused) as refusal:
        measures(tmp_path, text, *words)
    assert refusal.value.code == code
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_a_summary_goes_into_a_file_of_its_own(tmp_path: Path):
    measures(tmp_path, LONG, "--json", str(tmp_path / "sum.json"))
    found = json.loads((tmp_path / "sum.json").read_text("utf-8"))
    assert found["columns"] == {"location": "Country", "product": "HS4", "value": "Export value", "time": None}
    assert (found["rows"], found["periods"][0]["present"], found["periods"][0]["index_defined"]) == (9, 3, False)
