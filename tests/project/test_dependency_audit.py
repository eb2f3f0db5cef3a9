"""The dependency audit: what was not looked up is not called sound."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.audit import LOCK, NOT_AUDITED, faults, locked

SOUND = {"name": "django", "version": "5.2.19", "vulns": []}
# Word for word what pip-audit reports, together with "No known vulnerabilities found", where the
# index it asks has no such data.
SKIPPED = {
    "name": "django",
    "skip_reason": "Dependency not found on PyPI and could not be audited: django (5.2.0)",
}
FLAWED = {**SOUND, "vulns": [{"id": "CVE-2026-1", "fix_versions": ["5.2.20"]}]}


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        ([SOUND], []),
        ([FLAWED], ["django 5.2.19: CVE-2026-1, fixed in 5.2.20"]),
        ([SKIPPED], [f"django: not looked up: {SKIPPED['skip_reason']}"]),
        ([], ["django: not in the report"]),
    ],
    ids=["sound", "flawed", "skipped", "missing"],
)
def test_only_what_was_looked_up_and_is_sound_passes(
    packages: list[dict[str, object]], expected: list[str]
) -> None:
    assert faults({"dependencies": packages}, {"django"}) == expected


def test_everything_that_is_locked_for_this_machine_is_asked_for() -> None:
    lines = ["django==5.2.19 \\", "    --hash=sha256:00", "win==1 ; sys_platform == 'win32'"]

    assert locked(lines) == {"django"}
    assert {"django", "django-allauth", "pytest"} <= locked(LOCK.read_text().splitlines())


def audit(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.audit"],
        cwd=settings.BASE_DIR,
        env={"PATH": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_leaving_it_out_is_said_aloud() -> None:
    result = audit(AUDIT="offline")

    assert (result.returncode, result.stdout.strip()) == (0, NOT_AUDITED)


def test_without_a_network_it_fails() -> None:
    nowhere = "http://127.0.0.1:9"  # the discard port: refused at once

    result = audit(HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere, https_proxy=nowhere)

    assert result.returncode == 1
    assert result.stderr
