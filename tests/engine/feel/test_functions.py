"""The built-in functions and operators, by what they give."""

from __future__ import annotations

from decimal import Decimal

import pytest

from yanlian.engine.feel import compile_expression
from yanlian.engine.feel.builtins.convert import text_of

CASES = """
string(1.10) | 1.10
string(@"2024-01-01") | 2024-01-01
string([1, "a", null]) | [1, "a", null]
string({a: 1}) | {a: 1}
number("1 000,5", " ", ",") | 1000.5
number("1,000.5", ",", ".") | 1000.5
number("x") | null
substring("foobar", 3) | obar
substring("foobar", 3, 3) | oba
substring("foobar", -2, 1) | a
substring("芯片设计", 3) | 设计
substring before("a.b.c", ".") | a
substring after("a.b.c", ".") | b.c
upper case("abc") | ABC
replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") | [1=ab][2=]cd
replace("a.b", ".", "$", "q") | a$b
replace("abc", "[a-z-[b]]", "#") | #b#
matches("软件", "^\\\\p{L}+$") | true
matches("a b", "a\\\\sb") | true
split("a;b;;c", ";") | ["a", "b", "", "c"]
string join(["a", null, "b"], "、") | a、b
list contains([1, null], null) | true
count([]) | 0
min([3, 1, 2]) | 1
max("a", "c", "b") | c
min([]) | null
sum([0.1, 0.2]) | 0.3
sum([]) | null
sum([1, "a"]) | null
sum([@"P1D", @"PT12H"]) | null
mean([1, 2]) | 1.5
median([8, 2, 5, 3, 4]) | 4
stddev([2, 4, 7, 5]) | 2.081665999466132735282297706979931
mode([6, 3, 9, 6, 6, 3, 3]) | [3, 6]
product([2, 3, 4]) | 24
all([true, null]) | null
any([false, null]) | null
all([]) | true
sublist([4, 5, 6], 1, 2) | [4, 5]
sublist([4, 5, 6], -2) | [5, 6]
append([1], 2, 3) | [1, 2, 3]
concatenate([1], [2, 3]) | [1, 2, 3]
insert before([1, 3], 1, 2) | [2, 1, 3]
remove([1, 2, 3], 2) | [1, 3]
list replace([2, 4, 7], 3, 6) | [2, 4, 6]
list replace([2, 4, 7], function(item, newItem) item < newItem, 5) | [5, 5, 7]
reverse([1, 2]) | [2, 1]
index of([1, 2, 3, 2], 2) | [2, 4]
union([1, 2], [2, 3]) | [1, 2, 3]
distinct values([2, 1, 2, 1.0]) | [2, 1]
flatten([[1, 2], [[3]], 4]) | [1, 2, 3, 4]
sort([3, 1, 4], function(x, y) x > y) | [4, 3, 1]
sort(list: [3, 1], precedes: function(a, b) a < b) | [1, 3]
decimal(1/3, 2) | 0.33
decimal(2.5, 0) | 2
decimal(1234, -2) | 1200
floor(-1.5) | -2
ceiling(1.23, 1) | 1.3
round up(5.5, 0) | 6
round down(-5.5, 0) | -5
round half up(1.125, 2) | 1.13
round half down(1.125, 2) | 1.12
abs(-10) | 10
abs(@"-P1Y") | P1Y
modulo(-12, 5) | 3
modulo(12, -5) | -3
modulo(10.1, 4.5) | 1.1
modulo(1, 0) | null
sqrt(16) | 4
sqrt(-1) | null
exp(0) | 1
log(1) | 0
odd(5) | true
even(2.5) | false
1 / 0 | null
10 ** 7000 | null
date(2024, 2, 30) | null
date("2024-02-29").month | 2
date and time("2024-01-01T24:00:00") | 2024-01-02T00:00:00
date and time(@"2024-01-01", @"08:30:00") | 2024-01-01T08:30:00
time(8, 30, 0, @"PT8H") | 08:30:00+08:00
time("08:30:00@Asia/Shanghai") = time("00:30:00Z") | true
duration("P1Y14M") | P2Y2M
years and months duration(@"2011-12-22", @"2013-08-24") | P1Y8M
years and months duration(@"2013-08-24", @"2011-12-22") | -P1Y8M
day of week(@"2024-05-01") | Wednesday
day of year(@"2024-12-31") | 366
month of year(@"2024-05-01") | May
week of year(@"2005-01-01") | 53
week of year(@"2020-01-01") | 1
today() | null
now() | null
@"2024-01-31" + @"P1M" | 2024-02-29
@"2024-03-31" - @"P1M" | 2024-02-29
@"2024-03-01" - @"2024-02-01" | P29D
@"2024-01-01" + @"P1D" | 2024-01-02
@"2024-01-01T10:00:00+08:00" - @"2024-01-01T02:00:00Z" | PT0S
@"2024-01-01T10:00:00+08:00" = @"2024-01-01T02:00:00Z" | true
@"23:30:00" + @"PT1H" | 00:30:00
@"2019-03-31T01:30:00@Europe/Paris" + @"PT1H" | 2019-03-31T03:30:00@Europe/Paris
@"2019-03-30T02:30:00@Europe/Paris" + @"P1D" | 2019-03-31T03:30:00@Europe/Paris
@"2019-10-27T03:30:00@Europe/Paris" - @"PT3H" | 2019-10-27T01:30:00@Europe/Paris
@"2019-03-31T01:30:00+01:00" + @"PT1H" | 2019-03-31T02:30:00+01:00
@"12019-07-31T01:30:00@Europe/Paris" + @"PT1H" | 12019-07-31T02:30:00@Europe/Paris
@"-2019-07-31T23:30:00@Asia/Shanghai" + @"PT1H" | -2019-08-01T00:30:00@Asia/Shanghai
@"P1Y" * 1.5 | P1Y6M
@"P10D" / @"P5D" | 2
@"P1Y" + @"P1D" | null
@"-2021-01-01" + @"P1D" | -2021-01-02
@"2024-05-01".weekday | 3
@"P1Y2M".months | 2
@"P1DT3H".hours | 3
@"2024-05-01T08:00:00@Asia/Shanghai".time offset | PT8H
[1..3].start included | true
get value({a: 1}, "a") | 1
get value({a: {b: 2}}, ["a", "b"]) | 2
get entries({a: 1})[1].key | a
context([{key: "a", value: 1}]).a | 1
context put({a: 1}, "b", 2).b | 2
context put({a: {b: 1}}, ["a", "b"], 2).a.b | 2
context merge([{a: 1}, {a: 2}]).a | 2
before(1, 10) | true
before([1..5), [5..8]) | true
after([5..8], 4) | true
meets([1..5], [5..8]) | true
met by([5..8], [1..5]) | true
overlaps([1..5], [3..8]) | true
overlaps before([1..5], [3..8]) | true
overlaps after([3..8], [1..5]) | true
finishes(5, [1..5]) | true
finished by([1..5], 5) | true
includes([1..10], [2..4]) | true
during([2..4], [1..10]) | true
starts([1..3], [1..5]) | true
started by([1..5], 1) | true
coincides([1..5], [1..5]) | true
range("[1..3]") = [1..3] | true
not(null) | null
is(@"10:00:00Z", @"10:00:00+00:00") | true
is(1, "1") | false
1 = "1" | null
null = null | true
1 = null | false
[1, 2] = [1, 2] | true
{a: 1, b: 2} = {b: 2, a: 1} | true
[1] = ["1"] | false
[1] != ["1"] | true
[[1]] = [1] | false
{a: 1} = {a: "1"} | false
[1..2] = ["a".."b"] | false
[1] = [null] | false
@"2024-01-01T10:00:00Z" = @"2024-01-01T10:00:00" | true
@"2024-01-01T10:00:00+08:00" != @"2024-01-01T10:00:00" | false
@"2024-01-01T10:00:00@Asia/Shanghai" < @"2024-01-01T10:00:01" | true
@"2024-01-01T10:00:00" >= @"2024-01-01T10:00:00Z" | true
@"10:00:00Z" = @"10:00:00" | true
@"10:00:00" < @"11:00:00+08:00" | true
is(@"10:00:00Z", @"10:00:00") | false
@"2024-01-01T10:00:00Z" - @"2024-01-01T10:00:00" | null
"a" < "b" | true
1 < "b" | null
"a" + "b" | ab
"a" + 1 | null
5 between 1 and 5 | true
5 in (1, 5) | true
5 in [1..5) | false
true[true] | [true]
[1, 2, 3][2.9] | 2
[1, 2, 3][-1.5] | 3
[1, 2, 3][0.9] | null
null[1] | null
[{x: 1}, {y: 2}].y | [null, 2]
for i in 3..1 return i | [3, 2, 1]
for i in @"2024-01-01"..@"2024-01-03" return i.day | [1, 2, 3]
for i in [1..3] return i | [1, 2, 3]
[3..1] | null
for i in [3..1] return i | null
2 in [3..1] | false
[@"2024-01-02"..@"2024-01-01"].start | null
["a".."a"] = ["a".."a"] | true
[true..false] | null
for i in (1..3) return i | [2]
for i in 1..5 return if i <= 2 then 1 else partial[-1] + partial[-2] | [1, 1, 2, 3, 5]
some x in [] satisfies true | false
every x in [] satisfies false | true
if null then 1 else 2 | 2
[1, 2] instance of list<number> | true
[1, 2] instance of list | null
[1..2] instance of range | null
abs instance of function | null
{a: 1} instance of context | true
1 instance of unheard | null
[1] instance of list<unheard> | null
1 instance of Any | true
null instance of Any | false
(function(a: number) a + 1)("x") | null
upper case(["a"]) | A
string length() | null
unheard of(1) | null
"""


@pytest.mark.parametrize("line", [line for line in CASES.splitlines() if line])
def test_functions_and_operators(line: str):
    text, _, expected = line.rpartition(" | ")
    names = ["unheard of"]
    assert text_of(compile_expression(text.replace("\\\\\\\\", "\\\\"), names=names).evaluate({})) == expected


def test_every_function_takes_its_arguments_by_name():
    for text in (
        'substring(start position: 3, string: "foobar")',
        'contains(match: "b", string: "abc")',
        "decimal(scale: 2, n: 1.005)",
        "date(year: 2024, month: 5, day: 1)",
        "list contains(element: 1, list: [1])",
    ):
        assert compile_expression(text).evaluate({}) is not None
    assert compile_expression('contains(text: "b", string: "abc")').evaluate({}) is None


def test_sum_keeps_every_digit_of_money():
    fen = [Decimal("0.01")] * 1000
    assert compile_expression("sum(x) = 10").evaluate({"x": fen}) is True
