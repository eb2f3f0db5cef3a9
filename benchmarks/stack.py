"""What one piece of stack gains on this Python: `python -m benchmarks.stack`.

A board of 34 gates on SQLite, by how many calls lie above the application. Where the first row is
at no depth slower than the second, this Python has no need of `dealix_gates/stack.py`.
"""

import os
import platform
import statistics
import sys
import time
import types
from collections import defaultdict
from typing import Any

from .databases import Databases, server

DEPTHS = (0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 60)
ROUNDS = 15
SMALL_FRAME = 10  # what a function as short as the application asks for by itself


def main() -> None:
    """Print what a board takes at each depth: median milliseconds of processor time."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    with server("sqlite") as url:
        os.environ["DATABASE_URL"] = url.format(name="postgres")
        import django

        django.setup()
        databases = Databases(url)
        try:
            _measure_stack(databases)
        finally:
            databases.close()


def _measure_stack(databases: Databases) -> None:
    from django.core.management import call_command

    # First: a server without its static files does not start.
    call_command("collectstatic", verbosity=0, interactive=False)
    from dealix_gates.stack import FRAME_SIZE
    from dealix_gates.wsgi import application

    from .data import Size
    from .pages import Boards

    size = Size(34, 1_000)
    boards = Boards(databases)
    client, get, change = boards.client(size), boards.page(size, "/"), boards.edit(size)
    frames = {"as Django comes": SMALL_FRAME, "in one piece": FRAME_SIZE}
    seconds: dict[tuple[str, int], list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for depth in DEPTHS:
            for name, frame in frames.items():
                change()
                client.application = _at_depth(_with_frame(application, frame), depth)
                begin = time.process_time()
                get()
                seconds[name, depth].append(time.process_time() - begin)
    sys.stdout.write(f"Python {platform.python_version()}, calls above: {DEPTHS}\n")
    for name in frames:
        values = (f"{statistics.median(seconds[name, depth]) * 1000:.1f}" for depth in DEPTHS)
        sys.stdout.write(f"{name:<16} {' '.join(values)}\n")


def _with_frame(function: Any, size: int) -> Any:
    """A copy of a function whose frame has room for `size` references."""
    code = function.__code__.replace(co_stacksize=size)
    return types.FunctionType(code, function.__globals__)


def _at_depth(function: Any, depth: int) -> Any:
    """`function`, called through `depth` other calls."""

    def call(*args: Any, left: int = depth) -> Any:
        return call(*args, left=left - 1) if left else function(*args)

    return call


if __name__ == "__main__":
    main()
