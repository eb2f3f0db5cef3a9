"""What tests share: which engine a test needs, and databases that are really committed to."""

from collections.abc import Iterator

import pytest
from django.db import connection

from gates.models import Gate

ENGINES = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    for engine in ENGINES:
        config.addinivalue_line("markers", f"{engine}: only means something on {engine}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the engine of this run cannot show; `make test` runs both engines."""
    for item in items:
        for engine in ENGINES:
            if item.get_closest_marker(engine) and connection.vendor != engine:
                item.add_marker(pytest.mark.skip(reason=f"only means something on {engine}"))


def pytest_report_header() -> str:
    return f"database: {connection.vendor}"


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """A database in which a test commits, for what happens at COMMIT or on a second connection.

    Django empties the tables afterwards, evidence before gates; on SQLite the closing rule
    refuses that for as long as a gate is closed.
    """
    yield
    Gate.objects.update(progress="open", closed_at=None, closed_by=None, closing_note="")
