"""`pack check --compiled` and `--show` on the command line, in both languages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from tests.web.test_pack_dmn_verbs import PACKS, yanlian

_DAY = ("--as-of", "2025-12-31")


def test_all_clauses_are_told_and_counted_and_what_is_left_has_its_place():
    told = yanlian("pack", "check", PACKS / "national", "--compiled", *_DAY, "-e")
    assert told.returncode == 0, told.stderr
    assert (
        "national/hnte.yaml:88 column 52 [NAT-HNTE-RATIO] 净资产成长分(): comparison of what is rounded" in told.stdout
    )
    assert "compiled 6, partly compiled 3, interpreted 0" in told.stdout
    told = yanlian("pack", "check", PACKS / "national", "--compiled", *_DAY)
    assert "[NAT-HNTE-RATIO] 净资产成长分(): 比较的数超过 34 位数字而被舍入" in told.stdout
    assert "全部编译 6，部分编译 3，由解释器判定 0" in told.stdout


def test_the_same_as_json():
    told = json.loads(yanlian("pack", "check", PACKS / "national", "--compiled", "--json", *_DAY, "-e").stdout)
    assert told["states"] == {"compiled": 6, "partly": 3, "interpreted": 0}
    (ratio,) = [one for one in told["clauses"] if one["clause"] == "NAT-HNTE-RATIO"]
    assert (ratio["state"], ratio["left"][0]["line"], ratio["left"][0]["text"]) == ("partly", 88, "净资产成长分()")


def test_the_program_of_a_clause_can_be_read_and_taken_as_json():
    told = yanlian("pack", "check", PACKS / "national", "--show", "NAT-HNTE", *_DAY, "-e")
    assert told.returncode == 0, told.stderr
    assert "NAT-HNTE" in told.stdout.splitlines()[0]
    assert "  out NAT-HNTE:code: i" in told.stdout
    data = json.loads(yanlian("pack", "check", PACKS / "national", "--show", "NAT-HNTE", "--json", *_DAY).stdout)
    assert data["program"] in told.stdout
    assert (data["state"], data["left"]) == ("compiled", [])


def test_a_pack_with_faults_is_not_compiled(tmp_path: Path):
    (tmp_path / "pack.yaml").write_text("pack: {id: broken, title: 坏, colour: red}\n", "utf-8")
    told = yanlian("pack", "check", tmp_path, "--compiled", *_DAY)
    assert told.returncode == 1
    assert "colour" in told.stdout
