"""What the board says about a gate is what the record knows: no word that is not true."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.board.rows import Board
from gates.history.burnup import Point
from gates.history.pace import pace
from gates.models import Evidence, Gate, Owner, TransitionRefused
from tests.support import documents, factory
from tests.support.admin_forms import errors_of, person, save_gate
from tests.support.clock import START
from tests.support.pages import text_of
from tests.support.written import written

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


def board() -> Board:
    now = timezone.now()
    launch = get_launch(None)
    assert launch
    return read_board(launch, now)


# --- closed by a document ------------------------------------------------------------------

CLOSED = "| T1 | k6 run | ✅ closed | 100 rps held for 5 min |"
OPEN = "| T1 | k6 run | 🔴 open | DoD: 100 rps for 5 min |"


def test_a_gate_that_an_import_closed_is_news_with_the_day_on_record(
    reader: Client, on_day: Callable[[int], None], tmp_path: Path
) -> None:
    on_day(-20)
    call_command("import_snapshot", str(documents.gates(tmp_path, OPEN)), verbosity=0)
    on_day(1)
    call_command("import_snapshot", str(documents.gates(tmp_path, CLOSED)), verbosity=0)
    gate = Gate.objects.get()

    assert (gate.progress, gate.closed_at) == ("closed", None)
    assert "1 gate closed: T1" in text_of(reader, "/")
    page = text_of(reader, "/gates/T1/")
    assert f"Closed recorded {(START + timedelta(days=1)).day} May" in page
    assert "date unknown" not in page.split("Definition of done")[0]


def test_the_gates_of_the_first_document_are_no_news(
    reader: Client, on_day: Callable[[int], None], tmp_path: Path
) -> None:
    on_day(0)
    call_command("import_snapshot", str(documents.gates(tmp_path, CLOSED)), verbosity=0)

    assert "1 gate closed" not in text_of(reader, "/")


# --- reopened ------------------------------------------------------------------------------


def test_reopening_withdraws_the_proof_that_no_longer_holds(reader: Client) -> None:
    gate = factory.closed_gate("T1", by=factory.user("sami"))
    wrong, right = gate.evidence.get(), factory.evidence(gate, "The log of the second run")

    gate.reopen(factory.user("ali"), "Red since the deploy", rejected=[wrong.pk])

    wrong.refresh_from_db()
    right.refresh_from_db()
    assert (wrong.withdrawn_on, right.withdrawn_on) == (timezone.localdate(), None)
    assert wrong.history.latest().history_change_reason == "Red since the deploy"
    page = text_of(reader, "/gates/T1/")
    assert "not started" not in page
    assert "not closed; 1 piece of current evidence" in page
    assert "reopened" in page
    assert "no longer holds since" in page
    assert "rewritten" not in page


def test_a_gate_is_not_closed_again_on_what_was_withdrawn() -> None:
    sami = factory.user("sami")
    gate = factory.closed_gate("T1", by=sami)
    gate.reopen(sami, "Red since the deploy", rejected=[gate.evidence.get().pk])
    before = written(gate)

    with pytest.raises(TransitionRefused, match="None of the attached evidence holds any more"):
        gate.close(sami, "Looks fine")

    assert written(gate) == before
    gate_row = board().gates[0]
    assert str(gate_row.reasons[0]) == "not closed; its evidence no longer counts"
    assert not gate_row.evidence[0].is_current


def test_a_gate_without_evidence_that_was_reopened_does_not_say_not_started(
    reader: Client,
) -> None:
    gate = factory.closed_gate("T1")
    gate.reopen(factory.user("ali"), "Wrong gate")
    gate.evidence.get().delete()

    page = text_of(reader, "/gates/T1/")

    assert "not started" not in page
    assert "reopened" in page


def test_the_page_asks_what_no_longer_holds(engineer: Client) -> None:
    gate = factory.closed_gate("T1")
    proof = gate.evidence.get()
    page = engineer.get(reverse("admin:gates_gate_change", args=[gate.pk])).content.decode()
    before = written(gate)
    refused = save_gate(engineer, gate, reason="Only looked", rejected=[proof.pk])
    unchanged = written(gate) == before

    answer = save_gate(engineer, gate, progress="open", reason="Red again", rejected=[proof.pk])

    assert "What of the evidence no longer holds?" in page
    assert "This is for reopening" in errors_of(refused)["rejected"][0]
    assert unchanged
    assert answer.status_code == 302
    gate.refresh_from_db()
    proof.refresh_from_db()
    assert (gate.progress, proof.withdrawn_on) == ("open", timezone.localdate())
    other = factory.gate("T2")
    page = engineer.get(reverse("admin:gates_gate_change", args=[other.pk])).content.decode()
    assert "no longer holds?" not in page


def test_reopening_several_gates_asks_it_too(engineer: Client) -> None:
    first, second = factory.closed_gate("T1"), factory.closed_gate("T2")
    wrong = first.evidence.get()
    sent = {"action": "reopen_selected", "_selected_action": [first.pk, second.pk]}
    address = reverse("admin:gates_gate_changelist")
    page = engineer.post(address, sent).content.decode()

    engineer.post(address, {**sent, "decide": "1", "reason": "Red again", "rejected": [wrong.pk]})

    assert "What of the evidence no longer holds?" in page
    assert set(Gate.objects.values_list("progress", flat=True)) == {"open"}
    assert Evidence.objects.get(withdrawn_on=timezone.localdate()) == wrong


# --- what waits for whom -------------------------------------------------------------------


def test_what_can_be_done_now_leaves_out_what_waits(reader: Client) -> None:
    gate = factory.gate("T1")
    factory.blocker(gate)
    factory.action(gate.launch, "Send the first event", gate=gate)
    factory.action(gate.launch, "Write the runbook")

    assert [row.text for row in board().unblocked_actions()] == ["Write the runbook"]


def test_a_step_needs_nobody_who_has_delivered(reader: Client) -> None:
    gate, sami = factory.gate("T1"), factory.owner("Sami")
    key = factory.blocker(gate, waiting_on=sami)
    factory.action(gate.launch, "Send the first event", gate=gate, needs=sami)
    before = text_of(reader, "/gates/T1/")
    key.resolve(factory.user("sami"), "In the vault")

    assert "needs Sami" in " ".join(before.split())
    assert "needs Sami" not in text_of(reader, "/gates/T1/")
    assert "Steps that need this person" not in text_of(reader, "/waiting/")
    assert [row.text for row in board().unblocked_actions()] == ["Send the first event"]


def test_a_gate_that_waits_for_more_was_not_unblocked(reader: Client) -> None:
    gate = factory.gate("T1")
    factory.blocker(gate, "A key").resolve(factory.user("sami"), "In the vault")
    factory.blocker(gate, "A word")

    assert "was unblocked" not in text_of(reader, "/")


def test_a_count_that_came_back_did_move() -> None:
    day = date(2026, 5, 1)
    points = [Point(day, 3, 5), Point(day + timedelta(days=8), 4, 5)]
    back = [*points, Point(day + timedelta(days=9), 3, 5)]

    assert pace(points[:1], 4, day + timedelta(days=10)).moved is False
    assert pace(back, 4, day + timedelta(days=10)).moved is True


# --- forms, menu, filters ------------------------------------------------------------------


def test_output_without_a_summary_asks_for_a_sentence_everywhere(engineer: Client) -> None:
    gate = factory.gate("T1")
    proof = {"kind": "output", "summary": "", "output": "p95 410 ms"}

    refused = save_gate(engineer, gate, evidence=[proof])
    page = engineer.post(reverse("admin:gates_evidence_add"), {"gate": "T1", **proof})

    words = "Write one sentence saying what the output shows."
    assert errors_of(refused)["evidence-0-summary"] == [words]
    assert words in page.content.decode()
    assert not Evidence.objects.exists()


def test_a_text_that_is_too_long_gets_one_message_that_counts_lines_once(engineer: Client) -> None:
    factory.gate("T1")
    address = reverse("admin:gates_evidence_add")
    sent = {"gate": "T1", "kind": "statement", "reason": "", "output": ""}

    fits = engineer.post(address, {**sent, "summary": "p95\r\n" * 124 + "410"})
    page = engineer.post(address, {**sent, "summary": "p95\r\n" * 126}).content.decode()

    assert fits.status_code == 302
    assert "it has 503" in page
    assert "prove nothing" not in page


@pytest.mark.parametrize("path", ["/", "/waiting/", "/changes/", "/burnup/", "/honesty/"])
def test_the_menu_of_a_fresh_database_leads_to_no_gate_codes(reader: Client, path: str) -> None:
    assert "There is no launch yet" in text_of(reader, path)


@pytest.mark.parametrize("asked", ["A  B", "A B", "a b"])
def test_a_name_with_two_spaces_is_found_and_stays_chosen(reader: Client, asked: str) -> None:
    gate = factory.gate("T1")
    Gate.objects.filter(pk=gate.pk).update(owner=Owner.objects.create(name="A  B"))
    factory.gate("T2")

    page = reader.get("/", {"owner": asked}).content.decode()

    assert '<tr role="row" id="T1"' in page
    assert '<tr role="row" id="T2"' not in page
    assert '<option value="A  B" selected>' in page


def test_what_stands_in_the_way_of_deleting_is_said_before_a_missing_right(client: Client) -> None:
    client.force_login(person("sami", "Founder"))
    user = person("ali", "Engineer")
    factory.closed_gate("T1", by=user)
    section = Gate.objects.get().section
    launch = factory.launch("other")
    factory.section("X", launch=launch)

    english = client.get(reverse("admin:gates_launch_delete", args=[launch.pk]))
    arabic = client.get(
        reverse("admin:gates_launch_delete", args=[launch.pk]),
        headers={"Accept-Language": "ar"},
    )

    assert section
    assert "protected related objects" in english.content.decode()
    assert "لا يمكن الحذف لارتباط عناصر أخرى بها" in arabic.content.decode()
    assert "صلاحية" not in arabic.content.decode().split('id="content"')[1]
