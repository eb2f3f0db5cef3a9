"""Reopening a gate, and the record of who closed or reopened it."""

import pytest
from django.contrib.auth.models import User
from django.db.models import ProtectedError

from gates.models import Gate, TransitionRefused
from tests.support import factory
from tests.support.rows import row

pytestmark = pytest.mark.django_db
NO_REASON = "Say why: the reason is recorded with your name."


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
