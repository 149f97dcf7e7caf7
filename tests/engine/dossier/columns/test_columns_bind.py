"""What is read from bound buffers by position is what the rows hold; phantoms are those of the interpreter."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.dossier.columns.reading import EPOCH, Reader, spoiled

from yanlian.engine.dossier import Coverage, Delivery, Dossier, load_schema
from yanlian.engine.dossier.columns import Layout
from yanlian.engine.feel import IncompleteList

AS_OF = date(2025, 9, 30)
# One kind whose years are single and which a firm that moved in has elsewhere: both reasons at once.
SCHEMA = load_schema(
    {
        "records": {
            "grant_year": {
                "zh": "补助年报",
                "en": "Grants by year",
                "holder": "fin",
                "record": "many",
                "of": ["enterprise", "park"],
                "period": "year",
                "key": ["year"],
                "local": True,
            }
        },
        "fields": {
            "grant_year": {
                "year": {"zh": "年度", "en": "Year", "type": "year"},
                "amount": {"zh": "金额", "en": "Amount", "type": "money"},
            }
        },
    }
)
WORDS = st.sampled_from(["", "甲", "乙", "国家级", "省级", "\0", "enterprise", "a b"])
TEXT_TYPES = [pa.string(), pa.large_string(), *(pa.dictionary(i, pa.string()) for i in (pa.int8(), pa.int32()))]
INT_TYPES = {pa.int8(): 7, pa.int16(): 15, pa.int32(): 31, pa.int64(): 63}
KINDS = ("registration", "tax_registration", "tax_year", "science_title", "grant_year", "talent_title", "expense")
DAYS = st.one_of(
    st.integers(-800, 60).map(lambda n: AS_OF + timedelta(n)), st.dates(date(1960, 1, 1), date(2040, 1, 1))
)


@st.composite
def field_types(draw, field):
    if field.type in ("text", "code"):
        return draw(st.sampled_from(TEXT_TYPES))
    if field.type in ("date", "flag"):
        return pa.date32() if field.type == "date" else pa.bool_()
    widths = list(INT_TYPES)[1:] if field.type == "year" else list(INT_TYPES)
    return draw(st.sampled_from(widths))


def values(field, type_):
    if field.type in ("text", "code"):
        return WORDS
    if field.type == "date":
        return DAYS
    if field.type == "flag":
        return st.booleans()
    bits = INT_TYPES[type_]
    whole = st.integers(-(1 << bits), (1 << bits) - 1)
    return st.one_of(st.integers(2018, 2026), whole) if field.type == "year" else st.one_of(st.integers(0, 100), whole)


@st.composite
def records(draw, kind):
    """(Arrow type of one record, strategy of its rows)."""
    chosen = draw(st.lists(st.sampled_from(sorted(kind.fields)), unique=True, max_size=4))
    if kind.period is not None and draw(st.integers(0, 3)):
        chosen = sorted({*chosen, kind.period})
    if kind.key == "registration" and draw(st.booleans()):
        chosen = sorted({*chosen, "moved_in_on"})
    fields, parts = [], {}
    for key in chosen:
        field = kind.fields[key]
        type_ = draw(field_types(field))
        nullable = draw(st.integers(0, 3)) > 0
        fields.append(pa.field(key, type_, nullable=nullable))
        some = values(field, type_)
        parts[key] = st.one_of(st.none(), some, some) if nullable else some
    return pa.struct(fields), st.fixed_dictionaries(parts)


@st.composite
def tables(draw):
    """(Arrow schema, rows) of a data set: some kinds of record with some fields, in some of the possible types."""
    columns = [pa.field("id", draw(st.sampled_from(TEXT_TYPES)), nullable=False)]
    parts = {"id": WORDS}
    if draw(st.integers(0, 4)):
        columns.append(pa.field("kind", draw(st.sampled_from(TEXT_TYPES))))
        parts["kind"] = st.sampled_from(["enterprise", "person", "park", None])
    for key in draw(st.lists(st.sampled_from(KINDS), unique=True, min_size=draw(st.integers(0, 5)))):
        kind = SCHEMA.records[key]
        type_, one = draw(records(kind))
        nullable = draw(st.integers(0, 3)) > 0
        if kind.many:
            type_ = draw(st.sampled_from([pa.list_, pa.large_list]))(type_)
            one = st.lists(one, max_size=4)
        columns.append(pa.field(key, type_, nullable=nullable))
        parts[key] = st.one_of(st.none(), one, one) if nullable else one
    if draw(st.booleans()):
        columns.append(pa.field("refused", pa.list_(pa.string())))
        parts["refused"] = st.one_of(st.none(), st.just([]), st.lists(st.sampled_from(KINDS), max_size=2))
    return pa.schema(columns), draw(st.lists(st.fixed_dictionaries(parts), max_size=24))


@st.composite
def coverages(draw):
    deliveries = []
    for key in KINDS:
        for _ in range(draw(st.integers(0, 2))):
            start = draw(st.one_of(st.none(), DAYS))
            deliveries.append(Delivery(key, start, draw(DAYS), draw(st.integers(0, 4)) > 0))
    return Coverage(deliveries, everything=draw(st.integers(0, 5)) == 0)


def lacking(dossier, kind):
    """The phantoms of the interpreter, as (low, high) in storage form."""
    found = dossier[kind.key]
    stored = [(one.low, one.high) for one in found.maybe] if isinstance(found, IncompleteList) else []
    return [tuple(_stored(bound) for bound in bounds) for bounds in stored]


def _stored(bound):
    if isinstance(bound, date):
        return (bound - EPOCH).days
    return None if bound is None else int(bound)


def ranges_of(rows, arrow):
    """Statistics, as a data set's files would give them."""
    seen = {}
    for row in rows:
        for key, stored in row.items():
            kind = SCHEMA.records.get(key)
            if kind is None or stored is None:
                continue
            for record in stored if kind.many else [stored]:
                for name, value in record.items():
                    if isinstance(value, (int, date)):
                        seen.setdefault((key, name), []).append(value)
    return {place: (min(found), max(found)) for place, found in seen.items()}


def laid_out(rows, arrow, seed):
    """The rows as a batch; by the seed as Arrow itself builds it, or with noise under nulls and odd offsets."""
    batch = pa.RecordBatch.from_pylist(rows, schema=arrow)
    if not seed or not rows:
        return batch
    return pa.RecordBatch.from_arrays([spoiled(one, seed) for one in batch.columns], schema=arrow)


@settings(max_examples=200, deadline=None)
@given(tables(), coverages(), st.data())
def test_what_is_read_by_position_is_what_the_rows_hold(table, coverage, data):
    arrow, rows = table
    start = data.draw(st.integers(0, len(rows)))
    length = data.draw(st.integers(0, len(rows) - start))
    ranges = ranges_of(rows, arrow) if data.draw(st.booleans()) else None
    layout = Layout(arrow, SCHEMA, coverage, AS_OF, ranges)
    batch = laid_out(rows, arrow, data.draw(st.integers(0, 3))).slice(start, length)
    assert layout.fits(batch)
    reader = Reader(layout, batch)
    for place, row in enumerate(rows[start : start + length]):
        dossier = Dossier(row, SCHEMA, coverage, AS_OF)
        for key in SCHEMA.entity:
            assert reader.field("", key, place) == row.get(key)
        for key in KINDS:
            kind = SCHEMA.records[key]
            if kind.many:
                expected = lacking(dossier, kind)
                assert reader.phantoms(key, place) == expected
                assert layout.has_gaps(key) or not expected
            if not layout.has(key):
                assert key not in row
            elif kind.many:
                assert reader.records(key, place) == [_full(kind, one) for one in row[key] or ()]
            else:
                assert reader.one(key, place) == (None if row[key] is None else _full(kind, row[key]))


def _full(kind, record):
    return {key: record.get(key) for key in kind.fields}
