"""Fixtures that the tests of accounts share."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture
def no_attempts_yet(db: None) -> Iterator[None]:
    """Attempts are counted in the database's cache table, which other tests may have used."""
    cache.clear()
    yield
    cache.clear()
