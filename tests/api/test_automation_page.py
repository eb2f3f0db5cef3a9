"""docs/automation.md: every command on it is run against a board, as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from gates.models import Check, Condition, Proposal, Run
from tests.support import api, factory
from tests.support.gates_server import SCRIPT

pytestmark = pytest.mark.usefixtures("committed")

PAGE = (Path(settings.BASE_DIR) / "docs" / "automation.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [text for language, text in BLOCKS if language == "bash"]
(WORKFLOW,) = [text for language, text in BLOCKS if language == "yaml"]
REPORTS = Path(settings.BASE_DIR) / "tests" / "measurements" / "reports"
# Gate, check, kind, and a bound that the reports in tests/measurements meet.
CHECKS = [
    ("T1", "health", "health", "status", "=", "200"),
    ("T3", "ci", "ci", "failed", "=", "0"),
    ("T6", "load", "k6", "http_reqs.count", ">=", "1"),
    ("T8", "restore", "restore", "tables_differing", "=", "0"),
    ("R2", "restore", "restore", "tables_differing", "=", "0"),
]


@pytest.fixture
def environment(live_server: Any, tmp_path: Path) -> dict[str, str]:
    """A board with the page's checks, and a folder in which its tools answer at once."""
    checks = []
    for code, key, kind, measure, operator, bound in CHECKS:
        check = Check.objects.create(gate=factory.gate(code), key=key, kind=kind)
        Condition.objects.create(gate_check=check, measure=measure, operator=operator, bound=bound)
        checks.append(check)
    factory.claim(checks[0].gate.launch)
    _token, text = api.token(*checks)
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "gatesctl.py").write_bytes(SCRIPT.read_bytes())
    summary, drill = REPORTS / "k6/summary-export-passed.json", REPORTS / "restore/drill.json"
    tools = {
        "gatesctl": f'exec {sys.executable} {SCRIPT} "$@"',
        "python3": f'exec {sys.executable} "$@"',
        "k6": f"cp {summary} summary.json",
        "manage.py": f"cat {drill}",
    }
    for name, line in tools.items():
        tool = tmp_path / "bin" / name
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(f"#!/bin/sh\n{line}\n")
        tool.chmod(0o755)
    (tmp_path / "summary.json").write_bytes(summary.read_bytes())
    os.utime(tmp_path / "summary.json", (1, 1))
    return {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "GATES_URL": live_server.url,
        "GATES_TOKEN": text,
        "GATES_LAUNCH": "primitive",
        "SERVICE": live_server.url,
    }


def run(script: str, environment: dict[str, str]) -> str:
    """Run a script as a shell does; nothing in it fails. What it prints."""
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        env=environment,
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_of_the_page_do_what_it_says(environment: dict[str, str]) -> None:
    printed = "".join(run(script, environment) for script in COMMANDS)

    found = set(Run.objects.values_list("gate_check__gate__code", "passed"))
    assert found == {("T1", True), ("T6", True), ("T8", True), ("R2", True)}
    assert Run.objects.get(commit="8a1f3c2").ref == "main"
    assert Proposal.objects.get().gate.code == "T6"
    assert "0 of 5 gates closed" in printed
    assert "not yet" in printed


def test_the_workflow_reports_the_jobs_and_the_load_test(environment: dict[str, str]) -> None:
    steps = yaml.safe_load(WORKFLOW)["jobs"]["report"]["steps"]
    needs = (REPORTS / "ci" / "github-needs.json").read_text()
    github = {"GITHUB_SHA": "8a1f3c2", "GITHUB_REF": "refs/heads/main", "NEEDS": needs}

    for step in steps:
        if "run" in step:
            run(f"({step['run'].strip()}) || [ $? = 1 ]", environment | github)

    found = Run.objects.order_by("pk").values_list("gate_check__gate__code", "ref", "commit")
    assert list(found) == [
        ("T3", "refs/heads/main", "8a1f3c2"),
        ("T6", "refs/heads/main", "8a1f3c2"),
    ]


def test_its_tables_name_the_commands_that_there_are() -> None:
    shell = [text for language, text in BLOCKS if not language and "manage.py token" in text]

    assert re.findall(r"token (\w+)", shell[0]) == ["create", "list", "revoke"]
    assert all(code in PAGE for code in ("401", "403", "404", "411", "413", "415", "422", "429"))
