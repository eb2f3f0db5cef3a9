"""What tests share: which engine a test needs, and databases that are really committed to."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase

from gates import invariants

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


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_triggers() -> Iterator[None]:
    """Django empties the tables after a test that commits; our triggers refuse that, rightly.

    They are lifted around the emptying, and around nothing else.
    """
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def lifted(case: TransactionTestCase) -> None:
        invariants.remove(connection)
        try:
            empty(case)
        finally:
            invariants.install(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
        yield


@pytest.fixture
def committed(transactional_db: None) -> None:
    """A database in which a test commits, for what happens at COMMIT or on a second connection."""
