"""A page says "not changed" only where it would be the same page, whoever wrote and however."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from gates.board import etag as etag_module
from gates.models import Blocker, Evidence, Gate
from tests.support import factory

pytestmark = pytest.mark.django_db

PAGES = ["/", "/waiting/", "/honesty/", "/changes/", "/burnup/", "/history/", "/gates/T1/",
         "/board.json", "/board.csv", "/board.md", "/?status=open"]  # fmt: skip

# Times of day, as documents, attributes and people write them; and the mask of a form's token.
CLOCK = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?|\d{4}, \d\d:\d\d|value=\"\w{64}\""
)


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody who has been here before: the browser holds the token of a form."""
    client.force_login(factory.user("reader"))
    factory.closed_gate("T1")
    factory.gate("T2")
    client.get("/")
    return client


def etag_of(client: Client, path: str = "/") -> str:
    return str(client.get(path).headers["ETag"])


def status(client: Client, path: str, known: str) -> int:
    return int(client.get(path, headers={"if-none-match": known}).status_code)


@pytest.mark.parametrize("path", PAGES)
def test_an_unchanged_page_is_not_sent_again(reader: Client, path: str) -> None:
    known = etag_of(reader, path)

    response = reader.get(path, headers={"if-none-match": known})

    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == known


def raw(sql: str) -> Callable[[], object]:
    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return write


def load_a_fixture() -> None:
    with TemporaryDirectory() as folder:
        fixture = Path(folder) / "owners.json"
        fixture.write_text(
            '[{"model": "gates.owner", "fields": {"name": "Lina", "role": "engineer"}}]'
        )
        call_command("loaddata", str(fixture), verbosity=0)


def close() -> None:
    gate = Gate.objects.get(code="T2")
    factory.evidence(gate)
    gate.close(factory.user(), "Seen")


def _again(row: Any) -> list[Any]:
    row.pk = None
    return [row]


WRITES: dict[str, Callable[[], Any]] = {
    "save": lambda: factory.gate("T3"),
    "close": close,
    "update": lambda: Gate.objects.filter(code="T1").update(notes="New"),
    "bulk_create": lambda: Blocker.objects.bulk_create(
        [Blocker(gate=Gate.objects.get(code="T2"), needs="A key", waiting_on=factory.owner())]
    ),
    "bulk_update": lambda: Evidence.objects.bulk_update(
        [Evidence(pk=proof.pk, summary="Another") for proof in Evidence.objects.all()], ["summary"]
    ),
    "delete": lambda: Gate.objects.get(code="T2").delete(),
    "loaddata": load_a_fixture,
    "raw insert": raw("INSERT INTO gates_owner (name, role, email) VALUES ('Raw', 'engineer', '')"),
    "raw update": raw("UPDATE gates_section SET name = 'Renamed'"),
    "raw delete": raw("DELETE FROM gates_gate WHERE code = 'T2'"),
    "history": lambda: Gate.history.model.objects.bulk_create(_again(Gate.history.latest())),
    "account": lambda: User.objects.filter(username="reader").update(is_staff=True),
    "group": lambda: User.objects.get(username="reader").groups.add(
        Group.objects.create(name="New")
    ),
}


@pytest.mark.parametrize("how", WRITES)
def test_whoever_writes_the_page_is_sent_again(reader: Client, how: str) -> None:
    known = etag_of(reader)

    WRITES[how]()

    assert status(reader, "/", known) == 200


def test_a_login_does_not_send_everybody_the_board_again(reader: Client) -> None:
    known = etag_of(reader)

    Client().force_login(factory.user("somebody"))
    known = etag_of(reader)
    User.objects.filter(username="somebody").update(last_login=timezone.now())

    assert status(reader, "/", known) == 304


def test_one_readers_page_is_not_anothers(reader: Client) -> None:
    other = Client()
    other.force_login(factory.user("other"))
    other.get("/")
    other.cookies["csrftoken"] = reader.cookies["csrftoken"].value
    known = etag_of(reader)

    assert (status(reader, "/", known), status(other, "/", known)) == (304, 200)


def test_a_page_with_another_forms_token_is_another_page(reader: Client) -> None:
    known = etag_of(reader)

    reader.cookies["csrftoken"] = "b" * 32

    assert status(reader, "/", known) == 200


@pytest.mark.parametrize("path", ["/?status=open", "/waiting/", "/board.md"])
def test_one_address_is_not_another(reader: Client, path: str) -> None:
    known = etag_of(reader)

    assert status(reader, path, known) == 200


def test_any_version_of_a_page_that_is_not_there_is_not_found(reader: Client) -> None:
    assert (status(reader, "/gates/NOPE1/", "*"), status(reader, "/", "*")) == (404, 200)


def test_a_page_in_another_language_is_another_page(reader: Client) -> None:
    known = etag_of(reader)

    reader.post("/language/", {"language": "ar"})

    assert status(reader, "/", known) == 200


def test_evidence_that_runs_out_overnight_is_seen_in_the_morning(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Evidence.objects.update(valid_until=date(2026, 6, 1))
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 1, 20, 59, tzinfo=UTC))
    known = etag_of(reader)
    same_day = status(reader, "/", known)

    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 1, 21, 0, tzinfo=UTC))

    assert (same_day, status(reader, "/", known)) == (304, 200)


def test_a_message_is_shown_once(reader: Client, rf: Any) -> None:
    known = etag_of(reader)
    waiting = [Message(SUCCESS, "Closed T1")]
    reader.cookies["messages"] = CookieStorage(rf.get("/"))._encode(waiting)  # type: ignore[attr-defined]

    with_message = reader.get("/", headers={"if-none-match": known})
    afterwards = reader.get("/", headers={"if-none-match": known})

    assert with_message.status_code == 200
    assert "Closed T1" in with_message.content.decode()
    assert "ETag" not in with_message.headers
    assert afterwards.status_code == 304


def test_new_code_sends_every_page_again(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    known = etag_of(reader)

    monkeypatch.setattr(etag_module, "code_version", lambda: "another")

    assert status(reader, "/", known) == 200


def test_a_server_knows_its_code_before_anybody_asks() -> None:
    """Later the next release may lie on disk while this one still answers."""
    asked = (
        "import dealix_gates.wsgi; from gates.board.etag import code_version;"
        "print(code_version.cache_info().currsize)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}

    done = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True, text=True, check=True, env=environment, cwd=settings.BASE_DIR,
    )  # fmt: skip

    assert done.stdout.strip() == "1"


def test_within_a_day_a_page_differs_only_in_when_it_was_computed(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    factory.blocker(Gate.objects.get(code="T2"), due_on=tomorrow)
    pages = []
    for hour in (1, 23):
        now = datetime.combine(tomorrow, time(hour), timezone.get_current_timezone())
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        pages.append({path: CLOCK.sub("", reader.get(path).content.decode()) for path in PAGES})

    assert pages[0] == pages[1]


def test_a_first_visit_brings_a_token_and_nothing_to_keep(reader: Client) -> None:
    newcomer = Client()
    newcomer.force_login(factory.user("newcomer"))

    first = newcomer.get("/")

    assert "ETag" not in first.headers
    assert "csrftoken" in first.cookies


def test_without_a_revision_nothing_is_unchanged(reader: Client) -> None:
    known = etag_of(reader)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM gates_revision")

    response = reader.get("/", headers={"if-none-match": known})

    assert response.status_code == 200
    assert "ETag" not in response.headers


def test_a_write_that_is_taken_back_leaves_the_page_as_it_was(committed: None) -> None:
    client = Client()
    client.force_login(factory.user("reader"))
    factory.gate("T1")
    client.get("/")
    known = etag_of(client)

    with transaction.atomic():
        Gate.objects.update(notes="Taken back")
        transaction.set_rollback(True)

    assert status(client, "/", known) == 304
