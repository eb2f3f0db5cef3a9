"""Find rows that came by `loaddata`, which writes no history."""

from collections.abc import Iterable, Iterator
from typing import Any

KEYS_PER_QUERY = 500  # SQLite takes 999 parameters in a query


def without_history(model: Any, rows: Iterable[Any]) -> Iterator[Any]:
    """Yield the stored rows of a model that have no history yet."""
    stored = {row.pk: row for row in rows if row is not None and row.pk}
    keys = list(stored)
    for start in range(0, len(keys), KEYS_PER_QUERY):
        part = keys[start : start + KEYS_PER_QUERY]
        history = model.history.filter(id__in=part).order_by()
        recorded = set(history.values_list("id", flat=True))
        yield from (stored[key] for key in part if key not in recorded)
