"""The drawing of the requirements graph: complete, without overlaps, no arrow through a shape, the same each time."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations, pairwise
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.layout import Arrow, Drawing, Node, drawing, laid_out
from yanlian.engine.feel.dmn.layout_layers import crossings, layered
from yanlian.engine.feel.dmn.layout_text import LINE_HEIGHT, shape_size, text_lines, text_width
from yanlian.engine.feel.dmn.read import read_model
from yanlian.engine.feel.dmn.write import write_model

KINDS = ("input", "decision", "knowledge", "service", "source")


def graph(kinds: list[str], edges: list[tuple[int, int]], names: list[str] | None = None) -> dmn.Model:
    """A model of elements by number; an edge goes from what is required to what requires it."""
    titles = names or [f"{kind} {number}" for number, kind in enumerate(kinds)]

    def asked(high: int) -> tuple[dmn.Requirement, ...]:
        found = []
        for low, other in edges:
            if other == high:
                kind = {"input": "input", "decision": "decision", "source": "authority"}.get(kinds[low], "knowledge")
                found.append(dmn.Requirement(kind, f"#e{low}", id=f"r{low}_{high}"))
        return tuple(found)

    def of(kind: str) -> list[int]:
        return [number for number, one in enumerate(kinds) if one == kind]

    return dmn.Model(
        "图",
        "urn:graph",
        inputs=tuple(dmn.InputData(titles[n], id=f"e{n}") for n in of("input")),
        decisions=tuple(dmn.Decision(titles[n], requirements=asked(n), id=f"e{n}") for n in of("decision")),
        knowledge=tuple(dmn.BusinessKnowledge(titles[n], requirements=asked(n), id=f"e{n}") for n in of("knowledge")),
        services=tuple(dmn.DecisionService(titles[n], id=f"e{n}") for n in of("service")),
        sources=tuple(dmn.KnowledgeSource(titles[n], requirements=asked(n), id=f"e{n}") for n in of("source")),
    )


@st.composite
def graphs(draw):
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=14))
    numbers = st.integers(0, len(kinds) - 1)
    edges = draw(st.lists(st.tuples(numbers, numbers), max_size=24, unique=True))
    names = [draw(st.text("研发费用 abc", min_size=1, max_size=30)) + str(n) for n in range(len(kinds))]
    model = graph(kinds, edges, names)
    decisions = [f"#{d.id}" for d in model.decisions]
    services = tuple(
        replace(s, outputs=tuple(draw(st.lists(st.sampled_from(decisions), max_size=2))) if decisions else ())
        for s in model.services
    )
    return replace(model, services=services)


def overlap(a: Node, b: Node) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def passes_through(arrow: Arrow, node: Node) -> bool:
    """Whether any piece of the arrow has a point inside the box (its border does not count)."""
    for (ax, ay), (bx, by) in pairwise(arrow.points):
        low, high = 0.0, 1.0
        for start, delta, near, far in (
            (ax, bx - ax, node.x + 0.5, node.x + node.width - 0.5),
            (ay, by - ay, node.y + 0.5, node.y + node.height - 0.5),
        ):
            if not delta:
                low, high = (low, high) if near < start < far else (1.0, 0.0)
                continue
            one, two = sorted(((near - start) / delta, (far - start) / delta))
            low, high = max(low, one), min(high, two)
        if low < high:
            return True
    return False


def on_border(point: tuple[float, float], node: Node) -> bool:
    x, y = point
    within = node.x - 0.1 <= x <= node.x + node.width + 0.1 and node.y - 0.1 <= y <= node.y + node.height + 0.1
    sides = (x - node.x, x - node.x - node.width, y - node.y, y - node.y - node.height)
    return within and min(abs(side) for side in sides) <= 0.1


def by_element(picture: Drawing) -> dict[str, Node]:
    return {node.element: node for node in picture.nodes}


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_every_element_and_requirement_is_drawn_clear_of_all_others(model: dmn.Model):
    picture = drawing(model)
    nodes = by_element(picture)
    elements = [*model.inputs, *model.decisions, *model.knowledge, *model.services, *model.sources]
    assert set(nodes) == {element.id for element in elements}
    asking = [*model.decisions, *model.knowledge, *model.sources]
    assert {arrow.element for arrow in picture.arrows} == {r.id for one in asking for r in one.requirements}
    assert [(a.element, b.element) for a, b in combinations(picture.nodes, 2) if overlap(a, b)] == []
    through = [(a.element, n.element) for a in picture.arrows for n in picture.nodes if passes_through(a, n)]
    assert through == []
    for arrow in picture.arrows:
        assert on_border(arrow.points[0], nodes[arrow.source])
        assert on_border(arrow.points[-1], nodes[arrow.target])
    for node in picture.nodes:
        assert node.x >= 0
        assert node.x + node.width <= picture.width
        assert node.y >= 0
        assert node.y + node.height <= picture.height
    assert drawing(model) == picture


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda e: e[0] < e[1]), max_size=16, unique=True)
)
def test_what_is_required_stands_below_what_requires_it(edges: list[tuple[int, int]]):
    nodes = by_element(drawing(graph(["decision"] * 9, edges)))
    for low, high in edges:
        assert nodes[f"e{low}"].y >= nodes[f"e{high}"].y + nodes[f"e{high}"].height


def test_inputs_and_sources_stand_at_the_bottom_and_a_function_right_below_its_user():
    kinds = ["input", "decision", "decision", "decision", "input", "source", "knowledge"]
    model = graph(kinds, [(0, 1), (1, 2), (2, 3), (4, 3), (5, 3), (6, 3)])
    nodes = by_element(drawing(model))
    assert nodes["e0"].y == nodes["e4"].y == nodes["e5"].y > nodes["e1"].y > nodes["e2"].y > nodes["e3"].y
    assert nodes["e6"].y == nodes["e2"].y


def test_a_service_stands_above_the_decisions_it_offers_and_below_its_users():
    model = graph(["decision", "service", "decision"], [(1, 2)])
    model = replace(model, services=(replace(model.services[0], outputs=("#e0",)),))
    nodes = by_element(drawing(model))
    assert nodes["e0"].y > nodes["e1"].y > nodes["e2"].y


def test_edges_are_untangled_where_that_can_be_done():
    """Three inputs feed three decisions in reverse order: no line need cross another."""
    tangled = layered(6, [(0, 5), (1, 4), (2, 3)], [0, 0, 0, 1, 1, 1])
    assert crossings(tangled) == 0
    # Two layers fully joined cross whatever is done: three by three in nine pairs.
    assert crossings(layered(6, [(a, b) for a in range(3) for b in range(3, 6)], [0, 0, 0, 1, 1, 1])) == 9


def test_a_long_edge_goes_around_the_shape_in_its_way():
    model = graph(["input", "decision", "decision"], [(0, 1), (1, 2), (0, 2)])
    picture = drawing(model)
    long = next(arrow for arrow in picture.arrows if arrow.element == "r0_2")
    assert not any(passes_through(long, node) for node in picture.nodes)
    assert len(long.points) > 2


def test_a_circle_of_requirements_is_drawn_all_the_same():
    picture = drawing(graph(["decision", "decision", "knowledge"], [(0, 1), (1, 0), (2, 2), (2, 0)]))
    assert {arrow.element for arrow in picture.arrows} == {"r0_1", "r1_0", "r2_2", "r2_0"}


def big(size: int = 300) -> dmn.Model:
    chance = random.Random(7)
    kinds = ["input"] * (size // 3) + ["decision"] * (size - size // 3)
    edges = {(chance.randrange(max(0, n - 60), n), n) for n in range(size // 3, size) for _ in range(3)}
    return graph(kinds, sorted(edges), [f"研发投入强度指标 {n}" for n in range(size)])


def test_three_hundred_elements_are_drawn_within_a_second():
    model = big()
    started = process_time()
    picture = drawing(model)
    assert process_time() - started < 1.0
    assert len(picture.nodes) == 300


def test_many_elements_without_arrows_are_set_in_rows_not_in_one_line():
    picture = drawing(graph(["decision"] * 100, []))
    assert picture.width < 4 * picture.height
    assert picture.height < 4 * picture.width


def test_names_fit_into_their_shapes():
    assert shape_size("短名") == (180.0, 60.0)
    long = "上一年度规模以上工业企业研究开发费用占营业收入比重达到百分之三以上且连续三年增长的高新技术企业奖励金额"
    for name in (long, long * 3, "Loan Origination Eligibility Decision For Applicants", "x" * 200, "a b"):
        width, height = shape_size(name)
        lines = text_lines(name, width)
        assert all(text_width(line) <= width - 20 for line in lines)
        assert len(lines) * LINE_HEIGHT <= height - 10
        assert "".join("".join(lines).split()) == "".join(name.split())


def test_a_word_is_not_cut_when_it_fits():
    assert text_lines("Loan Origination Eligibility", 180) == ("Loan Origination", "Eligibility")


def test_a_model_laid_out_is_written_and_read_with_its_drawing():
    model = laid_out(graph(["input", "decision", "source"], [(0, 1), (2, 1)]))
    again = read_model(write_model(model))
    assert again.shapes == model.shapes
    assert again.edges == model.edges
    assert len(model.shapes) == 3
    assert len(model.edges) == 2
    assert laid_out(again).shapes == model.shapes


def test_elements_without_ids_get_them_and_are_drawn():
    model = dmn.Model(
        "m",
        "urn:m",
        inputs=(dmn.InputData("收入"),),
        decisions=(dmn.Decision("奖励", requirements=(dmn.Requirement("input", "#收入"),)),),
    )
    done = laid_out(model)
    assert [shape.element for shape in done.shapes] == ["_6536._5165.", "_5956._52B1."]
    assert [edge.element for edge in done.edges] == [done.decisions[0].requirements[0].id] != [""]


def test_a_complete_drawing_is_kept_and_a_missing_arrow_becomes_a_straight_line():
    model = graph(["input", "decision"], [(0, 1)])
    shapes = (dmn.Shape("e0", 10, 300, 100, 40), dmn.Shape("e1", 10, 10, 100, 40))
    given_model = replace(model, shapes=shapes)
    assert laid_out(given_model).shapes == shapes
    assert laid_out(given_model).edges == (dmn.Edge("r0_1", ((60.0, 300.0), (60.0, 50.0))),)
    edges = (dmn.Edge("r0_1", ((60, 300), (200, 200), (60, 50))),)
    assert laid_out(replace(given_model, edges=edges)).edges == edges


def test_an_incomplete_drawing_is_drawn_anew():
    model = replace(graph(["input", "decision"], [(0, 1)]), shapes=(dmn.Shape("e0", 0, 0, 10, 10),))
    assert len(laid_out(model).shapes) == 2
    assert laid_out(model).shapes[0].width == 180


def test_what_stands_in_another_model_is_drawn_where_it_is_required_and_written_with_its_prefix():
    decision = dmn.Decision("d", requirements=(dmn.Requirement("knowledge", "urn:lib#f", id="r"),), id="d")
    model = dmn.Model("m", "urn:m", imports=(dmn.Import("库", "urn:lib"),), decisions=(decision,))
    picture = drawing(model)
    assert [(n.element, n.kind, n.name) for n in picture.nodes][1] == ("urn:lib#f", "knowledge", "库.f")
    text = write_model(laid_out(model)).decode()
    assert 'dmnElementRef="n1:f"' in text
    assert 'xmlns:n1="urn:lib"' in text
    kept = drawing(read_model(text.encode()))
    assert len(kept.nodes) == 2
    assert len(kept.arrows) == 1


def test_a_reference_to_nothing_is_not_drawn():
    decision = dmn.Decision("d", requirements=(dmn.Requirement("input", "#nowhere", id="r"),), id="d")
    picture = drawing(dmn.Model("m", "urn:m", decisions=(decision,)))
    assert len(picture.nodes) == 1
    assert picture.arrows == ()


def test_a_model_without_elements_has_an_empty_drawing():
    assert drawing(dmn.Model("m", "urn:m")).nodes == ()
    assert laid_out(dmn.Model("m", "urn:m")).shapes == ()
