"""The constraints that each table has, taken from the models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

# The tables of other packages are theirs to change.
APPS = ("gates", "accounts", "auth", "admin")


@dataclass(frozen=True, slots=True)
class ExpectedTable:
    """What holds for the rows of one table.

    checks: name → the SQL that adds the constraint.
    foreign_keys: (column, table, column there).
    unique: (columns, whether for some of the rows only); of an index on expressions its name
        instead of columns. The primary key is one of them.
    required: the columns that are NOT NULL.
    """

    checks: Mapping[str, str]
    foreign_keys: frozenset[tuple[str, str, str]]
    unique: frozenset[tuple[frozenset[str], bool]]
    required: frozenset[str]


def expected_tables(connection: Any) -> dict[str, ExpectedTable]:
    """Return the expected tables of the board, by name."""
    return {
        model._meta.db_table: _expected_table(connection, model)
        for label in APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def _expected_table(connection: Any, model: type[models.Model]) -> ExpectedTable:
    fields: list[Any] = list(model._meta.local_concrete_fields)
    return ExpectedTable(
        checks=dict(_checks(connection, model, fields)),
        foreign_keys=frozenset(
            (field.column, field.related_model._meta.db_table, field.target_field.column)
            for field in fields
            if field.is_relation and field.db_constraint
        ),
        unique=frozenset(_unique(model, fields)),
        required=frozenset(field.column for field in fields if not field.null),
    )


def _checks(connection: Any, model: Any, fields: list[Any]) -> Iterator[tuple[str, str]]:
    editor = connection.schema_editor(collect_sql=True)
    for field in fields:
        if condition := field.db_check(connection):
            if connection.vendor == "sqlite":
                yield f"{model._meta.db_table}_{field.column}_check", f"CHECK ({condition})"
            else:
                name = f"{model._meta.db_table}_{field.column}_check"
                yield name, f'CONSTRAINT "{name}" CHECK ({condition})'
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            yield constraint.name, str(constraint.constraint_sql(model, editor))


def _unique(model: Any, fields: list[Any]) -> Iterator[tuple[frozenset[str], bool]]:
    columns = {field.name: field.column for field in fields}
    for field in fields:
        if field.unique:
            yield frozenset({field.column}), False
    for names in model._meta.unique_together:
        yield frozenset(columns[name] for name in names), False
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            partial = constraint.condition is not None
            names = {columns[name] for name in constraint.fields} or {constraint.name}
            yield frozenset(names), partial
