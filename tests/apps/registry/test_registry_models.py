"""The tables mirror the fact schema, both ways."""

from __future__ import annotations

import pytest
from django.db import models

from yanlian.apps.registry.models import Entity, Record, column_of, record_models
from yanlian.engine.dossier import load_schema

KINDS = load_schema().records
TYPES: dict[str, tuple[type[models.Field], ...]] = {
    "money": (models.BigIntegerField,),
    "rate": (models.BigIntegerField,),
    "area": (models.BigIntegerField,),
    "count": (models.BigIntegerField,),
    "year": (models.IntegerField,),
    "date": (models.DateField,),
    "flag": (models.BooleanField,),
    "code": (models.CharField,),
    "text": (models.CharField, models.TextField),
}
OWN = {field.name for field in Record._meta.get_fields()} | {"id"}


def test_every_kind_of_record_has_one_table_and_no_table_has_no_kind():
    assert set(record_models()) == set(KINDS)
    assert {model.KIND for model in Record.__subclasses__() if not model._meta.abstract} <= set(KINDS)


@pytest.mark.parametrize("key", sorted(KINDS))
def test_table_and_kind_have_the_same_fields(key: str):
    kind, model = KINDS[key], record_models()[key]
    expected = {column_of(field.key, field.type): field for field in kind.fields.values()}
    found = {field.name: field for field in model._meta.concrete_fields if field.name not in OWN}
    assert set(found) == set(expected)
    for name, column in found.items():
        field = expected[name]
        assert type(column) in TYPES[field.type], name
        # Unknown is null; only the key of a matter is always there.
        assert column.null == (field.key not in kind.key_fields), name
    assert model.__name__ == "".join(part.capitalize() for part in key.split("_"))
    assert model._meta.verbose_name == kind.zh


@pytest.mark.parametrize("key", sorted(KINDS))
def test_one_record_of_a_matter_stands_at_a_time(key: str):
    kind, model = KINDS[key], record_models()[key]
    keys = [column_of(name, kind.fields[name].type) for name in kind.key_fields]
    unique = [one.fields for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    assert unique == [("entity", *keys, "replaced_at")]


def test_kinds_of_entity_are_those_of_the_schema():
    assert set(Entity.Kind.values) == set(load_schema().entity["kind"].values)
