"""A process killed (kill -9) at any moment leaves the database before or after, never between.

Each round forks a process that works on the database, kills it at a random moment of its work,
and looks at what is left.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from gates.documents.importer import import_file
from gates.models import TRACKED, Evidence, Gate, Launch, Report, Run
from gates.operations import integrity
from tests.support import api, factory
from tests.support.documents import SNAPSHOT
from tests.support.profile import tries

pytestmark = pytest.mark.usefixtures("committed")

# How often each kind of work is killed; some are done before they are.
IMPORTS = tries(quick=4, full=12)
CLOSINGS = tries(quick=6, full=12)
MIGRATIONS = tries(quick=2, full=6)
ATTEMPTS = 60


def seconds_for(work: Callable[[], None]) -> float:
    """Return the seconds that the work takes when it is not killed."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def killed(work: Callable[[], None], after: float) -> bool:
    """Kill a process that does the work; return False if it had finished before."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            work()
            connection.close()
            os._exit(0)
        finally:
            os._exit(1)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    wait_until_the_server_has_noticed()
    return os.WIFSIGNALED(status)


def wait_until_the_server_has_noticed() -> None:
    """Wait: PostgreSQL finishes a running statement before it sees that the client is gone."""
    if connection.vendor == "sqlite":
        return
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.01)
    pytest.fail("a killed process still has a connection")


def rows() -> Counter[str]:
    """Count the rows of each table and of its history."""
    tables = [table for model in TRACKED for table in (model, model.history.model)]
    return Counter({table.__name__: table.objects.count() for table in tables})


def rounds(work: Callable[[int], None], takes: float, enough: int) -> Iterator[int]:
    """Kill the work at random times until enough processes died; yield each round's number."""
    seed = random.randrange(10**9)  # noqa: S311  nothing to protect
    print(f"seed {seed}")  # noqa: T201  shown by pytest when the test fails
    moments = random.Random(seed)  # noqa: S311
    deaths = 0
    for number in range(ATTEMPTS):
        deaths += killed(partial(work, number), moments.uniform(0, takes))
        yield number
        if deaths == enough:
            return
    pytest.fail(f"only {deaths} of {ATTEMPTS} were killed")


def test_a_run_is_there_with_its_report_and_its_evidence_or_not_at_all() -> None:
    gate = factory.gate()
    checks = [api.check(gate, f"load{number}") for number in range(-1, ATTEMPTS)]
    texts = [api.token(check)[1] for check in checks]

    def work(number: int) -> None:
        path = api.RUNS.replace("/load/", f"/load{number}/")
        assert api.post(texts[number + 1], path=path).status_code == 201

    takes = seconds_for(partial(work, -1))

    for number in rounds(work, takes, CLOSINGS):
        check = checks[number + 1]
        (runs,) = {
            Run.objects.filter(gate_check=check).count(),
            Report.objects.filter(run__gate_check=check).exclude(answer="").count(),
            Evidence.objects.filter(gate_check=check).count(),
            Evidence.history.filter(gate_check_id=check.pk).count(),
        }
        assert runs in {0, 1}
    assert integrity.integrity_errors() == []


def test_an_import_is_there_as_a_whole_or_not_at_all() -> None:
    def work(number: int) -> None:
        import_file(SNAPSHOT, launch=f"launch-{number}")

    work(-2)
    before = rows()
    takes = seconds_for(partial(work, -1))
    whole = rows() - before

    expected = rows()
    for number in rounds(work, takes, IMPORTS):
        if Launch.objects.filter(slug=f"launch-{number}").exists():
            expected += whole
        assert rows() == expected
        assert integrity.integrity_errors() == []


def test_a_gate_is_closed_with_its_author_and_its_record_or_not_at_all() -> None:
    sami = factory.user("sami")
    for number in range(40):
        factory.evidence(factory.gate(f"T{number}"))

    def close_all(_number: int = 0) -> None:
        for gate in Gate.objects.all():
            gate.close(sami, "Seen green")

    def reopen_all() -> int:
        for gate in Gate.objects.all():
            gate.reopen(sami, "Again")
        return int(Gate.history.count())

    takes = seconds_for(close_all)
    records = reopen_all()
    between = 0

    for _ in rounds(close_all, takes, CLOSINGS):
        gates = list(Gate.objects.all())
        closed = [gate for gate in gates if gate.progress == "closed"]
        assert all((gate.closed_by, gate.closing_note) == (sami, "Seen green") for gate in closed)
        assert Gate.history.count() == records + len(closed)
        assert integrity.integrity_errors() == []
        between += 0 < len(closed) < len(gates)
        records = reopen_all()
    assert between > 0  # some died at work, not before or after it


def versioned() -> tuple[set[str], set[str]]:
    """Return the tables there are, and those that have the column added by migration 0005."""
    tables = [model._meta.db_table for model in TRACKED]
    tables += [model.history.model._meta.db_table for model in TRACKED]
    there = set(tables) & set(connection.introspection.table_names())
    found = set()
    with connection.cursor() as cursor:
        for table in there:
            cursor.execute(f"SELECT * FROM {table} LIMIT 0")
            if "version" in {column[0] for column in cursor.description}:
                found.add(table)
    return there, found


def test_a_migration_is_applied_as_a_whole_or_not_at_all() -> None:
    """Migration 0005 alters every table, so there is much to be killed in the middle of."""
    import_file(SNAPSHOT)
    before = rows()

    def migrate(to: str) -> None:
        call_command("migrate", "gates", to, verbosity=0)

    def forward(_number: int = 0) -> None:
        migrate("0005")

    try:
        migrate("0004")
        takes = seconds_for(forward)
        migrate("0004")
        for _ in rounds(forward, takes, MIGRATIONS):
            applied = MigrationRecorder(connection).applied_migrations()
            done = any(name.startswith("0005") for app, name in applied if app == "gates")
            there, found = versioned()
            assert found == (there if done else set())
            forward()
            migrate("0004")
    finally:
        call_command("migrate", verbosity=0)
    after = rows()
    # What a check asks has no table in the release before.
    later = {name for name in before if name.endswith(("Check", "Condition"))}
    assert {name: after[name] for name in before if name not in later} == {
        name: before[name] for name in before if name not in later
    }
    assert integrity.integrity_errors() == []
