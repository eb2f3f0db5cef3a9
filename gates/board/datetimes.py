"""Moments as people write them in addresses and on the command line."""

import re
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from gates.rules.text import clean_date

# Where clocks go back at midnight the last hour comes twice, and a day ends with the second.
LAST = time.max.replace(fold=1)


class InvalidDate(ValueError):
    """A text is no moment that the board can be asked about; the message says why."""


def parse_as_of(text: str, now: datetime) -> datetime:
    """The moment that an ISO 8601 date or datetime means, in the board's time zone.

    A date means the end of that day, also today's, so that it shows what a live page shows. A time
    without an offset is local.

    Raises:
        Unreadable: not a date, or later than `now`. Tomorrow's board would be a guess: nobody
            knows what will be attached, resolved or reopened by then.
    """
    moment, whole_day = _parsed(text)
    if whole_day and moment.date() == timezone.localdate(now):
        return end_of_day(now)
    return _not_after(moment, now, text)


def parse_since(text: str, now: datetime) -> datetime:
    """The moment that a text means, where a date means the beginning of that day.

    Raises:
        Unreadable: not a date, or later than `now`.
    """
    moment, _whole_day = _parsed(text, time.min)
    return _not_after(moment, now, text)


def validate_range(since: datetime | None, until: datetime | None) -> None:
    """See that a span does not end before it begins.

    Raises:
        Unreadable: it does.
    """
    if since and until and since > until:
        words = gettext("“since” (%(since)s) is later than “until” (%(until)s); swap them.")
        ends = {"since": since, "until": until}
        said = {
            name: timezone.localtime(end).isoformat(" ", "minutes") for name, end in ends.items()
        }
        raise InvalidDate(words % said)


def _not_after(moment: datetime, now: datetime, text: str) -> datetime:
    if moment > now:
        words = gettext("%(text)s is in the future; the board can be read up to now.")
        raise InvalidDate(words % {"text": text.strip()})
    return moment


def days_before(moment: datetime, days: int) -> datetime:
    """The beginning of the day so many days before a moment, in the board's time zone.

    Pages look back by whole days, so that what they show changes overnight and not meanwhile.
    """
    day = timezone.localdate(moment) - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of_day(moment: datetime) -> datetime:
    """The last instant of a moment's day, in the board's time zone: up to there a live page reads.

    Another server's clock may be ahead of ours. What it wrote would be missing from a page that
    stops at our own time, and go on missing, because the page is kept for the day.
    """
    return timezone.make_aware(datetime.combine(timezone.localdate(moment), LAST))


def _parsed(text: str, of_day: time = LAST) -> tuple[datetime, bool]:
    """The moment, and whether the text names a whole day, of which it is then `of_day`."""
    text = clean_date(text)
    # In an address, an unescaped "+03:00" arrives as a space.
    text = re.sub(r"(:[0-9.:]+) ([0-9]{2}:?[0-9]{2})$", r"\1+\2", text)
    try:
        if "W" in text:  # a week is neither a day nor a time
            raise ValueError(text)  # noqa: TRY301
        day = _day(text)
        moment = datetime.combine(day, of_day) if day else datetime.fromisoformat(text)
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        moment.astimezone(UTC)  # both ends of the calendar overflow in one zone or another
        return timezone.localtime(moment), day is not None
    except (ValueError, OverflowError) as error:
        words = gettext("“%(text)s” is not a date like 2026-04-23 or a time like 2026-04-23T18:00.")
        raise InvalidDate(words % {"text": text[:60]}) from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
