"""What keeps the web server from starting: one line, the remedy, and no second try."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection

from gates.operations.server_start import role_error, start_error, static_files_error
from tests.support.database_roles import OWNER, WEB, log_in

MANIFEST = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Load what gunicorn loads, under production's settings with `tmp_path` as STATIC_ROOT."""
    (tmp_path / "served.py").write_text(
        f"from dealix_gates.settings import *\nSTATIC_ROOT = {str(tmp_path / 'static')!r}\n"
    )
    sound = {
        "DJANGO_SETTINGS_MODULE": "served",
        "PYTHONPATH": str(tmp_path),
        "DEBUG": "off",
        "SECRET_KEY": "0123456789" * 6,
        "ALLOWED_HOSTS": "gates.example",
        "DATABASE_URL": f"sqlite:///{tmp_path}/board.sqlite3",
    }
    return subprocess.run(
        [sys.executable, "-c", "import dealix_gates.wsgi"],
        cwd=project.BASE_DIR,
        env=sound | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "static files of this release; run: manage.py collectstatic --no-input"),
        ({"TRUSTED_PROXIES": "x"}, "TRUSTED_PROXIES must be the number of your own proxies"),
        ({"DATABASE_URL": "$DB"}, "DATABASE_URL names another variable with $"),
    ],
    ids=["no static files", "TRUSTED_PROXIES", "DATABASE_URL"],
)
def test_a_server_that_cannot_work_says_why_in_one_line_and_is_not_tried_again(
    tmp_path: Path, environment: dict[str, str], expected: str
) -> None:
    result = start(tmp_path, **environment)

    assert result.returncode == 3
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("<3>dealix-gates: ")
    assert expected in line


def test_collected_static_files_are_enough_until_one_is_gone(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": MANIFEST}}

    before = static_files_error()
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.STORAGES = {**settings.STORAGES}  # read the manifest anew, as a new server does
    after = static_files_error()
    next(tmp_path.glob("gates/site.*.css")).unlink()
    damaged = static_files_error()

    assert "collectstatic" in before
    assert after == ""
    assert "lacks 1 static files" in damaged


@pytest.fixture
def refusing(settings: Any) -> None:
    settings.REFUSE_OWNER_ROLE = True


@pytest.mark.postgresql
def test_a_superuser_and_an_owner_do_not_serve_the_board(refusing: None, roles: str) -> None:
    as_superuser = role_error()
    log_in(OWNER)
    as_owner = role_error()
    log_in(WEB)
    as_web = role_error()

    for error in (as_superuser, as_owner):
        assert error.startswith("DATABASE_URL names a superuser or an owner of the tables")
        assert "\n" not in error
    assert as_web == ""


@pytest.mark.postgresql
def test_a_member_of_the_owners_role_does_not_serve_the_board(refusing: None, roles: str) -> None:
    database, administrator = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT {OWNER} TO {WEB}")
        cursor.execute(f'ALTER DATABASE "{database}" OWNER TO {administrator}')  # tables alone
    log_in(WEB)

    assert role_error().startswith("DATABASE_URL names a superuser or an owner")


@pytest.mark.postgresql
def test_a_database_that_is_down_does_not_keep_the_server_from_starting(
    refusing: None, committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.close()
    with monkeypatch.context() as down:
        down.setitem(connection.settings_dict, "PORT", "1")
        down.setitem(connection.settings_dict, "HOST", "127.0.0.1")

        assert start_error() == ""


@pytest.mark.sqlite
def test_sqlite_has_no_roles(refusing: None) -> None:
    assert role_error() == ""
