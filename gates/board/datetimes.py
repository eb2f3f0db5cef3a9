"""Parse dates and times that people write in URLs and on the command line."""

import re
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from gates.rules.date_text import iso_text

# Where clocks go back at midnight, the last hour comes twice; fold=1 is the second of them.
END_OF_DAY = time.max.replace(fold=1)


class InvalidDate(ValueError):
    """A text that is no date or time, or one outside the board's past; the message says why."""


def parse_as_of(text: str, now: datetime) -> datetime:
    """Parse an ISO 8601 or day-first date or datetime; return a moment in the board's time zone.

    A date means the end of that day. That holds for today too, so that it shows the live page. A
    time without an offset is local.

    Raises:
        InvalidDate: Not a date, or later than `now`. Tomorrow's board would be a guess: evidence,
            blockers and reopenings until then are not known.
    """
    moment, whole_day = _parse_datetime(text)
    if whole_day and moment.date() == timezone.localdate(now):
        return end_of_day(now)
    return _reject_future(moment, now, text)


def parse_since(text: str, now: datetime) -> datetime:
    """Parse an ISO 8601 date or datetime, where a date means the beginning of that day.

    Raises:
        InvalidDate: Not a date, or later than `now`.
    """
    moment, _whole_day = _parse_datetime(text, time.min)
    return _reject_future(moment, now, text)


def validate_range(since: datetime | None, until: datetime | None) -> None:
    """Check that a span does not end before it begins.

    Raises:
        InvalidDate: It ends before it begins.
    """
    if since and until and since > until:
        message = gettext("“since” (%(since)s) is later than “until” (%(until)s); swap them.")
        ends = {"since": since, "until": until}
        params = {
            name: timezone.localtime(end).isoformat(" ", "minutes") for name, end in ends.items()
        }
        raise InvalidDate(message % params)


def _reject_future(moment: datetime, now: datetime, text: str) -> datetime:
    if moment > now:
        message = gettext("%(text)s is in the future; the board can be read up to now.")
        raise InvalidDate(message % {"text": text.strip()})
    return moment


def days_before(moment: datetime, days: int) -> datetime:
    """Return the beginning of the day that lies a number of days before a moment.

    Days are those of the board's time zone. Pages look back by whole days, so that they change
    overnight and not within a day.
    """
    day = timezone.localdate(moment) - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of_day(moment: datetime) -> datetime:
    """Return the last instant of a moment's day in the board's time zone.

    A live page reads events up to there. Another server's clock may be ahead of ours: a page that
    stopped at our own time would lack what it wrote, for the rest of the day, because the page is
    cached for the day.
    """
    return timezone.make_aware(datetime.combine(timezone.localdate(moment), END_OF_DAY))


def _parse_datetime(text: str, time_of_date: time = END_OF_DAY) -> tuple[datetime, bool]:
    """Return the moment, and whether the text is a date; then the moment has `time_of_date`."""
    typed, text = text.strip(), iso_text(text)
    # In a URL, an unescaped "+03:00" arrives as a space.
    text = re.sub(r"(:[0-9.:]+) ([0-9]{2}:?[0-9]{2})$", r"\1+\2", text)
    try:
        if "W" in text:  # an ISO week is neither a date nor a time
            raise ValueError(text)  # noqa: TRY301
        day = _parse_date(text)
        moment = datetime.combine(day, time_of_date) if day else datetime.fromisoformat(text)
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        moment.astimezone(UTC)  # the first and last day of the calendar overflow in some zones
        return timezone.localtime(moment), day is not None
    except (ValueError, OverflowError) as error:
        message = gettext(
            "“%(text)s” is not a date like 2026-04-23 or 23/04/2026 (day first), nor a time like"
            " 2026-04-23T18:00."
        )
        raise InvalidDate(message % {"text": typed[:60]}) from error


def _parse_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
