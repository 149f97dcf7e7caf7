"""The promises a compiler builds on hold for odd batches too, or the batch is refused by name."""

import pickle
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from tests.engine.dossier.columns.reading import Reader

from yanlian.base.refusal import Refused
from yanlian.engine.dossier import Coverage, Delivery, Dossier, load_schema
from yanlian.engine.dossier.arrow import dossier_schema
from yanlian.engine.dossier.columns import Layout, OutsideRange, Strings, gaps
from yanlian.engine.native.ir import Column

SCHEMA = load_schema()
AS_OF = date(2025, 12, 31)
EVERYTHING = Coverage(everything=True)
REVENUE = ("tax_year", "revenue")


def of(columns, coverage=EVERYTHING, ranges=None):
    batch = pa.record_batch(columns)
    return Layout(batch.schema, SCHEMA, coverage, AS_OF, ranges), batch


def years(rows, type_=None):
    type_ = type_ or pa.struct({"year": pa.int16(), "revenue": pa.int64()})
    return {"tax_year": pa.array(rows, pa.list_(type_))}


def revenues(*values):
    return years([[{"year": 2020, "revenue": one} for one in values]])


def bound(layout, batch, column):
    return layout.bind(batch, [column], Strings())[0]


# What there is.


def test_names_are_chinese_words_and_english_keys_find_them():
    layout, _ = of({"id": pa.array(["x"]), **revenues(1)})
    assert (
        layout.value("税务年报", "营业收入")
        == layout.value(*REVENUE)
        == Column("税务年报.营业收入", "i64", -(1 << 63), (1 << 63) - 1)
    )
    assert layout.valid("tax_year", "营业收入") == Column("税务年报.营业收入?", "bit")
    assert layout.offsets("税务年报") == Column("税务年报#", "i32", 0, (1 << 31) - 1)
    assert layout.value("", "主体编号") == layout.value("", "id") == Column("主体编号", "i32", 0, (1 << 31) - 1)
    with pytest.raises(KeyError):
        layout.value("", "nonsense")
    with pytest.raises(KeyError):
        layout.value("tax_year", "nonsense")


def test_what_the_data_set_lacks_is_no_column():
    layout, _ = of(revenues(1))
    assert layout.value("tax_year", "cost") is None
    assert layout.value("loan", "principal") is None
    assert layout.value("", "uscc") is None
    assert not layout.has("loan")
    assert not layout.has("登记")


def test_columns_promised_never_to_be_empty_have_no_validity():
    struct = pa.struct([pa.field("established_on", pa.date32(), nullable=False), pa.field("capital", pa.int64())])
    arrow = pa.schema([pa.field("registration", struct, nullable=False)])
    layout = Layout(arrow, SCHEMA, EVERYTHING, AS_OF)
    assert layout.present("registration") is None
    assert layout.valid("registration", "established_on") is None
    assert layout.valid("registration", "capital") == Column("登记.注册资本?", "bit")


def test_the_schema_of_snapshots_can_be_read_whole():
    layout = Layout(dossier_schema(SCHEMA), SCHEMA, EVERYTHING, AS_OF)
    for key, kind in SCHEMA.records.items():
        assert layout.has(key)
        for field in kind.fields.values():
            column = layout.value(kind.zh, field.zh)
            assert column is not None
            expected = {"flag": "bit", "year": "i16", "date": "i32", "text": "i32", "code": "i32"}
            assert column.storage == expected.get(field.type, "i64")
    assert layout.longest("tax_year") == 1 << 20


# Ranges.


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((0, 0), (0, 0)),
        ((3, 5), (0, 7)),
        ((0, 8), (0, 15)),
        ((-1, 0), (-1, 0)),
        ((-9, 3), (-16, 15)),
        ((-3, 900), (-1024, 1023)),
        ((5, 1 << 70), (0, (1 << 63) - 1)),
        ((-(1 << 63), 0), (-(1 << 63), (1 << 63) - 1)),
        ((None, None), (-(1 << 63), (1 << 63) - 1)),
    ],
)
def test_ranges_are_widened_to_powers_of_two_within_the_storage(bounds, expected):
    layout, _ = of(revenues(1), ranges={REVENUE: bounds})
    column = layout.value(*REVENUE)
    assert (column.low, column.high) == expected


def test_ranges_of_days_are_given_as_dates():
    day = date(1970, 1, 9)
    layout, batch = of(
        {"registration": pa.array([{"established_on": day}])},
        ranges={("registration", "established_on"): (date(1970, 1, 2), day)},
    )
    column = layout.value("registration", "established_on")
    assert (column.low, column.high) == (0, 15)
    assert bound(layout, batch, column).tolist() == [8]


@pytest.mark.parametrize("values", [(8,), (-1,), (1, 2, None, 800)])
def test_a_value_outside_its_range_is_told_by_its_column(values):
    layout, batch = of(revenues(*values), ranges={REVENUE: (0, 7)})
    assert not layout.fits(batch)
    with pytest.raises(OutsideRange) as told:
        bound(layout, batch, layout.value(*REVENUE))
    assert told.value.column == "税务年报.营业收入"
    # What is not asked for is not looked at.
    assert bound(layout, batch, layout.value("tax_year", "year")).tolist() == [2020] * len(values)


def test_noise_under_nulls_reads_as_nought_where_the_range_is_narrow():
    noisy = pa.Array.from_buffers(pa.int64(), 3, [pa.py_buffer(b"\x05"), pa.py_buffer(np.array([7, 1 << 60, -8]))])
    struct = pa.StructArray.from_arrays([noisy], names=["capital"])
    layout, batch = of({"registration": struct}, ranges={("registration", "capital"): (-8, 7)})
    assert layout.fits(batch)
    assert bound(layout, batch, layout.value("registration", "capital")).tolist() == [7, 0, -8]


def test_noise_under_an_absent_record_is_no_value():
    struct = pa.StructArray.from_arrays(
        [pa.array([1, 1 << 60, 3])], names=["capital"], mask=pa.array([False, True, False])
    )
    layout, batch = of({"registration": struct}, ranges={("registration", "capital"): (0, 3)})
    assert layout.fits(batch)
    assert bound(layout, batch, layout.value("registration", "capital")).tolist() == [1, 0, 3]


# Forms of memory.


def test_integers_are_arrows_own_memory():
    layout, batch = of({"registration": pa.array([{"capital": n} for n in range(100)])})
    for cut, start in ((batch, 0), (batch.slice(37, 20), 37)):
        buffer = bound(layout, cut, layout.value("registration", "capital"))
        own = batch.column(0).field("capital").buffers()[1]
        assert buffer.__array_interface__["data"][0] == own.address + 8 * start
        assert len(buffer) == len(cut)


def test_offsets_and_bitmaps_are_arrows_own_where_they_start_at_nought():
    layout, batch = of(revenues(*range(40), None))
    array = batch.column(0)
    offsets, valid = layout.bind(batch, [layout.offsets("tax_year"), layout.valid(*REVENUE)], Strings())
    assert offsets.__array_interface__["data"][0] == array.buffers()[1].address
    assert valid.__array_interface__["data"][0] == array.values.field("revenue").buffers()[0].address


@pytest.mark.parametrize("start", range(18))
def test_bitmaps_that_start_within_a_byte_are_moved_to_its_start(start):
    flags = [None if n % 5 == 0 else n % 3 == 0 for n in range(40)]
    layout, batch = of({"registration": pa.array([{"legal_person": one} for one in flags])})
    for length in (1, 7, 8, 20):
        reader = Reader(layout, batch.slice(start, length))
        found = [reader.field("registration", "legal_person", row) for row in range(length)]
        assert found == flags[start : start + length]


def test_memory_that_starts_anywhere_is_moved_to_where_machines_read():
    raw = pa.py_buffer(b"\0" + np.array([1, -2, 3]).tobytes())
    array = pa.Array.from_buffers(pa.int64(), 3, [None, raw.slice(1)])
    layout, batch = of({"registration": pa.StructArray.from_arrays([array], names=["capital"])})
    buffer = bound(layout, batch, layout.value("registration", "capital"))
    assert buffer.flags.aligned
    assert buffer.tolist() == [1, -2, 3]


def test_children_that_hide_under_null_lists_are_left_out():
    struct = pa.StructArray.from_arrays([pa.array([2001, 2002, 2003, 2004], pa.int16())], names=["year"])
    offsets = pa.py_buffer(np.array([0, 1, 3, 4], np.int32))
    array = pa.Array.from_buffers(pa.list_(struct.type), 3, [pa.py_buffer(b"\x05"), offsets], children=[struct])
    layout, batch = of({"tax_year": array})
    reader = Reader(layout, batch)
    assert [[one["year"] for one in reader.records("tax_year", row)] for row in range(3)] == [[2001], [], [2004]]


def test_more_bits_than_stand_ready_are_all_ones():
    count = 200_000
    array = pa.StructArray.from_arrays([pa.array(np.arange(count))], names=["capital"])
    layout, batch = of({"registration": array})
    valid = bound(layout, batch, layout.valid("registration", "capital"))
    assert len(valid) == count // 8
    assert (valid == 255).all()


def test_columns_of_nothing_but_nulls_are_read_as_empty_ones():
    nothing = pa.nulls(2)
    record = pa.StructArray.from_arrays([nothing, nothing, nothing], names=["capital", "legal_person", "moved_in_on"])
    layout, batch = of({"kind": nothing, "name": nothing, "registration": record, "loan": nothing, "refused": nothing})
    reader = Reader(layout, batch)
    assert not layout.has("loan")
    for row in range(2):
        assert reader.one("registration", row) == dict.fromkeys(SCHEMA.records["registration"].fields)
        assert reader.field("", "name", row) is None
        assert reader.phantoms("science_title", row) == []


def test_lists_without_a_member_need_no_type_of_their_members():
    empty = pa.array([[], None], pa.list_(pa.null()))
    layout, batch = of({"tax_year": empty, "refused": empty})
    reader = Reader(layout, batch)
    assert [reader.records("tax_year", row) for row in range(2)] == [[], []]
    assert layout.value(*REVENUE) is None


def test_a_dictionary_may_itself_hold_a_null():
    words = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array(["甲", None]))
    layout, batch = of({"name": words})
    reader = Reader(layout, batch)
    assert [reader.field("", "name", row) for row in range(3)] == ["甲", None, None]


def test_tables_of_texts_are_bound_after_the_texts_of_the_batch():
    layout, batch = of({"name": pa.array(["甲", "乙乙"])})
    strings = Strings()
    table = strings.table("length", len, high=9)
    entries, numbers = layout.bind(batch, [table, layout.value("", "name")], strings)
    assert [entries[n] for n in numbers] == [1, 2]


# What is refused.


@pytest.mark.parametrize(
    ("record", "field", "type_"),
    [
        ("tax_year", "revenue", pa.float64()),
        ("tax_year", "revenue", pa.uint32()),
        ("tax_year", "revenue", pa.date32()),
        ("science_title", "issued_on", pa.timestamp("s")),
        ("science_title", "renewed", pa.int8()),
        ("science_title", "level", pa.int8()),
    ],
)
def test_a_type_that_a_field_cannot_have_is_refused_when_it_is_asked_for(record, field, type_):
    layout, _ = of({record: pa.array([[]], pa.list_(pa.struct({field: type_})))})
    with pytest.raises(Refused) as told:
        layout.value(record, field)
    assert told.value.code == "column_type_wrong"
    assert layout.has(record)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("tax_year", pa.struct({"year": pa.int16()})),
        ("registration", pa.list_(pa.struct({}))),
        ("tax_year", pa.list_(pa.int16())),
        ("registration", pa.string()),
    ],
)
def test_a_record_that_is_no_record_is_refused(name, type_):
    with pytest.raises(Refused, match="column_type_wrong"):
        of({name: pa.nulls(1, type_)})


def test_gaps_that_rest_on_what_cannot_be_read_are_refused():
    moved = pa.array([{"moved_in_on": 3}])
    layout, _ = of({"registration": moved})
    with pytest.raises(Refused, match="column_type_wrong"):
        layout.has_gaps("science_title")
    assert not layout.has_gaps("tax_year")


def test_an_empty_member_of_a_list_is_refused():
    layout, batch = of(years([[None]]))
    with pytest.raises(Refused, match="dossier_record_empty"):
        bound(layout, batch, layout.offsets("tax_year"))


def test_nulls_where_none_were_promised_are_refused():
    one = pa.field("capital", pa.int64(), nullable=False)
    promised = pa.StructArray.from_arrays([pa.array([1, None])], fields=[one])
    absent = pa.StructArray.from_arrays([pa.array([1, None])], fields=[one], mask=pa.array([False, True]))
    for nullable, column, allowed in ((True, promised, False), (True, absent, True), (False, absent, False)):
        arrow = pa.schema([pa.field("registration", promised.type, nullable=nullable)])
        layout = Layout(arrow, SCHEMA, EVERYTHING, AS_OF)
        batch = pa.RecordBatch.from_arrays([column], schema=arrow)
        capital = layout.value("registration", "capital")
        if allowed:
            assert bound(layout, batch, capital)[0] == 1
        else:
            with pytest.raises(Refused, match="column_not_null"):
                bound(layout, batch, capital)


def test_an_entity_without_its_promised_id_is_refused():
    arrow = pa.schema([pa.field("id", pa.string(), nullable=False)])
    layout = Layout(arrow, SCHEMA, EVERYTHING, AS_OF)
    batch = pa.RecordBatch.from_arrays([pa.array(["x", None])], schema=arrow)
    assert layout.valid("", "id") is None
    with pytest.raises(Refused, match="column_not_null"):
        bound(layout, batch, layout.value("", "id"))


def test_an_opened_batch_gives_the_values_at_the_positions_that_programs_read():
    layout, batch = of(years([[{"year": 2020, "revenue": one}] for one in (5, None, 7)]))
    opened = layout.opened(batch.slice(1))
    kind = SCHEMA.records["tax_year"]
    assert opened.field(kind, "revenue").to_pylist() == [None, 7]
    assert opened.offsets(kind).tolist() == [0, 1, 2]


def test_a_row_of_more_records_than_promised_is_told():
    many = (1 << 20) + 1
    struct = pa.StructArray.from_arrays([pa.array(np.zeros(many, np.int16))], names=["year"])
    array = pa.ListArray.from_arrays(pa.array([0, many], pa.int32()), struct)
    layout, batch = of({"tax_year": array})
    with pytest.raises(OutsideRange, match="税务年报#"):
        bound(layout, batch, layout.offsets("tax_year"))


# Periods nobody delivered.


def phantoms(columns, coverage, record):
    layout, batch = of(columns, coverage)
    reader = Reader(layout, batch)
    kind = SCHEMA.records[record]
    for place, row in enumerate(batch.to_pylist()):
        found = Dossier(row, SCHEMA, coverage, AS_OF)[kind.zh]
        expected = [(one.low, one.high) for one in getattr(found, "maybe", ())]
        stored = [tuple(_days(bound) for bound in one) for one in expected]
        assert reader.phantoms(record, place) == stored
    return [reader.phantoms(record, place) for place in range(batch.num_rows)]


def _days(bound):
    if isinstance(bound, date):
        return (bound - date(1970, 1, 1)).days
    return None if bound is None else int(bound)


def firms(rows):
    return {"kind": pa.array(["enterprise"] * rows)}


def test_years_too_many_for_one_word_of_bits_are_told_apart():
    rows = [[{"year": year} for year in range(1900, 2020, step)] for step in (1, 2, 3, 5)]
    rows += [rows[1], [], [{"year": 1}, {"year": 1999}], [{"year": 1999}]]
    found = phantoms({**firms(len(rows)), **years(rows, pa.struct({"year": pa.int16()}))}, Coverage(), "tax_year")
    assert len({tuple(one) for one in found}) == 7


def test_more_than_a_dense_table_of_year_sets_is_numbered_by_hashing():
    rows = [[{"year": 1990}, {"year": 1990 + n}] for n in range(36)]
    found = phantoms({**firms(len(rows)), **years(rows, pa.struct({"year": pa.int32()}))}, Coverage(), "tax_year")
    assert len({tuple(one) for one in found}) == 36


def test_firms_that_came_in_times_out_of_the_ordinary_are_told_apart():
    days = [date(1600, 1, 1), date(2024, 5, 5), None, date(9999, 12, 31), date(1600, 1, 2)]
    moved = pa.array([{"moved_in_on": day} for day in days])
    coverage = Coverage([Delivery("science_title", None, AS_OF, True)])
    found = phantoms({**firms(5), "registration": moved}, coverage, "science_title")
    assert [len(one) for one in found] == [1, 1, 0, 1, 1]
    ordinary = pa.array([{"moved_in_on": day} for day in (date(2024, 5, 5), None, date(2024, 5, 6))])
    assert [len(one) for one in phantoms({**firms(3), "registration": ordinary}, coverage, "science_title")] == [
        1,
        0,
        1,
    ]


def test_a_refused_row_makes_everything_uncertain_even_in_worked_cases():
    refused = pa.array([["tax_year"], [], None, ["loan", "tax_year"]])
    found = phantoms({**firms(4), "refused": refused}, EVERYTHING, "tax_year")
    assert found == [[(None, 2025)], [], [], [(None, 2025)]]
    coded = pa.ListArray.from_arrays(pa.array([0, 1, 1]), pa.array(["loan"]).dictionary_encode())
    assert phantoms({**firms(2), "refused": coded}, EVERYTHING, "loan")[1] == []


def test_entities_that_have_no_such_records_lack_none():
    kinds = pa.array(["enterprise", "person", None], pa.string()).dictionary_encode()
    assert phantoms({"kind": kinds}, Coverage(), "tax_year") == [[(None, 2025)], [], []]
    assert phantoms({"id": pa.array(["x"])}, Coverage(), "tax_year") == [[]]


def test_only_where_no_row_can_lack_anything_are_there_no_gaps():
    whole = Coverage([Delivery(key, None, AS_OF, True) for key in ("tax_year", "science_title")])
    moved = pa.array([{"moved_in_on": None}], pa.struct({"moved_in_on": pa.date32()}))
    assert not of(revenues(1))[0].has_gaps("tax_year")
    assert of(revenues(1), Coverage())[0].has_gaps("tax_year")
    assert not of(revenues(1), whole)[0].has_gaps("tax_year")
    assert not of({"registration": moved}, whole)[0].has_gaps("tax_year")
    assert of({"registration": moved}, whole)[0].has_gaps("science_title")
    assert not of({"registration": moved})[0].has_gaps("science_title")
    assert not of(revenues(1), whole)[0].has_gaps("science_title")
    assert not of(revenues(1), Coverage())[0].has_gaps("registration")
    assert of({"refused": pa.array([["loan"]])})[0].has_gaps("tax_year")


def test_a_year_before_the_first_that_can_be_written_is_told():
    rows = [[{"year": -(1 << 63)}]]
    layout, batch = of({**firms(1), **years(rows, pa.struct({"year": pa.int64()}))}, Coverage())
    with pytest.raises(OutsideRange, match="税务年报~"):
        bound(layout, batch, layout.gap("tax_year"))


def test_kinds_that_are_delivered_alike_share_their_patterns_and_others_do_not():
    days = [None, date(2024, 5, 5), date(2025, 1, 1)]
    deliveries = [Delivery(key, None, AS_OF, True) for key in ("science_title", "industry_title")]
    deliveries += [Delivery("payment", date(2020, 1, 1), AS_OF, True), Delivery("patent", None, AS_OF, True)]
    coverage = Coverage(deliveries)
    columns = {**firms(3), "registration": pa.array([{"moved_in_on": day} for day in days])}
    for record in ("science_title", "patent", "industry_title", "payment", "loan"):
        phantoms(columns, coverage, record)
    layout, batch = of(columns, coverage)
    names = ("science_title", "industry_title", "patent", "payment")
    tables = layout.bind(batch, [layout.gap_offsets(name) for name in names], Strings())
    assert [len(one) for one in tables] == [4, 4, 2, 4]
    assert tables[0] is tables[1]


def test_patterns_met_in_unusual_batches_are_known_in_usual_ones():
    coverage = Coverage([Delivery("science_title", None, AS_OF, True)])
    type_ = pa.struct({"moved_in_on": pa.date32()})
    layout = Layout(pa.schema({"kind": pa.string(), "registration": type_}), SCHEMA, coverage, AS_OF)
    for days in ([date(1600, 1, 1), date(2024, 5, 5)], [date(2024, 5, 5), None], [date(1600, 1, 1), None]):
        registration = pa.array([{"moved_in_on": day} for day in days], type_)
        reader = Reader(layout, pa.record_batch({**firms(2), "registration": registration}))
        for row, day in enumerate(days):
            assert reader.phantoms("science_title", row) == ([] if day is None else [(None, _days(day) - 1)])
    assert len(reader.buffers["科技资质~#"]) == 3 + 1


def test_years_matter_where_a_row_was_refused_though_all_is_delivered():
    whole = Coverage([Delivery("tax_year", None, AS_OF, True)])
    rows = [[{"year": 2020}, {"year": 2023}], [{"year": 2020}], [], None, [{"year": 2021}]]
    refused = pa.array([["tax_year"], [], ["tax_year"], ["tax_year"], ["loan", "tax_year"]])
    found = phantoms({**firms(5), **years(rows), "refused": refused}, whole, "tax_year")
    everything = [(None, 2025)]
    assert found == [
        [(None, 2019), (2021, 2022), (2024, 2025)],
        [],
        everything,
        everything,
        [(None, 2020), (2022, 2025)],
    ]


def test_a_kind_without_period_lacks_days():
    schema = load_schema(
        {
            "records": {"note": {"zh": "备注", "en": "Note", "holder": "fin", "record": "many", "of": ["enterprise"]}},
            "fields": {"note": {"text": {"zh": "内容", "en": "Text", "type": "text"}}},
        }
    )
    batch = pa.record_batch(firms(1))
    layout = Layout(batch.schema, schema, Coverage(), AS_OF)
    assert layout.has_gaps("note")
    reader = Reader(layout, batch)
    assert reader.phantoms("note", 0) == [(None, _days(AS_OF))]


def test_a_gap_next_to_a_year_outside_its_range_is_told():
    rows = [[{"year": -5000, "revenue": 1}]]
    layout, batch = of({**firms(1), **years(rows)}, Coverage(), {("tax_year", "year"): (2000, 2020)})
    with pytest.raises(OutsideRange, match="税务年报~≤"):
        bound(layout, batch, layout.gap_high("tax_year"))


def test_patterns_are_not_kept_for_ever(monkeypatch):
    monkeypatch.setattr(gaps, "_KEPT", 10)
    coverage = Coverage([Delivery("science_title", None, AS_OF, True)])
    start = date(2020, 1, 1).toordinal()
    type_ = pa.struct({"moved_in_on": pa.date32()})
    layout = Layout(pa.schema({"kind": pa.string(), "registration": type_}), SCHEMA, coverage, AS_OF)
    for batch in range(5):
        days = [date.fromordinal(start + 8 * batch + n) for n in range(8)]
        registration = pa.array([{"moved_in_on": day} for day in days], type_)
        reader = Reader(layout, pa.record_batch({**firms(8), "registration": registration}))
        assert [reader.phantoms("science_title", n)[0][1] for n in range(8)] == [_days(day) - 1 for day in days]
        assert len(reader.buffers["科技资质~#"]) <= 10 + 8 + 1


def test_a_layout_can_be_sent_to_another_process():
    layout, batch = of({**firms(1), **revenues(5)}, Coverage())
    sent = pickle.loads(pickle.dumps(layout))
    assert Reader(sent, batch).phantoms("tax_year", 0) == Reader(layout, batch).phantoms("tax_year", 0)
