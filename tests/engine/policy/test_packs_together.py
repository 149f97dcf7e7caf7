"""What a pack says does not hang on which other packs are loaded beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tests.engine.policy.tiny_packs import clause, document, run, written
from tests.engine.stream.kernel_kit import both

from yanlian.engine.dossier import Coverage, load_schema
from yanlian.engine.dossier.arrow import dossier_schema
from yanlian.engine.policy import load_packs
from yanlian.engine.policy.dmn import export_model

GATE = {"label": "注册地在本区", "when": "登记.注册区划 = 本区"}
SHARED = {"definitions": {"本地": {"is": "登记.注册区划 = 本区", "shared": True}}}
EVENT = {"each": '科技资质[证书编号 = 本区 + "-1"]', "as": "证", "date": "证.认定日期", "matter": "证.证书编号"}
CODES = {"a": "370212", "b": "110102", "c": "440300", "d": "500102"}


def pack(folder: Path, name: str, requires: list[str], rule: dict[str, object], **keys: object) -> Path:
    head = {"id": name, "title": "试", "district": CODES[name], "requires": requires}
    return written(folder, document(rule, document={"id": f"D-{name}"}, **keys), name=name, pack=head)


@pytest.fixture
def last(tmp_path: Path) -> Path:
    """Four packs of four districts: `c` asks what is local in `a`, `d` asks for certificates numbered after it."""
    pack(tmp_path, "a", [], clause(id="A", gates=[GATE]), **SHARED)
    pack(tmp_path, "b", [], clause(id="B", gates=[GATE]))
    pack(tmp_path, "c", ["a"], clause(id="C", gates=[{"label": "当地", "when": "本地"}]))
    return pack(tmp_path, "d", ["a", "b", "c"], clause(id="D", event=EVENT))


@pytest.mark.parametrize(("district", "eligible"), [("370212", {"A", "C"}), ("110102", {"B"}), ("440300", set())])
def test_the_district_is_that_of_the_pack_in_which_the_formula_stands(last, district, eligible):
    outcomes = run(load_packs([last]), {"登记": {"注册区划": district}})
    assert {one.clause for one in outcomes if one.kind == "eligible"} == eligible


def test_events_are_those_of_the_district_of_the_pack(last):
    titles = [{"证书编号": f"{code}-1", "认定日期": date(2025, 3, 1)} for code in CODES.values()]
    [event] = [one for one in run(load_packs([last]), {"科技资质": titles}) if one.clause == "D"]
    assert (event.kind, event.matter) == ("eligible", "500102-1")


def test_the_kernel_takes_each_pack_in_its_own_district_too(last):
    titles = [{"number": f"{code}-1", "issued_on": date(2025, 3, 1)} for code in CODES.values()]
    rows = [
        {"id": f"E{n}", "name": "某", "kind": "enterprise", "registration": {"district": code}, "science_title": titles}
        for n, code in enumerate(CODES.values())
    ]
    made = both(last, Coverage(everything=True))
    batch = pa.RecordBatch.from_pylist(rows, schema=dossier_schema(load_schema()))
    kernel, interpreter = made.kernel(batch).to_pylist(), made.interpreter(batch).to_pylist()
    assert kernel == interpreter
    eligible = [(one["entity"], one["clause"]) for one in kernel if one["kind"] == "eligible" and one["clause"] != "D"]
    assert sorted(eligible) == [("E0", "A"), ("E0", "C"), ("E1", "B")]


def test_a_model_names_the_district_of_its_pack(last):
    packs = load_packs([last])
    for code, of in (("A", "a"), ("B", "b")):
        [named] = [one for one in export_model(packs, code).model.decisions if one.name == "本区"]
        assert f'"{CODES[of]}"' in str(named)
