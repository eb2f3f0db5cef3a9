"""The list of gates in the admin: filter by derived status, close, reopen and rank in bulk."""

from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from gates import rules
from gates.admin.gate import GateAdmin
from gates.models import Evidence, Gate
from tests.support import factory

pytestmark = pytest.mark.django_db

NEEDS_EVIDENCE = str(rules.NEEDS_EVIDENCE)


def decide(client: Client, action: str, gates: list[Gate], reason: str | None) -> list[str]:
    """Run a bulk action from the list, with a reason where it has been asked for."""
    data = {"action": action, "_selected_action": [gate.pk for gate in gates]}
    if reason is not None:
        data |= {"decide": "yes", "reason": reason}
    response = client.post(reverse("admin:gates_gate_changelist"), data)
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_closing_in_bulk_says_per_gate_what_happened(engineer: Client) -> None:
    ready, bare, done = factory.gate("T1"), factory.gate("T2"), factory.closed_gate("T3")
    factory.evidence(ready)

    messages = decide(engineer, "close_selected", [ready, bare, done], "Reviewed together")

    assert messages == ["T1: closed", f"T2: {NEEDS_EVIDENCE}", "T3: was closed already"]
    ready.refresh_from_db()
    bare.refresh_from_db()
    done.refresh_from_db()
    assert [ready.progress, bare.progress, done.progress] == ["closed", "open", "closed"]
    assert done.closing_note == "Seen green"
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(ready.pk)]


def test_bulk_decisions_ask_for_the_reason_first(engineer: Client) -> None:
    gate = factory.closed_gate("T1")

    asked = engineer.post(
        reverse("admin:gates_gate_changelist"),
        {"action": "reopen_selected", "_selected_action": [gate.pk]},
    )
    blank = decide(engineer, "reopen_selected", [gate], " ")
    given = decide(engineer, "reopen_selected", [gate], "Redeploy broke it")

    assert b'name="reason"' in asked.content
    assert blank == []
    assert given == ["T1: reopened"]
    gate.refresh_from_db()
    assert gate.progress == "open"


def test_priorities_can_be_set_for_many_gates(engineer: Client) -> None:
    gates = [factory.gate("T1"), factory.gate("T2", priority="P0")]

    messages = decide(engineer, "set_priority_p0", gates, None)

    assert messages == ["P0 now: T1"]
    assert set(Gate.objects.values_list("priority", flat=True)) == {"P0"}
    assert gates[0].history.count() == 2
    assert gates[1].history.count() == 1


@pytest.mark.parametrize(
    ("status", "codes"),
    [("closed", ["T1"]), ("open", ["T2"]), ("blocked", ["T3"]), ("partial", ["T4"])],
)
def test_the_list_filters_by_derived_status(
    engineer: Client, status: str, codes: list[str]
) -> None:
    factory.closed_gate("T1")
    factory.gate("T2")
    factory.blocker(factory.gate("T3"))
    factory.gate("T4", progress="partial")

    response = engineer.get(reverse("admin:gates_gate_changelist"), {"status": status})

    assert [gate.code for gate in response.context["cl"].result_list] == codes


def test_expired_evidence_drops_the_gate_from_the_closed_ones(engineer: Client) -> None:
    gate = factory.closed_gate("T1")
    Evidence.objects.filter(gate=gate).update(valid_until=date(2020, 1, 1))

    response = engineer.get(reverse("admin:gates_gate_changelist"))

    assert response.context["cl"].result_list[0].status_result.status == "partial"


def test_setting_a_priority_does_not_undo_a_close_in_between(
    engineer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = factory.gate("T1")
    factory.evidence(gate)
    original = GateAdmin._set_priority

    def after_somebody_closed_it(self: GateAdmin, request: Any, queryset: Any, to: str) -> None:
        list(queryset)  # read, as the admin's list was
        Gate.objects.get(pk=gate.pk).close(factory.user("lina"), "Seen green")
        original(self, request, queryset, to)

    monkeypatch.setattr(GateAdmin, "_set_priority", after_somebody_closed_it)

    decide(engineer, "set_priority_p0", [gate], None)

    gate.refresh_from_db()
    assert (gate.priority, gate.progress, gate.closing_note) == ("P0", "closed", "Seen green")
