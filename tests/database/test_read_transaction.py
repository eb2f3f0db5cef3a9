"""A page is read as one moment left it, whoever commits while it is read."""

import json
from datetime import date
from io import StringIO
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.test import Client

from gates.board import queries as board_module
from gates.database.read_transaction import STATEMENTS, read_only_snapshot
from gates.models import Evidence, Gate
from tests.support import factory

pytestmark = pytest.mark.usefixtures("committed")


def elsewhere(act: Any) -> None:
    """Do something on a connection of its own, and wait for it."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()


def test_a_page_does_not_straddle_two_commits(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another person closes a gate between the query of gates and the query of evidence."""
    gate, by = factory.gate("T1"), factory.user()
    client.force_login(by)
    read_evidence = board_module._evidence_rows

    def close() -> None:
        factory.evidence(gate, "Came meanwhile")
        Gate.objects.get(pk=gate.pk).close(by, "Seen")

    def read_after_somebody_closed(*scope: Any) -> Any:
        if Gate.objects.get(pk=gate.pk).progress == "open":
            elsewhere(close)
        return read_evidence(*scope)

    monkeypatch.setattr(board_module, "_evidence_rows", read_after_somebody_closed)

    during = client.get("/").context["board"].gates[0]
    monkeypatch.undo()
    afterwards = client.get("/").context["board"].gates[0]

    assert (during.progress, during.evidence) == ("open", [])
    assert (afterwards.progress, len(afterwards.evidence)) == ("closed", 1)


def test_nothing_can_be_written_inside() -> None:
    factory.gate("T1")

    with pytest.raises(DatabaseError), read_only_snapshot():
        Gate.objects.update(notes="Lost")

    assert Gate.objects.get().notes == ""


def test_nothing_is_left_open_afterwards() -> None:
    factory.gate("T1")

    def fail() -> None:
        Gate.objects.count()
        raise RuntimeError

    with pytest.raises(RuntimeError), read_only_snapshot():
        fail()

    Gate.objects.update(notes="Written")
    assert Gate.objects.get().notes == "Written"


@pytest.fixture
def never_two_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim asks for two closed gates; before and after what happens while evidence is read,
    there is one: first T1, and then T2."""
    by = factory.user()
    first = factory.closed_gate("T1", by=by)
    second = factory.closed_gate("T2", by=by)
    Evidence.objects.filter(gate=second).update(valid_until=date(2026, 1, 1))
    factory.claim(first.launch, min_closed=2, requires_p0=False)
    read_evidence = board_module._evidence_rows

    def swap() -> None:
        Gate.objects.get(pk=first.pk).reopen(by, "Red again")
        factory.evidence(second, "Seen again")

    def read_after_the_swap(*scope: Any) -> Any:
        if Gate.objects.get(pk=first.pk).progress == "closed":
            elsewhere(swap)
        return read_evidence(*scope)

    monkeypatch.setattr(board_module, "_evidence_rows", read_after_the_swap)


def test_a_claim_is_not_allowed_by_two_moments_together(never_two_closed: None) -> None:
    with pytest.raises(SystemExit) as during:
        call_command("claim", "launched", stdout=StringIO())
    with pytest.raises(SystemExit) as afterwards:
        call_command("claim", "launched", stdout=StringIO())

    assert (during.value.code, afterwards.value.code) == (1, 1)


def test_the_badge_and_the_export_show_one_moment(
    never_two_closed: None, client: Client, settings: Any
) -> None:
    settings.PUBLIC_BADGE = True
    exported = StringIO()

    call_command("export_snapshot", format="json", stdout=exported)
    badge = client.get("/badge.svg").content.decode()

    assert json.loads(exported.getvalue())["totals"]["closed"] == 1
    assert "1/2" in badge


def cut_off() -> None:
    """End the connection's transaction from outside, as a lost disk or a lost server does."""
    if connection.vendor == "sqlite":
        connection.connection.execute("ROLLBACK")
        return
    pid = connection.connection.info.backend_pid

    def terminate() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    elsewhere(terminate)


def test_what_was_read_is_not_lost_where_the_end_fails_and_writing_goes_on() -> None:
    factory.gate("T1")

    with read_only_snapshot():
        found = Gate.objects.get().code
        cut_off()

    Gate.objects.update(notes="Written")
    assert (found, Gate.objects.get().notes) == ("T1", "Written")


@pytest.mark.postgresql
def test_a_connection_lost_before_it_begins_is_the_databases_trouble() -> None:
    connection.ensure_connection()
    cut_off()

    with pytest.raises(OperationalError), read_only_snapshot():
        pass

    assert Gate.objects.count() == 0


@pytest.mark.sqlite
def test_reading_that_cannot_begin_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    factory.gate("T1")
    monkeypatch.setitem(STATEMENTS, "sqlite", (["PRAGMA query_only = ON", "BEGIN nothing"], []))

    with pytest.raises(OperationalError), read_only_snapshot():
        pass

    Gate.objects.update(notes="Written")
    assert Gate.objects.get().notes == "Written"


def test_what_django_finds_out_once_is_not_found_out_inside(committed: None) -> None:
    """On SQLite JSON would be unknown to it, and every page of the process a 500."""
    vars(connection.features).pop("supports_json_field", None)

    with read_only_snapshot():
        assert connection.features.supports_json_field
