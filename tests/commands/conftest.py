"""Boards to copy and to back up, and the databases to copy them to."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client

from gates.models import Evidence, Gate, Proposal
from tests.support import api, checks, factory
from tests.support.admin_forms import person
from tests.support.databases import TEMPLATE, WORKER, url_of

SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"


@pytest.fixture
def target(migrated_sqlite: Path) -> str:
    """The DATABASE_URL of an empty, migrated SQLite database."""
    return f"sqlite:///{migrated_sqlite}"


@pytest.fixture
def own_database() -> Iterator[str]:
    """The DATABASE_URL of an empty, migrated PostgreSQL database beside that of the tests."""
    name = f"moved_here_{WORKER}"
    outside = connection.copy()
    with outside.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    try:
        yield url_of(name)
    finally:
        with outside.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        outside.close()


@pytest.fixture
def board(committed: None) -> None:
    """An imported launch with edits, runs and a proposal, a session and a second factor."""
    sami = person("sami", "Founder")
    call_command("import_snapshot", str(SNAPSHOT), by="sami", verbosity=0, stdout=StringIO())
    gate = Gate.objects.filter(progress="open", blockers=None).order_by("pk")[0]
    factory.evidence(
        gate, "ثبت في 2026-11-01 \N{RIGHT-TO-LEFT MARK}‘quoted’ \\ 100 %s", recorded_by=sami
    )
    gate.close(sami, "Seen green")
    gate.reopen(sami, "Red again")
    gate.close(sami, "Green again")
    bring(gate)
    load = checks.check(gate, "speed", ref="main")
    token = checks.token(load, name="k6 — nightly")
    for p95, ref in (("410.5", "main"), ("612", "main"), (300, "fork")):
        checks.report(load, p95, by=token, ref=ref, url="https://ci.example/7")
    token.revoke(sami, runs_count=False)
    Authenticator.objects.create(user=sami, type="totp", data={"secret": "x", "a": [1, None]})
    Client().force_login(sami)


def bring(gate: Gate) -> None:
    """A row of every table that a token fills: two runs, a decided proposal, a revocation."""
    check = api.check(gate, "brought")
    token, text = api.token(check)
    address = f"/api/v1/launches/{gate.launch.slug}/gates/{gate.code}"
    for seconds in (214, 999):
        answer = api.post(text, {"seconds": seconds}, f"{address}/checks/brought/runs")
        assert answer.status_code == 201
    api.post(text, {"summary": "نُظر في اللوحة \N{BULLET} 12"}, f"{address}/proposals")
    Proposal.objects.get().drop(factory.user("ali"), "It is of staging")
    token.revoke(factory.user("ali"), runs_count=True)


@pytest.fixture
def newest_gone(board: None) -> int:
    """The key of the newest gate, which was deleted."""
    gate = factory.gate("T99", section=Gate.objects.order_by("pk")[0].section)
    key = int(gate.pk)
    gate.delete()
    return key


@pytest.fixture
def board_with_file(committed: None, settings: Any) -> Evidence:
    """A closed gate whose evidence is a file, the only file stored."""
    settings.STORAGES = {**settings.STORAGES}  # a change of settings begins with empty storage
    gate = factory.closed_gate("T6")
    file = ContentFile(b"p95 410 ms", "k6.txt")
    bring(gate)
    return factory.evidence(gate, "k6, 5 minutes", kind="file", file=file)
