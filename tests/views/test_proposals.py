"""A person looks at what a token proposed, and accepts or drops it."""

import pytest
from django.test import Client

from gates.models import Evidence, Gate, Proposal
from gates.models.proposal import ProposalDecision
from tests.support import api, checks, factory
from tests.support.admin_forms import person
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db

SUMMARY = "Restored 36 tables, none differs"


@pytest.fixture
def gate() -> Gate:
    return factory.gate()


@pytest.fixture
def proposal(gate: Gate) -> Proposal:
    _token, text = api.token(checks.check(gate))
    answer = api.post(text, {"summary": SUMMARY, "kind": "output", "output": "36 tables"},
                      api.PROPOSALS)  # fmt: skip
    assert answer.status_code == 201
    return Proposal.objects.get()


def test_it_stands_on_the_gates_page_and_counts_for_nothing(
    engineer: Client, proposal: Proposal
) -> None:
    page = text_of(engineer, "/gates/T1/")

    assert SUMMARY in page
    assert "It counts for nothing until a person accepts it." in page
    assert not Evidence.objects.exists()


def test_accepted_it_is_evidence_by_the_person(engineer: Client, proposal: Proposal) -> None:
    answer = engineer.post(f"/proposals/{proposal.pk}/", {"accept": ""}, follow=True)

    proof = Evidence.objects.get()
    assert (proof.summary, proof.output, proof.kind) == (SUMMARY, "36 tables", "output")
    assert proof.recorded_by is not None
    assert proof.recorded_by.username == "noura"
    assert answer.redirect_chain[-1][0] == "/launches/primitive/gates/T1/"
    assert "Proposed evidence" not in text_of(engineer, "/gates/T1/")


def test_sent_twice_it_is_accepted_once(engineer: Client, proposal: Proposal) -> None:
    engineer.post(f"/proposals/{proposal.pk}/", {"accept": ""})

    again = engineer.post(f"/proposals/{proposal.pk}/", {"accept": ""}, follow=True)

    assert "This was decided already" in again.content.decode()
    assert Evidence.objects.count() == 1


def test_dropping_asks_why_on_the_field(engineer: Client, proposal: Proposal) -> None:
    refused = engineer.post(f"/proposals/{proposal.pk}/", {"drop": "", "why": " \u200f "})

    assert refused.status_code == 200
    assert refused.context["form"].errors["why"]
    assert not ProposalDecision.objects.exists()

    engineer.post(f"/proposals/{proposal.pk}/", {"drop": "", "why": "Of another database"})

    decision = ProposalDecision.objects.get()
    assert (decision.accepted, decision.why, decision.by.username) == (
        False, "Of another database", "noura",
    )  # fmt: skip
    assert not Evidence.objects.exists()
    assert "Of another database" in text_of(engineer, f"/proposals/{proposal.pk}/")


def test_what_the_gate_cannot_have_is_refused_in_words(
    engineer: Client, gate: Gate, proposal: Proposal
) -> None:
    factory.evidence(gate, SUMMARY)

    refused = engineer.post(f"/proposals/{proposal.pk}/", {"accept": ""})

    assert "It cannot be accepted as it is." in refused.content.decode()
    assert "already has evidence with the same summary" in refused.content.decode()
    assert Evidence.objects.count() == 1
    assert not ProposalDecision.objects.exists()


def test_whoever_only_reads_sees_it_and_decides_nothing(client: Client, proposal: Proposal) -> None:
    client.force_login(person("viewer", "Viewer"))

    assert SUMMARY in text_of(client, "/gates/T1/")
    assert f"/proposals/{proposal.pk}/" not in client.get("/gates/T1/").content.decode()
    assert client.post(f"/proposals/{proposal.pk}/", {"accept": ""}).status_code == 403
    assert not Evidence.objects.exists()
