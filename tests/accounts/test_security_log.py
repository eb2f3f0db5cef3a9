"""The security log: who, from where, in which request; and nothing that is secret."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from gates.management.commands.bootstrap import SNAPSHOT
from tests.support import factory
from tests.support.admin_forms import person, proof, rows, save_gate
from tests.support.security_events import events

pytestmark = pytest.mark.django_db

SECRET = "a long enough secret"
ADDRESS = "198.51.100.7"


@pytest.fixture
def sami(client: Client) -> Client:
    cache.clear()
    user = person("sami", "Founder")
    user.set_password(SECRET)
    user.save()
    client.defaults["REMOTE_ADDR"] = ADDRESS
    return client


def log_in(client: Client, login: str = "sami", password: str = SECRET) -> None:
    client.post(reverse("account_login"), {"login": login, "password": password})


def test_a_line_says_who_from_where_and_in_which_request(
    sami: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = sami.post(
        reverse("account_login"),
        {"login": "sami", "password": SECRET},
        headers={"X-Request-ID": "from-the-proxy-1"},
    )

    assert response.headers["X-Request-ID"] == "from-the-proxy-1"
    assert events(caplog, "login") == [
        {"event": "login", "user": "sami", "address": ADDRESS, "request": "from-the-proxy-1"}
    ]


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'a"b', "with space and more"])
def test_an_unsound_request_id_is_replaced(sami: Client, given: str) -> None:
    first = sami.get("/healthz", headers={"X-Request-ID": given})
    second = sami.get("/healthz", headers={"X-Request-ID": given})

    assert len(first.headers["X-Request-ID"]) == 32
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


def test_failed_logins_and_lock_outs_are_noted_without_the_password(
    sami: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(6):
        log_in(sami, password="wrong-but-secret")

    assert [line["user"] for line in events(caplog, "login_failed")] == ["sami"] * 5
    assert [line["user"] for line in events(caplog, "lockout")] == ["sami"]
    assert "wrong-but-secret" not in caplog.text


def test_a_name_cannot_forge_a_line(sami: Client, caplog: pytest.LogCaptureFixture) -> None:
    log_in(sami, login='x\n2026 INFO security: {"event": "login"}\x1b[2J')

    lines = [row.getMessage() for row in caplog.records if row.name == "security"]
    assert len(lines) == 1
    assert lines[0].isprintable()


def test_what_is_not_allowed_is_noted(sami: Client, caplog: pytest.LogCaptureFixture) -> None:
    sami.force_login(person("viewer", "Viewer"))

    sami.get("/admin/auth/user/?q=secret")

    (line,) = events(caplog, "permission_denied")
    assert (line["user"], line["path"]) == ("viewer", "/admin/auth/user/")
    assert "secret" not in caplog.text


def test_closing_and_reopening_are_noted_once_they_are_committed(
    sami: Client, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks
) -> None:
    gate = factory.gate("T6")
    log_in(sami)

    with django_capture_on_commit_callbacks(execute=True):
        save_gate(sami, gate, progress="closed", reason="Done")  # refused: no evidence
    refused = events(caplog, "gate_closed")
    with django_capture_on_commit_callbacks(execute=True):
        save_gate(sami, gate, progress="closed", reason="Done", evidence=[proof()])
        gate.refresh_from_db()
        gate.reopen(factory.user("sami"), "It broke")

    assert refused == []
    (closed,), (reopened,) = events(caplog, "gate_closed"), events(caplog, "gate_reopened")
    assert (closed["user"], closed["gate"], closed["address"]) == ("sami", "T6", ADDRESS)
    assert (reopened["user"], reopened["gate"]) == ("sami", "T6")


def test_a_changed_claim_rule_is_noted(
    sami: Client, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks
) -> None:
    claim = factory.claim(factory.launch())
    gate = factory.gate("T1")
    log_in(sami)
    data = {
        "launch": claim.launch_id,
        "name": claim.name,
        "slug": claim.slug,
        "min_closed": 3,
        "requires_p0": "on",
        "says_launched": "on",
        "reason": "Because",
        "position": 0,
        "read_version": claim.version,
        **rows("requirements", [{"gate": gate.code}]),
    }

    with django_capture_on_commit_callbacks(execute=True):
        sami.post(reverse("admin:gates_claim_change", args=[claim.pk]), data)

    changed = [(line["claim"], line["changed"]) for line in events(caplog, "claim_rule_changed")]
    assert changed == [("launched", ["min_closed"]), ("launched", ["required_gates"])]


def test_imports_and_exports_are_noted(
    sami: Client, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_snapshot", SNAPSHOT, by="sami", dry_run=True)
    dry = events(caplog, "import")
    call_command("import_snapshot", SNAPSHOT, by="sami")
    call_command("export_snapshot", format="csv")
    log_in(sami)
    sami.get("/board.json")

    assert dry == []
    (done,) = events(caplog, "import")
    assert (done["user"], done["file"]) == ("sami", SNAPSHOT.name)
    assert [(line["user"], line["format"]) for line in events(caplog, "export")] == [
        ("", "csv"),
        ("sami", "json"),
    ]
    assert '"event"' not in capsys.readouterr().out


def test_the_page_about_the_log_names_every_event() -> None:
    base = Path(settings.BASE_DIR)
    page = (base / "docs" / "security-log.md").read_text()
    written = set()
    for package in ("accounts", "gates"):
        for path in (base / package).rglob("*.py"):
            parts = path.read_text().replace("note_once_written(", "note(").split('note("')[1:]
            written |= {part.split('"')[0] for part in parts}
            wrapped = path.read_text().replace("note_once_written(", "note(").split("note(\n")[1:]
            written |= {part.split('"')[1] for part in wrapped}

    assert {event for event in written if f"`{event}`" not in page} == set()
