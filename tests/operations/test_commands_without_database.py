"""A command whose database cannot be reached ends in one line."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.parametrize(
    "command",
    [
        "migrate",
        "bootstrap",
        "verify_integrity",
        "claim",
        "export_snapshot",
        "import_snapshot fixtures/launch_gates_2026-04-23.json",
        "drill",
        "check --database default",
    ],
)
@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgres://board:hunter2@127.0.0.1:9/board", id="postgresql"),
        pytest.param("sqlite:////dev/null/board.sqlite3", id="sqlite"),
    ],
)
def test_a_command_without_its_database_ends_in_one_line(command: str, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "hunter2" not in done.stderr
