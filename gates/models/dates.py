"""The limits of dates on the board: the years 2000 to 2099.

Without limits, a typo such as year 1 or 9999 would be stored, and would overflow wherever a time
zone or a day of the plan is added to it.
"""

from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 2000, 2099


def within_range(value: date) -> None:
    """Validate that a date or datetime is in the years 2000 to 2099.

    Raises:
        ValidationError: it is not.
    """
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValidationError(_("The year must be between 2000 and 2099."), code="year")


def dates_within_range(
    model: str, *, dates: tuple[str, ...] = (), datetimes: tuple[str, ...] = ()
) -> CheckConstraint:
    """Return a constraint that keeps the same limits in the database.

    model: the model's name in lower case, for the constraint's name.
    dates, datetimes: names of date and datetime columns; NULL is allowed in each.
    """
    condition = Q()
    for name in dates:
        date_range = (date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
        condition &= Q(**{name: None}) | Q(**{f"{name}__range": date_range})
    for name in datetimes:
        # One day more at each end: the year is one of local time, the column holds UTC.
        datetime_range = (
            datetime(FIRST_YEAR - 1, 12, 31, tzinfo=UTC),
            datetime(LAST_YEAR + 1, 1, 2, tzinfo=UTC),
        )
        condition &= Q(**{name: None}) | Q(**{f"{name}__range": datetime_range})
    return CheckConstraint(condition=condition, name=f"{model}_dates_in_range")
