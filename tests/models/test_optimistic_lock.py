"""Nobody writes over what somebody else has written meanwhile, on any path that saves."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gates.models import TRACKED, Blocker, Condition, Evidence, Gate, Launch, StaleObjectError
from gates.operations import integrity
from tests.support import checks, factory

pytestmark = pytest.mark.django_db

# Of each table one field that a person may change.
FIELD = {
    "launch": "notes",
    "section": "name",
    "owner": "email",
    "gate": "notes",
    "check": "ref",
    "condition": "unit",
    "evidence": "commit",
    "blocker": "why",
    "action": "estimate",
    "claim": "name",
    "requirement": "gate",
}


def one_of(model: Any) -> Any:
    """A row of the model, with all it needs."""
    gate = factory.closed_gate()
    makers: dict[str, Callable[[], Any]] = {
        "blocker": partial(factory.blocker, gate),
        "owner": factory.owner,
        "check": partial(checks.check, gate),
        "condition": lambda: Condition.objects.get(gate_check=checks.check(gate)),
        "action": partial(factory.action, gate.launch),
        "claim": partial(factory.claim, gate.launch),
        "requirement": lambda: factory.requirement(factory.claim(gate.launch), gate),
    }
    return makers.get(model._meta.model_name, model.objects.get)()


def change(row: Any, value: str) -> None:
    """Give the row's one field a new value, not yet saved."""
    name = FIELD[row._meta.model_name]
    setattr(row, name, factory.gate(f"X{len(value)}") if name == "gate" else value)


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_of_two_who_read_the_same_row_the_second_is_refused(model: Any) -> None:
    first = one_of(model)
    second = model.objects.get(pk=first.pk)
    change(first, "first@x.y")
    first.save()
    written = model.objects.filter(pk=first.pk).values().get()
    records = model.history.count()
    change(second, "second@x.yz")

    with pytest.raises(StaleObjectError), transaction.atomic():
        second.save()

    assert model.objects.filter(pk=first.pk).values().get() == written
    assert model.history.count() == records


def test_each_save_is_the_next_version_and_is_on_record() -> None:
    gate = factory.gate()
    for note in ("one", "two"):
        gate.notes = note
        gate.save()

    assert gate.version == Gate.objects.get().version == 3
    assert list(gate.history.values_list("version", "notes")) == [(3, "two"), (2, "one"), (1, "")]


def test_saving_some_fields_is_refused_alike() -> None:
    gate = factory.gate()
    stale = Gate.objects.get()
    gate.notes = "first"
    gate.save(update_fields=["notes"])
    stale.notes = "second"

    with pytest.raises(StaleObjectError), transaction.atomic():
        stale.save(update_fields=["notes"])

    assert Gate.objects.get().notes == "first"
    assert Gate.objects.get().version == 2


def test_a_refused_save_can_be_tried_again_after_reading_again() -> None:
    gate = factory.gate()
    stale = Gate.objects.get()
    gate.save()
    with pytest.raises(StaleObjectError), transaction.atomic():
        stale.save()
    stale.refresh_from_db()
    stale.notes = "second"

    stale.save()

    assert Gate.objects.get().notes == "second"


def test_closing_in_between_is_not_written_back_open() -> None:
    gate = factory.gate()
    factory.evidence(gate)
    stale = Gate.objects.get()
    gate.close(factory.user(), "Seen green")
    stale.notes = "second"

    with pytest.raises(StaleObjectError), transaction.atomic():
        stale.save()

    assert Gate.objects.get().progress == "closed"


def test_closing_and_reopening_act_on_the_row_as_it_is_now() -> None:
    gate = factory.gate()
    factory.evidence(gate)
    stale = Gate.objects.get()
    gate.notes = "first"
    gate.save()

    stale.close(factory.user(), "Seen green")

    assert (stale.notes, stale.version) == ("first", 3)
    assert gate.reopen(factory.user(), "Not yet")
    assert integrity.integrity_errors() == []


def test_a_launch_read_earlier_can_be_made_the_current_one() -> None:
    factory.launch("first")
    stale = factory.launch("second")
    changed = Launch.objects.get(slug="second")
    changed.notes = "first"
    changed.save()

    stale.make_current()

    assert (stale.is_current, stale.notes) == (True, "first")
    assert Launch.objects.filter(is_current=True).count() == 1


def test_a_row_deleted_in_between_does_not_come_back() -> None:
    evidence = factory.evidence(factory.gate())
    stale = Evidence.objects.get()
    evidence.delete()
    stale.commit = "abc"

    with pytest.raises(StaleObjectError), transaction.atomic():
        stale.save()

    assert not Evidence.objects.exists()


def test_a_new_row_is_not_written_over_one_with_its_number() -> None:
    blocker = factory.blocker(factory.gate())
    new = Blocker(pk=blocker.pk, gate=blocker.gate, needs="Other", waiting_on=blocker.waiting_on)

    with pytest.raises(IntegrityError), transaction.atomic():
        new.save()

    assert Blocker.objects.get().needs == "PostHog API key"


def test_a_row_written_without_the_column_starts_at_the_first_version() -> None:
    """As a release that does not know versions would write it during an upgrade."""
    gate = factory.gate()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gates_blocker (gate_id, needs, why, waiting_on_id, raised_at, resolution)"
            " VALUES (%s, 'A key', '', %s, %s, '')",
            [gate.pk, factory.owner().pk, timezone.now()],
        )

    assert Blocker.objects.get().version == 1


# --- many at once --------------------------------------------------------------------------

THREADS = 50


def at_once(attempts: list[Callable[[], Any]]) -> list[Any]:
    """Each attempt in a thread and on a connection of its own, all let go together."""
    start = threading.Barrier(len(attempts))

    def begin(do: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=60)
            return do()
        except StaleObjectError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(begin, attempts))


def save_note(pk: int, read: threading.Barrier, note: str) -> str:
    gate = Gate.objects.get(pk=pk)
    read.wait(timeout=60)
    gate.notes = note
    gate.save()
    return note


@pytest.mark.usefixtures("committed")
def test_of_many_who_read_the_same_version_one_writes() -> None:
    gate = factory.gate()
    for turn in range(5):
        read = threading.Barrier(10)

        answers = at_once([partial(save_note, gate.pk, read, f"{turn}-{n}") for n in range(10)])

        written = [answer for answer in answers if isinstance(answer, str)]
        assert len(written) == 1
        assert Gate.objects.get().notes == written[0]
        assert gate.history.count() == turn + 2
    assert integrity.integrity_errors() == []


@pytest.mark.usefixtures("committed")
def test_many_who_close_the_same_gate_leave_one_close_one_author_one_history_row() -> None:
    people = [factory.user(f"person{number}") for number in range(THREADS)]
    gate = factory.gate()
    factory.evidence(gate)

    answers = at_once(
        [partial(Gate.objects.get(pk=gate.pk).close, who, f"By {who.username}") for who in people]
    )

    assert Counter(answers) == {True: 1, False: THREADS - 1}
    first = people[answers.index(True)]
    kept = Gate.objects.get()
    assert (kept.closed_by, kept.closing_note) == (first, f"By {first.username}")
    (closing, _made) = gate.history.all()
    assert (closing.history_user_name, closing.progress) == (first.username, "closed")
    assert integrity.integrity_errors() == []
