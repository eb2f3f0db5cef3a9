"""What the pages cost, against the floor and against each other."""

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
from .timing import Figure, exponent, medians, say
from .wsgi_client import WsgiClient

BOARDS = (Size(34, 1_000), Size(1_020, 10_000), Size(10_200, 100_000))
PASTS = (Size(34, 1_000), Size(34, 10_000), Size(34, 100_000))
# The most that a cold board may cost, in floors.
COLD = {"postgresql": {34: 7, 1_020: 5}, "sqlite": {34: 20, 1_020: 10}}
NOT_CHANGED = {34: 0.3, 1_020: 0.06}
SECTION_PATH = "A"  # whose rows are asked for where the board has too many to show


class Pages:
    """Readers of boards of several sizes on one engine."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.application = application
        self.readers: dict[Size, WsgiClient] = {}
        self.etags: dict[tuple[Size, str], str] = {}

    def at(self, size: Size) -> WsgiClient:
        """A reader of the board of this size; its database is in use from here."""
        if self.databases.use(str(size)):
            say(f"filling {size.gates:,} gates, {size.history:,} history rows")
            self.readers[size] = WsgiClient(fill(size), self.application)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        return self.readers[size]

    def get(self, size: Size, path: str) -> Callable[[], None]:
        """Ask for a page, whole."""

        def act() -> None:
            status, headers, body = self.at(size).get(path)
            assert status == 200, (path, status, body[:300])
            self.etags[size, path] = headers["ETag"]

        return act

    def again(self, size: Size, path: str) -> Callable[[], None]:
        """Ask for a page that has not changed since it was last asked for whole."""

        def act() -> None:
            status, _, body = self.at(size).get(path, self.etags[size, path])
            assert status == 304, (path, status, body[:300])

        return act

    def change(self, size: Size) -> Callable[[], None]:
        """Give a gate another title, every time; all pages of the board show it, folded or not."""
        number = count()

        def act() -> None:
            self.at(size)
            first = Gate.objects.filter(counted=False).earliest("pk")
            Gate.objects.filter(pk=first.pk).update(title=f"k6 load test {next(number)}")

        return act

    def statements(self, size: Size, path: str) -> list[baseline.RecordedQuery]:
        """What a page asks the database, once what is kept in the process is there."""
        reader = self.at(size)
        reader.get(path)
        with baseline.record_queries() as found:
            status, _, body = reader.get(path)
        assert status == 200, (path, status, body[:300])
        return found

    def floor(self, size: Size, section: str = "") -> Callable[[], None]:
        """Ask the bare application for the board, or for one section."""
        run = self.statements(size, _path(section))
        application = baseline.baseline_application(run, *_driver(connection), section)

        def act() -> None:
            application({}, lambda *_: None)

        return act


def _path(section: str) -> str:
    return f"/?section={section}" if section else "/"


def _driver(of: Any) -> tuple[Any, bool]:
    """A raw connection to the database in use, and whether it is SQLite."""
    if of.vendor == "sqlite":
        import sqlite3

        return sqlite3.connect(of.settings_dict["NAME"]), True
    import psycopg

    # A transaction that never ends would keep every row that was replaced since.
    bare = {"cursor_factory": None, "autocommit": True}
    return psycopg.connect(**of.get_connection_params() | bare), False


def queries(pages: Pages, sizes: tuple[Size, ...]) -> Iterator[Figure]:
    """How many queries a page takes, the most over the sizes, and whether it is the same."""
    gates = "/admin/gates/gate/"
    for name, path, most in (
        ("board", "/", 12),
        ("gate page", "/gates/A1/", None),
        ("waiting", "/waiting/", None),
        ("changes", "/changes/", None),
        ("history", "/history/?kind=gate", None),
        ("admin list of gates", gates, 8),
        ("admin list of evidence", "/admin/gates/evidence/", 8),
    ):
        counts = [len(pages.statements(size, path)) for size in sizes]
        yield Figure(f"queries: {name}", max(counts), "", most)
        yield Figure(f"queries: {name}, more at one size than another", max(counts) - min(counts),
                     "", 0)  # fmt: skip


def cold(pages: Pages, engine: str, sizes: tuple[Size, ...], rounds: int) -> Iterator[Figure]:
    """The board after a write against the floor, and its growth.

    Before each time one gate is changed, so that the page is another one. Board and floor of one
    size take turns; a board of 10,200 gates in between would leave nothing in the processor's
    caches for either, which no reader of 34 gates meets. A folded board shows no rows of gates, so
    one of its sections, which does, has figures of its own.
    """
    boards = {}
    for size in sizes:
        found = _against_floor(pages, size, rounds)
        boards[size] = found["page"]
        yield from _compared(f"{size.gates:,} gates", found, COLD[engine].get(size.gates))
        if size.gates > MAX_GATES_PER_PAGE:
            found = _against_floor(pages, size, rounds, SECTION_PATH)
            yield from _compared(f"one section of {size.gates:,} gates", found)
    small, large = sizes[0], sizes[-1]
    grown = exponent(boards[small], boards[large], large.gates / small.gates)
    yield Figure("board cold, growth exponent", grown, "", 1.2)


def _against_floor(pages: Pages, size: Size, rounds: int, section: str = "") -> dict[str, float]:
    """The seconds of the page after a write and of its floor; of the board, or of one section."""
    acts = {"page": pages.get(size, _path(section)), "floor": pages.floor(size, section)}
    return medians(acts, rounds, {"page": pages.change(size)})


def _compared(of: str, found: dict[str, float], most: float | None = None) -> Iterator[Figure]:
    yield Figure(f"floor, {of}", 1000 * found["floor"], "ms")
    yield Figure(f"board cold, {of}", 1000 * found["page"], "ms")
    yield Figure(f"board cold ÷ floor, {of}", found["page"] / found["floor"], "×", most)


def not_changed(pages: Pages, sizes: tuple[Size, ...], rounds: int) -> Iterator[Figure]:
    """A board that has not changed against the same one after a write, and its growth.

    One gate is changed before each board that is sent, as in `cold`; then its reader asks whether
    it has changed since.
    """
    unchanged = {}
    for size in sizes:
        acts = {"cold": pages.get(size, "/"), "unchanged": pages.again(size, "/")}
        found = medians(acts, rounds, {"cold": pages.change(size)})
        unchanged[size] = found["unchanged"]
        of, ratio = f"{size.gates:,} gates", found["unchanged"] / found["cold"]
        yield Figure(f"board unchanged, {of}", 1000 * found["unchanged"], "ms")
        yield Figure(f"board unchanged ÷ cold, {of}", ratio, "×", NOT_CHANGED.get(size.gates))
    first, last = sizes[0], sizes[-1]
    grown = unchanged[last] / unchanged[first]
    yield Figure(f"board unchanged, {last.gates:,} ÷ {first.gates:,} gates", grown, "×", 2)


def past(pages: Pages, sizes: tuple[Size, ...], rounds: int) -> Iterator[Figure]:
    """The board of a past day, the changes between two days and the burn-up, by history."""
    day = (timezone.localdate() - timedelta(days=40)).isoformat()
    until = (timezone.localdate() - timedelta(days=30)).isoformat()
    acts = {}
    for size in sizes:
        acts[f"live {size.history}"] = pages.get(size, "/")
        acts[f"as of {size.history}"] = pages.get(size, f"/?as_of={day}")
    large = sizes[-1]
    acts["changes"] = pages.get(large, f"/changes/?since={day}&until={until}")
    acts["burn-up"] = pages.get(large, "/burnup/")
    acts["burn-up unchanged"] = pages.again(large, "/burnup/")
    acts["history"] = pages.get(large, "/history/")
    found = medians(acts, rounds)
    live = found[f"live {large.history}"]
    rows = f"{large.history:,} history rows"
    yield Figure(f"past board ÷ live, {rows}", found[f"as of {large.history}"] / live, "×", 1.5)
    yield Figure(
        f"past board, {large.history:,} ÷ {sizes[0].history:,} history rows",
        found[f"as of {large.history}"] / found[f"as of {sizes[0].history}"], "×", 1.5,
    )  # fmt: skip
    yield Figure("past board, gates shown twice", _twice(pages, large, day), "", 0)
    yield Figure(f"changes ÷ live board, {rows}", found["changes"] / live, "×", 4)
    yield Figure(f"burn-up ÷ live board, {rows}", found["burn-up"] / live, "×", 25)
    yield Figure("burn-up unchanged ÷ live board", found["burn-up unchanged"] / live, "×", 0.3)
    yield Figure(f"history page ÷ live board, {rows}", found["history"] / live, "×", 4)


def _twice(pages: Pages, size: Size, day: str) -> int:
    import json

    body = pages.at(size).get(f"/board.json?as_of={day}")[2]
    codes = [gate["code"] for gate in json.loads(body)["gates"]]
    return len(codes) - len(set(codes))
