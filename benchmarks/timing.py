"""Time functions in interleaved rounds: only ratios within one run mean anything."""

import gc
import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Timed = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        name: of the line, also in docs/performance.md.
        value: what was measured, in `unit`.
        target: the most that `value` may be; None where there is no target.
    """

    name: str
    value: float
    unit: str = ""
    target: float | None = None

    @property
    def missed(self) -> bool:
        """Return whether the value is above its target."""
        return self.target is not None and self.value > self.target


def medians(
    functions: Mapping[str, Timed], rounds: int, prepare: Mapping[str, Timed] | None = None
) -> dict[str, float]:
    """Return the median seconds of each function, by its name.

    The functions take turns, so noise on the machine hits all of them. Each is called once before
    the first round. The objects made so far are frozen: the garbage collector then runs as in a
    server, which does not hold them.

    Args:
        functions: to be timed.
        rounds: calls of each function.
        prepare: by the name of a function, what is called before it and not timed.
    """
    prepare = prepare or {}
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for function in functions.values():
        function()
    gc.collect()
    gc.freeze()
    for number in range(rounds):
        show_progress(f"round {number + 1} of {rounds}: {', '.join(functions)}")
        for name, function in functions.items():
            if name in prepare:
                prepare[name]()
            began = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - began)
    gc.unfreeze()
    return {name: statistics.median(times) for name, times in seconds.items()}


def exponent(small: float, large: float, growth: float) -> float:
    """Return how cost grows with size: 1 is linear. `growth` is the ratio of the two sizes."""
    return math.log(large / small) / math.log(growth)


def show_progress(text: str) -> None:
    """Show on a terminal, in one line, what is being done."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text[:110]}")
        sys.stderr.flush()
