"""Measure every line of the table on both engines; exit 1 where a target is missed.

python -m benchmarks [--quick] [--engine sqlite|postgresql] [--only PART] [--soak SECONDS]
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .databases import Databases, server
from .timing import Figure, show_progress

ENGINES = ("sqlite", "postgresql")
BENCHMARK_PARTS = ("queries", "pages", "past", "writing", "commands", "documents", "soak")


def main() -> int:
    """Run both engines one after the other, each in its own process; return the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small boards, few rounds, a minute")
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--only", choices=BENCHMARK_PARTS, help="one part of the table")
    parser.add_argument(
        "--soak",
        type=int,
        metavar="SECONDS",
        help="duration (default 600); two lines have no target below 60",
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return 1 if _print(options.engine, _measure(options)) else 0
    missed = 0
    for engine in [options.engine] if options.engine else ENGINES:
        with server(engine) as url:
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
                "DATABASE_URL": url.format(name="postgres"),
                "BENCH_DATABASES": url,
            }
            command = [sys.executable, "-m", "benchmarks", *sys.argv[1:]]
            command += ["--inside", "--engine", engine]
            missed |= subprocess.call(command, env=environment)  # noqa: S603
    return missed


def _measure(options: argparse.Namespace) -> Iterator[Figure]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    from . import commands, documents, pages, soak, writing

    databases = Databases(os.environ["BENCH_DATABASES"])
    boards = pages.Boards(databases)
    sizes = pages.BOARDS[:2] if options.quick else pages.BOARDS
    past_sizes = pages.PASTS[:2] if options.quick else pages.PASTS
    rounds = 5 if options.quick else 15
    seconds = options.soak or (10 if options.quick else 600)
    parts: dict[str, list[Iterator[Figure]]] = {
        "queries": [pages.queries(boards, sizes)],
        "pages": [pages.cold(boards, options.engine, sizes, rounds),
                  pages.unchanged(boards, sizes, rounds)],
        "past": [pages.past(boards, past_sizes, rounds)],
        "writing": [writing.closing(databases, rounds)],
        "commands": [commands.starting(databases, rounds),
                     commands.importing(databases, options.quick)],
        "documents": [documents.hostile(options.quick)],
        "soak": [soak.soak(databases, seconds)],
    }  # fmt: skip
    try:
        for name in [options.only] if options.only else BENCHMARK_PARTS:
            for figures in parts[name]:
                yield from figures
    finally:
        databases.close()


def _print(engine: str, figures: Iterator[Figure]) -> int:
    """Print each figure as soon as it is measured; return the number of missed targets."""
    missed = 0
    sys.stdout.write(f"\n{engine}: {Path('/proc/loadavg').read_text().split()[0]} load at start\n")
    for figure in figures:
        show_progress("")
        target = "" if figure.target is None else f"≤ {figure.target:g}"
        verdict = "" if figure.target is None else ("MISSED" if figure.missed else "ok")
        number = f"{figure.value:,.0f}" if figure.value >= 1000 else f"{figure.value:.3g}"
        value = f"{number} {figure.unit}".strip()
        sys.stdout.write(f"  {figure.name:<58} {value:>10} {target:>8} {verdict}\n")
        sys.stdout.flush()
        missed += figure.missed
    return missed


if __name__ == "__main__":
    sys.exit(main())
