"""Two owners that are one person become one: everything moves, with history, or nothing does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.models import Action, Blocker, Gate, LaunchArchived, Owner, StaleObjectError
from gates.models.owner_merge import merge_owners, references, was_merged
from tests.support import factory
from tests.support.clock import START

pytestmark = pytest.mark.django_db

REASON = "Noura signs as N. Ali in the documents"


@pytest.fixture
def two() -> tuple[Owner, Owner]:
    """Noura A. with a closed gate, a resolved and an open blocker and a step; and Noura."""
    gone = factory.owner("Noura A.", email="n@dealix.example")
    gate = factory.closed_gate("T1", by=factory.user("sami"), owner=gone)
    factory.blocker(factory.gate("T2"), waiting_on=gone)
    factory.blocker(
        factory.gate("T3"), waiting_on=gone, resolved_at=START, resolution="In the vault"
    )
    factory.action(gate.launch, needs=gone)
    return gone, factory.owner("Noura")


def merge(gone: Owner, into: Owner, **changed: Any) -> int:
    values = {
        "versions": (gone.version, into.version),
        "by": factory.user("sami"),
        "reason": REASON,
        **changed,
    }
    return merge_owners(gone, into, **values)


def written() -> dict[str, Any]:
    models = (Owner, Gate, Blocker, Action)
    rows: dict[str, Any] = {model.__name__: list(model.objects.values()) for model in models}
    return {**rows, **{f"{model.__name__} history": model.history.count() for model in models}}


def test_everything_moves_with_a_history_row_and_the_reason(two: tuple[Owner, Owner]) -> None:
    gone, into = two
    pk = gone.pk

    assert merge(gone, into) == 4

    assert not Owner.objects.filter(pk=pk).exists()
    assert Gate.objects.get(code="T1").owner == into
    assert Gate.objects.get(code="T1").progress == "closed"
    assert {blocker.waiting_on for blocker in Blocker.objects.all()} == {into}
    assert Action.objects.get().needs == into
    assert Owner.objects.get().email == "n@dealix.example"
    for model in (Gate, Blocker, Action):
        newest = model.history.order_by("-history_id").first()
        assert (newest.history_user_name, newest.history_change_reason) == ("sami", REASON)
    last = Owner.history.get(id=pk, history_type="-")
    assert (last.name, last.history_user_name) == ("Noura A.", "sami")
    assert last.history_change_reason == f"Noura A. → Noura: {REASON}"
    assert was_merged(pk)
    assert not was_merged(into.pk)


def test_every_table_that_refers_to_owners_is_moved(two: tuple[Owner, Owner]) -> None:
    fields = {(model, field) for model, field, _rows in references(two[0])}

    assert {(Gate, "owner"), (Blocker, "waiting_on"), (Action, "needs")} <= fields


def test_a_past_board_shows_the_old_name(on_day: Callable[[int], None]) -> None:
    on_day(-1)
    gone, into = factory.owner("Noura A."), factory.owner("Noura")
    factory.gate("T1", owner=gone)
    on_day(2)

    merge(gone, into)

    launch, past_launch = get_launch(), get_launch(as_of=START)
    assert launch
    assert past_launch
    now = read_board(launch, timezone.now())
    past = read_board(past_launch, timezone.now(), START)
    assert [row.owner for row in now.gates] == ["Noura"]
    assert [row.owner for row in past.gates] == ["Noura A."]


def test_the_account_moves_too(two: tuple[Owner, Owner]) -> None:
    gone, into = two
    gone.user = factory.user("noura")
    gone.save()

    merge(gone, into)

    assert Owner.objects.get().user == factory.user("noura")


def test_of_two_accounts_the_one_that_is_on_stays(two: tuple[Owner, Owner]) -> None:
    gone, into = two
    gone.user, into.user = factory.user("noura"), factory.user("old", is_active=False)
    gone.save()
    into.save()

    merge(gone, into)

    assert Owner.objects.get().user == factory.user("noura")


def test_two_accounts_that_are_on_are_refused(two: tuple[Owner, Owner]) -> None:
    gone, into = two
    gone.user, into.user = factory.user("noura"), factory.user("other")
    gone.save()
    into.save()
    before = written()

    with pytest.raises(ValidationError, match="Both have an account"):
        merge(gone, into)

    assert written() == before


@pytest.mark.parametrize("reason", ["", " ", "\u3164"])
def test_without_a_reason_nothing_moves(two: tuple[Owner, Owner], reason: str) -> None:
    before = written()

    with pytest.raises(ValidationError, match="Say why"):
        merge(*two, reason=reason)

    assert written() == before


def test_an_owner_does_not_merge_into_itself(two: tuple[Owner, Owner]) -> None:
    before = written()

    with pytest.raises(ValidationError, match="two different"):
        merge(two[0], two[0])

    assert written() == before


@pytest.mark.parametrize("changed", [0, 1])
def test_a_stale_page_moves_nothing(two: tuple[Owner, Owner], changed: int) -> None:
    seen = (two[0].version, two[1].version)
    two[changed].email = "new@dealix.example"
    two[changed].save()
    before = written()

    with pytest.raises(StaleObjectError):
        merge(*two, versions=seen)

    assert written() == before


def test_a_row_that_changes_meanwhile_takes_everything_back(
    two: tuple[Owner, Owner], monkeypatch: pytest.MonkeyPatch
) -> None:
    save, before = Action.save, written()

    def changed_by_another(self: Action, **kwargs: Any) -> None:
        Action.objects.filter(pk=self.pk).update(version=9)
        save(self, **kwargs)

    monkeypatch.setattr(Action, "save", changed_by_another)

    with pytest.raises(StaleObjectError):
        merge(*two)

    assert written() == before


def test_what_an_archived_launch_names_keeps_both_apart(two: tuple[Owner, Owner]) -> None:
    launch = Gate.objects.get(code="T1").launch
    factory.launch("next").make_current()
    launch.refresh_from_db()
    launch.archive(factory.user())
    before = written()

    with pytest.raises(LaunchArchived, match=f"{launch} is archived"):
        merge(*two)

    assert written() == before
