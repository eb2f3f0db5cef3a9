"""/healthz: the state of database, triggers, migrations and clock, at a few queries."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from gates.database import triggers

pytestmark = pytest.mark.django_db


def test_health_needs_no_login_and_says_nothing_but_its_state(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = client.get("/healthz")
    triggers.remove(connection)
    unprotected = client.get("/healthz")

    def fail(_connection: object) -> list[str]:
        raise DatabaseError("secret detail")

    monkeypatch.setattr(triggers, "trigger_errors", fail)
    down = client.get("/healthz")

    # The tests' own role owns the tables.
    role = "owner" if connection.vendor == "postgresql" else "ok"
    well = {"database": "ok", "clock": "ok", "role": role, "migrations": "ok", "triggers": "ok"}
    assert (healthy.status_code, healthy.json()) == (200, well)
    assert (unprotected.status_code, unprotected.json()) == (503, well | {"triggers": "faulty"})
    assert down.status_code == 503
    assert set(down.json().values()) == {"unreachable", "unknown"}


def test_health_costs_a_few_queries(client: Client, django_assert_num_queries) -> None:
    client.get("/healthz")

    with django_assert_num_queries(5 if connection.vendor == "postgresql" else 3):
        client.get("/healthz")


@pytest.mark.postgresql
@pytest.mark.parametrize("seconds", [-5, 5])
def test_health_tells_that_a_servers_clock_is_off(
    client: Client, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(seconds=seconds))

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json()["clock"] == "off"


def test_health_tells_that_a_migration_is_still_to_come(client: Client) -> None:
    newest = MigrationRecorder.Migration.objects.filter(app="gates").latest("pk")
    newest.delete()

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["migrations"] == "pending"
