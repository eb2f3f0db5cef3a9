"""The rows of the tables as they are now, or as their history has them at an earlier moment.

A history table has its table's own columns, so whoever reads only those reads both alike. At
any moment an object is its newest history row up to then; a deletion means that it is gone.
"""

from collections import defaultdict
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BooleanField, Func, Min, OuterRef, Q, QuerySet

from gates.models import TRACKED

# Of each object of one table the newest row, ties broken by the order of writing; NULL if it is
# its deletion. The first part steps from one id to the next along an index, because DISTINCT would
# read every row of every object. So the cost grows with the objects, not with their edits.
NEWEST = """
    SELECT * FROM (
        WITH RECURSIVE object(id) AS (
            SELECT MIN(id) FROM {history}
            UNION ALL
            SELECT (SELECT MIN(later.id) FROM {history} later WHERE later.id > object.id)
            FROM object WHERE object.id IS NOT NULL
        )
        SELECT {number}, (
            SELECT CASE row.history_type WHEN '-' THEN NULL ELSE row.history_id END
            FROM {history} row
            WHERE row.id = {same} AND row.history_date <= %s
            ORDER BY row.id, row.history_date DESC, row.history_id DESC LIMIT 1
        )
        FROM object WHERE object.id IS NOT NULL
    ) newest{number}
"""


def index_hint(column: str, vendor: str) -> str:
    """What an object's id is compared with, to find one of its history rows by our index.

    PostgreSQL takes "ORDER BY date LIMIT 1" for a reason to walk the index on dates alone, past all
    other objects' rows. With "= ANY" the order by id stays in force, and only our index gives it.
    """
    return f"ANY(ARRAY[{column}])" if vendor == "postgresql" else column


class SameObject(Func):
    """`index_hint` for querysets: SameObject("id", OuterRef("id")) is true for equal ids."""

    template = "%(expressions)s"
    arg_joiner = " = "
    arity = 2
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        closed = "%(expressions)s])"
        return self.as_sql(
            compiler, connection, template=closed, arg_joiner=" = ANY(ARRAY[", **context
        )


def object_rows(model: Any, pk: str) -> QuerySet[Any]:
    """Return an object's history rows, newest first, for a Subquery.

    Args:
        model: The tracked model, whose history is read.
        pk: The column of the outer query that holds the object's id.
    """
    rows: QuerySet[Any] = _history_of(model)._default_manager.filter(SameObject("id", OuterRef(pk)))
    return rows.order_by("id", "-history_date", "-history_id")


def previous_rows(model: Any) -> QuerySet[Any]:
    """Return the history rows before the outer query's one, newest first, for a Subquery."""
    date = Q(history_date__lt=OuterRef("history_date"))
    tie = Q(history_id__lt=OuterRef("history_id"))
    # "<=" is implied, but only it bounds the search in the index.
    return object_rows(model, "id").filter(date | tie, history_date__lte=OuterRef("history_date"))


class RowSource:
    """Where a reader gets its rows: the tables, or their history at a moment.

    The history rows in force at that moment are looked up at once, in one query for all tables.
    """

    def __init__(
        self,
        as_of: datetime | None,
        models: tuple[Any, ...] = TRACKED,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        self.using = using
        self.in_force = None if as_of is None else _in_force(models, as_of, using)

    def queryset(self, model: Any) -> QuerySet[Any]:
        """The model's rows, with its own columns under their own names; unordered."""
        if self.in_force is None:
            live: QuerySet[Any] = model.objects.using(self.using).order_by()
            return live
        found: QuerySet[Any] = _history_of(model)._default_manager.using(self.using).order_by()
        return found.filter(history_id__in=self.in_force[model])


def history_start(model: Any, pk: int) -> datetime | None:
    """When an object's record begins; None where it has none."""
    found = model.history.order_by().filter(id=pk).aggregate(first=Min("history_date"))
    first: datetime | None = found["first"]
    return first


@cache
def _history_of(model: Any) -> Any:
    """A model's history model; the library makes a new manager class whenever it is asked."""
    return model.history.model


@cache
def _newest_of(models: tuple[Any, ...], vendor: str) -> str:
    return " UNION ALL ".join(
        NEWEST.format(
            history=_history_of(model)._meta.db_table,
            number=number,
            same=index_hint("object.id", vendor),
        )
        for number, model in enumerate(models)
    )


def _in_force(models: tuple[Any, ...], as_of: datetime, using: str) -> dict[Any, list[int]]:
    """By model, the ids of the history rows that say what each object was at a moment."""
    connection = connections[using]
    moment = connection.ops.adapt_datetimefield_value(as_of)
    found: dict[Any, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_newest_of(models, connection.vendor), [moment] * len(models))
        for number, history_id in cursor.fetchall():
            if history_id is not None:  # a WHERE would have PostgreSQL look up everything twice
                found[models[number]].append(history_id)
    return found
