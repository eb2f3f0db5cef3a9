"""Changing a closed gate in the admin: its last evidence stays, reopening needs a reason."""

import pytest
from django.test import Client

from gates import rules
from tests.support import factory
from tests.support.admin_forms import errors_of, proof, save_gate
from tests.support.written import written

pytestmark = pytest.mark.django_db
KEEPS_EVIDENCE = str(rules.KEEPS_EVIDENCE)


def test_removing_the_last_evidence_of_a_closed_gate_says_what_to_do(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    evidence = gate.evidence.get()
    before = written(gate)

    response = save_gate(
        engineer,
        gate,
        title="Changed too",
        existing_evidence={evidence.pk: proof(DELETE="on")},
    )

    assert response.status_code == 200
    assert errors_of(response) == {"evidence": [KEEPS_EVIDENCE]}
    gate.refresh_from_db()
    assert (gate.progress, gate.title) == ("closed", "Gate T6")
    assert written(gate) == before


def test_new_evidence_may_take_the_place_of_the_last(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    old = gate.evidence.get()

    response = save_gate(
        engineer,
        gate,
        existing_evidence={old.pk: proof(DELETE="on")},
        evidence=[proof("Run again: p95 380 ms")],
        reason="The first run was of staging",
    )

    assert response.status_code == 302
    assert [proof.summary for proof in gate.evidence.all()] == ["Run again: p95 380 ms"]
    gate.refresh_from_db()
    assert gate.progress == "closed"


def test_reopening_and_removing_the_evidence_in_one_submit(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    evidence = gate.evidence.get()

    response = save_gate(
        engineer,
        gate,
        progress="partial",
        reason="The run was against staging",
        existing_evidence={evidence.pk: proof(DELETE="on")},
    )

    assert response.status_code == 302
    gate.refresh_from_db()
    assert (gate.progress, gate.closed_at, gate.closed_by) == ("partial", None, None)
    assert not gate.evidence.exists()
    assert gate.history.first().history_change_reason == "The run was against staging"


def test_reopening_needs_a_reason(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    before = written(gate)

    response = save_gate(engineer, gate, progress="open")

    assert list(errors_of(response)) == ["reason"]
    gate.refresh_from_db()
    assert gate.progress == "closed"
    assert written(gate) == before


def test_an_unchanged_form_writes_nothing(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    evidence = gate.evidence.get()
    history = (gate.history.count(), evidence.history.count())

    response = save_gate(engineer, gate, existing_evidence={evidence.pk: proof()})

    assert response.status_code == 302
    assert (gate.history.count(), evidence.history.count()) == history
