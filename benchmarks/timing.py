"""Interleaved rounds and their medians: only ratios within one run mean anything."""

import gc
import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `target` is the most that `value` may be, None where none is set."""

    what: str
    value: float
    unit: str = ""
    target: float | None = None

    @property
    def missed(self) -> bool:
        """Whether there is a target and the value is above it."""
        return self.target is not None and self.value > self.target


def medians(
    acts: Mapping[str, Act], rounds: int, prepare: Mapping[str, Act] | None = None
) -> dict[str, float]:
    """The median seconds of each act. All take turns, so that noise on the machine hits all.

    What is prepared before an act is not timed. The garbage collector runs as it does in a server,
    which holds none of what the bench has made so far.
    """
    prepare = prepare or {}
    seconds: dict[str, list[float]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    gc.collect()
    gc.freeze()
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}: {', '.join(acts)}")
        for name, act in acts.items():
            prepare.get(name, _nothing)()
            begin = time.perf_counter()
            act()
            seconds[name].append(time.perf_counter() - begin)
    gc.unfreeze()
    return {name: statistics.median(found) for name, found in seconds.items()}


def _nothing() -> None:
    pass


def exponent(small: float, large: float, growth: float) -> float:
    """How cost grows with size: 1 is linear; `growth` is the ratio of the sizes."""
    return math.log(large / small) / math.log(growth)


def say(words: str) -> None:
    """What is being done, on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{words[:110]}")
        sys.stderr.flush()
