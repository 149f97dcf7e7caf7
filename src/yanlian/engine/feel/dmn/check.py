"""What is wrong with a model before anybody runs it: references, types, names, and tables with gaps or overlaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yanlian.base.refusal import Language, Refused
from yanlian.engine.feel import ast
from yanlian.engine.feel.builtins import FUNCTIONS
from yanlian.engine.feel.dmn import model as dmn
from yanlian.engine.feel.dmn.boxes import Logic
from yanlian.engine.feel.dmn.check_types import ANY, BoxTypes
from yanlian.engine.feel.dmn.graph import Node
from yanlian.engine.feel.dmn.members import boxes_in
from yanlian.engine.feel.dmn.program import Compiled, Program
from yanlian.engine.feel.printer import print_expression
from yanlian.engine.feel.static import TypeFault
from yanlian.engine.feel.tables import Column, Finding, Rule, examine

_SEVERITIES = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong: how bad, in which element, where in the file, and what it is."""

    severity: str
    element: str
    line: int
    column: int
    fault: Refused | TypeFault | Finding

    def text(self, language: Language = "en") -> str:
        """The sentence, with the element it is about."""
        label = {"zh": {"error": "错误", "warning": "警告", "info": "提示"}}.get(language, {}).get(
            self.severity, self.severity
        )
        at = f"第{self.line}行第{self.column}列" if language == "zh" else f"line {self.line}, column {self.column}"
        colon = "：" if language == "zh" else ": "
        return f"{label} {at} {self.element}{colon}{self.fault.text(language)}"


def check_model(program: Program) -> tuple[Complaint, ...]:
    """Everything found, the worst first, then in the order of the file."""
    found = [_refused(fault, "") for fault in program.faults]
    used: set[tuple[str, str]] = set()
    for node in program.graph.nodes.values():
        used |= {target.key for _, target in program.graph.required(node)}
        if isinstance(node.element, dmn.DecisionService):
            parts = (*node.element.outputs, *node.element.input_data, *node.element.input_decisions)
            used |= {part.key for part in program.graph.service_parts(node, parts)}
    for node in program.graph.nodes.values():
        if node.model is program.graph.main:
            found += _of_node(program, node, used)
    # The same text may be met twice, by the compiler and by the walk over types.
    told = {(one.element, one.line, one.column, one.text()): one for one in found}
    return tuple(sorted(told.values(), key=lambda c: (_SEVERITIES[c.severity], c.line, c.column)))


def _refused(fault: Refused, element: str, severity: str = "error") -> Complaint:
    line, column = fault.data.get("line"), fault.data.get("column")
    at = (line if isinstance(line, int) else 0, column if isinstance(column, int) else 0)
    return Complaint(severity, element, *at, fault)


def _of_node(program: Program, node: Node, used: set[tuple[str, str]]) -> Iterator[Complaint]:
    element = node.element
    if isinstance(element, dmn.InputData) and node.key not in used:
        spot = element.spot
        yield _refused(
            Refused("dmn_input_unused", name=element.name, line=spot.line, column=spot.column), element.name, "warning"
        )
    if not isinstance(element, (dmn.Decision, dmn.BusinessKnowledge)):
        return
    compiled = program.compiled(node)
    if isinstance(compiled, Refused):
        yield _refused(compiled, element.name)
        return
    yield from _names(program, node, compiled)
    yield from _types(program, node)
    box = element.expression if isinstance(element, dmn.Decision) else element.function
    for table in boxes_in(box):
        if isinstance(table, dmn.DecisionTable):
            yield from _table(program, node, table)


def _names(program: Program, node: Node, compiled: Compiled) -> Iterator[Complaint]:
    """Names that are read but not required, and requirements that are never read."""
    element, spot = node.element, node.element.spot
    visible = program.visible_names(node)
    given = {*visible, *FUNCTIONS, *program.home(node).functions}
    for name in sorted(compiled.reads - compiled.perhaps - given):
        fault = Refused("dmn_name_not_required", name=name, line=spot.line, column=spot.column)
        yield _refused(fault, element.name)
    if isinstance(element, dmn.BusinessKnowledge):
        visible = tuple(name for name in visible if name != element.name)
    has_logic = not isinstance(element, dmn.Decision) or element.expression is not None
    for name in visible if has_logic else ():
        if name not in compiled.reads:
            fault = Refused("dmn_requirement_unused", name=name, line=spot.line, column=spot.column)
            yield _refused(fault, element.name, "warning")


def _types(program: Program, node: Node) -> Iterator[Complaint]:
    element = node.element
    walk = BoxTypes(Logic(program.home(node), program.unit(node)))
    names = names_of(program, node)
    if isinstance(element, dmn.Decision):
        kind = walk.of(element.expression, names)
        if element.expression is not None and not isinstance(element.expression, dmn.DecisionTable):
            walk.must_fit(kind, program.type_of(node), element)
    elif isinstance(element, dmn.BusinessKnowledge) and element.function is not None:
        walk.function(element.function, names)
    for fault in walk.faults:
        if isinstance(fault, TypeFault):
            yield Complaint("error", element.name, fault.place.line, fault.place.column, fault)
        else:
            yield _refused(fault, element.name)


def names_of(program: Program, node: Node) -> dict[str, ast.Type]:
    """The types of the names that an element's logic may use."""
    names: dict[str, ast.Type] = {}
    below: dict[str, list[ast.TypeEntry]] = {}
    for _, target in program.graph.required(node):
        kind = _type_of(program, target)
        prefix = program.graph.prefix(node.model, target)
        if prefix:
            below.setdefault(prefix, []).append(ast.TypeEntry(target.name, kind))
        else:
            names[target.name] = kind
    if isinstance(node.element, dmn.BusinessKnowledge):
        names[node.name] = _type_of(program, node)
    return names | {prefix: ast.ContextType(tuple(entries)) for prefix, entries in below.items()}


def _type_of(program: Program, node: Node) -> ast.Type:
    """The declared type of an element as others see it: a function for what is called."""
    element = node.element
    own = program.type_of(node)
    if isinstance(element, dmn.BusinessKnowledge):
        if isinstance(own, ast.FunctionType):
            return own
        parameters = element.function.parameters if element.function is not None else ()
        types = program.home(node).types
        return ast.FunctionType(tuple(types.of(p.type_ref, p.spot) for p in parameters), own)
    if isinstance(element, dmn.DecisionService):
        parts = program.graph.service_parts(node, (*element.input_data, *element.input_decisions))
        return ast.FunctionType(tuple(program.type_of(part) for part in parts), own)
    return own


def _table(program: Program, node: Node, table: dmn.DecisionTable) -> Iterator[Complaint]:
    """Gaps, overlaps and rows without effect, each with a row of inputs that shows it."""
    logic = Logic(program.home(node), program.unit(node))
    known = names_of(program, node)
    names = tuple(known)
    walk = BoxTypes(logic)
    try:
        columns = [_column(logic, walk, clause, known) for clause in table.inputs]
        rules = [
            Rule(
                tuple(logic.tests(cell, names) for cell in row.tests),
                tuple(cell.text.strip() for cell in row.outputs),
            )
            for row in table.rules
        ]
        order = [_values(logic, clause, names) for clause in table.outputs]
    except Refused:
        # The text that cannot be read was told of already.
        return
    default = any(clause.default is not None for clause in table.outputs)
    for finding in examine(columns, rules, table.hit_policy, has_default=default, output_order=order):
        row = table.rules[finding.rows[-1] - 1] if finding.rows else None
        spot = table.spot if row is None or not row.spot.line else row.spot
        yield Complaint(finding.severity, node.name, spot.line, spot.column, finding)


def _column(logic: Logic, walk: BoxTypes, clause: dmn.InputClause, known: Mapping[str, ast.Type]) -> Column:
    names = tuple(known)
    kind = walk.of(clause.expression, known)
    tree = logic.parsed(clause.expression, names) if clause.expression.text.strip() else None
    allowed = None if clause.allowed is None else logic.tests(clause.allowed, names)
    found = logic.home.visible.get(kind.name) if isinstance(kind, ast.TypeName) else None
    if allowed is None and isinstance(found or kind, ast.Restricted):
        restricted = found or kind
        assert isinstance(restricted, ast.Restricted)
        allowed, kind = restricted.tests, restricted.base
    label = clause.label or " ".join(clause.expression.text.split())
    return Column(label, None if kind == ANY else kind, allowed, tree)


def _values(logic: Logic, clause: dmn.OutputClause, names: tuple[str, ...]) -> tuple[object, ...]:
    if clause.values is None:
        return ()
    return tuple(print_expression(test.value) for test in logic.tests(clause.values, names).tests)
