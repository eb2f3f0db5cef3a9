"""The files in deploy/ say what really works: the unit's own command line serves the board."""

import configparser
import http.client
import json
import os
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from dealix_gates import settings as production
from gates.documents.json_reader import MAX_BYTES

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
SOCKET = "/run/dealix-gates/board.sock"
HOST = "gates.example"


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names have capitals
    parser.read(DEPLOY / name)
    return parser


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
def test_each_service_runs_as_nobody_special_on_settings_from_a_file(path: Path) -> None:
    service = unit(path.name)["Service"]

    assert service["User"] in {"dealix", "dealix-owner"}
    assert service["ProtectSystem"] == "strict"
    assert service["EnvironmentFile"].startswith("/etc/")
    assert service["NoNewPrivileges"] == "true"
    assert service["WorkingDirectory"] == "/srv/dealix-gates"


def test_the_web_servers_user_reads_no_secret_of_the_owner_and_writes_no_static_file() -> None:
    web = unit("dealix-gates.service")["Service"]

    for name in ("dealix-gates-backup.service", "dealix-gates-migrate.service"):
        owner = unit(name)["Service"]
        assert owner["User"] != web["User"]
        assert owner["EnvironmentFile"] == "/etc/dealix-gates-owner.env"
        assert f"-{owner['EnvironmentFile']}" in web["InaccessiblePaths"].split()
    assert "-/var/backups/dealix-gates" in web["InaccessiblePaths"].split()
    static = Path(production.STATIC_ROOT).relative_to(ROOT)
    written = [Path(path) for path in web["ReadWritePaths"].split()]
    assert not any(("/srv/dealix-gates" / static).is_relative_to(path) for path in written)


def test_a_wrong_setting_is_not_tried_again_and_a_stalled_upload_stays_at_the_proxy() -> None:
    assert unit("dealix-gates.service")["Service"]["RestartPreventExitStatus"] == "3"
    proxy = directives((DEPLOY / "nginx.conf").read_text())
    assert ["proxy_request_buffering", "on"] in proxy
    assert ["/accounts/link/", "0"] in proxy  # the key of a one-time link is in no access log
    assert ["access_log", "/var/log/nginx/access.log", "combined", "if=$is_logged"] in proxy
    assert ["client_max_body_size", f"{settings.MAX_BODY_BYTES // 1024**2}m"] in proxy
    assert ["error_page", "413", "@too_large"] in proxy
    (words,) = (words for name, *words in proxy if name == "return" and words[0] == "413")
    assert f"{settings.MAX_BODY_BYTES // 1024**2} MB" in words[1]
    assert f"{MAX_BYTES // 1024**2} MB" in words[1]


def test_the_timer_starts_the_backup() -> None:
    backup = unit("dealix-gates-backup.service")["Service"]["ExecStart"]

    assert (DEPLOY / "dealix-gates-backup.timer").exists()
    assert unit("dealix-gates-backup.timer")["Timer"]["Persistent"] == "true"
    assert "manage.py drill --keep" in shlex.split(backup)[-1]


def directives(text: str) -> list[list[str]]:
    """The simple directives of an nginx file, wherever they stand."""
    plain = re.sub(r"#.*", "", text)
    assert plain.count("{") == plain.count("}")
    parts = re.split(r'[{};](?=(?:[^"]*"[^"]*")*[^"]*$)', plain)
    return [shlex.split(part) for part in parts if part.strip()]


def test_the_proxy_speaks_to_the_units_socket_and_says_https_itself() -> None:
    found = directives((DEPLOY / "nginx.conf").read_text())

    assert ["proxy_pass", f"http://unix:{SOCKET}"] in found
    assert ["proxy_set_header", "X-Forwarded-Proto", "$scheme"] in found
    assert ["proxy_set_header", "X-Forwarded-For", "$remote_addr"] in found
    assert ["proxy_set_header", "Host", "$host"] in found
    assert ["return", "301", "https://$host$request_uri"] in found
    command = unit("dealix-gates.service")["Service"]["ExecStart"]
    assert f"unix:{SOCKET}" in shlex.split(command)


class ThroughSocket(http.client.HTTPConnection):
    """A request as the proxy passes it on."""

    def __init__(self, path: Path) -> None:
        super().__init__(HOST, timeout=20)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def stalled_upload(place: Path) -> socket.socket:
    """Send the beginning of a form with a valid-looking token, and keep the rest back."""
    upload = socket.socket(socket.AF_UNIX)
    upload.connect(str(place))
    upload.sendall(
        b"POST /admin/gates/gate/1/change/ HTTP/1.1\r\n"
        b"Host: gates.example\r\nX-Forwarded-Proto: https\r\nOrigin: https://gates.example\r\n"
        b"Cookie: csrftoken=" + b"a" * 32 + b"\r\nContent-Length: 1000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrfmiddlewaretoken="
    )
    return upload


@pytest.fixture
def board(tmp_path: Path, migrated_sqlite: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """gunicorn, started as the unit starts it, on a new database."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {
        **inherited,
        "DATABASE_URL": f"sqlite:///{migrated_sqlite}",
        "SECRET_KEY": "0123456789" * 6,
        "ALLOWED_HOSTS": HOST,
        "DEBUG": "off",
    }
    # The settings as they are, with the folder of static files in this test's own.
    (tmp_path / "served.py").write_text(
        f"from dealix_gates.settings import *\nSTATIC_ROOT = {str(tmp_path / 'static')!r}\n"
    )
    environment |= {"PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "served"}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    place = tmp_path / "board.sock"
    line = unit("dealix-gates.service")["Service"]["ExecStart"].replace(SOCKET, str(place))
    program, *arguments = shlex.split(line)
    assert program == "/srv/dealix-gates/.venv/bin/gunicorn"
    gunicorn = Path(sys.executable).parent / "gunicorn"
    with subprocess.Popen(
        [gunicorn, *arguments], cwd=ROOT, env=environment, stderr=subprocess.PIPE
    ) as server:
        deadline = time.monotonic() + 60
        while not place.exists():
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield server, place
        if server.poll() is None:
            server.kill()


@pytest.mark.sqlite
def test_the_units_command_line_serves_the_board_and_stops_when_told(
    board: tuple[subprocess.Popen[bytes], Path], migrated_sqlite: Path
) -> None:
    server, place = board
    answers = {}
    # Two that reached it past the proxy: they hold neither the others nor SQLite's write lock.
    stalled = [stalled_upload(place) for _ in range(2)]
    for path in ("/healthz", "/"):
        proxy = ThroughSocket(place)
        proxy.request("GET", path, headers={"X-Forwarded-Proto": "https"})
        response = proxy.getresponse()
        answers[path] = (response.status, response.getheader("Location"), response.read())
        proxy.close()
    with closing(sqlite3.connect(migrated_sqlite, timeout=1)) as writer:
        writer.execute("BEGIN IMMEDIATE")
    for upload in stalled:
        upload.setblocking(False)
        with pytest.raises(BlockingIOError):  # all that was answered while this was being read
            upload.recv(1)
        upload.close()

    server.send_signal(signal.SIGTERM)
    ended = server.wait(timeout=40)

    assert answers["/healthz"][0] == 200
    assert set(json.loads(answers["/healthz"][2]).values()) == {"ok"}
    assert answers["/"][:2] == (302, "/accounts/login/?next=/")
    assert ended == 0


def test_every_setting_of_the_environment_is_in_the_table_and_in_the_example() -> None:
    names = {
        name
        for module in ("environment.py", "settings.py")
        for name in re.findall(
            r'(?:text|switch)\(\s*"([A-Z_]+)"', (ROOT / "dealix_gates" / module).read_text()
        )
    }
    table = (ROOT / "docs" / "operations.md").read_text()
    example = (ROOT / ".env.example").read_text()

    assert {"SECRET_KEY", "DATABASE_URL", "DEBUG"} <= names
    assert {name for name in names if f"| `{name}` |" not in table} == set()
    assert {name for name in names if not re.search(f"^{name}=", example, re.MULTILINE)} == set()
