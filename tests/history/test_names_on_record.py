"""History entries: names as they were then, the order of the writes, what a clock did."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gates.history.audit_log import AuditLogFilters, audit_log_page
from gates.history.entries import Entry, closing_document
from gates.history.object_history import gate_history, object_history
from gates.models import Gate
from gates.models.history import save_with_history
from tests.support import factory
from tests.support.clock import START

pytestmark = pytest.mark.django_db


def changed(entries: list[Entry], field: str) -> list[tuple[str, str]]:
    """The values of a column, old and new, oldest first."""
    return [
        (change.old, change.new)
        for entry in reversed(entries)
        for change in entry.changes
        if change.field == field
    ]


def test_an_owner_is_named_as_at_the_moment_of_the_entry(on_day: Callable[[int], None]) -> None:
    on_day(0)
    owner = factory.owner("Sami")
    gate = factory.gate("T1", owner=owner)
    on_day(1)
    owner.name = "Somebody else"
    owner.save()
    on_day(2)
    gate.owner = None
    gate.save()
    owner.delete()

    entries = gate_history(gate.pk)

    assert changed(entries, "owner") == [("", "Sami"), ("Somebody else", "")]


def test_a_section_and_a_covering_gate_are_named_as_then(on_day: Callable[[int], None]) -> None:
    on_day(0)
    drill = factory.gate("T8")
    gate = factory.gate("T1", covered_by=drill)
    on_day(1)
    drill.code = "T80"
    drill.save()
    gate.section.name = "Renamed"
    gate.section.save()

    entries = gate_history(gate.pk)

    assert changed(entries, "section") == [("", "Section T")]
    assert changed(entries, "covered by") == [("", "T8")]


def test_a_launch_in_the_audit_log_is_named_as_then(on_day: Callable[[int], None]) -> None:
    on_day(0)
    gate = factory.gate("T1")
    factory.launch("other", name="Another launch")
    on_day(1)
    gate.launch.name = "Renamed launch"
    gate.launch.save()

    entries = audit_log_page(AuditLogFilters(kind="gate")).entries

    assert [entry.launch for entry in entries] == ["Primitive Launch"]


def test_a_reused_user_name_inherits_nothing(on_day: Callable[[int], None]) -> None:
    on_day(0)
    first = factory.user("sami")
    gate = factory.closed_gate("T1", by=first)
    first.username = "sami.former"
    first.save()
    second = factory.user("sami")
    on_day(1)
    gate.reopen(second, "Not yet")

    entries = gate_history(gate.pk)
    closed = next(entry for entry in entries if entry.decision == "closed")
    reopened = next(entry for entry in entries if entry.decision == "reopened")

    assert (closed.by, closed.by_id, reopened.by_id) == ("sami", first.pk, second.pk)
    assert changed(entries, "closed by") == [("", "sami"), ("sami", "")]


def test_the_name_of_an_account_that_did_nothing_yet_is_its_present_one() -> None:
    gate = factory.gate("T1")
    user = get_user_model().objects.create_user("quiet")
    factory.evidence(gate)
    gate.closed_by, gate.progress, gate.closed_at = user, "closed", timezone.now()
    gate.save()

    assert changed(gate_history(gate.pk), "closed by") == [("", "quiet")]


def test_who_closed_a_gate_is_told_as_the_documents_word(reader: Client) -> None:
    gate = factory.gate("T1")
    factory.evidence(gate)
    vars(gate)["_imported_from"] = "a" * 64
    gate.closed_by, gate.progress, gate.closed_at = factory.user("sami"), "closed", START
    reason = f"Import of board.json (SHA-256 {'a' * 64})"
    save_with_history(gate, by=factory.user("importer"), reason=reason)

    entries = gate_history(gate.pk)
    page = reader.get("/gates/T1/").content.decode()

    assert changed(entries, "closed by") == [("", "sami, according to the document")]
    assert closing_document(entries) == "board.json"
    assert "according to the document <bdi>board.json</bdi>" in page


def test_a_gate_that_people_closed_names_no_document(reader: Client) -> None:
    factory.closed_gate("T1")

    assert "according to the document" not in reader.get("/gates/T1/").content.decode()


# --- clocks --------------------------------------------------------------------------------


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """A gate edited by a clock two hours ahead, and again when it was right."""
    now = timezone.now()
    gate = factory.gate("T1", notes="first")
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=2))
    gate.notes = "ahead"
    gate.save()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=1))
    gate.notes = "right"
    gate.save()
    return gate


def test_entries_stand_in_the_order_of_the_writes(ahead: Gate) -> None:
    one = object_history(Gate, ahead.pk)
    log = audit_log_page(AuditLogFilters(kind="gate")).entries

    assert changed(one, "notes") == [("", "first"), ("first", "ahead"), ("ahead", "right")]
    assert changed(log, "notes") == changed(one, "notes")


def test_late_and_future_rows_are_marked(ahead: Gate, reader: Client) -> None:
    page = reader.get("/history/?kind=gate").content.decode()
    entries = audit_log_page(AuditLogFilters(kind="gate")).entries

    assert [(entry.is_late, entry.is_future) for entry in entries] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert page.count("Written after a later moment: a clock was set back.") == 1
    assert page.count("Its moment was still to come when this page was made") == 1
