"""A page is read as one moment left it, whoever commits while it is read."""

from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from gates import board as board_module
from gates.instant import one_instant
from gates.models import Gate
from tests import factory

pytestmark = pytest.mark.usefixtures("committed")


def elsewhere(act: Any) -> None:
    """Do something on a connection of its own, and wait for it."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()


def test_a_page_does_not_straddle_two_commits(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another person closes a gate between the query of gates and the query of evidence."""
    gate, by = factory.gate("T1"), factory.user()
    client.force_login(by)
    read_evidence = board_module._evidence

    def close() -> None:
        factory.evidence(gate, "Came meanwhile")
        Gate.objects.get(pk=gate.pk).close(by, "Seen")

    def read_after_somebody_closed(*scope: Any) -> Any:
        if Gate.objects.get(pk=gate.pk).progress == "open":
            elsewhere(close)
        return read_evidence(*scope)

    monkeypatch.setattr(board_module, "_evidence", read_after_somebody_closed)

    during = client.get("/").context["board"].gates[0]
    monkeypatch.undo()
    afterwards = client.get("/").context["board"].gates[0]

    assert (during.progress, during.evidence) == ("open", [])
    assert (afterwards.progress, len(afterwards.evidence)) == ("closed", 1)


def test_nothing_can_be_written_inside() -> None:
    factory.gate("T1")

    with pytest.raises(DatabaseError), one_instant():
        Gate.objects.update(notes="Lost")

    assert Gate.objects.get().notes == ""


def test_nothing_is_left_open_afterwards() -> None:
    factory.gate("T1")

    def fail() -> None:
        Gate.objects.count()
        raise RuntimeError

    with pytest.raises(RuntimeError), one_instant():
        fail()

    Gate.objects.update(notes="Written")
    assert Gate.objects.get().notes == "Written"
