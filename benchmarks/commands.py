"""Time the start-up of `claim`; measure time and memory of an import."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from string import ascii_uppercase

from django.db import connection

from gates.models import Gate

from .data import Size, fill
from .databases import Databases
from .timing import Figure, exponent, medians, show_progress

MANAGE = [sys.executable, str(Path(__file__).resolve().parent.parent / "manage.py")]
REFUSED = 1  # exit code of `claim` for a refused claim


def starting(databases: Databases, rounds: int) -> Iterator[Figure]:
    """Compare `claim` with `check`, which starts up too and checks the code, but reads no row."""
    if databases.use("commands"):
        fill(Size(34, 1_000))
    commands = {
        "claim": partial(_manage, "claim", "launched", exit_code=REFUSED),
        "check": partial(_manage, "check"),
    }
    seconds = medians(commands, max(3, rounds // 2))
    yield Figure("claim command", 1000 * seconds["claim"], "ms")
    yield Figure("claim command ÷ manage.py check", seconds["claim"] / seconds["check"], "×", 1.3)


def importing(databases: Databases, quick: bool) -> Iterator[Figure]:
    """Import Markdown documents of growing boards, each in its own process."""
    sizes = (34, 1_020) if quick else (1_020, 10_200)
    seconds = []
    for gates in sizes:
        show_progress(f"importing {gates:,} gates")
        databases.use(f"import-{gates}")
        with tempfile.NamedTemporaryFile("w", suffix=".md") as document:
            document.write(_large_document(gates))
            document.flush()
            began = time.perf_counter()
            _manage("import_snapshot", document.name)
            seconds.append(time.perf_counter() - began)
        assert Gate.objects.count() == gates
        yield Figure(f"import of {gates:,} gates", seconds[-1], "s")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    growth = exponent(seconds[0], seconds[1], sizes[1] / sizes[0])
    yield Figure("import, growth exponent", growth, "", 1.15)
    yield Figure("import, most memory", memory, "MB", 300)


def _manage(*arguments: str, exit_code: int = 0) -> None:
    """Run a command in its own process; it must end with this exit code."""
    process = subprocess.run(  # noqa: S603
        [*MANAGE, *arguments],
        env={**os.environ, "DATABASE_URL": _database_url()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == exit_code, (
        arguments,
        process.returncode,
        process.stdout,
        process.stderr,
    )


def _database_url() -> str:
    return os.environ["BENCH_DATABASES"].format(name=Path(connection.settings_dict["NAME"]).stem)


def _large_document(gates: int) -> str:
    """Return a hand-kept document: sections of sixty gates, half of them closed with evidence."""
    lines = ["# Dealix Launch Gates — bench", "**Snapshot date:** 2026-04-23"]
    for number in range(gates):
        prefix = ascii_uppercase[number // 60 // 26] + ascii_uppercase[number // 60 % 26]
        if number % 60 == 0:
            lines += ["", f"## Section {prefix}", "", "| # | Gate | Status | Evidence / DoD |"]
            lines.append("|---|---|---|---|")
        status, evidence = (
            ("✅", f"PR #{number} merged with all required checks green")
            if number % 2
            else ("🔴", "P1 — DoD: 100 rps sustained for 5 min with p95 <500ms")
        )
        lines.append(
            f"| {prefix}{number % 60 + 1} | Gate {number} in prod | {status} | {evidence} |"
        )
    return "\n".join(lines) + "\n"
