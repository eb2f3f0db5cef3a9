"""Finding gates: the filters of the board, in its address, and the documents of what is shown."""

import csv
import io
import json

import pytest
from django.test import Client

from gates.filters import Filters, narrowed
from gates.snapshot.formats import FORMATS
from tests import factory
from tests.test_board import board as board_of
from tests.test_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(factory.user("reader"))
    factory.closed_gate("T1", title="Load test")
    factory.gate("T2", title="Rollback drill", priority="P0", owner=factory.owner("Noura"))
    factory.blocker(factory.gate("O3", title="Funnel", notes="ينتظر المفتاح"))
    return client


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({}, ["T1", "T2", "O3"]),
        ({"status": "closed"}, ["T1"]),
        ({"status": "blocked"}, ["O3"]),
        ({"status": "done"}, []),
        ({"section": "T"}, ["T1", "T2"]),
        ({"owner": "Noura"}, ["T2"]),
        ({"owner": "-"}, ["T1", "O3"]),
        ({"priority": "P0"}, ["T2"]),
        ({"priority": "-", "section": "T"}, ["T1"]),
        ({"q": "DRILL rollback"}, ["T2"]),
        ({"q": "posthog"}, ["O3"]),
        ({"q": "المفتاح"}, ["O3"]),
        ({"q": "postgres 26.9"}, ["T1"]),
        ({"q": "  "}, ["T1", "T2", "O3"]),
        ({"q": "load", "status": "open"}, []),
    ],
)
def test_which_gates_are_listed(reader: Client, asked: dict[str, str], codes: list[str]) -> None:
    board = narrowed(board_of(), Filters.of(asked))

    assert [gate.code for gate in board.listed()] == codes
    assert board.totals.rows == 3


def test_the_address_restores_the_form_and_the_count_is_said(reader: Client) -> None:
    page = reader.get("/?status=open&q=drill").content.decode()

    assert '<option value="open" selected>' in page
    assert 'name="q" value="drill"' in page
    assert '<span role="status">1 of 3 gates shown</span>' in page
    assert 'href="/#gates"' in page


def test_counts_stay_those_of_the_whole_board(reader: Client) -> None:
    text = text_of(reader, "/?status=open")

    assert "1 of 3 gates closed" in text
    assert "1 of 2 closed" in text
    assert "Load test" not in text.partition("gates shown")[2]


def test_nothing_found_says_why_and_what_next(reader: Client) -> None:
    text = text_of(reader, "/?q=nothing+like+it")

    assert "No gate matches" in text
    assert "0 of 3 gates shown" in text


def test_the_documents_are_of_what_is_shown(reader: Client) -> None:
    markdown = reader.get("/board.md?section=T&q=drill").content.decode()
    rows = list(
        csv.DictReader(io.StringIO(reader.get("/board.csv?q=drill").content.decode("utf-8-sig")))
    )
    data = reader.get("/board.json?q=drill").json()

    assert "| T2 | Rollback drill |" in markdown
    assert "| T1 |" not in markdown
    assert "**Shown:** 1 of 3 gates (section: T, q: drill)" in markdown
    assert [row["code"] for row in rows] == ["T2"]
    assert [gate["code"] for gate in data["gates"]] == ["T2"]
    assert data["totals"]["rows"] == 3


def test_the_page_links_the_documents_with_its_filters(reader: Client) -> None:
    page = reader.get("/?q=drill&status=").content.decode()

    assert 'href="/board.md?q=drill"' in page


def test_an_unfiltered_board_is_written_whole(reader: Client) -> None:
    board = board_of()

    assert FORMATS["md"].write(narrowed(board, Filters())) == FORMATS["md"].write(board)
    assert "Shown:" not in FORMATS["md"].write(board)


@pytest.mark.parametrize("hostile", ["<script>", '"><img src=x>', "%s", "٪", "a" * 5000])
def test_hostile_text_is_only_text(reader: Client, hostile: str) -> None:
    page = reader.get("/", {"q": hostile, "owner": hostile, "status": hostile})

    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert "<img" not in page.content.decode()


def test_a_board_too_large_for_one_page_opens_on_its_sections(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gates.rows.READABLE", 2)

    whole = reader.get("/").content.decode()
    section = reader.get("/?section=T").content.decode()

    assert 'id="T1"' not in whole
    assert 'href="?section=T#gates">Show its 2 gates</a>' in whole
    assert 'id="T1"' in section
    assert 'id="T2"' in section
    assert len(reader.get("/board.json").json()["gates"]) == 3


def test_a_large_board_is_sent_as_json_piece_by_piece_and_in_english(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reader.get("/board.json", headers={"Accept-Language": "ar"})
    monkeypatch.setattr("gates.views.READABLE", 2)
    monkeypatch.setattr("gates.snapshot.formats.TOKENS_A_PIECE", 50)

    streamed = reader.get("/board.json", headers={"Accept-Language": "ar"})
    pieces = list(streamed)

    assert not whole.streaming
    assert streamed.streaming
    assert len(pieces) > 5
    assert {**json.loads(b"".join(pieces)), "as_of": ""} == {**whole.json(), "as_of": ""}
