"""How an import tells how far it is."""

from collections.abc import Callable

# Called with (records done, records in all).
ProgressCallback = Callable[[int, int], None]


def no_progress(_done: int, _total: int) -> None:
    """Progress callback that does nothing."""
