"""Two people edit the same row in the admin: nothing is overwritten, and no input is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from gates.admin.base import BoardAdmin
from gates.models import Blocker, Claim, Evidence, Gate, StaleObjectError
from gates.operations import integrity
from tests.support import factory
from tests.support.admin_forms import errors_of, gate_data, person, proof, rows
from tests.support.edit_conflicts import NOT_SAVED, as_shown, change, form_of, plain, url_of

pytestmark = pytest.mark.django_db


def test_the_second_is_told_who_changed_what_and_nothing_is_written(second: Client) -> None:
    gate = factory.gate("T6", notes="as it was")
    page = gate_data(gate)
    change(gate, notes="by Ali", priority="P0")

    response = second.post(url_of(gate), page | {"title": "By Sami"})

    first, *lines = map(plain, errors_of(response)["__all__"])
    assert response.status_code == 200
    assert first.startswith(NOT_SAVED)
    assert lines == ["ali: priority: – → P0", "ali: notes: as it was → by Ali"]
    stored = Gate.objects.get()
    assert (stored.title, stored.notes, stored.version) == ("Gate T6", "by Ali", 2)
    assert not LogEntry.objects.exists()


def test_the_page_comes_back_with_own_input_over_what_is_stored(second: Client) -> None:
    gate = factory.gate("T6", notes="as it was")
    page = gate_data(gate)
    change(gate, notes="by Ali", priority="P0")

    response = second.post(url_of(gate), page | {"title": "By Sami", "reason": "My reason"})

    form = form_of(response)
    shown = {name: form[name].value() for name in ("title", "notes", "priority", "reason")}
    assert shown == {
        "title": "By Sami",
        "notes": "by Ali",
        "priority": "P0",
        "reason": "My reason",
    }
    assert 'value="By Sami"' in response.content.decode()
    assert re.search(r'type="hidden" name="read_version" value="2"', response.content.decode())


def test_one_more_click_applies_own_input_on_top(second: Client) -> None:
    gate = factory.gate("T6", notes="as it was")
    page = gate_data(gate)
    change(gate, notes="by Ali", priority="P0", counted=False, not_counted_reason="Later")
    refused = second.post(url_of(gate), page | {"title": "By Sami"})

    response = second.post(url_of(gate), as_shown(refused))

    assert response.status_code == 302
    stored = Gate.objects.get()
    assert (stored.title, stored.notes, stored.priority) == ("By Sami", "by Ali", "P0")
    assert not stored.counted
    assert [row.history_user_name for row in gate.history.all()] == ["sami", "ali", ""]
    assert integrity.integrity_errors() == []


def test_where_both_changed_the_same_field_the_page_shows_both(second: Client) -> None:
    gate = factory.gate("T6", notes="as it was")
    page = gate_data(gate)
    change(gate, notes="by Ali")

    refused = second.post(url_of(gate), page | {"notes": "by Sami"})
    second.post(url_of(gate), as_shown(refused))

    assert "ali: notes: as it was → by Ali" in map(plain, errors_of(refused)["__all__"])
    assert Gate.objects.get().notes == "by Sami"


def test_a_third_change_in_between_is_a_new_conflict(second: Client) -> None:
    gate = factory.gate("T6")
    page = gate_data(gate)
    change(gate, notes="by Ali")
    refused = second.post(url_of(gate), page | {"title": "By Sami"})
    change(gate, notes="by Ali again")

    again = second.post(url_of(gate), as_shown(refused))

    assert list(map(plain, errors_of(again)["__all__"]))[1:] == [
        "ali: notes: by Ali → by Ali again"
    ]
    assert Gate.objects.get().title == "Gate T6"


def test_a_gate_closed_meanwhile_is_not_reopened_by_an_older_page(second: Client) -> None:
    gate = factory.gate("T6")
    factory.evidence(gate)
    page = gate_data(gate)
    gate.close(factory.user("ali"), "Seen green")

    response = second.post(url_of(gate), page | {"notes": "by Sami"})

    assert "ali: progress: Open → Closed" in map(plain, errors_of(response)["__all__"])
    assert list(errors_of(response)) == ["__all__"]
    assert form_of(response)["progress"].value() == "closed"
    assert Gate.objects.get().progress == "closed"


def test_a_gate_reopened_meanwhile_is_not_closed_again_by_an_older_page(second: Client) -> None:
    gate = factory.closed_gate("T6")
    page = gate_data(gate)
    gate.reopen(factory.user("ali"), "Not done")

    response = second.post(url_of(gate), page | {"notes": "by Sami", "reason": "Mine"})

    assert errors_of(response)["__all__"][0].startswith(NOT_SAVED)
    assert Gate.objects.get().progress == "open"


def test_a_page_that_does_not_say_its_version_is_refused(second: Client) -> None:
    gate = factory.gate("T6")

    for version in ("", "x", "-1", "99999999999999999999"):
        response = second.post(url_of(gate), gate_data(gate) | {"read_version": version})

        assert errors_of(response)["__all__"][0].startswith(NOT_SAVED)
    assert gate.history.count() == 1


# --- evidence, blockers, claims ------------------------------------------------------------


def evidence_page(row: Evidence) -> dict[str, Any]:
    return proof(row.summary, gate=row.gate.code)


def blocker_page(row: Blocker) -> dict[str, Any]:
    return {"gate": row.gate.code, "needs": row.needs, "waiting_on": row.waiting_on_id}


def claim_page(row: Claim) -> dict[str, Any]:
    fields = {"launch": row.launch_id, "name": row.name, "slug": row.slug, "position": 0}
    return {**fields, "min_closed": 24, "requires_p0": "on", **rows("requirements", [])}


@pytest.mark.parametrize(
    ("make", "page", "theirs", "mine"),
    [
        (
            lambda: factory.evidence(factory.gate()),
            evidence_page,
            {"output": "by Ali"},
            {"commit": "abc123"},
        ),
        (
            lambda: factory.blocker(factory.gate()),
            blocker_page,
            {"why": "by Ali"},
            {"needs": "Another key"},
        ),
        (
            lambda: factory.claim(factory.launch()),
            claim_page,
            {"min_closed": 30},
            {"name": "Launched!", "reason": ""},
        ),
    ],
    ids=["evidence", "blocker", "claim"],
)
def test_each_has_its_own_conflict_and_merge(
    second: Client,
    make: Callable[[], Any],
    page: Callable[[Any], dict[str, Any]],
    theirs: dict[str, Any],
    mine: dict[str, str],
) -> None:
    row = make()
    sent = page(row) | mine | {"read_version": row.version}
    change(row, **theirs)

    refused = second.post(url_of(row), sent)

    assert errors_of(refused)["__all__"][0].startswith(NOT_SAVED)
    assert list(errors_of(refused)) == ["__all__"]
    assert type(row).objects.get().version == 2
    again = second.post(url_of(row), as_shown(refused))
    assert again.status_code == 302, errors_of(again)
    stored = vars(type(row).objects.get())
    expected = theirs | {name: value for name, value in mine.items() if name != "reason"}
    assert {name: stored[name] for name in expected} == expected
    assert integrity.integrity_errors() == []


# --- at the same moment --------------------------------------------------------------------


def test_a_change_after_the_form_was_checked_is_a_message_too(
    second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = factory.evidence(factory.gate())
    original = BoardAdmin.save_model

    def too_late(self: BoardAdmin, request: Any, obj: Any, form: Any, change: bool) -> None:
        raise StaleObjectError(obj)

    monkeypatch.setattr(BoardAdmin, "save_model", too_late)

    response = second.post(
        url_of(evidence), evidence_page(evidence) | {"read_version": 1, "commit": "abc"}
    )

    monkeypatch.setattr(BoardAdmin, "save_model", original)
    assert errors_of(response)["__all__"] == ["Somebody else changed this at the same moment."]
    assert Evidence.objects.get().commit == ""


def test_who_may_only_look_is_shown_no_version(client: Client) -> None:
    client.force_login(person("viewer", "Viewer"))
    gate = factory.gate()
    factory.evidence(gate)

    page = client.get(url_of(gate)).content.decode()

    assert "read_version" not in page
    assert "Read version" not in page
