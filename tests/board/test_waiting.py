"""Who is waited for: own list first, overdue first, and how far the count would go."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.waiting import Waiting, waiting_on
from gates.models import Owner
from tests.support import factory
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


def found(own: str = "", today: date | None = None) -> Waiting:
    launch = get_launch()
    assert launch is not None
    return waiting_on(read_board(launch, timezone.now()), today or timezone.localdate(), own)


def test_the_snapshot_waits_for_sami_alone() -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    waiting = found()

    (sami,) = waiting.people
    assert [debt.gate.code for debt in sami.items] == ["O3", "G2", "G3", "I3"]
    assert sami.unblocks == ["O3", "G2", "G3", "I3"]
    assert [action.gate_code for action in sami.actions] == ["G2", "G3", "O3", "I3"]
    assert (waiting.closed, waiting.reachable) == (18, 22)
    assert {debt.days for debt in sami.items} == {None}


def test_overdue_comes_first_and_ones_own_list_before_all() -> None:
    today = date(2026, 5, 1)
    sami, lina = factory.owner("Sami"), factory.owner("Lina")
    factory.blocker(factory.gate("T1"), "Later", waiting_on=sami, due_on=date(2026, 6, 1))
    factory.blocker(factory.gate("T2"), "Late", waiting_on=sami, due_on=date(2026, 4, 30))
    factory.blocker(factory.gate("T3"), "Whenever", waiting_on=sami)
    factory.blocker(factory.gate("T4"), "Access", waiting_on=lina)

    by_urgency, lina_first = found(today=today), found("Lina", today)

    assert [person.name for person in by_urgency.people] == ["Sami", "Lina"]
    assert [debt.blocker.needs for debt in by_urgency.people[0].items] == [
        "Late",
        "Later",
        "Whenever",
    ]
    assert by_urgency.people[0].overdue == 1
    assert [person.name for person in lina_first.people] == ["Lina", "Sami"]


def test_a_gate_that_waits_for_two_people_is_freed_by_neither_alone() -> None:
    gate = factory.gate("T1")
    factory.blocker(gate, "Key", waiting_on=factory.owner("Sami"))
    factory.blocker(gate, "Access", waiting_on=factory.owner("Lina"))

    waiting = found()

    assert [person.unblocks for person in waiting.people] == [[], []]
    assert (waiting.closed, waiting.reachable) == (0, 1)


def test_what_names_nobody_is_a_group_of_its_own_and_comes_last(client: Client) -> None:
    factory.blocker(factory.gate("T1"), "Domain", waiting_on=None, due_on=date(2026, 4, 1))
    two = factory.gate("T2")
    factory.blocker(two, "Contract", waiting_on=None)
    factory.blocker(two, "Key", waiting_on=factory.owner("Sami"))

    sami, nobody = found(today=date(2026, 5, 1)).people

    assert (sami.name, sami.unblocks, nobody.name, nobody.unblocks) == ("Sami", [], "", ["T1"])
    assert [debt.blocker.needs for debt in nobody.items] == ["Domain", "Contract"]
    client.force_login(factory.user("reader"))  # who is no owner: nobody's list is not their own
    text = text_of(client, "/waiting/")
    assert "Nobody named yet Waiting for 2 things · unblocks: T1" in text
    assert "only you" not in text
    assert "What can be done without Sami" in text


def test_nobody_delivers_for_nobody() -> None:
    gate = factory.gate("T1")
    factory.blocker(gate, waiting_on=None).resolve(factory.user(), "Came")
    factory.action(gate.launch, "Send the key", needs=factory.owner(), gate=gate)

    assert [person.name for person in found().people] == ["Sami"]


def test_how_long_something_has_been_waited_for() -> None:
    blocker = factory.blocker(factory.gate("T1"))
    blocker.raised_at = timezone.now() - timedelta(days=9)
    blocker.save()

    assert found().people[0].items[0].days == 9


def test_what_is_resolved_or_done_is_waited_for_no_longer() -> None:
    gate = factory.gate("T1")
    factory.blocker(gate).resolve(factory.user(), "Came")
    factory.action(gate.launch, "Send the key", needs=factory.owner(), state="done")

    assert found().people == []


def test_the_page_puts_the_readers_own_list_on_top(client: Client) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)
    sami = Owner.objects.get(name="Sami")
    sami.user = factory.user("sami")
    sami.save()
    client.force_login(sami.user)

    text = text_of(client, "/waiting/")

    assert "4 things only you can unblock" in text
    assert "the count could go from 18 to 22 of 24" in text
    assert "What can be done without Sami" in text


def test_what_is_overdue_says_so_wherever_it_is_shown(client: Client) -> None:
    client.force_login(factory.user())
    today = timezone.localdate()
    factory.blocker(factory.gate("T1"), "A key", due_on=today - timedelta(days=1))
    factory.blocker(factory.gate("T2"), "A word", due_on=today)

    said = {path: text_of(client, path) for path in ("/", "/waiting/", "/gates/T1/", "/gates/T2/")}

    assert "A key overdue since" in said["/"]
    assert "A word due" in said["/"]
    assert "A key overdue since" in said["/waiting/"]
    assert "A word due" in said["/waiting/"]
    assert "A key overdue since" in said["/gates/T1/"]
    assert "A word due" in said["/gates/T2/"]
