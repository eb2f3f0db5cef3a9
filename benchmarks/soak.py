"""Load held: people read and write over HTTP for a while; then their writes are looked for.

Each write carries a word that is in no other. What a person was told of it is kept, and at the
end held against the history: what was acknowledged stands there exactly once, what was refused
stands nowhere.
"""

import math
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPResponse
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gates.models import TRACKED, Gate, Owner
from gates.operations import integrity
from gates.roles import create_groups

from .data import Size, fill
from .databases import Databases
from .forms import Controls
from .server import Browser, Server
from .timing import Figure, say

PEOPLE = 20
SOAK_SIZE = Size(340, 10_000)
WRITES = 0.25  # of all that people do
BUSY = 40  # gates that all write to, so that they meet there
# The most that the servers' memory may be in the last quarter, in that of the second.
GROWTH = 1.1
# Seconds from which on every kind of write must have been acknowledged and memory must be level. In
# less, chance may leave a kind out, and the workers are still warming up.
LONG_ENOUGH = 60
PAGES = (
    *["/"] * 4,
    *["/gates/{code}/"] * 2,
    "/waiting/",
    "/changes/",
    "/history/",
    "/honesty/",
    "/burnup/",
    "/board.json",
    "/admin/gates/gate/",
)
DONE = ("notes", "evidence", "closed", "reopened", "blocker", "resolved")
SoakResponse = tuple[HTTPResponse, bytes]
WORD = re.compile(r"\bword-\d+-\d+\b")


@dataclass(slots=True)
class Ledger:
    """What people were told of their writes, by word: the tables that must have it, or none."""

    promised: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def held_against(self, found: Counter[tuple[str, str]]) -> "SoakResult":
        """Compare with how often the history has each word, by word and table."""
        promised = {(word, table) for word, tables in self.promised.items() for table in tables}
        return SoakResult(
            lost=sum(not found[key] for key in promised),
            doubled=sum(found[key] > 1 for key in promised),
            unasked=sum(key not in promised for key in found),
        )


@dataclass(frozen=True, slots=True)
class SoakResult:
    """How many entries of the history are missing, there more than once, or should not be."""

    lost: int
    doubled: int
    unasked: int


def words_in(rows: Iterable[tuple[Any, ...]]) -> Counter[str]:
    """How many writes brought each word into one history table.

    Args:
        rows: (object's id, version, anything ...), the versions of an object in order. A word
            that stays in a row while other columns change was brought by one write; two rows of
            one version are two.
    """
    found: Counter[str] = Counter()
    at, here, before = None, set[str](), set[str]()
    for pk, version, *values in rows:
        if at != (pk, version):
            before = here if at and at[0] == pk else set()
            at, here = (pk, version), set()
        words = {word for value in values if isinstance(value, str) for word in WORD.findall(value)}
        found.update(words - before)
        here = here | words
    return found


def in_history() -> Counter[tuple[str, str]]:
    """How often each word was written, by word and table, in the whole history."""
    found: Counter[tuple[str, str]] = Counter()
    for model in TRACKED:
        columns = [
            column.attname
            for column in model.history.model._meta.concrete_fields
            if column.name not in {"id", "version", "history_id"}
        ]
        rows = model.history.order_by("id", "version", "history_id")
        name = model._meta.model_name
        for word, times in words_in(rows.values_list("id", "version", *columns).iterator()).items():
            found[word, name] = times
    return found


class SoakUser(Thread):
    """Somebody who never pauses: reads mostly, writes now and then."""

    def __init__(self, number: int, server: Server, gates: list[tuple[int, str]], owner: int):
        super().__init__(name=f"person-{number}")
        self.server, self.gates, self.owner = server, gates, owner
        self.chance = random.Random(number)
        self.words = (f"word-{number}-{at}" for at in count())
        self.browser = Browser(f"203.0.113.{number + 1}")
        self.browser.cookies = _session(self.name)
        self.etags: dict[str, str] = {}
        self.until = 0.0
        self.seconds: dict[str, list[float]] = {"reads": [], "writes": []}
        self.ledger = Ledger()
        self.told: Counter[str] = Counter()
        self.errors: list[str] = []

    def run(self) -> None:
        """One step after the other until the time is up."""
        writes = (self.note, self.attach, self.close, self.reopen, self.wait)
        while time.monotonic() < self.until:
            step = self.chance.choice(writes) if self.chance.random() < WRITES else self.read
            try:
                step()
            except Exception as error:
                self.errors.append(f"{step.__name__}: {error!r}")

    def read(self) -> None:
        """Some page, the board most often; whole only where it has changed."""
        path = self.chance.choice(PAGES).format(code=self.chance.choice(self.gates)[1])
        etag = {"If-None-Match": self.etags[path]} if self.etags.get(path) else {}
        response, _ = self._timed("reads", "get", path, **etag)
        if response.status not in {200, 304}:
            raise Unexpected(path, response.status)
        self.told["unchanged" if response.status == 304 else "page"] += 1
        self.etags[path] = response.getheader("ETag") or ""

    def note(self) -> None:
        """Other notes on a gate."""
        word = next(self.words)
        if self._change(_gate_page(self._gate()), "notes", notes=word):
            self.ledger.promised[word] = ("gate",)

    def attach(self) -> None:
        """One more proof, every second of them a file."""
        word = next(self.words)
        data: dict[str, Any] = {"gate": self._gate(), "kind": "statement", "summary": word}
        if self.chance.random() < 0.5:
            data |= {"kind": "file", "file": SimpleUploadedFile("k6.txt", word.encode())}
        if self._change(reverse("admin:gates_evidence_add"), "evidence", **data):
            self.ledger.promised[word] = ("evidence",)

    def close(self) -> None:
        """Close a gate with a new proof."""
        word = next(self.words)
        page = reverse("admin:gates_gate_close", args=[self._gate()])
        said = self._change(page, "closed", kind="statement", summary=word, reason=word)
        if "is closed." in said:
            self.ledger.promised[word] = ("gate", "evidence")
        elif said and "What you sent was not written." not in said:
            raise Unexpected(page, said[:2000])

    def reopen(self) -> None:
        """Reopen a gate, if it is closed."""
        word = next(self.words)
        page = _gate_page(self._gate())
        if self._change(page, "reopened", {"progress": "closed"}, progress="open", reason=word):
            self.ledger.promised[word] = ("gate",)

    def wait(self) -> None:
        """Let a gate wait for somebody, then say how that was resolved: two writes."""
        needs, resolution = next(self.words), next(self.words)
        data = {"gate": self._gate(), "needs": needs, "waiting_on": self.owner, "_continue": "1"}
        if said := self._change(reverse("admin:gates_blocker_add"), "blocker", **data):
            self.ledger.promised[needs] = ("blocker",)
            own = re.search(r"/admin/gates/blocker/(\d+)/", said)
            page = reverse("admin:gates_blocker_resolve", args=[own[1] if own else 0])
            if self._change(page, "resolved", resolution=resolution):
                self.ledger.promised[resolution] = ("blocker",)

    def _gate(self) -> int:
        return self.chance.choice(self.gates[:BUSY])[0]

    def _change(
        self, page: str, what: str, only: dict[str, str] | None = None, /, **fields: Any
    ) -> str:
        """Open a page, fill in its form and send it; the page that says it was done, or "".

        Nothing is sent where the page is not for this now: it leads elsewhere, it has no form, or
        its form does not show what is in `only`.
        """
        response, form = self._timed("reads", "get", page)
        shown = Controls(form.decode()).data
        if response.status not in {200, 302}:
            raise Unexpected(page, response.status)
        if response.status == 302 or "csrfmiddlewaretoken" not in shown:
            return ""
        if only and not only.items() <= shown.items():
            return ""
        response, _ = self._timed("writes", "post", page, **{**shown, **fields})
        if response.status == 200:
            self.told["refused"] += 1
            return ""
        if response.status != 302:
            raise Unexpected(page, response.status)
        self.told[what] += 1
        after = str(response.getheader("Location"))
        response, said = self._timed("reads", "get", after)
        if response.status != 200:
            raise Unexpected(after, response.status)
        return said.decode()

    def _timed(
        self, kind: str, method: str, path: str, /, **sent: Any
    ) -> tuple[HTTPResponse, bytes]:
        begin = time.perf_counter()
        answer: tuple[HTTPResponse, bytes] = getattr(self.browser, method)(
            self.server, path, **sent
        )
        self.seconds[kind].append(time.perf_counter() - begin)
        return answer


class Unexpected(Exception):
    """An address and the answer that it should not have given."""


def _gate_page(pk: int) -> str:
    return reverse("admin:gates_gate_change", args=[pk])


def _session(username: str) -> dict[str, str]:
    """The cookies of a new engineer who has logged in."""
    user = User.objects.create_user(username, is_staff=True)
    user.groups.set(Group.objects.filter(name="Engineer"))
    browser = Client()
    browser.force_login(user)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: "x" * 32}


def soak(databases: Databases, seconds: int) -> Iterator[Figure]:
    """Twenty people for so many seconds on one server, as its unit starts it.

    What only time can show has no target below `LONG_ENOUGH`.
    """
    if databases.use("soak"):
        fill(SOAK_SIZE)
        create_groups()
    gates = list(Gate.objects.values_list("pk", "code"))
    owner = Owner.objects.values_list("pk", flat=True)[0]
    url = os.environ["BENCH_DATABASES"].format(name="soak")
    with tempfile.TemporaryDirectory(prefix="dealix-soak-") as folder:
        # No worker is replaced meanwhile, which would hide memory that only grows.
        server = Server(
            Path(folder), url, "--max-requests", "0",
            SECRET_KEY=settings.SECRET_KEY, REQUIRE_MFA="off",
        )  # fmt: skip
        try:
            people = [SoakUser(number, server, gates, owner) for number in range(PEOPLE)]
            memory = _let_run(people, server, seconds)
        finally:
            server.stop()
        troubles = server.log.read_text().count("Traceback")
    for error in [error for person in people for error in person.errors][:10]:
        say("")
        sys.stderr.write(f"    {error}\n")
    yield from _figures(people, seconds)
    yield Figure("soak: exceptions in the servers' log", troubles, "", 0)
    yield Figure("soak: contradictions in the tables", len(integrity.integrity_errors()), "", 0)
    yield Figure("soak: most memory of the server", max(memory), "MB")
    most = _in_time(GROWTH, seconds)
    yield Figure("soak: memory, last quarter ÷ second", growth(memory), "×", most)


def _let_run(people: list[SoakUser], server: Server, seconds: int) -> list[float]:
    """Let them go and wait for all; the server's memory in MB, every second."""
    for person in people:
        person.until = time.monotonic() + seconds
        person.start()
    memory = []
    while any(person.is_alive() for person in people):
        say(f"soak: {sum(map(_soak_steps, people))} requests, {sum(map(_errors, people))} errors")
        memory.append(server.memory())
        time.sleep(1)
    return memory


def _soak_steps(person: SoakUser) -> int:
    return sum(map(len, person.seconds.values()))


def _errors(person: SoakUser) -> int:
    return len(person.errors)


def growth(memory: list[float]) -> float:
    """The median of the last quarter ÷ that of the second: the first is for warming up."""
    quarter = max(1, len(memory) // 4)
    return statistics.median(memory[-quarter:]) / statistics.median(memory[quarter : 2 * quarter])


def _in_time(target: float, seconds: int) -> float | None:
    """A target that only a soak of some length can be held to."""
    return target if seconds >= LONG_ENOUGH else None


def _figures(people: list[SoakUser], seconds: int) -> Iterator[Figure]:
    ledger = Ledger()
    told: Counter[str] = Counter()
    for person in people:
        ledger.promised |= person.ledger.promised
        told += person.told
    for kind in ("reads", "writes"):
        times = sorted(time for person in people for time in person.seconds[kind])
        yield Figure(f"soak: {kind} a second", len(times) / seconds)
        yield Figure(f"soak: {kind}, median", 1000 * statistics.median(times), "ms")
        yield Figure(f"soak: {kind}, p99", 1000 * times[math.ceil(0.99 * len(times)) - 1], "ms")
    for what in (*DONE, "refused", "unchanged", "page"):
        yield Figure(f"soak: {what}", told[what])
    verdict = ledger.held_against(in_history())
    yield Figure("soak: writes acknowledged", len(ledger.promised))
    never = sum(not told[what] for what in DONE)
    yield Figure("soak: kinds of write never acknowledged", never, "", _in_time(0, seconds))
    yield Figure("soak: errors", sum(map(_errors, people)), "", 0)
    yield Figure("soak: acknowledged writes not in the history", verdict.lost, "", 0)
    yield Figure("soak: acknowledged writes there more than once", verdict.doubled, "", 0)
    yield Figure("soak: writes there that nobody was told of", verdict.unasked, "", 0)
