"""Texts compare by number across columns; predicates are asked once a text; what is no constant may be forgotten."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanlian.engine.dossier.columns import Strings


def words(*texts):
    return pa.array(texts, pa.string()).dictionary_encode()


def test_one_text_has_one_number_whatever_column_it_stands_in():
    strings = Strings(["国家级"])
    first = strings.remap("a", words("省级", None, "国家级")).tolist()
    second = strings.remap("b", words("国家级", "省级")).tolist()
    assert strings.number("国家级") == 0
    assert first[0] == second[1]
    assert first[2] == second[0] == 0
    assert strings.text(first[0]) == "省级"


def test_the_same_constants_in_the_same_order_have_the_same_numbers():
    first, second = Strings(["a", "b"]), Strings()
    second.number("a")
    assert second.number("b") == first.number("b") == 1


def test_a_predicate_is_asked_once_a_text_and_only_about_the_columns_it_is_for():
    strings, asked = Strings(["常"]), []

    def long(text):
        asked.append(text)
        return len(text) > 1

    column = strings.table("long", long, of=["a"])
    everywhere = strings.table("length", len, high=100)
    assert (column.storage, column.low, column.high, everywhere.high) == ("i8", 0, 1, 100)
    strings.start()
    numbers = strings.remap("a", words("xy", "z", None, "xy"))
    others = strings.remap("b", words("elsewhere"))
    strings.start()
    assert strings.remap("a", words("z", "xy", "new"))[0] == numbers[1]
    entries, lengths = strings.entries("long"), strings.entries("length")
    assert [entries[n] for n in numbers[[0, 1]]] == [1, 0]
    assert lengths[others[0]] == 9
    assert sorted(asked) == ["new", "xy", "z", "常"]


def test_a_table_made_after_texts_were_seen_is_asked_about_them_all_the_same():
    strings = Strings()
    first = strings.remap("a", words("xy"))
    strings.table("length", len, high=100)
    again = strings.remap("a", words("xy"))
    assert first.tolist() == again.tolist()
    assert strings.entries("length")[again[0]] == 2


def test_a_table_grows_with_the_texts():
    strings = Strings()
    strings.table("last", lambda text: int(text[-1]), high=9)
    texts = [f"text {n}" for n in range(1000)]
    numbers = strings.remap("a", words(*texts))
    assert [strings.entries("last")[n] for n in numbers] == [int(text[-1]) for text in texts]


def test_an_answer_outside_of_its_range_is_a_mistake():
    strings = Strings(["long"])
    strings.table("length", len)
    with pytest.raises(AssertionError, match="length"):
        strings.entries("length")


def test_texts_of_earlier_batches_are_forgotten_beyond_the_limit_and_constants_never():
    strings = Strings(["a", "b"], limit=10)
    strings.table("length", len, high=100)
    for batch in range(50):
        strings.start()
        assert len(strings) <= 12 + 3
        texts = [f"{batch} {n}" for n in range(3)]
        numbers = strings.remap("x", words("b", *texts))
        assert numbers[0] == 1
        assert [strings.text(n) for n in numbers] == ["b", *texts]
        assert [strings.entries("length")[n] for n in numbers] == [1, *map(len, texts)]
        assert len(strings.entries("length")) <= 64
    assert strings.number("a") == 0


def test_a_constant_named_late_keeps_its_number_when_others_are_forgotten():
    strings = Strings(limit=2)
    strings.table("length", len, high=100)
    before = strings.remap("x", words("one", "two", "three"))
    assert strings.number("two") == before[1]
    strings.start()
    strings.remap("x", words("p", "qq", "rrr"))
    strings.start()
    after = strings.remap("x", words("two", "three", "ssss"))
    assert after[0] == before[1]
    assert [strings.entries("length")[n] for n in after] == [3, 5, 4]
    assert [strings.text(n) for n in after] == ["two", "three", "ssss"]


def test_texts_that_are_not_there_have_some_number_in_use():
    strings = Strings()
    assert strings.remap("x", pa.array([None, None], pa.string()).dictionary_encode()).tolist() == [0, 0]
    assert strings.remap("x", words()).tolist() == [0]
    indices = pa.Array.from_buffers(
        pa.int8(), 3, [pa.py_buffer(b"\x05"), pa.py_buffer(bytes([0, 99, 1]))]
    )  # the second is null, and 99 is no position
    numbers = strings.remap("x", pa.DictionaryArray.from_arrays(indices, ["p", "q"], safe=False))
    assert [strings.text(n) for n in numbers[[0, 2]]] == ["p", "q"]
    assert strings.text(numbers[1]) in ("p", "q")


@given(st.lists(st.lists(st.text(max_size=3), max_size=8), max_size=12), st.integers(0, 6))
def test_numbers_are_one_to_one_within_a_batch_whatever_was_forgotten(batches, limit):
    strings = Strings(["", "a"], limit)
    strings.table("first", lambda text: ord(text[0]) % 100 if text else 0, high=99)
    for texts in batches:
        strings.start()
        found = {}
        for column, some in (("x", texts), ("y", texts[::-1])):
            for number, text in zip(strings.remap(column, words(*some)).tolist(), some, strict=False):
                assert found.setdefault(text, number) == number
                assert strings.text(number) == text
                assert strings.entries("first")[number] == (ord(text[0]) % 100 if text else 0)
        assert len(set(found.values())) == len(found)
        assert (strings.number(""), strings.number("a")) == (0, 1)


def test_a_predicate_that_is_also_for_another_column_is_asked_about_the_texts_seen_there_before():
    strings, asked = Strings(), []
    strings.table("length", lambda text: (asked.append(text), len(text))[1], high=100, of=["a"])
    first = strings.remap("b", words("elsewhere"))
    assert asked == []
    strings.ask_also("length", ["b"])
    assert strings.remap("b", words("elsewhere")).tolist() == first.tolist()
    strings.remap("c", words("nowhere"))
    assert asked == ["elsewhere"]
    strings.ask_also("length", None)
    strings.remap("c", words("nowhere"))
    assert asked == ["elsewhere", "nowhere"]
    assert strings.entries("length")[first[0]] == 9
