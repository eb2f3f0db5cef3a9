"""/board.json, /board.csv and export_snapshot: the board of the page as a document."""

import csv
import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from gates.models import Gate
from gates.snapshot.write_csv import harmless
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(factory.user("reader"))
    return client


@pytest.fixture
def snapshot() -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)


def printed(*args: str) -> str:
    out = io.StringIO()
    call_command("export_snapshot", *args, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("url", ["/board.json", "/board.csv", "/board.md"])
def test_exports_need_a_login(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302


def test_json_has_the_names_that_scripts_rely_on(reader: Client, snapshot: None) -> None:
    response = reader.get("/board.json")
    board = response.json()

    assert response["Content-Type"] == "application/json"
    assert list(board) == ["launch", "as_of", "totals", "sections", "gates", "claims", "actions"]
    assert board["totals"] == {
        "rows": 34, "counted": 30, "closed": 18, "partial": 1, "open": 7, "blocked": 4,
    }  # fmt: skip
    assert board["sections"][0] == {
        "prefix": "T", "name": "Technical Readiness", "closed": 5, "total": 8,
    }  # fmt: skip
    gate = next(row for row in board["gates"] if row["code"] == "O3")
    assert list(gate) == [
        "code", "title", "section", "status", "reason", "progress", "priority", "counted",
        "owner", "evidence", "blockers",
    ]  # fmt: skip
    assert (gate["status"], gate["progress"]) == ("blocked", "open")
    assert gate["reason"] == "waiting on Sami: PostHog API key (`phc_...`)"
    assert [row["waiting_on"] for row in gate["blockers"]] == ["Sami"]
    claim = board["claims"][0]
    assert (claim["slug"], claim["allowed"]) == ("launched", False)
    assert claim["reasons"][0] == "6 more gates must close: 18 of 24"


def test_csv_has_one_row_a_gate_and_opens_in_a_spreadsheet(reader: Client, snapshot: None) -> None:
    arabic = Gate.objects.get(code="T6")
    arabic.title, arabic.notes = 'اختبار الحمل، "k6"', "two\nlines"
    arabic.save()

    response = reader.get("/launches/v3-0-0-primitive-launch/board.csv")
    body = response.content.decode()
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))

    assert body.startswith("\ufeffcode,")
    assert body.endswith("\r\n")
    assert len(rows) == 34
    assert [row["status"] for row in rows].count("closed") == 18
    found = next(row for row in rows if row["code"] == "T6")
    assert (found["title"], found["notes"]) == (arabic.title, arabic.notes)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_no_cell_is_run_as_a_formula(reader: Client, start: str) -> None:
    nasty = f"{start}cmd|' /C calc'!A0"
    factory.gate("T1", title=nasty, notes=nasty, counted=False, not_counted_reason=nasty)
    factory.blocker(factory.gate("T2"), nasty)
    factory.evidence(factory.gate("T3"), nasty)

    body = reader.get("/board.csv").content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(body, newline="")) for cell in row]

    assert f"'{nasty}" in cells
    assert not [cell for cell in cells if cell.startswith(start)]
    assert harmless("T1 = done") == "T1 = done"


@pytest.mark.parametrize("form", ["json", "csv"])
def test_the_command_prints_what_the_address_gives(reader: Client, form: str) -> None:
    gate = factory.closed_gate("T1")
    factory.blocker(gate, due_on=date(2026, 5, 1))
    moment = json.loads(reader.get("/board.json").content)["as_of"]

    by_address = reader.get(f"/board.{form}", {"as_of": moment}).content.decode()

    assert printed("--format", form, "--as-of", moment) == by_address
    assert "T1" in by_address


def test_what_is_not_there_is_said_plainly(reader: Client) -> None:
    assert reader.get("/board.json").status_code == 404
    with pytest.raises(CommandError, match="there is no current launch"):
        printed("--format", "json")
    factory.gate("T1")

    assert reader.get("/board.xml").status_code == 404
    assert reader.get("/launches/other/board.json").status_code == 404
    with pytest.raises(CommandError, match="there is no launch 'other'"):
        printed("--format", "json", "--launch", "other")
    with pytest.raises(CommandError, match="not a date"):
        printed("--format", "json", "--as-of", "x")
    with pytest.raises(CommandError, match=r"the record of primitive begins \d{4}-"):
        printed("--format", "json", "--as-of", "2001-01-01")
