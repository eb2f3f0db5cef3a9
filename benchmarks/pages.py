"""Time the pages, against the baseline and against each other."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone

from dealix_gates.wsgi import application
from gates.board.rows import MAX_GATES_PER_PAGE
from gates.models import Gate

from . import baseline
from .data import Size, fill
from .databases import Databases
from .timing import Figure, exponent, medians, show_progress
from .wsgi_client import WsgiClient

BOARDS = (Size(34, 1_000), Size(1_020, 10_000), Size(10_200, 100_000))
PASTS = (Size(34, 1_000), Size(34, 10_000), Size(34, 100_000))
# Targets by engine and number of gates: board cold ÷ baseline.
COLD_TARGETS = {"postgresql": {34: 7, 1_020: 5}, "sqlite": {34: 20, 1_020: 10}}
# Targets by number of gates: board unchanged ÷ cold.
UNCHANGED_TARGETS = {34: 0.3, 1_020: 0.03}
ONE_SECTION = "A"  # prefix of the section that is requested of a folded board


class Boards:
    """Boards of several sizes on one engine, each with a client.

    Methods return functions to be timed.
    """

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.application = application
        self.clients: dict[Size, WsgiClient] = {}
        self.etags: dict[tuple[Size, str], str] = {}

    def client(self, size: Size) -> WsgiClient:
        """Put the board of this size in use, filling it at first; return its client."""
        if self.databases.use(str(size)):
            show_progress(f"filling {size.gates:,} gates, {size.history:,} history rows")
            self.clients[size] = WsgiClient(fill(size), self.application)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        return self.clients[size]

    def page(self, size: Size, path: str) -> Callable[[], None]:
        """Request a page and remember its ETag."""

        def request() -> None:
            status, headers, body = self.client(size).get(path)
            assert status == 200, (path, status, body[:300])
            self.etags[size, path] = headers["ETag"]

        return request

    def unchanged_page(self, size: Size, path: str) -> Callable[[], None]:
        """Request a page with its last ETag; it must not have changed since."""

        def request() -> None:
            status, _, body = self.client(size).get(path, self.etags[size, path])
            assert status == 304, (path, status, body[:300])

        return request

    def edit(self, size: Size) -> Callable[[], None]:
        """Change the title of a gate that each page of the board shows, folded or not."""
        number = count()

        def request() -> None:
            self.client(size)
            first = Gate.objects.filter(counted=False).earliest("pk")
            Gate.objects.filter(pk=first.pk).update(title=f"k6 load test {next(number)}")

        return request

    def queries(self, size: Size, path: str) -> list[baseline.RecordedQuery]:
        """Return the queries of a page whose process has filled its caches."""
        client = self.client(size)
        client.get(path)
        with baseline.record_queries() as recorded:
            status, _, body = client.get(path)
        assert status == 200, (path, status, body[:300])
        return recorded

    def baseline_page(self, size: Size, section: str = "") -> Callable[[], None]:
        """Request the board, or one section, from the bare application."""
        queries = self.queries(size, _path(section))
        driver, sqlite = _raw_connection(connection)
        application = baseline.baseline_application(queries, driver, sqlite, section)

        def request() -> None:
            application({}, lambda *_: None)

        return request


def _path(section: str) -> str:
    return f"/?section={section}" if section else "/"


def _raw_connection(django: Any) -> tuple[Any, bool]:
    """Return (raw connection to the same database, whether it is SQLite's)."""
    if django.vendor == "sqlite":
        import sqlite3

        return sqlite3.connect(django.settings_dict["NAME"]), True
    import psycopg

    # In a transaction that never ends, the server would keep every row replaced since.
    options = {"cursor_factory": None, "autocommit": True}
    return psycopg.connect(**django.get_connection_params() | options), False


def queries(boards: Boards, sizes: tuple[Size, ...]) -> Iterator[Figure]:
    """Count the queries of each page: the most over the sizes, and the difference between sizes."""
    for name, path, target in (
        ("board", "/", 12),
        ("gate page", "/gates/A1/", None),
        ("waiting", "/waiting/", None),
        ("changes", "/changes/", None),
        ("history", "/history/?kind=gate", None),
        ("admin list of gates", "/admin/gates/gate/", 8),
        ("admin list of evidence", "/admin/gates/evidence/", 8),
    ):
        counts = [len(boards.queries(size, path)) for size in sizes]
        yield Figure(f"queries: {name}", max(counts), "", target)
        yield Figure(f"queries: {name}, more at one size than another", max(counts) - min(counts),
                     "", 0)  # fmt: skip


def cold(boards: Boards, engine: str, sizes: tuple[Size, ...], rounds: int) -> Iterator[Figure]:
    """Compare the board after a write with the baseline, and measure its growth.

    One gate is changed before each request, so that the page is not the same. Board and baseline
    of one size take turns. Sizes do not: a board of 10,200 gates would empty the processor's caches
    for the others, which no user of 34 gates meets. A folded board shows no rows of gates, so one
    of its sections, which does, has its own figures.
    """
    cold_seconds = {}
    for size in sizes:
        seconds = _time_cold(boards, size, rounds)
        cold_seconds[size] = seconds["page"]
        yield from _cold_figures(
            f"{size.gates:,} gates", seconds, COLD_TARGETS[engine].get(size.gates)
        )
        if size.gates > MAX_GATES_PER_PAGE:
            seconds = _time_cold(boards, size, rounds, ONE_SECTION)
            yield from _cold_figures(f"one section of {size.gates:,} gates", seconds)
    small, large = sizes[0], sizes[-1]
    growth = exponent(cold_seconds[small], cold_seconds[large], large.gates / small.gates)
    yield Figure("board cold, growth exponent", growth, "", 1.2)


def _time_cold(boards: Boards, size: Size, rounds: int, section: str = "") -> dict[str, float]:
    """Return the seconds of the page after a write ("page") and of its baseline ("baseline")."""
    requests = {
        "page": boards.page(size, _path(section)),
        "baseline": boards.baseline_page(size, section),
    }
    return medians(requests, rounds, {"page": boards.edit(size)})


def _cold_figures(
    noun: str, seconds: dict[str, float], target: float | None = None
) -> Iterator[Figure]:
    ratio = seconds["page"] / seconds["baseline"]
    yield Figure(f"baseline, {noun}", 1000 * seconds["baseline"], "ms")
    yield Figure(f"board cold, {noun}", 1000 * seconds["page"], "ms")
    yield Figure(f"board cold ÷ baseline, {noun}", ratio, "×", target)


def unchanged(boards: Boards, sizes: tuple[Size, ...], rounds: int) -> Iterator[Figure]:
    """Compare a 304 for an unchanged board with the board after a write, and measure its growth.

    As in `cold`, one gate is changed before each board that is sent. The 304 follows.
    """
    unchanged_seconds = {}
    for size in sizes:
        requests = {
            "cold": boards.page(size, "/"),
            "unchanged": boards.unchanged_page(size, "/"),
        }
        seconds = medians(requests, rounds, {"cold": boards.edit(size)})
        unchanged_seconds[size] = seconds["unchanged"]
        noun, ratio = f"{size.gates:,} gates", seconds["unchanged"] / seconds["cold"]
        yield Figure(f"board unchanged, {noun}", 1000 * seconds["unchanged"], "ms")
        yield Figure(
            f"board unchanged ÷ cold, {noun}", ratio, "×", UNCHANGED_TARGETS.get(size.gates)
        )
    first, last = sizes[0], sizes[-1]
    growth = unchanged_seconds[last] / unchanged_seconds[first]
    yield Figure(f"board unchanged, {last.gates:,} ÷ {first.gates:,} gates", growth, "×", 2)


def past(boards: Boards, sizes: tuple[Size, ...], rounds: int) -> Iterator[Figure]:
    """Compare the board of a past day, the changes and the burn-up with the live board."""
    day = (timezone.localdate() - timedelta(days=40)).isoformat()
    until = (timezone.localdate() - timedelta(days=30)).isoformat()
    requests = {}
    for size in sizes:
        requests[f"live {size.history}"] = boards.page(size, "/")
        requests[f"as of {size.history}"] = boards.page(size, f"/?as_of={day}")
    large = sizes[-1]
    requests["changes"] = boards.page(large, f"/changes/?since={day}&until={until}")
    requests["burn-up"] = boards.page(large, "/burnup/")
    requests["burn-up unchanged"] = boards.unchanged_page(large, "/burnup/")
    requests["history"] = boards.page(large, "/history/")
    seconds = medians(requests, rounds)
    live = seconds[f"live {large.history}"]
    rows = f"{large.history:,} history rows"
    yield Figure(f"past board ÷ live, {rows}", seconds[f"as of {large.history}"] / live, "×", 1.5)
    yield Figure(
        f"past board, {large.history:,} ÷ {sizes[0].history:,} history rows",
        seconds[f"as of {large.history}"] / seconds[f"as of {sizes[0].history}"], "×", 1.5,
    )  # fmt: skip
    yield Figure("past board, gates shown twice", _duplicate_gates(boards, large, day), "", 0)
    yield Figure(f"changes ÷ live board, {rows}", seconds["changes"] / live, "×", 4)
    yield Figure(f"burn-up ÷ live board, {rows}", seconds["burn-up"] / live, "×", 25)
    yield Figure("burn-up unchanged ÷ live board", seconds["burn-up unchanged"] / live, "×", 0.3)
    yield Figure(f"history page ÷ live board, {rows}", seconds["history"] / live, "×", 4)


def _duplicate_gates(boards: Boards, size: Size, day: str) -> int:
    import json

    body = boards.client(size).get(f"/board.json?as_of={day}")[2]
    codes = [gate["code"] for gate in json.loads(body)["gates"]]
    return len(codes) - len(set(codes))
