"""Asks one engine, in a process of its own: `worker.py ENGINE CASES.json`, run by `bench/feel.py` in the engine's venv.

Prints one JSON line with the engine's version and its answers; then, for each line `CASE MODE` read, the CPU seconds of
one call. Mode `whole` parses and evaluates, `again` evaluates what was parsed before. Uses the standard library and the
one engine only.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from importlib.metadata import version
from xml.sax.saxutils import escape

# CPU seconds that one measurement should take at least, so that the clock's grain does not count.
ENOUGH = 0.01
Call = Callable[[], object]
Calls = tuple[Call, "Call | None"]


class Unsupported(Exception):
    """The engine has no such thing; its name says what is missing."""


def inputs_of(value: object, day: Callable[[date], object]) -> object:
    """Inputs from JSON: days as the engine wants them."""
    if isinstance(value, dict):
        if set(value) == {"day"}:
            return day(date.fromisoformat(str(value["day"])))
        return {key: inputs_of(entry, day) for key, entry in value.items()}
    return [inputs_of(member, day) for member in value] if isinstance(value, list) else value


def floats(value: object) -> object:
    """Whole numbers as floats, for an engine that computes in floats."""
    if isinstance(value, dict):
        return {key: floats(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [floats(member) for member in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def answer_of(value: object) -> object:
    """An engine's answer as JSON."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float, Decimal)):
        return {"number": str(value)}
    if isinstance(value, datetime):
        return {"day": value.date().isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, (list, tuple)):
        return [answer_of(member) for member in value]
    if isinstance(value, dict):
        return {str(key): answer_of(entry) for key, entry in value.items()}
    return {"other": type(value).__name__}


# One function per engine: a case into its calls.


def ours() -> tuple[str, Callable[[dict], Calls]]:
    """Yanlian: compiled closures on decimals."""
    from yanlian.engine.feel import compile_expression, compile_unary_tests
    from yanlian.engine.feel.decision_table import decision_table

    def prepare(case: dict) -> Calls:
        variables = inputs_of(case["inputs"], lambda day: day)
        assert isinstance(variables, dict)
        text, names = case["text"], tuple(variables)
        if case["kind"] == "tests":
            tests, value = compile_unary_tests(text), case["value"]
            return lambda: compile_unary_tests(text).matches(value), lambda: tests.matches(value)
        if case["kind"] == "table":
            rows = [(tuple(cells), (result,)) for cells, result in case["rows"]]
            table = decision_table(names, ("result",), rows, names=names)
            return (
                lambda: decision_table(names, ("result",), rows, names=names).evaluate(variables),
                lambda: table.evaluate(variables),
            )
        compiled = compile_expression(text, names=names)
        return lambda: compile_expression(text, names=names).evaluate(variables), lambda: compiled.evaluate(variables)

    return version("yanlian"), prepare


def pysfeel() -> tuple[str, Callable[[dict], Calls]]:
    """pySFeel: evaluates while it parses, so there is nothing to keep."""
    from pySFeel import SFeelParser

    parser = SFeelParser()

    def prepare(case: dict) -> Calls:
        if case["kind"] != "feel":
            raise Unsupported(case["kind"])
        variables = floats(inputs_of(case["inputs"], lambda day: day))
        text = case["text"]

        def whole() -> object:
            parser.names = variables
            status, value = parser.sFeelParse(text)
            if "errors" in status:
                raise ValueError(status["errors"])
            return value

        return whole, None

    return version("pySFeel"), prepare


def pydmnrules() -> tuple[str, Callable[[dict], Calls]]:
    """pyDMNrules: reads a DMN model, then decides; an expression is a model with one literal expression."""
    import pyDMNrules

    def prepare(case: dict) -> Calls:
        if case["kind"] == "tests":
            raise Unsupported("unary tests alone")
        variables = inputs_of(case["inputs"], lambda day: day)
        assert isinstance(variables, dict)
        xml = model(case)

        def read() -> object:
            rules = pyDMNrules.DMN()
            status = rules.useXML(xml)
            if "errors" in status:
                raise ValueError(status["errors"])
            return rules

        def decide(rules: object) -> object:
            status, found = rules.decide(dict(variables))  # type: ignore[attr-defined]
            if "errors" in status:
                raise ValueError(status["errors"])
            return (found[-1] if isinstance(found, list) else found)["Result"]["result"]

        ready = read()
        return lambda: decide(read()), lambda: decide(ready)

    return version("pyDMNrules"), prepare


def bkflow() -> tuple[str, Callable[[dict], Calls]]:
    """bkflow-feel: a tree by lark, then evaluated."""
    from bkflow_feel import parser, transformer
    from bkflow_feel.api import parse_expression

    def prepare(case: dict) -> Calls:
        if case["kind"] != "feel":
            raise Unsupported(case["kind"])
        variables = inputs_of(case["inputs"], lambda day: day)
        text = case["text"]
        tree = transformer.transform(parser.parse(text))
        return lambda: parse_expression(text, variables), lambda: tree.evaluate(variables)

    return version("bkflow-feel"), prepare


def spiff() -> tuple[str, Callable[[dict], Calls]]:
    """SpiffWorkflow: turns FEEL into Python by regular expressions and evaluates that; tables by its DMN engine."""
    from lxml import etree
    from SpiffWorkflow.bpmn.script_engine.feel_engine import FeelLikeScriptEngine, externalFuncs
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
    from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

    engine = FeelLikeScriptEngine()

    class Workflow:
        script_engine = engine

    class Task:
        workflow = Workflow()

        def __init__(self, data: dict) -> None:
            self.data = data

    def prepare(case: dict) -> Calls:
        variables = inputs_of(case["inputs"], lambda day: datetime(day.year, day.month, day.day))  # noqa: DTZ001
        assert isinstance(variables, dict)
        task, text = Task(variables), case["text"]
        if case["kind"] == "tests":
            # The same step that its decision tables take for a cell.
            task.data = {"value": case["value"]}
            return lambda: DMNEngine(None).evaluate("value", text, task), None
        if case["kind"] == "table":
            xml = model(case).encode()

            def read() -> object:
                tree = etree.fromstring(xml)
                reader = DMNParser(None, tree, {"dmn": tree.nsmap[None]})
                reader.parse()
                return DMNEngine(reader.decision.decisionTables[0])

            ready = read()
            return (
                lambda: read().result(task)["result"],  # type: ignore[attr-defined]
                lambda: ready.result(task)["result"],  # type: ignore[attr-defined]
            )
        patched = engine.patch_expression(text)
        return (
            lambda: engine.evaluate(task, text),
            lambda: engine.environment.evaluate(patched, task.data, external_context=dict(externalFuncs)),
        )

    return version("SpiffWorkflow"), prepare


def model(case: dict) -> str:
    """A DMN model of one decision named `result` for a case."""
    types = {bool: "boolean", str: "string", int: "number", float: "number", Decimal: "number"}
    inputs, needs = "", ""
    for i, (name, value) in enumerate(case["inputs"].items()):
        kind = "date" if isinstance(value, dict) and set(value) == {"day"} else types.get(type(value), "Any")
        name = escape(name)
        inputs += f'<inputData id="i{i}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        needs += f'<informationRequirement id="n{i}"><requiredInput href="#i{i}"/></informationRequirement>'
    if case["kind"] == "table":
        body = '<decisionTable id="t" hitPolicy="UNIQUE">'
        for i, name in enumerate(case["inputs"]):
            body += f'<input id="c{i}" label="{name}"><inputExpression id="e{i}"><text>{name}</text></inputExpression>'
            body += "</input>"
        body += '<output id="o" name="result" label="result" typeRef="number"/>'
        for r, (cells, result) in enumerate(case["rows"]):
            entries = "".join(
                f'<inputEntry id="r{r}c{i}"><text>{escape(c)}</text></inputEntry>' for i, c in enumerate(cells)
            )
            body += f'<rule id="r{r}">{entries}<outputEntry id="r{r}o"><text>{result}</text></outputEntry></rule>'
        body += "</decisionTable>"
    else:
        body = f'<literalExpression id="l"><text>{escape(case["text"])}</text></literalExpression>'
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:m">'
        f'{inputs}<decision id="d" name="result"><variable name="result" typeRef="Any"/>{needs}{body}</decision>'
        "</definitions>"
    )


ENGINES = {"ours": ours, "pySFeel": pysfeel, "pyDMNrules": pydmnrules, "bkflow-feel": bkflow, "SpiffWorkflow": spiff}


def measured(call: Call) -> float:
    """CPU seconds of one call: as many calls as take long enough, doubled until they do."""
    count = 1
    while True:
        started = time.process_time()
        for _ in range(count):
            call()
        spent = time.process_time() - started
        if spent >= ENOUGH:
            return spent / count
        count = count * 2 if spent < ENOUGH / 4 else int(count * ENOUGH / spent * 1.1) + 1


def asked(call: Call) -> dict[str, object]:
    """An answer, or why there is none."""
    try:
        return {"answer": answer_of(call())}
    except (Exception, RecursionError) as error:  # noqa: BLE001 (an engine may fail as it likes: that is the finding)
        return {"failed": f"{type(error).__name__}: {error}"[:200]}


def main(engine: str, file: str) -> None:
    """Answer all cases, then measure what is asked for."""
    # Engines print and log what they think; the parent reads answers only.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    said, prepare = ENGINES[engine]()
    calls: list[Calls | None] = []
    found: list[dict[str, object]] = []
    with open(file, encoding="utf-8") as source:
        # Ours takes decimals; the others were made for floats.
        cases = json.load(source, parse_float=Decimal if engine == "ours" else float)
    for case in cases:
        try:
            both = prepare(case)
        except (Exception, RecursionError) as error:  # noqa: BLE001 (as above)
            calls.append(None)
            found.append({"failed": f"{type(error).__name__}: {error}"[:200]})
            continue
        first = asked(both[0])
        again = None if both[1] is None else asked(both[1])
        if again is not None and again != first:
            first = {"failed": f"evaluated again, the answer is another: {first} {again}"[:300]}
        first["again"] = again is not None
        calls.append(both)
        found.append(first)
    print(json.dumps({"version": said, "answers": found}), file=answers, flush=True)
    for line in sys.stdin:
        number, mode = line.split()
        pair = calls[int(number)]
        assert pair is not None
        call = pair[0] if mode == "whole" else pair[1]
        assert call is not None
        print(measured(call), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
