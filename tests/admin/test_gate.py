"""Editing a gate in the admin: the rule as messages on fields, everything in one submit."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gates import rules
from gates.models import Action, Blocker, Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import errors_of, proof, save_gate
from tests.support.written import written

pytestmark = pytest.mark.django_db

NEEDS_EVIDENCE = str(rules.NEEDS_EVIDENCE)
KEEPS_EVIDENCE = str(rules.KEEPS_EVIDENCE)


def test_closing_without_evidence_is_refused_on_the_field(engineer: Client) -> None:
    gate = factory.gate("T6")
    before = written(gate)

    response = save_gate(engineer, gate, progress="closed", reason="Ran it", title="New title")

    assert response.status_code == 200
    assert errors_of(response) == {"progress": [NEEDS_EVIDENCE]}
    assert b"New title" in response.content  # the input is kept
    assert b"Ran it" in response.content
    gate.refresh_from_db()
    assert (gate.progress, gate.title) == ("open", "Gate T6")
    assert written(gate) == before


def test_attaching_and_closing_in_one_submit(engineer: Client) -> None:
    gate = factory.gate("T6")

    response = save_gate(
        engineer, gate, progress="closed", reason="100 rps held", evidence=[proof("k6: p95 410 ms")]
    )

    assert response.status_code == 302
    gate.refresh_from_db()
    assert (gate.progress, gate.closing_note) == ("closed", "100 rps held")
    assert gate.closed_by is not None
    assert gate.closed_by.username == "engineer"
    evidence = gate.evidence.get()
    assert evidence.recorded_by == gate.closed_by
    newest = gate.history.first()
    assert (newest.history_user_name, newest.history_change_reason) == ("engineer", "100 rps held")
    assert gate.history.count() == 2  # made, closed
    assert evidence.history.get().history_user_name == "engineer"


def test_adding_a_gate_with_evidence_closed_at_once(engineer: Client) -> None:
    section = factory.section("T")

    response = save_gate(
        engineer,
        section=section.pk,
        code="T9",
        title="New gate",
        progress="closed",
        reason="Proven",
        evidence=[proof()],
    )

    assert response.status_code == 302
    gate = Gate.objects.get(code="T9")
    assert gate.progress == "closed"
    assert gate.history.first().history_change_reason == "Proven"


def test_adding_a_closed_gate_without_evidence_adds_nothing(engineer: Client) -> None:
    section = factory.section("T")

    response = save_gate(
        engineer,
        section=section.pk,
        code="T9",
        title="New gate",
        progress="closed",
        reason="Trust me",
    )

    assert response.status_code == 200
    assert errors_of(response) == {"progress": [NEEDS_EVIDENCE]}
    assert not Gate.objects.exists()
    assert not Gate.history.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("text", ["", "TBD", "todo", "n/a", "-", "…"])
def test_evidence_that_says_nothing_does_not_close_a_gate(engineer: Client, text: str) -> None:
    gate = factory.gate("T6")
    before = written(gate)

    response = save_gate(
        engineer, gate, progress="closed", reason="Done", evidence=[proof(text, commit="abc")]
    )

    assert response.status_code == 200
    assert "evidence-0-summary" in errors_of(response)
    gate.refresh_from_db()
    assert gate.progress == "open"
    assert written(gate) == before


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://a/b", "https://good.com@evil.com/"]
)
def test_unsafe_links_are_refused_on_the_field(engineer: Client, url: str) -> None:
    gate = factory.gate("T6")

    response = save_gate(engineer, gate, evidence=[proof(kind="link", url=url)])

    assert list(errors_of(response)) == ["evidence-0-url"]
    assert not Evidence.objects.exists()


def test_closing_needs_a_reason(engineer: Client) -> None:
    gate = factory.gate("T6")

    response = save_gate(engineer, gate, progress="closed", evidence=[proof()])

    assert list(errors_of(response)) == ["reason"]
    assert not Evidence.objects.exists()
    gate.refresh_from_db()
    assert gate.progress == "open"


def test_closing_on_expired_evidence_only_is_refused(engineer: Client) -> None:
    gate = factory.gate("T6")
    yesterday = date.today() - timedelta(days=2)  # noqa: DTZ011  past in every time zone

    response = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="It was true",
        evidence=[proof(valid_until=yesterday.isoformat())],
    )

    assert "has expired" in errors_of(response)["progress"][0]
    assert not Evidence.objects.exists()


def test_a_blocker_resolved_in_the_same_submit_no_longer_holds_the_gate(engineer: Client) -> None:
    gate = factory.gate("T6")
    blocker = factory.blocker(gate)
    kept = {"needs": blocker.needs, "waiting_on": blocker.waiting_on_id}

    refused = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="Key came",
        evidence=[proof()],
        existing_blockers={blocker.pk: kept},
    )
    closed = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="Key came",
        evidence=[proof()],
        existing_blockers={blocker.pk: kept | {"resolution": "Key arrived by mail"}},
    )

    assert "Resolve the blocker first" in errors_of(refused)["progress"][0]
    assert closed.status_code == 302
    gate.refresh_from_db()
    blocker.refresh_from_db()
    assert gate.progress == "closed"
    assert blocker.resolved_by is not None
    assert blocker.resolved_by.username == "engineer"


def test_actions_added_on_the_page_belong_to_the_gates_launch(engineer: Client) -> None:
    gate = factory.gate("T6")

    save_gate(engineer, gate, actions=[{"text": "Run k6", "state": "todo", "estimate": "15 min"}])

    action = Action.objects.get()
    assert (action.gate, action.launch) == (gate, gate.launch)


def test_clearing_a_resolution_brings_the_blocker_back(engineer: Client) -> None:
    gate = factory.gate("T6")
    blocker = factory.blocker(gate)
    blocker.resolve(factory.user(), "Came")
    kept = {"needs": blocker.needs, "waiting_on": blocker.waiting_on_id, "resolution": ""}

    save_gate(engineer, gate, existing_blockers={blocker.pk: kept})

    blocker = Blocker.objects.get()
    assert (blocker.resolved_at, blocker.resolved_by) == (None, None)


def test_the_change_page_costs_the_same_for_many_rows(engineer: Client) -> None:
    gate = factory.gate("T1")
    factory.evidence(gate, "First proof")
    url = reverse("admin:gates_gate_change", args=[gate.pk])
    engineer.get(url)
    with CaptureQueriesContext(connection) as few:
        engineer.get(url)
    for number in range(10):
        factory.evidence(gate, f"Proof number {number}")
        factory.action(gate.launch, f"Step {number}", gate=gate)
        factory.blocker(gate, f"Key {number}")

    with CaptureQueriesContext(connection) as many:
        engineer.get(url)

    assert len(many) == len(few)


def test_a_gate_cannot_be_moved_out_of_the_sight_of_its_launch(engineer: Client) -> None:
    """A claim that requires it would otherwise be judged without it."""
    gate = factory.gate("G5")
    claim = factory.claim(gate.launch, min_closed=None, requires_p0=False)
    factory.requirement(claim, gate)
    elsewhere = factory.section("Z", launch=factory.launch("other"))

    response = save_gate(engineer, gate, section=elsewhere.pk)

    assert list(errors_of(response)) == ["section"]
    gate.refresh_from_db()
    assert gate.section.prefix == "G"
    assert gate.history.count() == 1


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_far_off_dates_are_refused_on_the_field(engineer: Client, day: str) -> None:
    gate = factory.gate("T6")
    moment = {"observed_at": f"{day}T00:00"}

    response = save_gate(engineer, gate, evidence=[proof(valid_until=day, **moment)])

    assert set(errors_of(response)) == {"evidence-0-observed_at", "evidence-0-valid_until"}
    assert not Evidence.objects.exists()
