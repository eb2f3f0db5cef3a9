"""What tests share: what a test needs to run, and databases that are really committed to."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import timezone

from gates.database import triggers
from tests.support import factory
from tests.support.browser import (  # noqa: F401  fixtures
    CHROMIUM,
    NO_CHROMIUM,
    browser_type_launch_args,
    open_page,
)
from tests.support.clock import START
from tests.support.database_roles import roles  # noqa: F401  fixture

ENGINES = ("sqlite", "postgresql")


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who is logged in and may only read."""
    client.force_login(factory.user("reader"))
    return client


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let it be that many days after the start, for everything that asks for the time."""

    def set_day(days: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: START + timedelta(days=days))

    return set_day


def pytest_configure(config: pytest.Config) -> None:
    for engine in ENGINES:
        config.addinivalue_line("markers", f"{engine}: shown on {engine} alone")
    config.addinivalue_line("markers", "browser: in a real browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the engine of this run cannot show; `make test` runs both engines.

    Without Chromium the browser tests are skipped, but not where REQUIRE_BROWSER is set, as in CI.
    """
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM:
            if os.environ.get("REQUIRE_BROWSER"):
                raise pytest.UsageError(NO_CHROMIUM)
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
        for engine in ENGINES:
            if item.get_closest_marker(engine) and connection.vendor != engine:
                item.add_marker(pytest.mark.skip(reason=f"shown on {engine} alone"))


def pytest_report_header() -> str:
    return f"database: {connection.vendor}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In the last lines, what did not run for want of a browser."""
    skipped = terminalreporter.stats.get("skipped", [])
    names = sorted(
        {
            report.nodeid.partition("::")[0]
            for report in skipped
            if NO_CHROMIUM in str(report.longrepr)
        }
    )
    if names:
        terminalreporter.section("browser tests did not run", yellow=True)
        terminalreporter.line(f"{NO_CHROMIUM}. Not run: {', '.join(names)}")


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_triggers() -> Iterator[None]:
    """Django empties the tables after a test that commits; our triggers refuse that, rightly.

    They are lifted around the emptying, and around nothing else.
    """
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def lifted(case: TransactionTestCase) -> None:
        if connection.vendor == "postgresql":
            # A connection that a test has lost in the middle of a transaction still holds locks.
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND state LIKE 'idle in transaction%'"
                )
        triggers.remove(connection)
        try:
            empty(case)
        finally:
            triggers.install(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
        yield


@pytest.fixture
def committed(transactional_db: None) -> None:
    """A database in which a test commits, for what happens at COMMIT or on a second connection."""
