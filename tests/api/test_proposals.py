"""A token proposes proof; a person accepts or drops it. Until then it counts for nothing."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from gates.models import Evidence, Gate, Proposal, ProposalDecision
from gates.models.proposal import gate_proposals, undecided
from tests.support import api, factory
from tests.support.assertions import everything
from tests.support.security_events import events

pytestmark = pytest.mark.django_db

SEEN = {"summary": "The dashboard shows 12 events an hour", "url": "https://posthog.example/d/7"}


@pytest.fixture
def text() -> str:
    return api.token(api.check())[1]


def propose(text: str, body: dict[str, Any] = SEEN, **headers: str) -> Any:
    return api.post(text, body, api.PROPOSALS, **headers)


def proposal(text: str) -> Proposal:
    propose(text)
    return Proposal.objects.get()


def test_a_proposal_waits_and_changes_nothing(text: str) -> None:
    before = everything()

    answer = propose(text, {**SEEN, "kind": "link", "commit": "abc123"})

    told = answer.json()
    assert answer.status_code == 201
    assert (told["kind"], told["summary"], told["commit"]) == ("link", SEEN["summary"], "abc123")
    assert "until a person accepts" in told["note"]
    assert everything() == before
    (waiting,) = undecided(gate_proposals(Gate.objects.get().pk))
    assert (waiting.token_name, waiting.token.responsible.username) == ("CI", "ali")


def test_sent_twice_it_is_one(text: str) -> None:
    first, again = propose(text), propose(text)
    other = propose(text, {"summary": "Another"}, Idempotency_Key="a")
    reused = propose(text, {"summary": "Yet another"}, Idempotency_Key="a")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert (other.status_code, reused.status_code) == (201, 422)
    assert Proposal.objects.count() == 2


def test_accepted_it_is_evidence_of_the_person(
    text: str, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    made, sami = proposal(text), factory.user("sami")

    with django_capture_on_commit_callbacks(execute=True):
        proof = made.accept(sami)

    assert proof is not None
    stored = Evidence.objects.get()
    assert (stored.summary, stored.url, stored.kind) == (*SEEN.values(), "statement")
    assert stored.recorded_by == sami
    row = stored.history.get()
    assert (row.history_user_name, row.history_change_reason) == (
        "sami",
        "Proposed through the token CI",
    )
    assert Gate.objects.get().progress == "open"
    assert not undecided(gate_proposals(stored.gate_id))
    assert events(caplog, "proposal_accepted")[0]["user"] == "sami"


def test_dropped_it_keeps_the_reason(text: str) -> None:
    made, sami = proposal(text), factory.user("sami")

    assert made.drop(sami, "The dashboard is of staging")

    decision = ProposalDecision.objects.get()
    assert (decision.accepted, decision.by, decision.why) == (
        False,
        sami,
        "The dashboard is of staging",
    )
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("why", ["", " ", "—"])
def test_dropping_needs_a_reason(text: str, why: str) -> None:
    made = proposal(text)

    with pytest.raises(ValidationError):
        made.drop(factory.user("sami"), why)

    assert not ProposalDecision.objects.exists()


def test_it_is_decided_once(text: str) -> None:
    made, sami = proposal(text), factory.user("sami")
    made.accept(sami)

    assert made.accept(sami) is None
    assert made.drop(sami, "Changed my mind") is False
    assert (Evidence.objects.count(), ProposalDecision.objects.count()) == (1, 1)


def test_what_the_gate_has_by_now_is_not_accepted_again(text: str) -> None:
    made, sami = proposal(text), factory.user("sami")
    factory.evidence(made.gate, SEEN["summary"])

    with pytest.raises(ValidationError):
        made.accept(sami)

    assert Evidence.objects.count() == 1
    assert not ProposalDecision.objects.exists()


BODIES: dict[str, tuple[Any, str]] = {
    "empty": (b"", "is empty"),
    "nothing": ({}, "summary: field required"),
    "no text": ({"summary": 7}, "summary:"),
    "placeholder": ({"summary": "done"}, "summary:"),
    "invisible": ({"summary": "\u3164"}, "summary:"),
    "the title": ({"summary": "Gate T1"}, "summary:"),
    "long": ({"summary": "x" * 501}, "summary:"),
    "script": ({**SEEN, "url": "javascript:alert(1)"}, "url:"),
    "own machine": ({**SEEN, "url": "http://localhost/x"}, "url:"),
    "link without": ({"summary": "Seen green", "kind": "link"}, "url:"),
    "output without": ({"summary": "Seen green", "kind": "output"}, "output:"),
    "a file": ({**SEEN, "kind": "file"}, "kind:"),
    "a check": ({**SEEN, "kind": "check"}, "kind:"),
    "closes": ({**SEEN, "close": True}, "close:"),
    "surrogate": (b'{"summary": "Seen \\ud800 green"}', "summary:"),
    "NUL": (b'{"summary": "Seen \\u0000 green"}', ""),
    "twice": (b'{"summary": "Seen", "summary": "Green"}', "twice"),
    "deep": (b'{"a":' * 10_000, "nested"),
}


@pytest.mark.parametrize(("body", "sentence"), BODIES.values(), ids=BODIES)
def test_what_nobody_could_accept_is_refused_at_once(text: str, body: Any, sentence: str) -> None:
    answer = propose(text, body)

    assert answer.status_code == 422, answer.content
    assert sentence in answer.json()["detail"]
    assert not Proposal.objects.exists()


def test_evidence_that_the_gate_has_is_not_proposed_again(text: str) -> None:
    factory.evidence(Gate.objects.get(), SEEN["summary"])

    assert propose(text).status_code == 422


def test_fifty_proposals_that_nobody_looked_at_are_enough(text: str) -> None:
    for number in range(50):
        propose(text, {"summary": f"Seen green, look number {number}"})

    answer = propose(text)
    Proposal.objects.first().drop(factory.user("sami"), "Too many")  # type: ignore[union-attr]
    afterwards = propose(text)

    assert (answer.status_code, afterwards.status_code) == (422, 201)
