"""What the commands cost: the start-up of `claim`, and an import in time and memory."""

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
from .timing import Figure, exponent, medians, say

MANAGE = [sys.executable, str(Path(__file__).resolve().parent.parent / "manage.py")]
REFUSED = 1  # the exit of `claim` where the claim may not be made


def starting(databases: Databases, rounds: int) -> Iterator[Figure]:
    """`claim` against `check`, which starts up too and looks at the code, but at no row."""
    if databases.use("commands"):
        fill(Size(34, 1_000))
    acts = {
        "claim": partial(_manage, "claim", "launched", leaves=REFUSED),
        "check": partial(_manage, "check"),
    }
    found = medians(acts, max(3, rounds // 2))
    yield Figure("claim command", 1000 * found["claim"], "ms")
    yield Figure("claim command ÷ manage.py check", found["claim"] / found["check"], "×", 1.3)


def importing(databases: Databases, quick: bool) -> Iterator[Figure]:
    """Markdown documents of growing boards, each imported by a process of its own."""
    sizes = (34, 1_020) if quick else (1_020, 10_200)
    seconds = []
    for gates in sizes:
        say(f"importing {gates:,} gates")
        databases.use(f"import-{gates}")
        with tempfile.NamedTemporaryFile("w", suffix=".md") as document:
            document.write(_large_document(gates))
            document.flush()
            begin = time.perf_counter()
            _manage("import_snapshot", document.name)
            seconds.append(time.perf_counter() - begin)
        assert Gate.objects.count() == gates
        yield Figure(f"import of {gates:,} gates", seconds[-1], "s")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    grown = exponent(seconds[0], seconds[1], sizes[1] / sizes[0])
    yield Figure("import, growth exponent", grown, "", 1.15)
    yield Figure("import, most memory", most, "MB", 300)


def _manage(*words: str, leaves: int = 0) -> None:
    """Run a command in a process of its own; it must leave with this exit code."""
    url = _url()
    done = subprocess.run(  # noqa: S603
        [*MANAGE, *words], env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == leaves, (words, done.returncode, done.stdout, done.stderr)


def _url() -> str:
    return os.environ["BENCH_DATABASES"].format(name=Path(connection.settings_dict["NAME"]).stem)


def _large_document(gates: int) -> str:
    """A hand-kept document: sections of sixty gates, half of them closed with proof."""
    lines = ["# Dealix Launch Gates — bench", "**Snapshot date:** 2026-04-23"]
    for number in range(gates):
        prefix = ascii_uppercase[number // 60 // 26] + ascii_uppercase[number // 60 % 26]
        if number % 60 == 0:
            lines += ["", f"## Section {prefix}", "", "| # | Gate | Status | Evidence / DoD |"]
            lines.append("|---|---|---|---|")
        status, proof = (
            ("✅", f"PR #{number} merged with all required checks green")
            if number % 2
            else ("🔴", "P1 — DoD: 100 rps sustained for 5 min with p95 <500ms")
        )
        lines.append(f"| {prefix}{number % 60 + 1} | Gate {number} in prod | {status} | {proof} |")
    return "\n".join(lines) + "\n"
