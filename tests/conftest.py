"""Fixtures that all tests share, the engines and profiles they run under, and their databases."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import hypothesis
import pytest
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import timezone, translation
from xdist.remote import Producer

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
from tests.support.databases import Templates
from tests.support.profile import PROFILE, PROFILES
from tests.support.scheduling import FilesOrTests

ENGINES = ("sqlite", "postgresql")


@pytest.fixture
def reader(client: Client) -> Client:
    """A client that is logged in and may only read."""
    client.force_login(factory.user("reader"))
    return client


@pytest.fixture(autouse=True)
def no_language_is_left_active() -> Iterator[None]:
    """Take back the language that a page activates for its reader, for the next test."""
    yield
    translation.deactivate()


@pytest.fixture
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the time to a number of days after `START`, for every caller of `timezone.now`."""

    def set_day(days: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: START + timedelta(days=days))

    return set_day


def pytest_configure(config: pytest.Config) -> None:
    for engine in ENGINES:
        config.addinivalue_line("markers", f"{engine}: shown on {engine} alone")
    config.addinivalue_line("markers", "browser: in a real browser")
    if PROFILE not in PROFILES:
        raise pytest.UsageError(f"HYPOTHESIS_PROFILE is {PROFILE!r}, not one of {PROFILES}")
    hypothesis.settings.load_profile(PROFILE)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesOrTests:
    return FilesOrTests(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the engine of this run cannot show; `make test` runs both engines.

    A test without a database shows the same on both, so it runs with SQLite's alone.
    Without Chromium the browser tests are skipped, but not where REQUIRE_BROWSER is set, as in CI.
    They take longest, so they come first: no worker is left alone with one at the end.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    for item in items:
        if item.get_closest_marker("browser"):
            if not CHROMIUM and os.environ.get("REQUIRE_BROWSER"):
                raise pytest.UsageError(NO_CHROMIUM)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))
        if not uses_database(item):
            item.add_marker(pytest.mark.sqlite)
        for engine in ENGINES:
            if item.get_closest_marker(engine) and connection.vendor != engine:
                item.add_marker(pytest.mark.skip(reason=f"shown on {engine} alone"))


def uses_database(item: pytest.Item) -> bool:
    """Whether pytest-django gives the test a database, or a mark names the engine it needs."""
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or any(map(item.get_closest_marker, ("django_db", *ENGINES)))


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking over Django and the tests again and again.

    They stay to the end of the run anyway. A tenth of the suite's CPU time, measured.
    """
    gc.collect()
    gc.freeze()


def pytest_report_header() -> str:
    return f"database: {connection.vendor}, profile: {PROFILE}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name in the last lines the tests that did not run for want of a browser."""
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


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Templates:
    """The migrated databases of this run."""
    own = tmp_path_factory.getbasetemp()
    return Templates(own if worker_id == "master" else own.parent)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, templates: Templates
) -> Iterator[None]:
    """Let one worker migrate, and all others copy its database."""
    create = connection.creation.create_test_db
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            connection.creation, "create_test_db", partial(templates.create_test_db, create)
        )
        yield


@pytest.fixture
def migrated_sqlite(templates: Templates, django_db_setup: None, tmp_path: Path) -> Path:
    """An empty, migrated SQLite database of the test's own, whatever engine the tests run on."""
    return Path(shutil.copy(templates.migrated_sqlite(), tmp_path / "board.sqlite3"))


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_triggers() -> Iterator[None]:
    """Lift the triggers while Django empties the tables after a test that commits.

    The append-only triggers refuse the emptying. They are lifted around it and nothing else.
    """
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def empty_postgresql(case: TransactionTestCase) -> None:
        with connection.cursor() as cursor:
            # A connection that a test has lost in the middle of a transaction still holds locks.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND state LIKE 'idle in transaction%'"
            )
            # No trigger fires in this session. Dropping and making them all takes half a second.
            cursor.execute("SET session_replication_role = replica")
        try:
            empty(case)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET session_replication_role")
        if triggers.trigger_errors(connection):  # the test has changed them
            triggers.install(connection)

    def empty_sqlite(case: TransactionTestCase) -> None:
        triggers.remove(connection)
        try:
            empty(case)
        finally:
            triggers.install(connection)

    with pytest.MonkeyPatch.context() as patch:
        emptying = empty_postgresql if connection.vendor == "postgresql" else empty_sqlite
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying)
        yield


@pytest.fixture
def committed(transactional_db: None) -> None:
    """Let the test commit, for what happens at COMMIT or on a second connection."""
