"""`make bench`: every row of the table on both engines, exit 1 where a target is missed.

python -m benchmarks [--quick] [--engine sqlite|postgresql] [--soak SECONDS]
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .databases import Databases, server
from .timing import Figure, say

ENGINES = ("sqlite", "postgresql")


def main() -> int:
    """Both engines one after the other, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small boards, few rounds, a minute")
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        return 1 if _print(asked.engine, _measured(asked.engine, asked.quick)) else 0
    options = ["--quick"] if asked.quick else []
    missed = 0
    for engine in [asked.engine] if asked.engine else ENGINES:
        with server(engine) as url:
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
                "DATABASE_URL": url.format(name="postgres"),
                "BENCH_DATABASES": url,
            }
            command = [sys.executable, "-m", "benchmarks", "--inside", "--engine", engine]
            missed |= subprocess.call([*command, *options], env=environment)  # noqa: S603
    return missed


def _measured(engine: str, quick: bool) -> Iterator[Figure]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    from . import commands, pages, writing

    databases = Databases(os.environ["BENCH_DATABASES"])
    reader = pages.Pages(databases)
    boards = pages.BOARDS[:2] if quick else pages.BOARDS
    pasts = pages.PASTS[:2] if quick else pages.PASTS
    rounds = 5 if quick else 15
    try:
        yield from pages.queries(reader, boards)
        yield from pages.cold(reader, engine, boards, rounds)
        yield from pages.not_changed(reader, boards, rounds)
        yield from pages.past(reader, pasts, rounds)
        yield from writing.closing(databases, rounds)
        yield from commands.starting(databases, rounds)
        yield from commands.importing(databases, quick)
    finally:
        databases.close()


def _print(engine: str, figures: Iterator[Figure]) -> int:
    """Print each line as it is known; how many targets were missed."""
    missed = 0
    sys.stdout.write(f"\n{engine}: {Path('/proc/loadavg').read_text().split()[0]} load at start\n")
    for figure in figures:
        say("")
        target = "" if figure.target is None else f"≤ {figure.target:g}"
        verdict = "" if figure.target is None else ("MISSED" if figure.missed else "ok")
        value = f"{figure.value:.3g} {figure.unit}".strip()
        sys.stdout.write(f"  {figure.what:<58} {value:>10} {target:>8} {verdict}\n")
        sys.stdout.flush()
        missed += figure.missed
    return missed


if __name__ == "__main__":
    sys.exit(main())
