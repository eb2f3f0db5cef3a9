"""Finding gates: the filters of the board, in its address, and the documents of what is shown."""

import csv
import io
import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from gates.board.filters import Filters, apply_filters
from gates.documents.export import FORMATS
from tests.support import factory
from tests.support.boards import board as board_of
from tests.support.pages import text_of

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
        ({"status": "-closed"}, ["T2", "O3"]),
        ({"counted": "no"}, []),
        ({"counted": "yes", "section": "O"}, ["O3"]),
        ({"counted": "maybe"}, []),
        ({"waiting": "Sami"}, ["O3"]),
        ({"waiting": "Noura"}, []),
        ({"waiting": "-"}, []),
        ({"weak": "statement_only"}, ["T1"]),
        ({"weak": "no_owner"}, ["T1", "O3"]),
        ({"weak": "nonsense"}, []),
        ({"q": "DRILL rollback"}, ["T2"]),
        ({"q": "posthog"}, ["O3"]),
        ({"q": "المفتاح"}, ["O3"]),
        ({"q": "postgres 26.9"}, ["T1"]),
        ({"q": "  "}, ["T1", "T2", "O3"]),
        ({"q": "load", "status": "open"}, []),
    ],
)
def test_which_gates_are_listed(reader: Client, asked: dict[str, str], codes: list[str]) -> None:
    board = apply_filters(board_of(), Filters.from_query(asked))

    assert [gate.code for gate in board.visible_gates()] == codes
    assert board.totals.rows == 3


def test_the_address_restores_the_form_and_the_count_is_said(reader: Client) -> None:
    page = reader.get("/?status=open&q=drill").content.decode()

    assert '<option value="open" selected>' in page
    assert 'name="q" value="drill"' in page
    assert re.search(r'<span role="status">\s*1 of 3 gates shown\s*</span>', page)
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

    assert 'href="/launches/primitive/board.md?q=drill"' in page


def test_an_unfiltered_board_is_written_whole(reader: Client) -> None:
    board = board_of()

    assert FORMATS["md"].write(apply_filters(board, Filters())) == FORMATS["md"].write(board)
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
    monkeypatch.setattr("gates.board.rows.MAX_GATES_PER_PAGE", 2)

    whole = reader.get("/").content.decode()
    section = reader.get("/?section=T").content.decode()

    assert 'id="T1"' not in whole
    assert re.search(r'href="\?section=T#gates"\s*>Show its 2 gates</a>', whole)
    assert 'id="T1"' in section
    assert 'id="T2"' in section
    assert len(reader.get("/board.json").json()["gates"]) == 3


def test_a_large_board_is_sent_as_json_piece_by_piece_and_in_english(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reader.get("/board.json", headers={"Accept-Language": "ar"})
    monkeypatch.setattr("gates.views.board.MAX_GATES_PER_PAGE", 2)
    monkeypatch.setattr("gates.documents.export.TOKENS_PER_CHUNK", 50)

    streamed = reader.get("/board.json", headers={"Accept-Language": "ar"})
    pieces = list(streamed)

    assert not whole.streaming
    assert streamed.streaming
    assert len(pieces) > 5
    assert {**json.loads(b"".join(pieces)), "as_of": ""} == {**whole.json(), "as_of": ""}


# --- more gates than one page can hold -----------------------------------------------------


@pytest.fixture
def paged(reader: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Seven open gates in two sections, three on a page."""
    for module in ("rows", "filters"):
        monkeypatch.setattr(f"gates.board.{module}.MAX_GATES_PER_PAGE", 3)
    for code in ("T4", "T5", "T6", "O7", "O8"):
        factory.gate(code)
    return reader


def shown(client: Client, url: str) -> list[str]:
    return re.findall(r'<tr role="row" id="(\w+)"', client.get(url).content.decode())


def test_each_gate_is_on_one_page_in_the_order_of_the_board(paged: Client) -> None:
    assert shown(paged, "/?status=open") == ["T2", "T4", "T5"]
    assert shown(paged, "/?status=open&page=2") == ["T6", "O7", "O8"]
    assert shown(paged, "/?status=-closed&page=3") == ["O8"]


@pytest.mark.parametrize(
    ("page", "codes"),
    [
        ("0", ["T2", "T4", "T5"]),
        ("-1", ["T2", "T4", "T5"]),
        ("two", ["T2", "T4", "T5"]),
        ("", ["T2", "T4", "T5"]),
        ("9", ["T6", "O7", "O8"]),
        ("٢", ["T6", "O7", "O8"]),
        ("9" * 40, ["T2", "T4", "T5"]),
    ],
)
def test_a_page_that_is_not_there(paged: Client, page: str, codes: list[str]) -> None:
    assert shown(paged, f"/?status=open&page={page}") == codes


def test_the_page_says_which_gates_it_shows_and_leads_on(paged: Client) -> None:
    page = paged.get("/?status=-closed&page=2").content.decode()

    found = r'<span role="status">\s*4–6 of 7 that match; 8 gates in all\s*</span>'
    assert re.search(found, page)
    assert 'href="?status=-closed&amp;page=1#gates">Previous</a>' in page
    assert 'href="?status=-closed&amp;page=3#gates">Next</a>' in page
    assert 'href="/launches/primitive/board.md?status=-closed"' in page
    assert 'id="S"' not in page


def test_the_first_and_the_last_page_lead_one_way(paged: Client) -> None:
    first = paged.get("/?status=open").content.decode()
    last = paged.get("/?status=open&page=2").content.decode()

    assert ("Previous" in first, "Next" in first) == (False, True)
    assert ("Previous" in last, "Next" in last) == (True, False)


def test_a_section_without_gates_on_the_page_is_left_out(paged: Client) -> None:
    page = paged.get("/?status=open&page=1").content.decode()

    assert '<section id="T"' in page
    assert '<section id="O"' not in page


def test_pages_keep_the_moment_and_documents_have_all_of_it(paged: Client) -> None:
    today = timezone.localdate().isoformat()
    page = paged.get(f"/?as_of={today}&status=open").content.decode()
    document = paged.get("/board.json?status=open&page=2").getvalue()

    assert f'href="?as_of={today}&amp;status=open&amp;page=2#gates">Next</a>' in page
    assert len(json.loads(document)["gates"]) == 6


def test_what_fits_on_one_page_has_no_pages(paged: Client) -> None:
    page = paged.get("/?section=T&status=closed&page=2").content.decode()

    assert "1 of 8 gates shown" in page
    assert 'class="pages"' not in page


@pytest.mark.parametrize(("name", "asked"), [("waiting", "Nobody here"), ("weak", "expiring")])
def test_a_filter_that_nothing_meets_any_more_is_still_shown(
    reader: Client, name: str, asked: str
) -> None:
    page = reader.get("/", {name: asked}).content.decode()

    assert f"<option selected>{asked}</option>" in page
    assert "No gate matches" in page
