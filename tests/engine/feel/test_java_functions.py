"""External functions of the Java kind: the same as Java's own answers, and never anything but the table."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from java_answers import ANSWERS, answer, same
from tests.engine.feel.dmn.made import decision, given, knowledge, literal, model, run

from yanlian.base.refusal import Refused
from yanlian.engine.feel import FeelError, FeelWarning, Missing, Unknown, compile_expression
from yanlian.engine.feel.java import external_function
from yanlian.engine.feel.java.table import LEFT_OUT, REASONS, TABLE
from yanlian.engine.feel.values import Fault, Function, Range

ROOT = Path(__file__).resolve().parents[3]
ROWS = [line.split("\t") for line in ANSWERS.read_text("utf-8").splitlines()]


def called(owner: str, signature: str, *values: object) -> object:
    """What a call gives from outside: a FEEL value, or the code of the fault."""
    made = external_function(owner, signature, tuple(f"p{i}" for i in range(len(values))))
    found = made.call(*values) if isinstance(made, Function) else made
    return found.code if isinstance(found, Fault) else found


def evaluated(text: str, **variables: object) -> tuple[object, list[str]]:
    """The value of FEEL text and the codes of its warnings."""
    warnings: list[FeelWarning] = []
    return compile_expression(text).evaluate(variables, warnings=warnings), [one.code for one in warnings]


def external(signature: str, parameters: str, owner: str = "java.lang.Math") -> str:
    """The text of an external function."""
    return f'function({parameters}) external {{ java: {{ class: "{owner}", method signature: "{signature}" }} }}'


@pytest.mark.parametrize("owner", TABLE)
def test_every_method_gives_what_java_gives(owner: str):
    wrong = []
    for row_owner, signature, *arguments, java in ROWS:
        if row_owner == owner:
            ours = answer(TABLE[owner][signature], arguments)
            if not same(TABLE[owner][signature], ours, java):
                wrong.append((signature, arguments, ours, java))
    assert wrong == []


def test_java_was_asked_about_every_method():
    asked = {(owner, signature) for owner, signature, *_ in ROWS}
    assert asked == {(owner, signature) for owner, methods in TABLE.items() for signature in methods}


def test_what_is_left_out_is_not_in_the_table_and_has_a_reason():
    for owner, left in LEFT_OUT.items():
        assert not left.keys() & TABLE[owner].keys()
        assert set(left.values()) <= REASONS.keys()


def test_the_page_lists_the_table_as_it_is():
    code = "import sys; sys.path.insert(0, 'tools'); import java_functions; sys.stdout.write(java_functions.page())"
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    assert (ROOT / "docs" / "reference" / "java-functions.md").read_text("utf-8") == made


@pytest.mark.parametrize(
    ("owner", "signature", "values", "result"),
    [
        ("java.lang.Math", "max(double, double)", (Decimal("1.5"), Decimal(2)), "2"),
        ("java.lang.Math", " max ( double , double ) ", (Decimal("1.5"), Decimal(2)), "2"),
        ("java.lang.Math", "cos(double)", ([Decimal(0)],), "1"),
        ("java.lang.Math", "sqrt(double)", (Decimal(2),), "1.4142135623730951"),
        ("java.lang.Math", "abs(int)", (Decimal("-1.9"),), "1"),
        ("java.lang.Math", "abs(float)", (Decimal("-0.1"),), "0.1"),
        ("java.lang.Math", "round(double)", (Decimal("-2.5"),), "-2"),
        ("java.lang.Math", "pow(double,double)", (Decimal(10), Decimal(300)), "1E+300"),
        ("java.lang.Math", "ceil(double)", (Decimal("-0.5"),), "0"),
        ("java.lang.Math", "abs(int)", (Decimal(-2147483648),), "-2147483648"),
        ("java.lang.Integer", "sum(int, int)", (Decimal(2147483647), Decimal(1)), "-2147483648"),
        ("java.lang.Integer", "parseInt(java.lang.String)", ("-42",), "-42"),
        ("java.lang.Float", "valueOf(float)", (Decimal("16777217"),), "16777216"),
        ("java.math.BigDecimal", "valueOf(long, int)", (Decimal(12345), Decimal(2)), "123.45"),
        ("java.math.BigDecimal", "valueOf(double)", (Decimal("1.10"),), "1.1"),
    ],
)
def test_numbers_come_back_as_java_writes_them(owner: str, signature: str, values: tuple[object, ...], result: str):
    found = called(owner, signature, *values)
    assert isinstance(found, Decimal)
    assert str(found) == result


@pytest.mark.parametrize(
    "kind", ["java.lang.Object[]", "java.lang.Object...", "Object...", "[Ljava.lang.Object;", "java.lang.Object []"]
)
def test_variable_arguments_are_understood_in_every_spelling(kind: str):
    assert called("java.lang.String", f"format(java.lang.String, {kind})", "%s-%s", ["a", Decimal(2)]) == "a-2"
    assert called("java.lang.String", f"format(String, {kind})", "[%6.2f]", Decimal("1.005")) == "[  1.01]"


@pytest.mark.parametrize(
    ("pattern", "values", "result"),
    [
        ("%s %s %s", [True, None, date(2024, 2, 29)], "true null 2024-02-29"),
        ("%s", [[Decimal(1), "a", None]], "[1, a, null]"),
        ("%s", [{"甲": Decimal("1.50"), "b": []}], "{甲=1.50, b=[]}"),
        ("%,.2f元", [Decimal("-1234567.895")], "-1,234,567.90元"),
        ("%1$s %1$S %2$05.1f", ["a", Decimal("2.25")], "a A 002.3"),
        ("100%%%n", [], "100%\n"),
    ],
)
def test_format_writes_feel_values_as_java_does(pattern: str, values: list[object], result: str):
    assert called("java.lang.String", "format(String, Object...)", pattern, values) == result


def test_whole_number_conversions_refuse_numbers_as_java_refuses_a_big_decimal():
    for pattern in ("%d", "%x", "%o", "%c"):
        assert called("java.lang.String", "format(String, Object...)", pattern, [Decimal(5)]) == "java_exception"
        assert called("java.lang.String", "format(String, Object...)", pattern, [None]) == "null"


def test_texts_chars_and_lists_go_over_and_back():
    assert called("java.lang.String", "join(CharSequence, CharSequence...)", "、", ["甲", None, "丙"]) == "甲、null、丙"
    assert called("java.lang.String", "join(java.lang.CharSequence,java.lang.Iterable)", "-", ["a"]) == "a"
    assert called("java.lang.String", "copyValueOf([C, int, int)", "a😀b", Decimal(1), Decimal(2)) == "😀"
    assert called("java.lang.String", "valueOf(char[])", ["a", "b"]) == "ab"
    assert called("java.lang.Character", "toChars(int)", Decimal(65)) == ["A"]
    assert called("java.lang.Character", "toUpperCase(char)", "ä") == "Ä"
    assert called("java.lang.Boolean", "parseBoolean(String)", None) is False


@pytest.mark.parametrize(
    ("owner", "signature", "values", "code"),
    [
        ("os", "system(java.lang.String)", ("true",), "java_class"),
        ("builtins", "eval(String)", ("1",), "java_class"),
        ("java.lang.Runtime", "getRuntime()", (), "java_class"),
        ("java.lang.System", "exit(int)", (Decimal(0),), "java_class"),
        ("Math", "abs(int)", (Decimal(0),), "java_class"),
        (None, "abs(int)", (Decimal(0),), "java_signature"),
        ("java.lang.Math", None, (Decimal(0),), "java_signature"),
        ("java.lang.Math", "abs", (Decimal(0),), "java_signature"),
        ("java.lang.Math", "max(int a, int b)", (Decimal(0), Decimal(1)), "java_signature"),
        ("java.lang.Math", "abs(int,)", (Decimal(0),), "java_signature"),
        ("java.lang.Math", "abs(" + "int," * 5000 + "int)", (Decimal(0),), "java_signature"),
        ("java.lang.Math", "__class__()", (), "java_method"),
        ("java.lang.Math", "max(int, double)", (Decimal(0), Decimal(1)), "java_method"),
        ("java.lang.Math", "random()", (), "java_method"),
        ("java.lang.String", "length()", (), "java_method"),
        ("java.lang.Math", "max(int, int)", (Decimal(0),), "java_parameters"),
        ("java.lang.Math", "abs(int)", (Decimal(2**31),), "java_argument"),
        ("java.lang.Math", "abs(int)", (None,), "java_argument"),
        ("java.lang.Math", "abs(int)", ("1",), "java_argument"),
        ("java.lang.Math", "abs(int)", (True,), "java_argument"),
        ("java.lang.Math", "abs(double)", (Decimal("1E+400"),), "java_argument"),
        ("java.lang.Math", "abs(float)", (Decimal("1E+39"),), "java_argument"),
        ("java.lang.Math", "abs(double)", ([Decimal(1), Decimal(2)],), "java_argument"),
        ("java.lang.Character", "isDigit(char)", ("12",), "java_argument"),
        ("java.lang.Character", "isDigit(char)", ("😀",), "java_argument"),
        ("java.lang.Boolean", "toString(boolean)", ("true",), "java_argument"),
        ("java.lang.String", "valueOf(java.lang.Object)", (Range(Decimal(1), Decimal(2)),), "java_argument"),
        ("java.lang.Math", "addExact(int, int)", (Decimal(2**31 - 1), Decimal(1)), "java_exception"),
        ("java.lang.Math", "floorDiv(int, int)", (Decimal(1), Decimal(0)), "java_exception"),
        ("java.lang.Integer", "parseInt(String)", ("x",), "java_exception"),
        ("java.lang.Integer", "parseInt(String)", (None,), "java_exception"),
        ("java.lang.Double", "parseDouble(String)", (None,), "java_exception"),
        ("java.lang.String", "format(String, Object...)", ("%s %s", "a"), "java_exception"),
        ("java.lang.String", "join(CharSequence, java.lang.Iterable)", (",", [Decimal(1)]), "java_exception"),
        ("java.lang.Math", "sqrt(double)", (Decimal(-1),), "java_result"),
        ("java.lang.Math", "exp(double)", (Decimal(1000),), "java_result"),
        ("java.lang.Math", "log(double)", (Decimal(0),), "java_result"),
        ("java.lang.Double", "parseDouble(String)", ("NaN",), "java_result"),
        ("java.lang.Character", "highSurrogate(int)", (Decimal(0x1F600),), "java_result"),
        ("java.lang.Character", "toChars(int)", (Decimal(0x1F600),), "java_result"),
        ("java.math.BigDecimal", "valueOf(long, int)", (Decimal(1), Decimal(2147483647)), "java_result"),
    ],
)
def test_what_java_or_feel_cannot_do_is_a_named_fault(
    owner: object, signature: object, values: tuple[object, ...], code: str
):
    made = external_function(owner, signature, tuple(f"p{i}" for i in range(len(values))))
    fault = made.call(*values) if isinstance(made, Function) else made
    assert isinstance(fault, Fault)
    assert fault.code == code
    for language in ("zh", "en"):
        # A fact that the sentence names and nobody gave would read as a dash or as a brace.
        assert not re.search(r"[{}]|“-”|\(-\)", Refused(code, **fault.data).text(language))


def test_feel_text_calls_java_by_place_and_by_name():
    both = external("max(double, double)", "a: number, b: number")
    assert evaluated(f"({both})(1.5, 2)") == (Decimal(2), [])
    assert evaluated(f"{{f: {both}, x: f(b: 3, a: -5)}}.x") == (Decimal(3), [])
    assert evaluated(f"[1, 4, 9][({external('sqrt(double)', 'x')})(item) > 1.5]") == ([Decimal(4), Decimal(9)], [])


def test_declared_types_are_checked_before_java_is():
    typed, untyped = external("cos(double)", "a: number"), external("cos(double)", "a")
    assert evaluated(f'({typed})("x")') == (None, ["feel_value_type"])
    assert evaluated(f'({untyped})("x")') == (None, ["java_argument"])
    assert evaluated(f"({typed})()")[0] is None


def test_what_is_not_java_stays_a_refusal():
    assert evaluated('(function(a) external { pmml: { document: "m", model: "n" } })(1)') == (None, ["feel_external"])
    assert evaluated("(function(a) external a)(1)") == (None, ["feel_external"])
    assert evaluated('(function(a) external { java: { class: "java.lang.Math" } })(1)') == (None, ["java_signature"])


def test_unknown_arguments_make_the_result_unknown():
    lacking = Unknown(frozenset({Missing("营业收入", "税务局")}))
    assert evaluated(f"({external('abs(double)', 'a')})(x)", x=lacking) == (lacking, [])


def test_a_model_calls_java_through_a_boxed_function():
    def entry(name: str, value: str) -> str:
        return f'<contextEntry><variable name="{name}"/>{literal(value, "string")}</contextEntry>'

    body = entry("class", '"java.lang.Math"') + entry("method signature", '"floorMod(int, int)"')
    formal = '<formalParameter name="a" typeRef="number"/><formalParameter name="b" typeRef="number"/>'
    box = f'<functionDefinition kind="Java">{formal}<context>{body}</context></functionDefinition>'
    made = model(
        given("n", "number")
        + f'<decision id="_f" name="f"><variable name="f"/>{box}</decision>'
        + decision("rest", literal("f(n, 3)"), "input:n", "decision:f")
    )
    assert run(made, "rest", {"n": -7}) == Decimal(2)
    assert run(made, "rest", {"n": "x"}) is None


def test_a_business_knowledge_model_of_the_java_kind_is_called():
    body = "".join(
        f'<contextEntry><variable name="{name}"/>{literal(value)}</contextEntry>'
        for name, value in (("class", '"java.lang.Integer"'), ("method signature", '"toBinaryString(int)"'))
    )
    logic = knowledge("bits", {"n": "number"}, f"<context>{body}</context>")
    made = model(
        logic.replace("<encapsulatedLogic>", '<encapsulatedLogic kind="Java">')
        + decision("d", literal("bits(5)"), "knowledge:bits")
    )
    assert run(made, "d") == "101"


FORMAT = external("format(String, Object...)", "f, a", "java.lang.String")
TEXT_OF = external("valueOf(Object)", "s", "java.lang.String")


def hostile() -> dict[str, object]:
    """Arguments that would keep a careless function busy for hours."""
    nested: object = Decimal(1)
    for _ in range(40):
        nested = [nested, nested]
    return {
        "repeated": "%1$h%1$.0s" * 50_000,
        "zeros": "%" + "0" * 500_000,
        "digits": "0" * 200_000 + "x",
        "nested": nested,
    }


@pytest.mark.parametrize(
    "text",
    [
        f'({FORMAT})("%9999s%9999s", 1)',
        f"({FORMAT})(repeated, 1)",
        f"({FORMAT})(zeros, 1)",
        f"({external('parseDouble(String)', 's', 'java.lang.Double')})(digits)",
        f"for i in 1..1000000 return ({TEXT_OF})(digits)",
        f"for i in 1..1000000 return ({external('parseInt(String)', 's', 'java.lang.Integer')})(digits)",
    ],
)
def test_hostile_arguments_end_soon(text: str):
    started = time.monotonic()
    with suppress(FeelError):
        compile_expression(text).evaluate(hostile())
    assert time.monotonic() - started < 60


def test_what_is_written_over_and_over_is_refused_by_the_budget():
    for text in (f"({FORMAT})(repeated, digits)", f"({TEXT_OF})(nested)"):
        with pytest.raises(FeelError) as refused:
            compile_expression(text).evaluate(hostile())
        assert refused.value.code == "feel_limit"
