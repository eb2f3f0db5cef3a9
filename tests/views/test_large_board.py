"""A board of thousands of gates: as many queries as a small one, and pages that people can read."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.data import Size
from gates.models import Claim, Gate, Section
from tests.support import factory
from tests.support.large_boards import fill_in_bulk
from tests.support.pages import text_of
from tests.support.profile import tries
from tests.support.query_counts import COUNTS

pytestmark = pytest.mark.django_db

KB = 1000
LONGEST = 300 * KB
WITH_400_GATES = 600 * KB  # what a board of 400 gates, the largest that is not folded, takes too
# Both have more than the seven pages of 400 gates that are asked for.
LARGE = tries(quick=Size(3_000, 3_500), full=Size(10_200, 11_500))
COUNTED = ("/", "/?status=blocked", "/board.json", "/waiting/", "/honesty/")


def test_it_costs_no_more_queries_and_no_page_is_longer_than_it_should_be(client: Client) -> None:
    fill_in_bulk(LARGE)
    Claim.objects.update(requires_p0=True)
    client.force_login(factory.user("sami"))
    section = Section.objects.order_by("-position")[0].prefix
    longest = {
        "/": LONGEST,
        "/waiting/": LONGEST,
        "/changes/": LONGEST,
        "/honesty/": LONGEST,
        "/burnup/": LONGEST,
        "/claims/launched/": LONGEST,
        f"/?section={section}": LONGEST,
        "/admin/gates/gate/": LONGEST,
        "/?status=blocked": WITH_400_GATES,
        "/?q=k6&page=7": WITH_400_GATES,
    }

    queries, sizes = {}, {}
    client.get("/")
    for path in {**longest, "/board.json": 0}:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path, headers={"Accept-Language": "ar"})
        assert answer.status_code == 200
        queries[path] = len(asked)
        sizes[path] = len(answer.getvalue())

    assert {path: queries[path] for path in COUNTED} == {path: COUNTS[path] for path in COUNTED}
    assert {path: sizes[path] for path, most in longest.items() if sizes[path] > most} == {}


# --- what is left out is said, and is found where the page says ----------------------------


@pytest.fixture
def large(reader: Client, monkeypatch: pytest.MonkeyPatch, on_day: Callable[[int], None]) -> Client:
    """Six gates, where more than three are too many for one page and one item enough of a list."""
    on_day(0)
    for module in ("rows", "filters"):
        monkeypatch.setattr(f"gates.board.{module}.MAX_GATES_PER_PAGE", 3)
    monkeypatch.setattr("gates.board.rows.MAX_LIST_ITEMS", 1)
    for number in (1, 2, 3):
        gate = factory.gate(f"T{number}", counted=False, not_counted_reason="Commercial")
        factory.blocker(gate)
        factory.action(gate.launch, f"Step {number}")
        factory.action(gate.launch, f"Plan {number}", gate=gate, day=0)
    for number in (4, 5):
        factory.gate(f"T{number}", priority="P0")
    factory.closed_gate("T6", priority="P0")
    factory.claim(gate.launch, requires_p0=True)
    return reader


def rest_of(client: Client, path: str) -> list[tuple[str, str]]:
    """How many a page says it leaves out, and where it says they are."""
    page = client.get(path).content.decode()
    found = re.findall(r'class="rest">(\d+) more \w+ not shown here: <a href="([^"]+)"', page)
    named = re.findall(r'<a href="([^"]+)">and (\d+) more</a>', page)
    found += [(number, address) for address, number in named]
    return [(number, address.replace("&amp;", "&")) for number, address in found]


def codes_on(client: Client, address: str) -> set[str]:
    page = client.get(address.partition("#")[0]).content.decode()
    return set(re.findall(r'<tr role="row" id="(\w+)"', page))


@pytest.mark.parametrize(
    ("path", "heading", "address", "codes"),
    [
        ("/", "3 more gates are not counted", "/?counted=no#gates", {"T1", "T2", "T3"}),
        ("/waiting/", "Waiting for 3 things", "/?waiting=Sami#gates", {"T1", "T2", "T3"}),
        ("/honesty/", "gates have no owner", "/?weak=no_owner#gates", {"T1", "T2", "T3"}),
        ("/honesty/", "no due date", "/?weak=no_due_date#gates", {"T1", "T2", "T3"}),
    ],
)
def test_a_list_says_what_it_leaves_out_and_leads_to_all_of_it(
    large: Client, path: str, heading: str, address: str, codes: set[str]
) -> None:
    rest = rest_of(large, path)

    assert heading in text_of(large, path)
    assert address in {there for _, there in rest}
    assert codes_on(large, address) == codes


def test_a_reason_names_few_gates_and_leads_to_all_of_them(large: Client) -> None:
    address = "/?status=-closed&priority=P0&counted=yes#gates"

    assert "2 P0 gates are not closed: T4 and 1 more" in text_of(large, "/claims/launched/")
    assert ("1", address) in rest_of(large, "/claims/launched/")
    assert codes_on(large, address) == {"T4", "T5"}


def test_the_steps_that_are_left_out_are_in_the_document(large: Client) -> None:
    assert rest_of(large, "/").count(("2", "/launches/primitive/board.md")) == 2

    document = large.get("/board.md").getvalue().decode()
    assert all(f"Step {number}" in document for number in (1, 2, 3))
    assert all(f"Plan {number}" in document for number in (1, 2, 3))


def test_what_the_changes_leave_out_is_in_the_history(
    large: Client, on_day: Callable[[int], None]
) -> None:
    on_day(8)
    gates = list(Gate.objects.all())
    for gate in gates:
        gate.notes = "Looked at again"
        gate.save()
    on_day(9)

    rest = rest_of(large, "/changes/")
    page = large.get(rest[0][1]).content.decode()

    assert rest[0][0] == "5"
    assert rest[0][1].startswith("/history/?since=")
    assert page.count("Looked at again") == len(gates)


def test_gates_that_are_newly_blocked_are_found_in_the_history_too(
    large: Client, on_day: Callable[[int], None]
) -> None:
    on_day(8)
    for code in ("T3", "T4", "T5"):
        factory.blocker(Gate.objects.get(code=code), f"A key for {code}")
    on_day(9)

    links = [there for _, there in rest_of(large, "/changes/") if there.startswith("/history/")]
    pages = [large.get(there).content.decode() for there in links]

    assert pages
    for page in pages:
        assert all(f"A key for {code}" in page for code in ("T3", "T4", "T5"))


def test_a_past_board_leads_to_its_own_past(large: Client) -> None:
    addresses = {there for _, there in rest_of(large, "/?as_of=2026-05-01")}

    assert "/?as_of=2026-05-01&counted=no#gates" in addresses
    assert "/launches/primitive/board.md?as_of=2026-05-01" in addresses


def test_of_many_people_each_shows_less_but_everybody_is_told(
    large: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gates.board.rows.MAX_LIST_ITEMS", 50)
    monkeypatch.setattr("gates.board.rows.MAX_GATES_PER_PAGE", 5)
    for number in range(4):
        for code in ("T4", "T5"):
            gate = Gate.objects.get(code=code)
            factory.blocker(gate, f"Key {number}", waiting_on=factory.owner(f"Person {number}"))

    text = text_of(large, "/waiting/")

    assert text.count("Waiting for 2 things") == 4
    assert text.count("Key ") == 4
    assert len([there for _, there in rest_of(large, "/waiting/") if "Person" in there]) == 4


def test_a_small_board_leaves_nothing_out(reader: Client) -> None:
    for number in range(1, 70):
        factory.gate(f"T{number}", counted=False, not_counted_reason="Commercial")

    for path in ("/", "/honesty/"):
        assert rest_of(reader, path) == []
    assert 'name="counted"' not in reader.get("/").content.decode()
