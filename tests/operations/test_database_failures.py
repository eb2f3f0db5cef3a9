"""Database down, lost, read-only or full: a clear page, no partial write, and recovery.

Requests go through the WSGI application in one process, as in a worker of the server: the next
request meets the remains of a broken connection.
"""

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse

from gates.models import Gate
from gates.operations import integrity
from gates.views import board as views
from tests.support import factory
from tests.support.admin_forms import gate_data, person, proof
from tests.support.assertions import everything

pytestmark = pytest.mark.usefixtures("committed")

TOKEN = "a" * 32
PAGES = ["/", "/gates/T1/", "/history/", "/board.json", "/admin/", "/admin/gates/gate/"]
# Texts that would show our internals to a stranger.
INTERNALS = ("Traceback", "OperationalError", "psycopg", "sqlite", "gates_gate", 'File "')


class Worker:
    """One process of the server, with a user logged in."""

    def __init__(self) -> None:
        client = Client()
        client.force_login(person("engineer", "Engineer"))
        self.session = client.cookies["sessionid"].value
        self.application = WSGIHandler()

    def ask(self, path: str, data: dict[str, Any] | None = None) -> tuple[int, str]:
        """Send a request; return (status, page)."""
        form = urlencode({**(data or {}), "csrfmiddlewaretoken": TOKEN}).encode()
        environ = {
            **RequestFactory().get(path).environ,
            "HTTP_COOKIE": f"sessionid={self.session}; csrftoken={TOKEN}",
        }
        if data is not None:
            environ |= {
                "REQUEST_METHOD": "POST",
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(form)),
                "wsgi.input": BytesIO(form),
            }
        status: list[str] = []
        start: Any = lambda line, _headers: status.append(line)  # noqa: E731
        response: Any = self.application(environ, start)
        page = b"".join(response).decode()
        response.close()
        return int(status[0].split()[0]), page


@pytest.fixture
def worker(committed: None) -> Worker:
    factory.closed_gate("T1")
    return Worker()


def unavailable(answer: tuple[int, str]) -> bool:
    """Return whether the answer is the 503 page, without internals."""
    status, page = answer
    assert not [word for word in INTERNALS if word in page]
    return status == HTTPStatus.SERVICE_UNAVAILABLE and "cannot reach its data" in page


@contextmanager
def database_down() -> Iterator[None]:
    """Let the settings point to where no database answers."""
    place = "NAME" if connection.vendor == "sqlite" else "HOST"
    there = connection.settings_dict[place]
    connection.close()
    connection.settings_dict[place] = "/nowhere/at/all"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict[place] = there


@contextmanager
def connected_with(name: str, value: str) -> Iterator[None]:
    """Make new connections with another option."""
    options = connection.settings_dict["OPTIONS"]
    before = dict(options)
    connection.close()
    options[name] = value
    try:
        yield
    finally:
        connection.close()
        options.clear()
        options.update(before)


def read_only() -> AbstractContextManager[None]:
    """Let the database refuse writes."""
    if connection.vendor == "sqlite":
        return connected_with("init_command", "PRAGMA query_only = ON")
    return connected_with("options", "-c default_transaction_read_only=on")


def lose_the_connection() -> None:
    """End this process's connection from the server, as a restart of PostgreSQL does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (mine,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [mine])
    other.close()


def before(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, do: Callable[[], None]) -> None:
    """Call `do` just before a function is called."""
    original = getattr(where, name)

    def first(*args: Any, **kwargs: Any) -> Any:
        do()
        return original(*args, **kwargs)

    monkeypatch.setattr(where, name, first)


def closing(gate: Gate) -> dict[str, Any]:
    """Return the gate's form data that adds evidence and closes."""
    return gate_data(
        gate, progress="closed", reason="Seen green", evidence=[proof("Green at 10:00")]
    )


def url_of(gate: Gate) -> str:
    return reverse("admin:gates_gate_change", args=[gate.pk])


def test_with_the_database_down_every_page_says_so_and_comes_back(worker: Worker) -> None:
    with database_down():
        for path in [*PAGES, "/healthz"]:
            status, page = worker.ask(path)

            assert status == HTTPStatus.SERVICE_UNAVAILABLE
            assert path == "/healthz" or unavailable((status, page))

    assert [worker.ask(path)[0] for path in PAGES] == [HTTPStatus.OK] * len(PAGES)
    assert worker.ask("/healthz")[0] == HTTPStatus.OK


@pytest.mark.postgresql
def test_a_connection_lost_in_the_middle_of_a_page(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        before(patch, views, "requested_board", lose_the_connection)
        assert unavailable(worker.ask("/"))

    assert worker.ask("/")[0] == HTTPStatus.OK


@pytest.mark.postgresql
def test_a_connection_lost_between_two_pages_is_not_even_noticed(worker: Worker) -> None:
    assert worker.ask("/")[0] == HTTPStatus.OK
    lose_the_connection()

    assert worker.ask("/")[0] == HTTPStatus.OK


@pytest.mark.postgresql
def test_a_connection_lost_in_the_middle_of_a_save_writes_nothing(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = factory.gate("T2")
    stored, page = everything(), closing(gate)

    with monkeypatch.context() as patch:
        before(patch, Gate, "close", lose_the_connection)  # the evidence has been written
        assert unavailable(worker.ask(url_of(gate), page))

    assert everything() == stored
    assert worker.ask(url_of(gate), page)[0] == HTTPStatus.FOUND
    assert Gate.objects.get(pk=gate.pk).progress == "closed"
    assert integrity.integrity_errors() == []


def test_a_read_only_database_refuses_a_save_and_changes_nothing(worker: Worker) -> None:
    gate = factory.gate("T2")
    stored, page = everything(), closing(gate)
    worker.ask("/")  # a first visit writes to the session

    with read_only():
        assert worker.ask("/")[0] == HTTPStatus.OK
        assert unavailable(worker.ask(url_of(gate), page))

    assert everything() == stored
    assert worker.ask(url_of(gate), page)[0] == HTTPStatus.FOUND


def test_a_session_that_cannot_be_written_is_not_the_readers_mistake(worker: Worker) -> None:
    with read_only():
        assert unavailable(worker.ask("/"))  # a first visit writes to the session

    assert worker.ask("/")[0] == HTTPStatus.OK


@pytest.mark.sqlite
def test_a_full_disk_refuses_a_save_and_changes_nothing(worker: Worker) -> None:
    gate = factory.gate("T2")
    page = closing(gate) | {"evidence-0-kind": "output", "evidence-0-output": "x" * 100_000}
    stored = everything()

    with connected_with("init_command", "PRAGMA max_page_count = 1"):  # no more than there is
        assert unavailable(worker.ask(url_of(gate), page))

    assert everything() == stored
    assert worker.ask(url_of(gate), page)[0] == HTTPStatus.FOUND


@pytest.mark.postgresql
def test_a_full_disk_of_the_server_refuses_a_save_and_changes_nothing(worker: Worker) -> None:
    gate = factory.gate("T2")
    stored, page = everything(), closing(gate)

    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "gates_gate"'):  # after the evidence
            raise OperationalError("disk full") from psycopg.errors.DiskFull()
        return execute(sql, *rest)

    with connection.execute_wrapper(full):
        assert unavailable(worker.ask(url_of(gate), page))

    assert everything() == stored


def test_a_disk_too_full_for_a_file_leaves_no_row(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = factory.gate("T2")
    stored = everything()

    def full(*_args: Any, **_kwargs: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    client = Client(raise_request_exception=False)
    client.force_login(person("engineer", "Engineer"))
    path = Path(settings.BASE_DIR) / "README.md"
    with path.open("rb") as file:
        form = gate_data(gate, evidence=[proof("Green at 10:00", kind="file", file=file)])
        response = client.post(url_of(gate), form)

    assert unavailable((response.status_code, response.content.decode()))
    assert everything() == stored


def test_a_mistake_of_ours_is_another_page(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistake() -> None:
        raise RuntimeError("gates_gate is not what we thought")

    before(monkeypatch, views, "requested_board", mistake)

    status, page = worker.ask("/")

    assert status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "gates_gate" not in page


def test_what_went_wrong_is_in_the_servers_log(worker: Worker) -> None:
    seen: list[Any] = []

    def note(**_kwargs: Any) -> None:
        seen.append(sys.exc_info()[1])

    got_request_exception.connect(note)
    with database_down():
        worker.ask("/")
    got_request_exception.disconnect(note)

    assert isinstance(seen[0], OperationalError)
