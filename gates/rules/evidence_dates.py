"""The rule for the dates of a piece of evidence: nothing is observed before it happens."""

from datetime import date, datetime

from django.utils.translation import gettext_noop

from .reason import Reason


def observed_at_errors(observed_at: datetime | None, now: datetime) -> tuple[Reason, ...]:
    """Return why a moment cannot be when a fact was observed; empty if it can, or is not known."""
    if observed_at is None or observed_at <= now:
        return ()
    message = gettext_noop("This is in the future. Evidence is something that was seen already.")
    return (Reason("observed_in_future", message),)


def valid_until_errors(valid_until: date | None, observed_on: date | None) -> tuple[Reason, ...]:
    """Return why evidence cannot be valid up to a day; empty if it can, or if it never expires."""
    if valid_until is None or observed_on is None or valid_until >= observed_on:
        return ()
    message = gettext_noop("This is before it was observed.")
    return (Reason("valid_before_observed", message),)
