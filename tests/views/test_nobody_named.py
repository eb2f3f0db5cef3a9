"""A blocker that names nobody, wherever a blocker is shown: on the board, its copies, its past."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from gates.board.statuses import derive_statuses
from gates.documents.csv_writer import write_csv
from gates.documents.importer import import_file
from gates.documents.markdown.writer import write_markdown
from gates.history.board_diff import diff_boards
from gates.models import Blocker, Gate
from gates.reason_text import reason_text
from tests.support import factory
from tests.support.boards import board
from tests.support.documents import document
from tests.support.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(factory.user("reader"))
    gate = factory.gate("T1", title="Mail", priority="P1")
    factory.blocker(gate, "domain not bought", waiting_on=None)
    factory.blocker(gate, "Sami: the key", waiting_on=factory.owner("Mona"))
    return client


def test_the_pages_say_what_for_and_that_nobody_is_named(reader: Client) -> None:
    urls = ("/", "/gates/T1/", "/honesty/", "/?waiting=-")
    pages = {url: text_of(reader, url) for url in urls}

    assert "Waiting for: domain not bought" in pages["/"]
    assert "Nobody named yet Waiting for 1 item" in pages["/"]
    assert "Waiting for: domain not bought" in pages["/gates/T1/"]
    assert "nobody named yet raised" in pages["/gates/T1/"]
    assert "1 gate is blocked, and nobody is named who can unblock it" in pages["/honesty/"]
    assert "1 of 1 gate shown" in pages["/?waiting=-"]
    assert not any(re.search(r"\bNone\b(?!:)", text) for text in pages.values())


def test_the_filter_for_nobody_can_be_chosen_again(reader: Client) -> None:
    page = reader.get("/?waiting=-").content.decode()

    assert '<option value="-" selected>nobody named yet</option>' in page
    assert "<option selected>-</option>" not in page


def test_the_reason_of_the_status(reader: Client) -> None:
    gate = board().gates[0]

    assert [reason_text(reason) for reason in gate.reasons] == [
        "waiting for: domain not bought",
        "waiting on Mona: Sami: the key",
    ]
    derived = derive_statuses({gate.id: "open"}, timezone.now())[gate.id]
    assert derived.reasons == gate.reasons


def test_every_export_says_it_and_comes_back(reader: Client, tmp_path: Path) -> None:
    text, sheet = write_markdown(board()), write_csv(board())
    data = json.loads(reader.get("/board.json").content)
    (row,) = csv.DictReader(io.StringIO(sheet[1:]))
    before = list(Blocker.objects.order_by("pk").values_list("needs", "waiting_on__name"))

    assert "| T1 | domain not bought |  |  |" in text
    assert row["waiting_on"] == "—: domain not bought\nMona: Sami: the key"
    assert [b["waiting_on"] for b in data["gates"][0]["blockers"]] == ["", "Mona"]
    for name, content in (("board.md", text), ("board.csv", sheet)):
        path = document(tmp_path, content, name)
        import_file(path, launch="second")
        again = Blocker.objects.filter(gate__launch__slug="second").order_by("pk")
        assert list(again.values_list("needs", "waiting_on__name")) == before
        Blocker.objects.filter(gate__launch__slug="second").delete()
        changed = import_file(path, launch="primitive").differences
        assert [change for change in changed if change.field != "position"] == []


def test_a_fixture_may_leave_the_person_out_or_say_null(reader: Client, tmp_path: Path) -> None:
    head = {"model": "gates.blocker"}
    key = {"gate": ["primitive", "T1"]}
    rows = [
        {**head, "fields": {**key, "needs": "a contract"}},
        {**head, "fields": {**key, "needs": "a host", "waiting_on": None}},
        {**head, "fields": {**key, "needs": "Sami: the key", "waiting_on": None}},
    ]

    report = import_file(document(tmp_path, json.dumps(rows), "rows.json"))

    needs = set(Blocker.objects.filter(waiting_on=None).values_list("needs", flat=True))
    assert needs == {"domain not bought", "a contract", "a host", "Sami: the key"}
    assert "~ blocker T1: Sami: the key: waiting_on: Mona → —" in map(str, report.differences)


def test_the_history_tells_that_somebody_was_named_and_is_no_more(reader: Client) -> None:
    before = board()
    first, second = Blocker.objects.order_by("pk")
    first.waiting_on, second.waiting_on = second.waiting_on, None
    first.save()
    second.save()

    changes = diff_boards(before, board()).edits
    page = text_of(reader, "/gates/T1/")

    assert [(c.subject, c.fields[0].old, c.fields[0].new) for c in changes] == [
        ("domain not bought", "", "Mona"),
        ("Sami: the key", "Mona", ""),
    ]
    assert "Waiting on nothing Mona" in page
    assert "Waiting on Mona nothing" in page


def test_the_gate_as_of_then_and_after_it_came(reader: Client) -> None:
    blocker = Blocker.objects.get(waiting_on=None)
    today = timezone.localdate().isoformat()

    then = text_of(reader, f"/gates/T1/?as_of={today}")
    blocker.resolve(factory.user(), "Bought")
    after = text_of(reader, "/gates/T1/")

    assert "Waiting for: domain not bought" in then
    assert "nobody was named" in after
    assert Gate.objects.get().blockers.filter(resolved_at=None).count() == 1
