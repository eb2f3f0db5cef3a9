"""Closing and reopening a gate, and resolving a blocker: the only supported ways."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import ProtectedError
from django.utils import timezone

from gates import rules
from gates.models import Blocker, Gate, TransitionRefused
from tests.support import factory

pytestmark = pytest.mark.django_db

NO_EVIDENCE = "A gate can only be closed once evidence is attached."
NO_REASON = "Say why: the reason goes on record with your name."
STILL_WAITING = "Still waiting on Sami: PostHog API key. Resolve the blocker first."

Close = Callable[[Gate, User, str], bool]


def close(gate: Gate, by: User, reason: str) -> bool:
    return gate.close(by, reason)


def close_from_import(gate: Gate, by: User, reason: str) -> bool:
    return gate.close_from_import(by, reason)


both_ways = pytest.mark.parametrize("close", [close, close_from_import])


def row(kept: Gate | Blocker) -> Any:
    return type(kept).objects.filter(pk=kept.pk).values().get()


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


# --- reopened ------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["open", "partial"])
def test_reopening_takes_the_closing_back_and_keeps_it_in_the_history(to: str) -> None:
    gate = factory.closed_gate(by=factory.user("sami"), reason="Seen green")
    ali = factory.user("ali")

    reopened = gate.reopen(ali, "Red again since the deploy", to=to)

    assert reopened is True
    kept = Gate.objects.get(pk=gate.pk)
    assert kept.progress == to
    assert (kept.closed_at, kept.closed_by, kept.closing_note) == (None, None, "")
    assert gate.history.count() == 3
    newest, closing, _creation = gate.history.all()
    assert (newest.history_user_id, newest.history_user_name) == (ali.pk, "ali")
    assert newest.history_change_reason == "Red again since the deploy"
    assert (closing.progress, closing.history_user_name) == ("closed", "sami")
    assert closing.closing_note == closing.history_change_reason == "Seen green"
    assert closing.closed_by_id == factory.user("sami").pk


def test_a_gate_is_not_reopened_without_a_written_reason() -> None:
    gate = factory.closed_gate()
    before = row(gate)

    with pytest.raises(TransitionRefused) as refusal:
        gate.reopen(factory.user("ali"), " ")

    assert refusal.value.messages == [NO_REASON]
    assert row(gate) == before
    assert gate.history.count() == 2


@pytest.mark.parametrize("progress", ["open", "partial"])
def test_reopening_a_gate_that_is_not_closed_changes_nothing(progress: str) -> None:
    gate = factory.gate(progress=progress)
    before = row(gate)

    reopened = gate.reopen(factory.user(), "Not needed")

    assert reopened is False
    assert row(gate) == before
    assert gate.history.count() == 1


def test_reopening_to_closed_would_erase_the_decision_and_is_refused() -> None:
    gate = factory.closed_gate()
    before = row(gate)

    with pytest.raises((TransitionRefused, ValueError)):
        gate.reopen(factory.user("ali"), "A mistake", to="closed")

    assert row(gate) == before
    assert gate.history.count() == 2


def test_a_reopened_gate_can_be_closed_again_by_someone_else() -> None:
    gate = factory.closed_gate(by=factory.user("sami"))
    gate.reopen(factory.user("sami"), "Red again")

    gate.close(factory.user("ali"), "Green again")

    assert row(gate)["closed_by_id"] == factory.user("ali").pk
    assert gate.history.count() == 4


# --- who did it stays ----------------------------------------------------------------------


def test_deleting_an_account_does_not_erase_who_reopened_a_gate() -> None:
    gate = factory.closed_gate(by=factory.user("sami"))
    ali = factory.user("ali")
    gate.reopen(ali, "Red again")
    was = ali.pk

    ali.delete()

    newest = gate.history.first()
    assert (newest.history_user_id, newest.history_user_name) == (was, "ali")
    assert newest.history_user is None


def test_an_account_that_closed_a_gate_cannot_be_deleted() -> None:
    sami = factory.user("sami")
    gate = factory.closed_gate(by=sami)

    with pytest.raises(ProtectedError):
        sami.delete()

    assert User.objects.filter(username="sami").exists()
    assert row(gate)["closed_by_id"] == sami.pk


# --- resolving a blocker -------------------------------------------------------------------


def test_resolving_a_blocker_records_who_when_and_how() -> None:
    blocker = factory.blocker(factory.gate())
    sami = factory.user("sami")
    before = timezone.now()

    resolved = blocker.resolve(sami, "Key put into the vault")

    assert resolved is True
    kept = Blocker.objects.get(pk=blocker.pk)
    assert (kept.resolved_by, kept.resolution) == (sami, "Key put into the vault")
    assert kept.resolved_at is not None
    assert before <= kept.resolved_at <= timezone.now()


def test_resolving_a_blocker_leaves_one_history_row_with_the_person() -> None:
    blocker = factory.blocker(factory.gate())
    sami = factory.user("sami")

    blocker.resolve(sami, "Key put into the vault")

    assert blocker.history.count() == 2
    newest = blocker.history.first()
    assert (newest.history_user_id, newest.history_user_name) == (sami.pk, "sami")


def test_resolving_a_resolved_blocker_changes_nothing() -> None:
    blocker = factory.blocker(factory.gate())
    blocker.resolve(factory.user("sami"), "Key put into the vault")
    before = row(blocker)

    resolved = blocker.resolve(factory.user("ali"), "Something else")

    assert resolved is False
    assert row(blocker) == before
    assert blocker.history.count() == 2


def test_resolving_the_last_blocker_lets_the_gate_close() -> None:
    gate = factory.gate()
    factory.evidence(gate)
    factory.blocker(gate).resolve(factory.user(), "Key put into the vault")

    closed = gate.close(factory.user(), "Events arrive")

    assert closed


def test_a_blocker_raised_later_shows_a_closed_gate_as_blocked() -> None:
    gate = factory.closed_gate()
    factory.blocker(gate, "A new signing key")

    answer = rules.derive_status(gate.facts(), timezone.localdate())

    assert answer.status == "blocked"
