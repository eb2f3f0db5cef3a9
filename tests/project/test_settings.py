"""Settings from the environment: a bad value stops the start in one clear line."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from benchmarks.environment import FIXED_ENVIRONMENT
from dealix_gates.env_file import read_env_file, text
from dealix_gates.environment import trusted_origins
from tests.support import factory

EXAMPLE = (settings.BASE_DIR / ".env.example").read_text()
EXAMPLE_NAMES = set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))
HIDDEN = "hunter2-hunter2-hunter2"  # may never be printed
SOUND = {"DEBUG": "off", "SECRET_KEY": "0123456789" * 6, "ALLOWED_HOSTS": "gates.example"}


def check(tmp_path: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the command line under production settings, changed by `environment`.

    command: what Python runs; `manage.py check` where none is given.
    """
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/board.sqlite3"}
    return subprocess.run(
        [sys.executable, *(command or ("manage.py", "check"))],
        cwd=settings.BASE_DIR,
        env={**inherited, **SOUND, **database, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_outside_development_everybody_needs_a_second_factor(tmp_path: Path) -> None:
    show = "from dealix_gates.settings import REQUIRE_MFA; print(REQUIRE_MFA)"

    assert check(tmp_path, "-c", show).stdout == "True\n"


def test_sound_settings_start(tmp_path: Path) -> None:
    assert check(tmp_path).returncode == 0


SSO = {
    "SSO_SERVER": "https://login.example",
    "SSO_CLIENT_ID": "board",
    "SSO_CLIENT_SECRET": "made up",
}


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
        (
            {"EVIDENCE_BUCKET": "proofs", "EVIDENCE_ENDPOINT": f"https://k:{HIDDEN}@s3.example"},
            "EVIDENCE_ENDPOINT must be",
        ),
        ({"EVIDENCE_BUCKET": "s3://proofs"}, "EVIDENCE_BUCKET must be the bucket's name"),
        (
            {"EVIDENCE_BUCKET": "proofs", "EVIDENCE_REGION": "me south"},
            "EVIDENCE_REGION must be a region's name",
        ),
        ({"TRUSTED_PROXIES": "x"}, "TRUSTED_PROXIES must be the number of your own proxies"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES must be the number of your own proxies"),
        ({"TRUSTED_PROXIES": ""}, "TRUSTED_PROXIES must be the number of your own proxies"),
        ({"TRUSTED_PROXIES": "\u0661"}, "TRUSTED_PROXIES must be the number of your own proxies"),
        ({"TRUSTED_PROXIES": "1 # nginx"}, "TRUSTED_PROXIES has a comment behind its value"),
        ({"ALLOWED_HOSTS": "https://gates.example"}, "ALLOWED_HOSTS must be host names"),
        ({"ALLOWED_HOSTS": "gates.example:443"}, "ALLOWED_HOSTS must be host names"),
        ({"ALLOWED_HOSTS": "gates.example www.gates.example"}, "ALLOWED_HOSTS must be host names"),
        ({"ALLOWED_HOSTS": "*.gates.example"}, "ALLOWED_HOSTS must be host names"),
        ({"ALLOWED_HOSTS": "gates.example/board"}, "ALLOWED_HOSTS must be host names"),
        ({"ALLOWED_HOSTS": "gates.example  # ours"}, "ALLOWED_HOSTS has a comment"),
        ({"ALLOWED_HOSTS": "gates.example\u200f"}, "ALLOWED_HOSTS has an invisible character"),
        ({"DATABASE_URL": "$DB"}, "DATABASE_URL names another variable with $"),
        ({"DATABASE_URL": "$"}, "DATABASE_URL names another variable with $"),
        ({"DATABASE_URL": "postgres://u:${PW}@h/db"}, "DATABASE_URL names another variable"),
        ({"DATABASE_URL": "sqlite://board.sqlite3"}, "DATABASE_URL must name a file"),
        ({"DATABASE_URL": "sqlite:///"}, "DATABASE_URL must name a file"),
        ({"DATABASE_URL": "sqlite:////tmp"}, "DATABASE_URL must name a file of SQLite"),
        ({"DATABASE_URL": "postgres://host"}, "DATABASE_URL must end in the database's name"),
        ({"DATABASE_URL": f"postgres://u:5/{HIDDEN}@h/db"}, "DATABASE_URL must end in the"),
        ({"DATABASE_URL": f"postgres://u:5?{HIDDEN}@h/db"}, "DATABASE_URL must end in the"),
        ({"DATABASE_URL": f"postgres://u:x/{HIDDEN}@h/db"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "'postgres://u:p@h/db'"}, "DATABASE_URL has quotes around its value"),
        ({"SECRET_KEY": f"${HIDDEN}"}, "SECRET_KEY names another variable with $"),
        ({"SECRET_KEY": f'"{HIDDEN * 4}"'}, "SECRET_KEY has quotes around its value"),
        ({"SECRET_KEY": f"{HIDDEN * 4}\r"}, "SECRET_KEY has a space or line break at an end"),
        ({"SECRET_KEY_FALLBACKS": f"${HIDDEN}"}, "SECRET_KEY_FALLBACKS names another variable"),
        ({"POSTGRES_BIN": "/nowhere/bin"}, "POSTGRES_BIN must be the folder that holds pg_dump"),
        ({"PUBLIC_BADGE": "$BADGE"}, "PUBLIC_BADGE names another variable with $"),
        ({"REQUIRE_MFA": "on # always"}, "REQUIRE_MFA has a comment behind its value"),
        ({"TIME_ZONE": "$TZ"}, "TIME_ZONE names another variable with $"),
        ({"TIME_ZONE": ""}, "TIME_ZONE '' is not a time zone"),
        ({"SSO_CLIENT_SECRET": HIDDEN}, "SSO_SERVER must name the server"),
        ({"SSO_SERVER": "login.example"}, "SSO_SERVER must be an address"),
        ({"SSO_SERVER": f"https://u:{HIDDEN}@login.example"}, "SSO_SERVER must be an address"),
        ({"SSO_SERVER": "https://login.example"}, "SSO_CLIENT_ID must be set"),
        ({"SSO_LOGIN_SERVER": "https://login.example"}, "SSO_SERVER must be set"),
        (
            {**SSO, "SSO_LOGIN_SERVER": "https://login.example:x"},
            "SSO_LOGIN_SERVER must be an address",
        ),
        (
            {"SSO_SERVER": "https://login.example", "SSO_CLIENT_ID": "board"},
            "SSO_CLIENT_SECRET must be set",
        ),
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
    assert HIDDEN not in lines[0]


def test_a_bucket_without_its_packages_stops_the_start_and_says_how_to_install_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['boto3'] = None")

    result = check(tmp_path, EVIDENCE_BUCKET="proofs", PYTHONPATH=str(tmp_path))

    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("dealix-gates: EVIDENCE_BUCKET needs packages that are not installed")
    assert line.endswith("python -m pip install --require-hashes -r requirements-s3.txt")


def test_without_a_bucket_its_packages_are_not_needed(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; sys.modules |= dict.fromkeys(['boto3', 'botocore', 'storages'])"
    )

    assert check(tmp_path, PYTHONPATH=str(tmp_path)).returncode == 0


def test_a_refused_database_address_does_not_print_its_password(tmp_path: Path) -> None:
    result = check(tmp_path, DATABASE_URL="mysql://u:hunter2@localhost/db")

    assert "hunter2" not in result.stderr


@pytest.mark.parametrize("name", sorted(EXAMPLE_NAMES))
@pytest.mark.parametrize("value", ["${HIDDEN}", "$HIDDEN", f"{HIDDEN} # x", f"'{HIDDEN}'"])
def test_no_variable_takes_what_a_shell_would_have_replaced(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=f"^{name} ") as refused:
        text(name)

    assert HIDDEN not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbfSECRET_KEY=" + HIDDEN.encode(), ".env begins with a byte-order mark"),
        (f"SECRET_KEY={HIDDEN}".encode("utf-16"), ".env begins with a byte-order mark"),
        (f"SECRET_KEY={HIDDEN}\xe9".encode("latin-1"), ".env is not UTF-8"),
        (f"DEBUG=on\nSECRET_KEY: {HIDDEN}".encode(), ".env, line 2: it must be NAME=value"),
        (f"SECRET_KEY = {HIDDEN}".encode(), ".env, line 1: it must be NAME=value"),
        (f"SECRET_KEY={HIDDEN}\nSECRET_KEY=b".encode(), ".env, line 2: SECRET_KEY is set twice"),
        (f"SECRET_KEY={HIDDEN}\x00".encode(), ".env, line 1: SECRET_KEY has an invisible"),
    ],
)
def test_an_env_file_that_cannot_be_read_is_refused_without_its_secrets(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes, expected: str
) -> None:
    (tmp_path / ".env").write_bytes(content)

    with pytest.raises(ImproperlyConfigured, match=re.escape(expected)) as refused:
        read_env_file(tmp_path / ".env")

    assert HIDDEN not in str(refused.value) + caplog.text


def test_an_env_file_counts_where_the_environment_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("DEALIX_A", "DEALIX_B", "DEALIX_C")
    for name in names:
        monkeypatch.setenv(name, "")  # so that it is taken back
        monkeypatch.delenv(name)
    monkeypatch.setenv("DEALIX_B", "from outside")
    lines = "# a comment\r\n\r\nexport DEALIX_A='a = b#c'\r\nDEALIX_B=x\r\nDEALIX_C=\r\n"
    (tmp_path / ".env").write_text(lines)

    read_env_file(tmp_path / ".env")

    assert [os.environ[name] for name in names] == ["a = b#c", "from outside", ""]


def test_forms_of_every_host_below_a_leading_dot_are_taken() -> None:
    assert trusted_origins(["gates.example", ".b.example", "*"]) == [
        "https://gates.example",
        "https://*.b.example",
        "https://b.example",
    ]


def test_development_makes_its_own_key(tmp_path: Path) -> None:
    assert check(tmp_path, DEBUG="on", SECRET_KEY="", ALLOWED_HOSTS="").returncode == 0


def keys_from(monkeypatch: pytest.MonkeyPatch, key: str, fallbacks: str) -> dict[str, Any]:
    """The keys that the settings module takes from an environment."""
    monkeypatch.setenv("SECRET_KEY", key)
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", fallbacks)
    found = runpy.run_path(f"{settings.BASE_DIR}/dealix_gates/settings.py")
    return {name: found[name] for name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS")}


def test_a_session_made_with_the_key_before_still_counts(
    client: Client, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    first, older, new, newest = (
        letters * 6 for letters in ("0123456789", "abcdefghij", "klmnopqrst", "uvwxyzABCD")
    )
    with override_settings(**keys_from(monkeypatch, first, "")):
        client.force_login(factory.user())

    with override_settings(**keys_from(monkeypatch, new, f"{older},{first}")):
        rotated = client.get("/")
    with override_settings(**keys_from(monkeypatch, newest, older)):
        forgotten = client.get("/")

    assert rotated.status_code == 200
    assert forgotten.status_code == 302


def test_nothing_outside_decides_how_tests_and_the_bench_run() -> None:
    # Each run sets the first three itself; the last is a folder of this machine.
    own = {"DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_BIN"}
    assert set(FIXED_ENVIRONMENT) | own == EXAMPLE_NAMES
