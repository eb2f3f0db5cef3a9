"""The dates a board can hold: years that every database and every page can work with.

Without a limit, a typo such as year 1 or 9999 is stored, and then overflows wherever a time
zone or a day of the plan is added to it.
"""

from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 2000, 2099


def within_range(value: date) -> None:
    """Refuse a date or datetime outside the years 2000 to 2099.

    Raises:
        ValidationError: the year is outside.
    """
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValidationError(_("The year must be between 2000 and 2099."), code="year")


def dates_within_range(
    model: str, *, dates: tuple[str, ...] = (), moments: tuple[str, ...] = ()
) -> CheckConstraint:
    """The same limit in the database, for date and datetime columns that may be empty."""
    condition = Q()
    for name in dates:
        span = (date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
        condition &= Q(**{name: None}) | Q(**{f"{name}__range": span})
    for name in moments:
        # A day more on either side, for the time zones.
        limits = (
            datetime(FIRST_YEAR - 1, 12, 31, tzinfo=UTC),
            datetime(LAST_YEAR + 1, 1, 2, tzinfo=UTC),
        )
        condition &= Q(**{name: None}) | Q(**{f"{name}__range": limits})
    return CheckConstraint(condition=condition, name=f"{model}_dates_in_range")
