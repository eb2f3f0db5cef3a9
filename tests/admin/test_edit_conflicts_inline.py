"""Two people edit the same evidence, blocker or action on a gate's page in the admin."""

import pytest
from django.test import Client

from gates.models import Action, Blocker, Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import errors_of, gate_data, proof
from tests.support.edit_conflicts import NOT_SAVED, as_shown, change, plain, url_of

pytestmark = pytest.mark.django_db


# --- rows on the gate's page ---------------------------------------------------------------


def test_a_row_of_the_page_that_somebody_else_changed_is_refused_on_the_row(
    second: Client,
) -> None:
    gate = factory.gate()
    evidence = factory.evidence(gate)
    page = gate_data(gate, existing_evidence={evidence.pk: proof(commit="abc")})
    change(evidence, output="by Ali")

    refused = second.post(url_of(gate), page)

    first, line = map(plain, errors_of(refused)["evidence-0-__all__"])
    assert first.startswith(NOT_SAVED)
    assert line == "ali: output: – → by Ali"
    again = second.post(url_of(gate), as_shown(refused))
    assert again.status_code == 302, errors_of(again)
    stored = Evidence.objects.get()
    assert (stored.commit, stored.output) == ("abc", "by Ali")


def test_a_row_that_this_person_left_alone_keeps_what_the_other_wrote(second: Client) -> None:
    gate = factory.gate()
    evidence, blocker = factory.evidence(gate), factory.blocker(gate)
    action = factory.action(gate.launch, gate=gate)
    page = gate_data(
        gate,
        existing_evidence={evidence.pk: proof()},
        existing_blockers={
            blocker.pk: {"needs": blocker.needs, "waiting_on": blocker.waiting_on_id}
        },
        existing_actions={action.pk: {"text": action.text, "state": "todo"}},
        notes="by Sami",
    )
    change(evidence, output="by Ali")
    change(blocker, why="by Ali")
    change(action, estimate="15 min")

    response = second.post(url_of(gate), page)

    assert response.status_code == 302
    assert Gate.objects.get().notes == "by Sami"
    assert Evidence.objects.get().output == "by Ali"
    assert Blocker.objects.get().why == "by Ali"
    assert Action.objects.get().estimate == "15 min"
    assert evidence.history.count() == 2


def test_a_row_that_somebody_else_changed_is_not_deleted_by_an_older_page(
    second: Client,
) -> None:
    gate = factory.gate()
    evidence = factory.evidence(gate)
    page = gate_data(gate, existing_evidence={evidence.pk: proof(DELETE="on")})
    change(evidence, output="by Ali")

    response = second.post(url_of(gate), page)

    assert errors_of(response)["evidence"][0].startswith(NOT_SAVED)
    assert Evidence.objects.get().output == "by Ali"
