"""A request's stack in one piece, on the Pythons on which that makes pages faster.

CPython keeps the frames of Python calls in pieces of 16 KB and gives a piece back as soon as it is
empty. Where a template calls back and forth across the end of a piece, each step takes memory and
gives it back: a board costs half as much again. Whether that happens depends on how deep the
server's own calls are. A call that asks for much room gets one large piece, in which all calls
below it fit.

A board of 34 gates, milliseconds of processor time at the slowest and the fastest of eleven depths
(`python -m benchmarks.stack`, 25 November 2026; docs/performance.md has the figures of gunicorn):

    Python      as Django comes    in one piece
    3.11.7      46.4 to 74.9       44.6 to 48.1
    3.13.18     32.4 to 35.1       31.9 to 34.5
    3.14.10     34.2 to 39.0       34.5 to 40.5
"""

import sys
from typing import Any

# The Pythons that gain something. 3.12 was not measured: measure it before adding it.
VERSIONS = {(3, 11)}

# The size of a frame as Python counts it, in references of 8 bytes. The piece that it takes is
# twice as large, so that 128 KB are left for the calls below.
FRAME_SIZE = 128 * 1024 // 8


def reserve_stack(function: Any) -> Any:
    """Decorator: let a call of `function` reserve the stack for all calls below it.

    Another Python than `VERSIONS` gets the function as it is.
    """
    if sys.implementation.name == "cpython" and sys.version_info[:2] in VERSIONS:
        function.__code__ = function.__code__.replace(co_stacksize=FRAME_SIZE)
    return function
