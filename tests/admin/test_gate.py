"""Editing a gate in the admin: the rule as messages on fields, everything in one submit."""

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gates import rules
from gates.admin.gate import GateAdmin
from gates.models import Action, Blocker, Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import errors_of, person, proof, save_gate

pytestmark = pytest.mark.django_db

NEEDS_EVIDENCE = str(rules.NEEDS_EVIDENCE)
KEEPS_EVIDENCE = str(rules.KEEPS_EVIDENCE)


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


def written(gate: Gate) -> tuple[int, int, int]:
    """How much was ever written: the gate's history, all evidence, the admin's log."""
    return gate.history.count(), Evidence.history.count(), LogEntry.objects.count()


def test_closing_without_evidence_is_refused_on_the_field(engineer: Client) -> None:
    gate = factory.gate("T6")
    before = written(gate)

    response = save_gate(engineer, gate, progress="closed", reason="Ran it", title="New title")

    assert response.status_code == 200
    assert errors_of(response) == {"progress": [NEEDS_EVIDENCE]}
    assert b"New title" in response.content  # the input is kept
    assert b"Ran it" in response.content
    gate.refresh_from_db()
    assert (gate.progress, gate.title) == ("open", "Gate T6")
    assert written(gate) == before


def test_attaching_and_closing_in_one_submit(engineer: Client) -> None:
    gate = factory.gate("T6")

    response = save_gate(
        engineer, gate, progress="closed", reason="100 rps held", evidence=[proof("k6: p95 410 ms")]
    )

    assert response.status_code == 302
    gate.refresh_from_db()
    assert (gate.progress, gate.closing_note) == ("closed", "100 rps held")
    assert gate.closed_by is not None
    assert gate.closed_by.username == "engineer"
    evidence = gate.evidence.get()
    assert evidence.recorded_by == gate.closed_by
    newest = gate.history.first()
    assert (newest.history_user_name, newest.history_change_reason) == ("engineer", "100 rps held")
    assert gate.history.count() == 2  # made, closed
    assert evidence.history.get().history_user_name == "engineer"


def test_adding_a_gate_with_evidence_closed_at_once(engineer: Client) -> None:
    section = factory.section("T")

    response = save_gate(
        engineer,
        section=section.pk,
        code="T9",
        title="New gate",
        progress="closed",
        reason="Proven",
        evidence=[proof()],
    )

    assert response.status_code == 302
    gate = Gate.objects.get(code="T9")
    assert gate.progress == "closed"
    assert gate.history.first().history_change_reason == "Proven"


def test_adding_a_closed_gate_without_evidence_adds_nothing(engineer: Client) -> None:
    section = factory.section("T")

    response = save_gate(
        engineer,
        section=section.pk,
        code="T9",
        title="New gate",
        progress="closed",
        reason="Trust me",
    )

    assert response.status_code == 200
    assert errors_of(response) == {"progress": [NEEDS_EVIDENCE]}
    assert not Gate.objects.exists()
    assert not Gate.history.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("text", ["", "TBD", "todo", "n/a", "-", "…"])
def test_evidence_that_says_nothing_does_not_close_a_gate(engineer: Client, text: str) -> None:
    gate = factory.gate("T6")
    before = written(gate)

    response = save_gate(
        engineer, gate, progress="closed", reason="Done", evidence=[proof(text, commit="abc")]
    )

    assert response.status_code == 200
    assert "evidence-0-summary" in errors_of(response)
    gate.refresh_from_db()
    assert gate.progress == "open"
    assert written(gate) == before


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "ftp://a/b", "https://good.com@evil.com/"]
)
def test_unsafe_links_are_refused_on_the_field(engineer: Client, url: str) -> None:
    gate = factory.gate("T6")

    response = save_gate(engineer, gate, evidence=[proof(kind="link", url=url)])

    assert list(errors_of(response)) == ["evidence-0-url"]
    assert not Evidence.objects.exists()


def test_closing_needs_a_reason(engineer: Client) -> None:
    gate = factory.gate("T6")

    response = save_gate(engineer, gate, progress="closed", evidence=[proof()])

    assert list(errors_of(response)) == ["reason"]
    assert not Evidence.objects.exists()
    gate.refresh_from_db()
    assert gate.progress == "open"


def test_closing_on_expired_evidence_only_is_refused(engineer: Client) -> None:
    gate = factory.gate("T6")
    yesterday = date.today() - timedelta(days=2)  # noqa: DTZ011  past in every time zone

    response = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="It was true",
        evidence=[proof(valid_until=yesterday.isoformat())],
    )

    assert "has expired" in errors_of(response)["progress"][0]
    assert not Evidence.objects.exists()


def test_a_blocker_resolved_in_the_same_submit_no_longer_holds_the_gate(engineer: Client) -> None:
    gate = factory.gate("T6")
    blocker = factory.blocker(gate)
    kept = {"needs": blocker.needs, "waiting_on": blocker.waiting_on_id}

    refused = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="Key came",
        evidence=[proof()],
        existing_blockers={blocker.pk: kept},
    )
    closed = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="Key came",
        evidence=[proof()],
        existing_blockers={blocker.pk: kept | {"resolution": "Key arrived by mail"}},
    )

    assert "Resolve the blocker first" in errors_of(refused)["progress"][0]
    assert closed.status_code == 302
    gate.refresh_from_db()
    blocker.refresh_from_db()
    assert gate.progress == "closed"
    assert blocker.resolved_by is not None
    assert blocker.resolved_by.username == "engineer"


def test_removing_the_last_evidence_of_a_closed_gate_says_what_to_do(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    evidence = gate.evidence.get()
    before = written(gate)

    response = save_gate(
        engineer,
        gate,
        title="Changed too",
        existing_evidence={evidence.pk: proof(DELETE="on")},
    )

    assert response.status_code == 200
    assert errors_of(response) == {"evidence": [KEEPS_EVIDENCE]}
    gate.refresh_from_db()
    assert (gate.progress, gate.title) == ("closed", "Gate T6")
    assert written(gate) == before


def test_new_evidence_may_take_the_place_of_the_last(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    old = gate.evidence.get()

    response = save_gate(
        engineer,
        gate,
        existing_evidence={old.pk: proof(DELETE="on")},
        evidence=[proof("Run again: p95 380 ms")],
    )

    assert response.status_code == 302
    assert [proof.summary for proof in gate.evidence.all()] == ["Run again: p95 380 ms"]
    gate.refresh_from_db()
    assert gate.progress == "closed"


def test_reopening_and_removing_the_evidence_in_one_submit(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    evidence = gate.evidence.get()

    response = save_gate(
        engineer,
        gate,
        progress="partial",
        reason="The run was against staging",
        existing_evidence={evidence.pk: proof(DELETE="on")},
    )

    assert response.status_code == 302
    gate.refresh_from_db()
    assert (gate.progress, gate.closed_at, gate.closed_by) == ("partial", None, None)
    assert not gate.evidence.exists()
    assert gate.history.first().history_change_reason == "The run was against staging"


def test_reopening_needs_a_reason(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    before = written(gate)

    response = save_gate(engineer, gate, progress="open")

    assert list(errors_of(response)) == ["reason"]
    gate.refresh_from_db()
    assert gate.progress == "closed"
    assert written(gate) == before


def test_an_unchanged_form_writes_nothing(engineer: Client) -> None:
    gate = factory.closed_gate("T6")
    evidence = gate.evidence.get()
    history = (gate.history.count(), evidence.history.count())

    response = save_gate(engineer, gate, existing_evidence={evidence.pk: proof()})

    assert response.status_code == 302
    assert (gate.history.count(), evidence.history.count()) == history


def stored() -> set[str]:
    """The names of all evidence files there are."""
    if not default_storage.exists("evidence"):
        return set()
    folders = default_storage.listdir("evidence")[0]
    files = {folder: default_storage.listdir(f"evidence/{folder}")[1] for folder in folders}
    return {f"{folder}/{name}" for folder, names in files.items() for name in names}


def test_a_refused_upload_leaves_no_file_behind(engineer: Client) -> None:
    gate = factory.gate("T6")
    before = stored()
    upload = SimpleUploadedFile("k6.txt", b"p95 410 ms")

    response = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="Done",
        evidence=[proof(kind="file", file=upload, valid_until="2020-01-01")],
    )

    assert "has expired" in errors_of(response)["progress"][0]
    assert not Evidence.objects.exists()
    assert stored() == before


def test_an_uploaded_file_keeps_its_checksum(engineer: Client) -> None:
    gate = factory.gate("T6")
    upload = SimpleUploadedFile("k6 output.txt", b"p95 410 ms")

    response = save_gate(
        engineer,
        gate,
        progress="closed",
        reason="Done",
        evidence=[proof(kind="file", file=upload)],
    )

    assert response.status_code == 302
    evidence = gate.evidence.get()
    assert evidence.sha256 == hashlib.sha256(b"p95 410 ms").hexdigest()
    assert evidence.file.name.endswith("k6_output.txt")


def test_actions_added_on_the_page_belong_to_the_gates_launch(engineer: Client) -> None:
    gate = factory.gate("T6")

    save_gate(engineer, gate, actions=[{"text": "Run k6", "state": "todo", "estimate": "15 min"}])

    action = Action.objects.get()
    assert (action.gate, action.launch) == (gate, gate.launch)


def test_clearing_a_resolution_brings_the_blocker_back(engineer: Client) -> None:
    gate = factory.gate("T6")
    blocker = factory.blocker(gate)
    blocker.resolve(factory.user(), "Came")
    kept = {"needs": blocker.needs, "waiting_on": blocker.waiting_on_id, "resolution": ""}

    save_gate(engineer, gate, existing_blockers={blocker.pk: kept})

    blocker = Blocker.objects.get()
    assert (blocker.resolved_at, blocker.resolved_by) == (None, None)


def decide(client: Client, action: str, gates: list[Gate], reason: str | None) -> list[str]:
    """Run a bulk action from the list, with a reason where it has been asked for."""
    data = {"action": action, "_selected_action": [gate.pk for gate in gates]}
    if reason is not None:
        data |= {"decide": "yes", "reason": reason}
    response = client.post(reverse("admin:gates_gate_changelist"), data)
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_closing_in_bulk_says_per_gate_what_happened(engineer: Client) -> None:
    ready, bare, done = factory.gate("T1"), factory.gate("T2"), factory.closed_gate("T3")
    factory.evidence(ready)

    messages = decide(engineer, "close_selected", [ready, bare, done], "Reviewed together")

    assert messages == ["T1: closed", f"T2: {NEEDS_EVIDENCE}", "T3: was closed already"]
    ready.refresh_from_db()
    bare.refresh_from_db()
    done.refresh_from_db()
    assert [ready.progress, bare.progress, done.progress] == ["closed", "open", "closed"]
    assert done.closing_note == "Seen green"
    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(ready.pk)]


def test_bulk_decisions_ask_for_the_reason_first(engineer: Client) -> None:
    gate = factory.closed_gate("T1")

    asked = engineer.post(
        reverse("admin:gates_gate_changelist"),
        {"action": "reopen_selected", "_selected_action": [gate.pk]},
    )
    blank = decide(engineer, "reopen_selected", [gate], " ")
    given = decide(engineer, "reopen_selected", [gate], "Redeploy broke it")

    assert b'name="reason"' in asked.content
    assert blank == []
    assert given == ["T1: reopened"]
    gate.refresh_from_db()
    assert gate.progress == "open"


def test_priorities_can_be_set_for_many_gates(engineer: Client) -> None:
    gates = [factory.gate("T1"), factory.gate("T2", priority="P0")]

    messages = decide(engineer, "set_priority_p0", gates, None)

    assert messages == ["P0 now: T1"]
    assert set(Gate.objects.values_list("priority", flat=True)) == {"P0"}
    assert gates[0].history.count() == 2
    assert gates[1].history.count() == 1


@pytest.mark.parametrize(
    ("status", "codes"),
    [("closed", ["T1"]), ("open", ["T2"]), ("blocked", ["T3"]), ("partial", ["T4"])],
)
def test_the_list_filters_by_derived_status(
    engineer: Client, status: str, codes: list[str]
) -> None:
    factory.closed_gate("T1")
    factory.gate("T2")
    factory.blocker(factory.gate("T3"))
    factory.gate("T4", progress="partial")

    response = engineer.get(reverse("admin:gates_gate_changelist"), {"status": status})

    assert [gate.code for gate in response.context["cl"].result_list] == codes


def test_expired_evidence_drops_the_gate_from_the_closed_ones(engineer: Client) -> None:
    gate = factory.closed_gate("T1")
    Evidence.objects.filter(gate=gate).update(valid_until=date(2020, 1, 1))

    response = engineer.get(reverse("admin:gates_gate_changelist"))

    assert response.context["cl"].result_list[0].status_of.status == "partial"


def test_the_change_page_costs_the_same_for_many_rows(engineer: Client) -> None:
    gate = factory.gate("T1")
    factory.evidence(gate, "First proof")
    url = reverse("admin:gates_gate_change", args=[gate.pk])
    engineer.get(url)
    with CaptureQueriesContext(connection) as few:
        engineer.get(url)
    for number in range(10):
        factory.evidence(gate, f"Proof number {number}")
        factory.action(gate.launch, f"Step {number}", gate=gate)
        factory.blocker(gate, f"Key {number}")

    with CaptureQueriesContext(connection) as many:
        engineer.get(url)

    assert len(many) == len(few)


def test_setting_a_priority_does_not_undo_a_close_in_between(
    engineer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = factory.gate("T1")
    factory.evidence(gate)
    original = GateAdmin._set_priority

    def after_somebody_closed_it(self: GateAdmin, request: Any, queryset: Any, to: str) -> None:
        list(queryset)  # read, as the admin's list was
        Gate.objects.get(pk=gate.pk).close(factory.user("lina"), "Seen green")
        original(self, request, queryset, to)

    monkeypatch.setattr(GateAdmin, "_set_priority", after_somebody_closed_it)

    decide(engineer, "set_priority_p0", [gate], None)

    gate.refresh_from_db()
    assert (gate.priority, gate.progress, gate.closing_note) == ("P0", "closed", "Seen green")


def test_a_gate_cannot_be_moved_out_of_the_sight_of_its_launch(engineer: Client) -> None:
    """A claim that requires it would otherwise be judged without it."""
    gate = factory.gate("G5")
    claim = factory.claim(gate.launch, min_closed=None, requires_p0=False)
    factory.requirement(claim, gate)
    elsewhere = factory.section("Z", launch=factory.launch("other"))

    response = save_gate(engineer, gate, section=elsewhere.pk)

    assert list(errors_of(response)) == ["section"]
    gate.refresh_from_db()
    assert gate.section.prefix == "G"
    assert gate.history.count() == 1


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_far_off_dates_are_refused_on_the_field(engineer: Client, day: str) -> None:
    gate = factory.gate("T6")
    moment = {"observed_at_0": day, "observed_at_1": "00:00:00"}

    response = save_gate(engineer, gate, evidence=[proof(valid_until=day, **moment)])

    assert set(errors_of(response)) == {"evidence-0-observed_at", "evidence-0-valid_until"}
    assert not Evidence.objects.exists()


def test_a_very_long_file_name_is_cut(engineer: Client) -> None:
    gate = factory.gate("T6")
    upload = SimpleUploadedFile("é" * 240 + ".txt", b"log")

    response = save_gate(engineer, gate, evidence=[proof(kind="file", file=upload)])

    assert response.status_code == 302
    assert gate.evidence.get().file.name.endswith("é.txt")
