"""Facts about whom to attract."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.engine.chain.segments.made import CHAIN

from yanlian.engine.chain.segments.candidates import Outside, Tie, candidates_for, product_fit, segments_made
from yanlian.engine.chain.template.model import Product
from yanlian.engine.chain.template.read import read_chain

LENS = replace(CHAIN.by_id["t-lens"], products=(Product("光学镜片", ("折叠光路",)),), excludes=("眼镜店",))
WORLD = replace(CHAIN, segments=tuple(LENS if one.id == "t-lens" else one for one in CHAIN.segments))


def test_the_grades_of_product_fit() -> None:
    assert product_fit(LENS, Outside("a", "甲", products=("Pancake 折叠光路模组",))) == (2, ("折叠光路",))
    assert product_fit(LENS, Outside("b", "乙", scope="光学镜片的研发与销售")) == (1, ("光学镜片",))
    assert product_fit(LENS, Outside("c", "丙", scope="餐饮服务")) == (0, ())
    assert product_fit(LENS, Outside("d", "丁", scope="眼镜店；光学镜片零售")) == (0, ())
    assert product_fit(LENS, Outside("e", "戊", placed="t-lens")) == (3, ())


def test_a_later_column_decides_only_between_equals() -> None:
    product = ("光学镜片",)
    near = Tie("supplies", "L1", ("t-set",))
    far = Tie("owns", "L2", ("t-chip",))
    firms = [
        Outside("fast", "快", product, growth=0.9),
        Outside("tied", "联", product, growth=0.1, ties=(near, near)),
        Outside("away", "远", product, growth=0.2, ties=(far,)),
        Outside("word", "字", scope="光学镜片", growth=5.0, ties=(near, far)),
        Outside("mute", "默", product),
        Outside("none", "无"),
    ]
    found = candidates_for(WORLD, "t-lens", firms)
    assert [one.firm.id for one in found] == ["tied", "away", "fast", "mute", "word"]
    tied = found[0]
    assert (tied.columns["ties_near"], tied.columns["ties"], tied.near) == (1, 1, (near, near))


def test_another_order_of_columns_may_be_chosen() -> None:
    firms = [
        Outside("a", "甲", ("光学镜片",), growth=0.1),
        Outside("b", "乙", scope="光学镜片", growth=0.5),
        Outside("c", "丙", scope="光学镜片"),
    ]
    assert [one.firm.id for one in candidates_for(WORLD, "t-lens", firms, ("growth",))] == ["b", "a", "c"]


def test_the_segments_of_many_firms_are_those_that_fit_tells_one_by_one() -> None:
    chain = read_chain(Path(__file__).parents[4] / "chains" / "vr.yaml")
    words = [name for one in chain.segments for product in one.products for name in (product.name, *product.aliases)]
    spoilers = [word for one in chain.segments for word in one.excludes] or ["零售"]
    firms = [
        Outside(
            f"f{n}",
            "甲",
            products=tuple(f"{words[(n * 7 + k) % len(words)].upper()}的研发" for k in range(n % 4)),
            scope=spoilers[n % len(spoilers)] if n % 3 == 0 else words[n % len(words)],
            placed=chain.segments[n % len(chain.segments)].id if n % 5 == 0 else None,
        )
        for n in range(120)
    ]
    made = segments_made(chain.segments, firms)
    for firm in firms:
        assert made[firm.id] == [one.id for one in chain.segments if product_fit(one, firm)[0] >= 2]
    assert any(made.values())
