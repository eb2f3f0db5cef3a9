"""Deleting and moving evidence in the admin: a message, never a 500, never a false log entry."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from gates import rules
from gates.admin.base import BoardAdmin
from gates.models import Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import errors_of, person, proof, save_gate

pytestmark = pytest.mark.django_db

KEEPS_EVIDENCE = str(rules.KEEPS_EVIDENCE)


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


def test_the_delete_page_refuses_the_last_evidence(engineer: Client) -> None:
    evidence = factory.closed_gate().evidence.get()
    url = reverse("admin:gates_evidence_delete", args=[evidence.pk])

    asked = engineer.get(url)
    response = engineer.post(url, {"post": "yes"})

    assert asked.status_code == 200
    assert response.status_code == 302
    assert [str(message) for message in get_messages(response.wsgi_request)] == [KEEPS_EVIDENCE]
    assert Evidence.objects.filter(pk=evidence.pk).exists()
    assert evidence.history.count() == 1
    assert not LogEntry.objects.exists()


def test_the_bulk_action_refuses_all_if_one_is_the_last(engineer: Client) -> None:
    closed, open_gate = factory.closed_gate("T1"), factory.gate("T2")
    spare = factory.evidence(open_gate)
    data = {
        "action": "delete_selected",
        "_selected_action": [spare.pk, closed.evidence.get().pk],
        "post": "yes",
    }

    response = engineer.post(reverse("admin:gates_evidence_changelist"), data)

    assert [str(message) for message in get_messages(response.wsgi_request)] == [KEEPS_EVIDENCE]
    assert Evidence.objects.count() == 2
    assert not Evidence.history.filter(history_type="-").exists()
    assert not LogEntry.objects.exists()


def test_the_only_piece_of_an_open_gate_can_be_deleted(engineer: Client) -> None:
    gate = factory.gate()
    second = factory.evidence(gate, "Run again the next day")

    response = engineer.post(
        reverse("admin:gates_evidence_delete", args=[second.pk]), {"post": "yes"}
    )

    assert response.status_code == 302
    assert gate.evidence.count() == 0
    assert second.history.first().history_user_name == "engineer"


def test_moving_the_last_evidence_is_refused_on_the_field(engineer: Client) -> None:
    evidence = factory.closed_gate("T1").evidence.get()
    other = factory.gate("T2")

    response = engineer.post(
        reverse("admin:gates_evidence_change", args=[evidence.pk]),
        proof(gate=other.code, reason="Wrong gate", read_version=evidence.version),
    )

    assert response.status_code == 200
    assert errors_of(response) == {"gate": [KEEPS_EVIDENCE]}
    evidence.refresh_from_db()
    assert evidence.gate.code == "T1"
    assert evidence.history.count() == 1


def test_evidence_added_on_its_own_page_is_attributed(engineer: Client) -> None:
    gate = factory.gate("T1")

    response = engineer.post(reverse("admin:gates_evidence_add"), proof(gate=gate.code))

    assert response.status_code == 302
    evidence = Evidence.objects.get()
    assert evidence.recorded_by is not None
    assert evidence.recorded_by.username == "engineer"


def test_a_gate_with_evidence_cannot_be_deleted_along_with_it(client: Client) -> None:
    client.force_login(person("sami", "Founder"))
    gate = factory.closed_gate()

    response = client.post(reverse("admin:gates_gate_delete", args=[gate.pk]), {"post": "yes"})

    assert response.status_code in {200, 403}
    assert Gate.objects.filter(pk=gate.pk).exists()
    assert Evidence.objects.count() == 1
    assert not LogEntry.objects.exists()


def test_what_the_database_refuses_for_another_reason_is_a_message_too(
    engineer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as two people adding the same code at the same moment, which no form can see."""
    gate = factory.gate("T1")
    original = BoardAdmin.save_model

    def refuse(self: BoardAdmin, request: Any, obj: Any, form: Any, change: bool) -> None:
        original(self, request, obj, form, change)
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(BoardAdmin, "save_model", refuse)

    response = save_gate(engineer, gate, title="New title")

    assert response.status_code == 200
    assert "The database refused this" in errors_of(response)["__all__"][0]
    gate.refresh_from_db()
    assert gate.title == "Gate T1"


@pytest.mark.parametrize(
    "model", ["gate", "evidence", "blocker", "action", "owner", "launch", "claim"]
)
def test_history_is_there_to_read_only(client: Client, model: str) -> None:
    client.force_login(person("sami", "Founder"))
    gate = factory.closed_gate()
    made: Any = {
        "gate": gate,
        "evidence": gate.evidence.get(),
        "blocker": factory.blocker(gate),
        "action": factory.action(gate.launch),
        "owner": factory.owner(),
        "launch": gate.launch,
        "claim": factory.claim(gate.launch),
    }[model]
    url = reverse(f"admin:gates_{model}_history", args=[made.pk])
    before = made.history.count()

    page = client.get(url)
    version = client.post(f"{url}{made.history.first().history_id}/", {"progress": "open"})

    assert page.status_code == 200
    assert version.status_code in {302, 404}  # there is no page of a past version to post to
    assert made.history.count() == before
