"""Rows that are written once: refused in the model, and by triggers where a hand-written UPDATE would get past it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.models.base import ModelBase


class AppendOnly(models.Model):
    """A model whose rows are never changed and never deleted; a correction is a new row that names the old one."""

    class Meta:
        abstract = True

    def save(
        self,
        *args: object,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: object = None,
    ) -> None:
        assert self._state.adding, f"{type(self).__name__} is append-only"
        super().save(force_insert=True, using=using)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        raise AssertionError(f"{type(self).__name__} is append-only")


def guard(table: str) -> migrations.RunPython:
    """A migration step that lets the database itself refuse UPDATE and DELETE on a table.

    SQLite drops triggers when a later migration rebuilds the table: such a migration must repeat this step
    (tests/apps/ledger/test_append_only.py notices).
    """

    def forward(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in _CREATE[editor.connection.vendor]:
            editor.execute(statement.format(table=table), params=None)

    def backward(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in _DROP[editor.connection.vendor]:
            editor.execute(statement.format(table=table), params=None)

    return migrations.RunPython(forward, backward)


_CREATE = {
    "sqlite": (
        (
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ),
        (
            "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION '{table} is append-only'; END$$"
        ),
        (
            "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
        ),
    ),
}
_DROP = {
    "sqlite": ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete"),
    "postgresql": ("DROP TRIGGER {table}_no_change ON {table}", "DROP FUNCTION {table}_refuse()"),
}
