"""Two servers on one PostgreSQL act as one board while closes of the same gates race."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Thread

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from benchmarks.server import Browser, Server
from gates.models import Evidence, Gate
from gates.operations import integrity
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.databases import url_of
from tests.support.profile import tries

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]

PASSWORD = "a long enough secret"
GATES = tries(quick=8, full=20)


class Person(Browser):
    """A browser whose user logs in with a password and a second factor."""

    def log_in(self, name: str, secret: str, first: Server, second: Server) -> str:
        """Send the password to the first server, the code to the second; return the redirect."""
        self.get(first, reverse("account_login"))
        self.post(first, reverse("account_login"), login=name, password=PASSWORD)
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        response, _ = self.post(second, reverse("mfa_authenticate"), code=code)
        return str(response.getheader("Location"))


@pytest.fixture
def servers(committed: None, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    cache.clear()
    url = url_of(connection.settings_dict["NAME"])
    with ExitStack() as stack:
        started = []
        for _ in range(2):
            started.append(Server(tmp_path, url, SECRET_KEY=settings.SECRET_KEY))
            stack.callback(started[-1].stop)
        yield started[0], started[1]
    cache.clear()


def account(name: str) -> str:
    """Create a founder with a password and an authenticator app; return the app's secret."""
    user = person(name, "Founder")
    user.set_password(PASSWORD)
    user.save()
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    return secret


class Racer(Thread):
    """A thread that closes one gate after the other, each at the same time as another racer."""

    def __init__(self, name: str, at: Server, logged_in: Person, gates: list[Gate], start: Barrier):
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
        browser = Person(f"203.0.113.{len(racers) + 2}")
        assert browser.log_in(name, secrets[name], one, other) == "/"
        racers.append(Racer(name, server, browser, gates, start))

    for racer in racers:
        racer.start()
    sami = Person("203.0.113.1")
    landed = sami.log_in("sami", secrets["sami"], one, other)
    pages = [sami.get(server, "/")[0].status for server in (one, other, one, other)]
    sami.post(one, "/language/", language="ar", next="/")
    arabic = [re.search(rb'<html lang="(\w+)"', sami.get(server, "/")[1]) for server in servers]
    proof = attach(sami, one)
    downloads = [sami.get(server, reverse("evidence-file", args=[proof.pk])) for server in servers]
    stranger = Person("203.0.113.9").get(other, reverse("evidence-file", args=[proof.pk]))[0]
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
    assert integrity.integrity_errors() == []


LOG = b"p95 410 ms\n"


def attach(browser: Person, server: Server) -> Evidence:
    """Attach a file through a server."""
    response, _ = browser.post(
        server,
        reverse("admin:gates_evidence_add"),
        gate="GV1",
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
    sami = Person("203.0.113.1")
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
    sami, thief, lina = (Person(f"203.0.113.{number}") for number in (1, 2, 3))
    sami.log_in("sami", secrets["sami"], one, other)
    log_in = reverse("account_login")

    thief.get(one, log_in)
    for server in (one, other, one, other, one):
        thief.post(server, log_in, login="lina", password="wrong")
    answers = []
    for server in servers:
        answers.append(thief.post(server, log_in, login="lina", password=PASSWORD))
    landed = lina.log_in("lina", secrets["lina"], one, other)  # from another address
    before = sami.get(one, "/history/")[0].status
    sami.post(other, reverse("account_logout"))
    after = sami.get(one, "/history/")[0].status

    for response, page in answers:
        assert response.status == 200
        assert b"Too many failed attempts" in page
    assert landed == "/"
    assert (before, after) == (200, 302)
