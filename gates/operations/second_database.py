"""A second database beside the default one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections


@contextmanager
def registered(database: Any) -> Iterator[Any]:
    """Let `using(alias)` find this connection inside; close it afterwards."""
    connections[database.alias] = database
    try:
        yield database
    finally:
        database.close()
        del connections[database.alias]
