"""`yanlian chain import`: a file in, its refused rows out as a file, an empty file to fill."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.apps.chains.small_chain import make_firm
from yanlian.apps.chains.models import ProductText
from yanlian.base.refusal import Refused
from yanlian.web.cli.chain_verbs import chain

pytestmark = pytest.mark.django_db
FIRM = "91370212MA0000001X"


def run(*words: str) -> Result:
    return CliRunner().invoke(chain, ["import", *words, "--english"], catch_exceptions=False)


@pytest.fixture
def products(tmp_path) -> Path:
    make_firm(FIRM, "甲公司（虚构）")
    file = tmp_path / "products.csv"
    file.write_text(f"企业代码,产品,来源\n{FIRM},头显,年报\nNOBODY,头显,年报\n", "utf-8")
    return file


def test_good_rows_come_in_and_the_others_go_out_as_a_file_with_exit_code_one(products, tmp_path):
    answers = tmp_path / "answers.csv"
    done = run("products", str(products), "--answers", str(answers))
    assert done.exit_code == 1
    assert "rows 2, added 1, changed 0, unchanged 0, refused 1" in done.output
    assert ProductText.objects.get().text == "头显"
    with answers.open(encoding="utf-8-sig", newline="") as file:
        (told,) = list(csv.DictReader(file))
    assert (told["row"], told["column"], told["code"]) == ("3", "企业代码", "entity_unknown")


def test_the_empty_file_holds_the_headers(tmp_path):
    empty = tmp_path / "links.csv"
    assert run("links", "--empty", str(empty)).exit_code == 0
    assert empty.read_text("utf-8-sig").startswith("供应商统一社会信用代码,")


def test_without_a_file_or_with_an_unknown_kind_it_says_so(products):
    assert run("products").exit_code == 2
    with pytest.raises(Refused, match="chain_file_unknown"):
        run("rumours", str(products))
