"""Resolving a blocker."""

import pytest
from django.utils import timezone

from gates import rules
from gates.models import Blocker
from tests.support import factory
from tests.support.rows import row

pytestmark = pytest.mark.django_db
NO_REASON = "Say why: the reason is recorded with your name."


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
