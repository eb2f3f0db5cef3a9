"""Two servers on one PostgreSQL are one board: a person walks through both while closes race."""

import http.client
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Barrier, Thread
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from gates import integrity
from gates.models import Evidence, Gate
from tests import factory
from tests.admin_forms import person

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]

ROOT = Path(settings.BASE_DIR)
HOST = "gates.example"
PASSWORD = "a long enough secret"
GATES = 20


class Server:
    """gunicorn as its unit starts it, but on a port of its own."""

    def __init__(self, folder: Path) -> None:
        unit = (ROOT / "deploy" / "dealix-gates.service").read_text()
        line = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
        assert line
        arguments = shlex.split(line[1])[1:]
        # Already listening, so that nobody has to wait or to guess a free port.
        self.socket = socket.create_server(("127.0.0.1", 0))
        arguments[arguments.index("--bind") + 1] = f"fd://{self.socket.fileno()}"
        url = urlsplit(os.environ["DATABASE_URL"])
        name = connection.settings_dict["NAME"]
        self.process = subprocess.Popen(
            [Path(sys.executable).parent / "gunicorn", *arguments],
            cwd=ROOT,
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                "DJANGO_SETTINGS_MODULE": "tests.served",
                "SERVED_FOLDER": str(folder),
                "DATABASE_URL": url._replace(path=f"/{name}").geturl(),
                "SECRET_KEY": "0123456789" * 6,
                "ALLOWED_HOSTS": HOST,
                "DEBUG": "off",
            },
            pass_fds=[self.socket.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=40)
        self.socket.close()


class Browser:
    """A person's browser; a proxy that knows both servers is between it and them."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies: dict[str, str] = {}

    def get(
        self, server: Server, path: str, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        return self._ask(server, "GET", path, None, headers)

    def post(
        self, server: Server, path: str, **data: object
    ) -> tuple[http.client.HTTPResponse, bytes]:
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        body = encode_multipart(BOUNDARY, {**token, **data})
        return self._ask(server, "POST", path, body, {"Content-Type": MULTIPART_CONTENT})

    def _ask(
        self, server: Server, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", server.socket.getsockname()[1], timeout=60)
        link.request(
            method,
            path,
            body,
            {
                "Host": HOST,
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": self.address,
                "Referer": f"https://{HOST}/",
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                **headers,
            },
        )
        response = link.getresponse()
        content = response.read()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        link.close()
        return response, content

    def log_in(self, name: str, secret: str, first: Server, second: Server) -> str:
        """The password to the first server, the code to the second; where that leads."""
        self.get(first, reverse("account_login"))
        self.post(first, reverse("account_login"), login=name, password=PASSWORD)
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        response, _ = self.post(second, reverse("mfa_authenticate"), code=code)
        return str(response.getheader("Location"))


@pytest.fixture
def servers(committed: None, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    cache.clear()
    with ExitStack() as stack:
        started = []
        for _ in range(2):
            started.append(Server(tmp_path))
            stack.callback(started[-1].stop)
        yield started[0], started[1]
    cache.clear()


def account(name: str) -> str:
    """A founder with a password and an authenticator app; returns the app's secret."""
    user = person(name, "Founder")
    user.set_password(PASSWORD)
    user.save()
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    return secret


class Racer(Thread):
    """Somebody who closes one gate after the other, each at the same moment as another racer."""

    def __init__(
        self, name: str, at: Server, logged_in: Browser, gates: list[Gate], start: Barrier
    ):
        super().__init__(name=name)
        self.at, self.browser, self.gates, self.start_together = at, logged_in, gates, start
        self.answers: list[int] = []

    def run(self) -> None:
        for gate in self.gates:
            path = reverse("admin:gates_gate_close", args=[gate.pk])
            self.start_together.wait(timeout=60)
            reason = f"Seen green by {self.name}"
            response, _ = self.browser.post(self.at, path, kind="statement", reason=reason)
            self.answers.append(response.status)


def test_a_person_walks_through_both_while_closes_race(servers: tuple[Server, Server]) -> None:
    one, other = servers
    secrets = {name: account(name) for name in ("sami", "lina", "omar")}
    gates = [factory.gate(f"T{number}") for number in range(1, GATES + 1)]
    for gate in gates:
        factory.evidence(gate)
    factory.gate("GV1")
    start = Barrier(2)
    racers: list[Racer] = []
    for name, server in (("lina", one), ("omar", other)):
        browser = Browser(f"203.0.113.{len(racers) + 2}")
        assert browser.log_in(name, secrets[name], one, other) == "/"
        racers.append(Racer(name, server, browser, gates, start))

    for racer in racers:
        racer.start()
    sami = Browser("203.0.113.1")
    landed = sami.log_in("sami", secrets["sami"], one, other)
    pages = [sami.get(server, "/")[0].status for server in (one, other, one, other)]
    sami.post(one, "/language/", language="ar", next="/")
    arabic = [re.search(rb'<html lang="(\w+)"', sami.get(server, "/")[1]) for server in servers]
    proof = attach(sami, one)
    downloads = [sami.get(server, reverse("evidence-file", args=[proof.pk])) for server in servers]
    stranger = Browser("203.0.113.9").get(other, reverse("evidence-file", args=[proof.pk]))[0]
    for racer in racers:
        racer.join(timeout=120)

    for racer in racers:
        assert racer.answers == [302] * GATES  # who comes second is told so on the next page
    assert landed == "/"
    assert pages == [200] * 4
    assert [found and found[1] for found in arabic] == [b"ar", b"ar"]
    assert [(answer.status, content) for answer, content in downloads] == [(200, LOG)] * 2
    assert stranger.status == 302
    for gate in Gate.objects.filter(section__prefix="T"):
        (record,) = gate.history.filter(progress="closed")
        assert gate.progress == "closed"
        assert gate.closed_by
        assert gate.closing_note == f"Seen green by {gate.closed_by.username}"
        assert record.history_user_name == gate.closed_by.username
        assert gate.history.count() == 2  # made, and closed
    assert integrity.faults() == []


LOG = b"p95 410 ms\n"


def attach(browser: Browser, server: Server) -> Evidence:
    """Attach a file through a server."""
    response, _ = browser.post(
        server,
        reverse("admin:gates_evidence_add"),
        gate=Gate.objects.get(code="GV1").pk,
        kind="file",
        summary="The log of the drill",
        file=SimpleUploadedFile("k6.txt", LOG),
    )
    assert response.status == 302
    return Evidence.objects.exclude(file="").get()


def test_a_page_of_one_is_known_to_the_other_until_something_changes(
    servers: tuple[Server, Server],
) -> None:
    one, other = servers
    gate = factory.gate("T1")
    factory.evidence(gate)
    sami = Browser("203.0.113.1")
    sami.log_in("sami", account("sami"), one, other)
    etag = str(sami.get(one, "/")[0].getheader("ETag"))

    unchanged = sami.get(other, "/", **{"If-None-Match": etag})[0]
    path = reverse("admin:gates_gate_close", args=[gate.pk])
    sami.post(one, path, kind="statement", reason="Seen green")
    changed = sami.get(other, "/", **{"If-None-Match": etag})[0]

    assert unchanged.status == 304
    assert changed.status == 200


def test_wrong_passwords_count_together_and_logging_out_counts_for_both(
    servers: tuple[Server, Server],
) -> None:
    one, other = servers
    secrets = {name: account(name) for name in ("sami", "lina")}
    factory.gate("T1")
    sami, thief, lina = (Browser(f"203.0.113.{number}") for number in (1, 2, 3))
    sami.log_in("sami", secrets["sami"], one, other)
    log_in = reverse("account_login")

    thief.get(one, log_in)
    for server in (one, other, one, other, one):
        thief.post(server, log_in, login="lina", password="wrong")
    answers = []
    for server in servers:
        lina.get(server, log_in)
        answers.append(lina.post(server, log_in, login="lina", password=PASSWORD))
    before = sami.get(one, "/history/")[0].status
    sami.post(other, reverse("account_logout"))
    after = sami.get(one, "/history/")[0].status

    for response, page in answers:
        assert response.status == 200
        assert b"Too many failed attempts" in page
    assert (before, after) == (200, 302)
