"""Read rows as they are now, or as they were at a past moment.

A history table has all columns of its table, so one query reads either. At any moment an object
is its newest history row up to that moment; if that row is a deletion, the object is gone.
"""

from collections import defaultdict
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BooleanField, Func, Min, OuterRef, QuerySet

from gates.models import TRACKED

# The history id of the newest row of each object of one table, ties broken by the order of
# writing; NULL if that row is a deletion. The recursive part steps from one id to the next along
# an index, because DISTINCT would read every row of every object. So the cost grows with the
# number of objects, not with their edits.
NEWEST_ROWS = """
    SELECT * FROM (
        WITH RECURSIVE object(id) AS (
            SELECT MIN(id) FROM {history}
            UNION ALL
            SELECT (SELECT MIN(later.id) FROM {history} later WHERE later.id > object.id)
            FROM object WHERE object.id IS NOT NULL
        )
        SELECT {number}, (
            SELECT CASE newest.history_type WHEN '-' THEN NULL ELSE newest.history_id END
            FROM {history} newest
            WHERE newest.history_id = (
                SELECT MAX(candidate.history_id) FROM (
                    SELECT * FROM (
                        SELECT row.history_id FROM {history} row
                        WHERE row.id = {hinted_id} AND row.history_date <= %s
                        ORDER BY row.id, row.history_date DESC, row.history_id DESC LIMIT 1
                    ) by_moment
                    UNION ALL
                    SELECT * FROM (
                        SELECT row.history_id FROM {history} row
                        WHERE row.id = {hinted_id} AND row.history_late AND row.history_date <= %s
                        ORDER BY row.id, row.history_id DESC LIMIT 1
                    ) written_late
                ) candidate
            )
        )
        FROM object WHERE object.id IS NOT NULL
    ) newest{number}
"""


def index_hint(column: str, vendor: str) -> str:
    """Return the SQL to compare an object's id with, so that our index finds its history rows.

    For "ORDER BY date LIMIT 1" PostgreSQL may walk the index on dates alone, past all other
    objects' rows. With "= ANY" the order by id stays in force, and only our index gives it.

    Args:
        column: The column that holds the object's id.
        vendor: `connection.vendor`.
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
    """Return an object's history rows, the last written first, for a Subquery.

    Args:
        model: The tracked model, whose history is read.
        pk: The column of the outer query that holds the object's id.
    """
    rows: QuerySet[Any] = _history_of(model)._default_manager.filter(SameObject("id", OuterRef(pk)))
    return rows.order_by("id", "-history_id")


def previous_rows(model: Any) -> QuerySet[Any]:
    """Return the rows written before the outer query's one, the last first, for a Subquery."""
    return object_rows(model, "id").filter(history_id__lt=OuterRef("history_id"))


class RowSource:
    """The source of rows: the tables, or their history at a moment.

    The history rows in force at that moment are looked up once, in one query for all models.

    Attributes:
        as_of: The moment; None where the tables are read.
        using: The database alias.
        in_force: History ids by model; None where the tables are read.
    """

    def __init__(
        self,
        as_of: datetime | None,
        models: tuple[Any, ...] = TRACKED,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        self.as_of = as_of
        self.using = using
        self.in_force = None if as_of is None else _in_force(models, as_of, using)

    def queryset(self, model: Any) -> QuerySet[Any]:
        """Return the model's rows, unordered; only its own columns may be read."""
        if self.in_force is None:
            live: QuerySet[Any] = model.objects.using(self.using).order_by()
            return live
        past: QuerySet[Any] = _history_of(model)._default_manager.using(self.using).order_by()
        return past.filter(history_id__in=self.in_force[model])


def history_start(model: Any, pk: int) -> datetime | None:
    """Return when an object's history begins; None if it has none."""
    rows = model.history.order_by().filter(id=pk)
    first: datetime | None = rows.aggregate(first=Min("history_date"))["first"]
    return first


@cache
def _history_of(model: Any) -> Any:
    """Return a model's history model. Cached: the library makes a manager class at each access."""
    return model.history.model


@cache
def _newest_rows_sql(models: tuple[Any, ...], vendor: str) -> str:
    return " UNION ALL ".join(
        NEWEST_ROWS.format(
            history=_history_of(model)._meta.db_table,
            number=number,
            hinted_id=index_hint("object.id", vendor),
        )
        for number, model in enumerate(models)
    )


def _in_force(models: tuple[Any, ...], as_of: datetime, using: str) -> dict[Any, list[int]]:
    """Return by model the ids of the history rows that were in force at a moment."""
    connection = connections[using]
    moment = connection.ops.adapt_datetimefield_value(as_of)
    in_force: dict[Any, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        sql = _newest_rows_sql(models, connection.vendor)
        cursor.execute(sql, [moment, moment] * len(models))
        for number, history_id in cursor.fetchall():
            if history_id is not None:  # with a WHERE, PostgreSQL would look up each row twice
                in_force[models[number]].append(history_id)
    return in_force
