"""Find rows that came by `loaddata`, which writes no history."""

from collections.abc import Iterator, Mapping
from typing import Any

KEYS_PER_QUERY = 500  # SQLite takes 999 parameters in a query


def without_history(model: Any, rows: Mapping[int, Any]) -> Iterator[Any]:
    """Yield the rows, by primary key, that have no history yet."""
    keys = list(rows)
    for start in range(0, len(keys), KEYS_PER_QUERY):
        part = keys[start : start + KEYS_PER_QUERY]
        history = model.history.filter(id__in=part).order_by()
        recorded = set(history.values_list("id", flat=True))
        yield from (rows[key] for key in part if key not in recorded)
