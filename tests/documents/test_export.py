"""The board as JSON and CSV: the same numbers as the page, harmless to whoever opens it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from gates.board.launches import get_launch
from gates.board.queries import read_board
from gates.documents.csv_writer import CSV_COLUMNS, escape_formula, write_csv
from tests.support import factory

pytestmark = pytest.mark.django_db


def test_the_json_of_the_snapshot(reader: Client) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    response = reader.get("/board.json")

    data = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/json"
    assert data["launch"]["slug"] == "v3-0-0-primitive-launch"
    assert data["totals"] == {
        "rows": 34,
        "counted": 30,
        "closed": 18,
        "partial": 1,
        "open": 7,
        "blocked": 4,
    }
    assert data["sections"][0] == {
        "prefix": "T",
        "name": "Technical Readiness",
        "closed": 5,
        "total": 8,
    }
    gates = {gate["code"]: gate for gate in data["gates"]}
    assert gates["O3"]["status"] == "blocked"
    assert gates["O3"]["reason"] == "waiting on Sami: PostHog API key (`phc_...`)"
    assert gates["T2"]["evidence"][0]["url"].startswith("https://github.com/")
    assert [claim["allowed"] for claim in data["claims"]] == [False, False]
    assert data["claims"][0]["reasons"][0] == "6 more gates must close: 18 of 24"
    assert len(data["actions"]) == 18


def test_the_csv_has_a_row_a_gate(reader: Client) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    response = reader.get("/board.csv")

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 34
    assert tuple(rows[0]) == CSV_COLUMNS
    assert sum(row["status"] == "closed" and row["counted"] == "yes" for row in rows) == 18


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_no_cell_starts_a_formula(start: str) -> None:
    hostile = f"{start}HYPERLINK(1)"
    gate = factory.gate("T1", title=hostile, notes=hostile, owner=factory.owner(hostile))
    factory.evidence(gate, hostile)
    launch = get_launch()
    assert launch is not None

    (row,) = csv.DictReader(io.StringIO(write_csv(read_board(launch, timezone.now()))[1:]))

    for column in ("title", "notes", "owner", "evidence"):
        assert row[column] == f"'{hostile}"


def test_plain_cells_stay_as_they_are() -> None:
    assert escape_formula("5-minute drill") == "5-minute drill"
    assert escape_formula("") == ""


def test_the_markdown_says_what_the_page_shows_and_reads_back(
    reader: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_snapshot", "fixtures/launch_gates_2026-04-23.json")
    written = reader.get("/board.md").content
    document = tmp_path / "board.md"
    document.write_bytes(written)
    capsys.readouterr()

    call_command("import_snapshot", str(document))

    text = written.decode()
    for words in ("18/30", "Technical Readiness (5/8 closed)", "6 gates", "PostHog API key"):
        assert words in text
    assert "nothing differs" in capsys.readouterr().out
    call_command("export_snapshot", format="md")
    assert capsys.readouterr().out == text


@pytest.mark.parametrize("url", ["/board.json", "/board.csv", "/board.md"])
def test_exports_ask_for_an_account_and_a_launch(client: Client, url: str) -> None:
    anonymous = client.get(url)
    client.force_login(factory.user("reader"))

    assert anonymous.status_code == 302
    assert client.get(url).status_code == 404


def test_the_command_writes_what_the_page_gives(
    reader: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    factory.closed_gate("T1")

    call_command("export_snapshot", format="json")
    printed = json.loads(capsys.readouterr().out)
    call_command("export_snapshot", format="csv")
    table = capsys.readouterr().out

    page = json.loads(reader.get("/board.json").content)
    assert printed | {"as_of": ""} == page | {"as_of": ""}
    assert table.encode() == reader.get("/board.csv").content


@pytest.mark.parametrize(
    ("slug", "code", "words"),
    [
        (None, 1, "launched: refused (Launch claim)"),
        ("launched", 1, "6 more gates must close: 18 of 24"),
        ("paid-validated", 1, "1 required gate is not closed: G5"),
        ("nonsense", 2, "there is: launched, paid-validated"),
    ],
)
def test_the_claim_command_answers_for_ci(
    capsys: pytest.CaptureFixture[str], slug: str | None, code: int, words: str
) -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    with pytest.raises(SystemExit) as ended:
        call_command("claim", *([slug] if slug else []))

    assert ended.value.code == code
    captured = capsys.readouterr()
    assert words in captured.out + captured.err


def test_an_allowed_claim_ends_without_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    gate = factory.closed_gate("T1")
    factory.claim(gate.launch, min_closed=1)

    call_command("claim", "launched")

    assert capsys.readouterr().out == "launched: allowed (Launched)\n"


def test_without_a_launch_there_is_no_claim() -> None:
    with pytest.raises(CommandError, match="there is no current launch") as refused:
        call_command("claim")

    assert refused.value.returncode == 2


def test_the_badge_is_off_unless_it_is_switched_on(client: Client, settings: Any) -> None:
    factory.claim(factory.closed_gate("T1").launch)
    factory.gate("T2")

    off = client.get("/badge.svg")
    settings.PUBLIC_BADGE = True
    on = client.get("/badge.svg")

    assert off.status_code == 404
    assert on.headers["Content-Type"] == "image/svg+xml"
    assert "1/2 · not launched" in on.content.decode()
