"""Closing a gate: the only two supported ways."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from gates import rules
from gates.models import Gate, TransitionRefused
from tests.support import factory
from tests.support.rows import row

pytestmark = pytest.mark.django_db

NO_EVIDENCE = "A gate can only be closed once evidence is attached."
NO_REASON = "Say why: the reason is recorded with your name."
STILL_WAITING = "Still waiting on Sami: PostHog API key. Resolve the blocker first."

Close = Callable[[Gate, User, str], bool]


def close(gate: Gate, by: User, reason: str) -> bool:
    return gate.close(by, reason)


def close_from_import(gate: Gate, by: User, reason: str) -> bool:
    return gate.close_from_import(by, reason)


both_ways = pytest.mark.parametrize("close", [close, close_from_import])


def yesterday() -> Any:
    return timezone.localdate() - timedelta(days=1)


# --- refused -------------------------------------------------------------------------------


def without_evidence(gate: Gate) -> list[str]:
    return [NO_EVIDENCE]


def with_expired_evidence(gate: Gate) -> list[str]:
    factory.evidence(gate, valid_until=yesterday())
    return [
        f"All attached evidence has expired (last valid {yesterday():%Y-%m-%d}): "
        "attach current evidence."
    ]


def with_an_unresolved_blocker(gate: Gate) -> list[str]:
    factory.evidence(gate)
    factory.blocker(gate)
    return [STILL_WAITING]


def with_nothing_but_a_blocker(gate: Gate) -> list[str]:
    factory.blocker(gate)
    return [NO_EVIDENCE, STILL_WAITING]


@both_ways
@pytest.mark.parametrize(
    "arrange",
    [
        without_evidence,
        with_expired_evidence,
        with_an_unresolved_blocker,
        with_nothing_but_a_blocker,
    ],
)
def test_a_gate_that_is_not_proven_is_not_closed_and_nothing_is_written(
    arrange: Callable[[Gate], list[str]], close: Close
) -> None:
    gate = factory.gate(progress="partial")
    messages = arrange(gate)
    before = row(gate)

    with pytest.raises(TransitionRefused) as refusal:
        close(gate, factory.user(), "Seen green")

    assert refusal.value.messages == messages
    assert row(gate) == before
    assert gate.history.count() == 1
    assert gate.progress == "partial"


@both_ways
@pytest.mark.parametrize("reason", ["", "   ", "✅", "\u200b"], ids=ascii)
def test_a_gate_is_not_closed_without_a_written_reason(reason: str, close: Close) -> None:
    gate = factory.gate()
    factory.evidence(gate)
    before = row(gate)

    with pytest.raises(TransitionRefused) as refusal:
        close(gate, factory.user(), reason)

    assert refusal.value.messages == [NO_REASON]
    assert row(gate) == before
    assert gate.history.count() == 1


def test_a_refusal_says_everything_at_once_and_carries_the_reasons() -> None:
    gate = factory.gate()
    factory.blocker(gate)

    with pytest.raises(TransitionRefused) as refusal:
        gate.close(factory.user(), "")

    assert [reason.code for reason in refusal.value.reasons] == [
        "no_evidence",
        "unresolved_blocker",
        "no_reason",
    ]
    assert refusal.value.messages == [NO_EVIDENCE, STILL_WAITING, NO_REASON]


def test_a_refused_gate_can_be_closed_once_evidence_is_attached() -> None:
    gate = factory.gate()
    with pytest.raises(TransitionRefused):
        gate.close(factory.user(), "Seen green")
    factory.evidence(gate)

    closed = gate.close(factory.user(), "Seen green")

    assert closed
    assert row(gate)["progress"] == "closed"


# --- closed --------------------------------------------------------------------------------


def test_closing_records_who_when_and_why() -> None:
    gate = factory.gate()
    factory.evidence(gate)
    sami = factory.user("sami")
    before = timezone.now()

    closed = gate.close(sami, "Seen green after the deploy")

    assert closed is True
    kept = Gate.objects.get(pk=gate.pk)
    assert (kept.progress, kept.closed_by) == ("closed", sami)
    assert kept.closing_note == "Seen green after the deploy"
    assert kept.closed_at is not None
    assert before <= kept.closed_at <= timezone.now()


def test_closing_leaves_one_history_row_with_the_person_and_the_reason() -> None:
    gate = factory.gate()
    factory.evidence(gate)
    sami = factory.user("sami")

    gate.close(sami, "Seen green")

    assert gate.history.count() == 2
    newest = gate.history.first()
    assert (newest.history_type, newest.progress) == ("~", "closed")
    assert (newest.history_user_id, newest.history_user_name) == (sami.pk, "sami")
    assert newest.history_change_reason == "Seen green"


def test_a_later_change_of_the_same_object_does_not_repeat_the_reason() -> None:
    gate = factory.closed_gate()
    gate.notes = "Dashboard to follow"

    gate.save()

    newest = gate.history.first()
    assert newest.history_change_reason is None
    assert newest.history_user_id is None


def test_an_expired_proof_does_not_matter_beside_a_current_one() -> None:
    gate = factory.gate()
    factory.evidence(gate, "Load test of spring", valid_until=yesterday())
    factory.evidence(gate, "Load test of today", valid_until=timezone.localdate())

    closed = gate.close(factory.user(), "Measured again")

    assert closed


def test_evidence_attached_by_someone_else_meanwhile_counts() -> None:
    mine = factory.gate()
    factory.evidence(Gate.objects.get(pk=mine.pk))

    closed = mine.close(factory.user(), "Seen green")

    assert closed


def test_closing_does_not_write_back_what_someone_else_changed_meanwhile() -> None:
    stale = factory.gate(title="Old title")
    factory.evidence(stale)
    Gate.objects.filter(pk=stale.pk).update(title="New title")

    stale.close(factory.user(), "Seen green")

    assert row(stale)["title"] == "New title"


@both_ways
def test_closing_a_closed_gate_changes_nothing(close: Close) -> None:
    gate = factory.closed_gate(by=factory.user("sami"), reason="First decision")
    stale = Gate.objects.get(pk=gate.pk)
    stale.progress = "open"
    before = row(gate)

    closed = close(stale, factory.user("ali"), "Second decision")

    assert closed is False
    assert row(gate) == before
    assert (stale.closed_by, stale.closing_note) == (factory.user("sami"), "First decision")
    assert gate.history.count() == 2


def test_a_closed_gate_answers_that_it_is_closed_even_without_a_reason() -> None:
    gate = factory.closed_gate()

    closed = gate.close(factory.user(), "")

    assert closed is False


def test_a_document_may_not_say_when_or_by_whom_a_gate_was_closed() -> None:
    gate = factory.gate()
    factory.evidence(gate)
    ali = factory.user("ali")

    closed = gate.close_from_import(ali, "Imported from the document of 2026-04-23")

    assert closed is True
    kept = Gate.objects.get(pk=gate.pk)
    assert kept.progress == "closed"
    assert (kept.closed_at, kept.closed_by, kept.closing_note) == (None, None, "")
    newest = gate.history.first()
    assert (newest.history_user_id, newest.history_user_name) == (ali.pk, "ali")
    assert newest.history_change_reason == "Imported from the document of 2026-04-23"


def test_what_a_document_does_say_is_kept() -> None:
    gate = factory.gate()
    factory.evidence(gate)
    sami = factory.user("sami")
    then = datetime(2026, 4, 23, 9, tzinfo=UTC)

    gate.close_from_import(
        None, "Imported", closing_note="Green since PR #54", closed_at=then, closed_by=sami
    )

    kept = Gate.objects.get(pk=gate.pk)
    assert (kept.closed_at, kept.closed_by) == (then, sami)
    assert kept.closing_note == "Green since PR #54"
    assert gate.history.first().history_user_id is None


def test_a_gate_whose_evidence_expires_later_does_not_read_as_closed() -> None:
    gate = factory.closed_gate()
    gate.evidence.update(valid_until=yesterday())

    answer = rules.derive_status(gate.facts(), timezone.localdate())

    assert row(gate)["progress"] == "closed"
    assert answer.status == "partial"


def test_nobody_closes_no_gate() -> None:
    gate = factory.gate()
    factory.evidence(gate)

    with pytest.raises(ValueError, match="needs a person"):
        gate.close(None, "Seen green")  # type: ignore[arg-type]

    gate.refresh_from_db()
    assert (gate.progress, gate.history.count()) == ("open", 1)


def test_evidence_is_shared_with_no_gate_but_a_covered_one() -> None:
    gate = factory.closed_gate("T1")
    other = factory.gate("T2")

    with pytest.raises(ValueError, match="T2 is not covered by T1"):
        gate.share_evidence(other, factory.user())

    assert not other.evidence.exists()
