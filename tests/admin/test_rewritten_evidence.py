"""A closed gate's proof that is rewritten asks for a reason; the gate and the news tell it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gates.history.whats_new import whats_new
from gates.models import Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import errors_of, person, proof, save_gate, version_of
from tests.support.boards import board
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db

NEW = "Deep health check red: postgres 2.6 s"
WHY = "Say why: the reason is recorded with your name."


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


def send(client: Client, evidence: Evidence, **fields: str) -> Any:
    data = proof(gate=evidence.gate.code, read_version=version_of(Evidence, evidence.pk))
    url = reverse("admin:gates_evidence_change", args=[evidence.pk])
    return client.post(url, {**data, **fields})


def test_its_own_page_asks_why(engineer: Client) -> None:
    evidence = factory.closed_gate().evidence.get()

    refused = send(engineer, evidence, summary=NEW)

    assert errors_of(refused) == {"reason": [WHY]}
    assert evidence.history.count() == 1

    done = send(engineer, evidence, summary=NEW, reason="The first run was of staging")

    assert done.status_code == 302
    assert evidence.history.first().history_change_reason == "The first run was of staging"


def test_the_page_of_an_open_gates_evidence_does_not(engineer: Client) -> None:
    evidence = factory.evidence(factory.gate())

    assert send(engineer, evidence, summary=NEW).status_code == 302
    assert Evidence.objects.get().summary == NEW


def test_a_save_that_changes_nothing_asks_nothing(engineer: Client) -> None:
    evidence = factory.closed_gate().evidence.get()

    assert send(engineer, evidence).status_code == 302
    assert evidence.history.count() == 1


@pytest.mark.parametrize("change", [{"summary": NEW}, {"commit": "ce0027e"}])
def test_the_gates_page_asks_why(engineer: Client, change: dict[str, str]) -> None:
    gate = factory.closed_gate()
    evidence = gate.evidence.get()
    factory.evidence(gate, "Run again the next day: 12 ms")
    fields = {"existing_evidence": {evidence.pk: proof(**{"summary": factory.PROOF, **change})}}

    refused = save_gate(engineer, gate, **fields)

    words = "This gate is closed on this evidence. Say above why it changes."
    assert errors_of(refused) == {"evidence": [words]}
    assert evidence.history.count() == 1

    fields = {"existing_evidence": {evidence.pk: proof(**{"summary": factory.PROOF, **change})}}
    done = save_gate(engineer, gate, reason="The first run was of staging", **fields)

    assert done.status_code == 302
    assert evidence.history.first().history_change_reason == "The first run was of staging"


def test_to_put_other_evidence_in_its_place_asks_why(engineer: Client) -> None:
    gate = factory.closed_gate()
    evidence = gate.evidence.get()
    deleted = {evidence.pk: proof(factory.PROOF, DELETE="on")}

    refused = save_gate(engineer, gate, existing_evidence=deleted, evidence=[proof(NEW)])
    assert Gate.objects.get().evidence.get() == evidence
    done = save_gate(
        engineer, gate, existing_evidence=deleted, evidence=[proof(NEW)], reason="Of staging"
    )

    words = "This gate is closed on this evidence. Say above why it changes."
    assert errors_of(refused) == {"evidence": [words]}
    assert done.status_code == 302
    assert Gate.objects.get().evidence.get().summary == NEW
    assert {r.code for r in whats_new(board()).news} >= {"news_rewritten"}


def test_a_closed_gates_evidence_is_not_deleted_past_the_question(engineer: Client) -> None:
    gate = factory.closed_gate()
    second = factory.evidence(gate, NEW)

    page = engineer.post(reverse("admin:gates_evidence_delete", args=[second.pk]), {"post": "yes"})
    action = engineer.post(
        reverse("admin:gates_evidence_changelist"),
        {"action": "delete_selected", "_selected_action": [second.pk], "post": "yes"},
        follow=True,
    )

    for answer in (page, action):
        assert "T1 is closed on it" in answer.content.decode()
    assert gate.evidence.count() == 2


def test_more_evidence_needs_no_reason(engineer: Client) -> None:
    gate = factory.closed_gate()

    assert save_gate(engineer, gate, evidence=[proof(NEW)]).status_code == 302
    assert Gate.objects.get().evidence.count() == 2


def test_the_gate_and_the_news_tell_it(engineer: Client) -> None:
    gate = factory.closed_gate()
    assert not [r for r in whats_new(board()).news if r.code == "news_rewritten"]
    send(engineer, gate.evidence.get(), summary=NEW, reason="The first run was of staging")
    factory.gate("T2")
    send(engineer, factory.evidence(Gate.objects.get(code="T2")), summary=NEW)

    (news,) = [r for r in whats_new(board()).news if r.code == "news_rewritten"]
    page = text_of(engineer, "/gates/T1/")

    assert news.gates == ("T1",)
    assert "rewritten after the gate was closed" in page
    assert "The first run was of staging" in page
    assert "rewritten after the gate was closed" not in text_of(engineer, "/gates/T2/")
    assert "The evidence of 1 closed gate was rewritten" in text_of(engineer, "/")


@pytest.mark.parametrize("output", ["one\ntwo", "one\r\ntwo", "  one\n\n  two\n", "\n\tone"])
def test_an_output_that_the_browser_sends_back_is_not_rewritten(
    engineer: Client, output: str
) -> None:
    gate = factory.closed_gate()
    evidence = gate.evidence.get()
    evidence.output = output
    evidence.save()
    sent = output.replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")
    untouched = {evidence.pk: proof(output=sent)}

    response = save_gate(engineer, gate, existing_evidence=untouched, notes="Read it again")

    assert response.status_code == 302
    assert gate.evidence.values_list("output", flat=True).get() == output
    assert evidence.history.count() == 2


def test_an_output_is_stored_word_for_word_with_plain_line_breaks(engineer: Client) -> None:
    gate = factory.gate()

    save_gate(engineer, gate, evidence=[proof(output="\r\n  rps   100\r\n  p95   412 ms\r\n\r\n")])

    assert gate.evidence.get().output == "  rps   100\n  p95   412 ms"
