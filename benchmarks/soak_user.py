"""A user of the soak: a thread that reads and writes over HTTP without a pause."""

import random
import re
import time
from collections import Counter
from http.client import HTTPResponse
from itertools import count
from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from .forms import Controls
from .server import Browser, Server
from .soak_ledger import Ledger

WRITE_SHARE = 0.25  # of all requests' steps
SHARED_GATES = 40  # all users write to these, so that their writes collide
READ_PATHS = (
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
WRITE_KINDS = ("notes", "evidence", "closed", "reopened", "blocker", "resolved")


class UnexpectedResponse(Exception):
    """(path, status or body) of a response that the server must not give here."""


class SoakUser(Thread):
    """An engineer who mostly reads and now and then writes.

    Attributes:
        until: `time.monotonic()` at which to stop; set before `start`.
        seconds: durations of the requests, by kind ("reads", "writes").
        ledger: the acknowledged writes.
        outcomes: number of steps by outcome: a kind of write, "refused", "unchanged", "page".
        errors: one line for each step that failed.
    """

    def __init__(self, number: int, server: Server, gates: list[tuple[int, str]], owner: int):
        super().__init__(name=f"person-{number}")
        self.server, self.gates, self.owner = server, gates, owner
        self.random = random.Random(number)
        self.markers = (f"marker-{number}-{at}" for at in count())
        self.browser = Browser(f"203.0.113.{number + 1}")
        self.browser.cookies = _session_cookies(self.name)
        self.etags: dict[str, str] = {}
        self.until = 0.0
        self.seconds: dict[str, list[float]] = {"reads": [], "writes": []}
        self.ledger = Ledger()
        self.outcomes: Counter[str] = Counter()
        self.errors: list[str] = []

    def run(self) -> None:
        """Do one step after the other until the time is up."""
        writes = (self.edit_notes, self.add_evidence, self.close, self.reopen, self.block)
        while time.monotonic() < self.until:
            writing = self.random.random() < WRITE_SHARE
            step = self.random.choice(writes) if writing else self.read
            try:
                step()
            except Exception as error:
                self.errors.append(f"{step.__name__}: {error!r}")

    def read(self) -> None:
        """Read a page, the board most often, with If-None-Match where its ETag is known."""
        path = self.random.choice(READ_PATHS).format(code=self.random.choice(self.gates)[1])
        etag = {"If-None-Match": self.etags[path]} if self.etags.get(path) else {}
        response, _ = self._timed("reads", "get", path, **etag)
        if response.status not in {200, 304}:
            raise UnexpectedResponse(path, response.status)
        self.outcomes["unchanged" if response.status == 304 else "page"] += 1
        self.etags[path] = response.getheader("ETag") or ""

    def edit_notes(self) -> None:
        """Change a gate's notes."""
        marker = next(self.markers)
        if self._submit(_gate_path(self._random_gate()), "notes", notes=marker):
            self.ledger.acknowledged[marker] = ("gate",)

    def add_evidence(self) -> None:
        """Add evidence to a gate; half of it is a file."""
        marker = next(self.markers)
        data: dict[str, Any] = {
            "gate": self.random.choice(self.gates[:SHARED_GATES])[1],
            "kind": "statement",
            "summary": marker,
        }
        if self.random.random() < 0.5:
            data |= {"kind": "file", "file": SimpleUploadedFile("k6.txt", marker.encode())}
        if self._submit(reverse("admin:gates_evidence_add"), "evidence", **data):
            self.ledger.acknowledged[marker] = ("evidence",)

    def close(self) -> None:
        """Close a gate with new evidence."""
        marker = next(self.markers)
        path = reverse("admin:gates_gate_close", args=[self._random_gate()])
        page = self._submit(path, "closed", kind="statement", summary=marker, reason=marker)
        if "is closed." in page:
            self.ledger.acknowledged[marker] = ("gate", "evidence")
        elif page and "What you sent was not written." not in page:
            raise UnexpectedResponse(path, page[:2000])

    def reopen(self) -> None:
        """Reopen a gate, if it is closed."""
        marker = next(self.markers)
        path = _gate_path(self._random_gate())
        if self._submit(path, "reopened", {"progress": "closed"}, progress="open", reason=marker):
            self.ledger.acknowledged[marker] = ("gate",)

    def block(self) -> None:
        """Add a blocker to a gate, then resolve it: two writes."""
        needs, resolution = next(self.markers), next(self.markers)
        data = {
            "gate": self.random.choice(self.gates[:SHARED_GATES])[1],
            "needs": needs,
            "waiting_on": self.owner,
            "_continue": "1",
        }
        if page := self._submit(reverse("admin:gates_blocker_add"), "blocker", **data):
            self.ledger.acknowledged[needs] = ("blocker",)
            pk = re.search(r"/admin/gates/blocker/(\d+)/", page)
            path = reverse("admin:gates_blocker_resolve", args=[pk[1] if pk else 0])
            if self._submit(path, "resolved", resolution=resolution):
                self.ledger.acknowledged[resolution] = ("blocker",)

    def _random_gate(self) -> int:
        return self.random.choice(self.gates[:SHARED_GATES])[0]

    def _submit(
        self, path: str, kind: str, only: dict[str, str] | None = None, /, **fields: Any
    ) -> str:
        """Open a page, fill in its form and send it; return the page after the redirect.

        Return "" where the form is refused, or not sent: the page redirects, has no form, or its
        form does not have the values of `only`.
        """
        response, form = self._timed("reads", "get", path)
        values = Controls(form.decode()).data
        if response.status not in {200, 302}:
            raise UnexpectedResponse(path, response.status)
        if response.status == 302 or "csrfmiddlewaretoken" not in values:
            return ""
        if only and not only.items() <= values.items():
            return ""
        response, _ = self._timed("writes", "post", path, **{**values, **fields})
        if response.status == 200:
            self.outcomes["refused"] += 1
            return ""
        if response.status != 302:
            raise UnexpectedResponse(path, response.status)
        self.outcomes[kind] += 1
        location = str(response.getheader("Location"))
        response, page = self._timed("reads", "get", location)
        if response.status != 200:
            raise UnexpectedResponse(location, response.status)
        return page.decode()

    def _timed(
        self, kind: str, method: str, path: str, /, **values: Any
    ) -> tuple[HTTPResponse, bytes]:
        began = time.perf_counter()
        response: tuple[HTTPResponse, bytes] = getattr(self.browser, method)(
            self.server, path, **values
        )
        self.seconds[kind].append(time.perf_counter() - began)
        return response


def _gate_path(pk: int) -> str:
    return reverse("admin:gates_gate_change", args=[pk])


def _session_cookies(username: str) -> dict[str, str]:
    """Return the cookies of a new engineer who has logged in."""
    user = User.objects.create_user(username, is_staff=True)
    user.groups.set(Group.objects.filter(name="Engineer"))
    browser = Client()
    browser.force_login(user)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: "x" * 32}
