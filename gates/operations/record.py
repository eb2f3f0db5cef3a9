"""The history as a chain: broken links, rows from the future, and the head to keep elsewhere.

A head is one line of JSON: for each history table the last `history_id`, and one digest over the
last digests of all objects up to there. The chain finds a row that was changed or put in between;
only a head that was kept outside the database finds that the end of the chain was cut off, or
that all of it was written again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Max
from django.utils import timezone

from gates.database.record_chain import broken_links
from gates.models import TRACKED

ROWS_PER_FETCH = 2000


def record_errors(using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Yield a line for each history row that is not where, or what, it was when it was written."""
    for model in TRACKED:
        rows = model.history.using(using).order_by("id", "history_id")
        for row in broken_links(rows.values().iterator(chunk_size=ROWS_PER_FETCH)):
            yield (
                f"history of {model._meta.model_name} {row['id']}: row {row['history_id']} of"
                f" {_local(row['history_date'])} does not follow from the row before it"
            )


def future_rows(using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Yield a line for each object whose last history row has a moment that is still to come.

    A clock was ahead when it was written. The line goes when the moment has come, or with the
    object's next change.
    """
    for model in TRACKED:
        rows = model.history.using(using)
        last = rows.order_by().values("id").annotate(last=Max("history_id")).values("last")
        for row in rows.filter(history_date__gt=timezone.now(), history_id__in=last).values():
            yield (
                f"history of {model._meta.model_name} {row['id']}: row {row['history_id']} is from"
                f" the future ({_local(row['history_date'])}); a clock was ahead"
            )


def record_head(using: str = DEFAULT_DB_ALIAS) -> str:
    """Return the head of the record as one line of JSON.

    PostgreSQL: as the owner, because it waits for writers that have not committed yet.
    """
    connection = connections[using]
    with transaction.atomic(using=using):
        if connection.vendor == "postgresql":
            tables = ", ".join(model.history.model._meta.db_table for model in TRACKED)
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")
        last = {
            model._meta.model_name: model.history.using(using).aggregate(n=Max("history_id"))["n"]
            for model in TRACKED
        }
        return json.dumps({"last": last, "head": _head(last, using)})


def head_errors(line: str, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return what contradicts a head that was kept; empty if the record still begins with it."""
    try:
        kept = json.loads(line)
        last, head = kept["last"], kept["head"]
        # A head from before a table was added does not name it: it had no rows then.
        known = last and last.keys() <= {model._meta.model_name for model in TRACKED}
    except (ValueError, TypeError, KeyError, AttributeError):
        known = False
    if not known:
        return ["the kept head is not a line of `manage.py record_head`"]
    if _head(last, using) != head:
        return ["the record is not the one whose head was kept: rows before it differ or are gone"]
    return []


def _head(last: Mapping[str, int | None], using: str) -> str:
    """Return the digest over the last digests of all objects up to some history ids."""
    digest = hashlib.sha256()
    for model in TRACKED:
        name = model._meta.model_name
        rows = model.history.using(using).filter(history_id__lte=last.get(name) or 0)
        newest = rows.order_by().values("id").annotate(newest=Max("history_id")).values("newest")
        pairs = model.history.using(using).filter(history_id__in=newest).order_by("id")
        for pk, row_digest in pairs.values_list("id", "history_digest").iterator(ROWS_PER_FETCH):
            digest.update(f"{name} {pk} {row_digest}\n".encode())
    return digest.hexdigest()


def _local(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(sep=" ", timespec="seconds")
