"""Settings from the environment: a bad value stops the start in one clear line."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from benchmarks.environment import FIXED_ENVIRONMENT
from tests.support import factory

SOUND = {"DEBUG": "off", "SECRET_KEY": "0123456789" * 6, "ALLOWED_HOSTS": "gates.example"}


def check(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the command line under production settings, changed by `environment`."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/board.sqlite3"}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={**inherited, **SOUND, **database, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_sound_settings_start(tmp_path: Path) -> None:
    assert check(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must be set to 50 or more random characters"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY must be set to 50 or more random characters"),
        ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS must be earlier keys"),
        ({"DEBUG": "maybe"}, "DEBUG must be on or off, not 'maybe'"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE 'Mars/Olympus' is not a time zone"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://u:p@localhost/db"}, "DATABASE_URL must be sqlite:///"),
        ({"DATABASE_URL": "postgres://user@host:port/db"}, "DATABASE_URL"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must name"),
        ({"EVIDENCE_ENDPOINT": "https://s3.example"}, "EVIDENCE_BUCKET must name"),
        ({"EVIDENCE_BUCKET": "proofs", "EVIDENCE_ENDPOINT": "s3"}, "EVIDENCE_ENDPOINT must be"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_value_stops_the_start_in_one_line(
    tmp_path: Path, environment: dict[str, str], expected: str
) -> None:
    result = check(tmp_path, **environment)

    assert result.returncode == 1
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("dealix-gates: ")
    assert expected in lines[0]


def test_a_refused_database_address_does_not_print_its_password(tmp_path: Path) -> None:
    result = check(tmp_path, DATABASE_URL="mysql://u:hunter2@localhost/db")

    assert "hunter2" not in result.stderr


def test_development_makes_its_own_key(tmp_path: Path) -> None:
    assert check(tmp_path, DEBUG="on", SECRET_KEY="", ALLOWED_HOSTS="").returncode == 0


def test_a_session_made_with_the_key_before_still_counts(
    client: Client, settings: Any, db: None
) -> None:
    client.force_login(factory.user())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60

    rotated = client.get("/")
    settings.SECRET_KEY_FALLBACKS = []
    settings.SECRET_KEY = "m" * 60
    forgotten = client.get("/")

    assert rotated.status_code == 200
    assert forgotten.status_code == 302


def test_nothing_outside_decides_how_tests_and_the_bench_run() -> None:
    example = (settings.BASE_DIR / ".env.example").read_text()
    names = set(re.findall(r"^(\w+)=", example, re.MULTILINE))

    # Each run sets the first three itself; the last is a folder of this machine.
    own = {"DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_BIN"}
    assert set(FIXED_ENVIRONMENT) | own == names
