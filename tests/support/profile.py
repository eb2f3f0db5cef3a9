"""How much the tests try: little in `make test`, all of it in `make test-all`.

HYPOTHESIS_PROFILE chooses: "quick", the default, or "full". It says how many examples Hypothesis
makes, and how often the loops of the tests' own go round.
"""

import os
from typing import TypeVar

from hypothesis import HealthCheck, settings

T = TypeVar("T")

PROFILES = ("quick", "full")
PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or "quick"

# No deadline: how long an example takes depends on what else the machine does.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("full", max_examples=100, deadline=None)


def tries(*, quick: T, full: T) -> T:
    """Return the number of examples, rounds or requests, or the size, for this run's profile."""
    return full if PROFILE == "full" else quick


def examples_on_database(*, quick: int, full: int) -> settings:
    """Settings of a property that writes to a database, which the test itself rolls back."""
    return settings(
        max_examples=tries(quick=quick, full=full),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
