"""Template tags that show a board: statuses, dates, reasons, inline Markdown and counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gates.board.filters import NOT_CLOSED, NOT_SET
from gates.board.rows import Board, GateRow, SectionRow
from gates.inline_markdown import inline_html
from gates.models import Action
from gates.reason_text import reason_text
from gates.rules import Status, Totals
from gates.rules.reason import Reason
from gates.templatetags.links import gate_url, gates_url, page_url

register = template.Library()
register.filter("words", reason_text)

MAX_STRIP_CELLS = 120

STATUS_WORDS = {
    Status.CLOSED: _("Closed"),
    Status.PARTIAL: _("Partial"),
    Status.OPEN: _("Open"),
    Status.BLOCKED: _("Blocked"),
}


@register.filter
def inline(text: str) -> SafeString:
    """One line of Markdown without links, for text that stands inside a link or a heading."""
    return inline_html(text)


@register.filter
def inline_links(text: str) -> SafeString:
    """One line of Markdown with its links."""
    return inline_html(text, links=True)


@register.filter
def status_word(status: str) -> str:
    """A status in the reader's language."""
    return str(STATUS_WORDS[Status(status)])


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """Icon, word and colour of a status."""
    return _status_of(status, get_language())


@lru_cache(maxsize=64)
def _status_of(status: str, _language: str | None) -> SafeString:
    return format_html(
        '<span class="status {}">{}{}</span>', status, icon(status), status_word(status)
    )


@register.simple_tag
@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """Return an icon that is hidden from screen readers; a label stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("gates/icons.svg"),
        name,
    )


@register.filter
def datetime_tag(value: datetime | date | None) -> SafeString | str:
    """A date or datetime in <time>, in the board's time zone.

    Midnight means that the source gave a day and no time, so no time is shown.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        style = "DATE_FORMAT" if local.time() == time() else "DATETIME_FORMAT"
        return format_html(
            '<time datetime="{}">{}</time>', local.isoformat(), date_format(local, style)
        )
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(value))


@register.filter
def date_and_age(value: datetime | None) -> SafeString | str:
    """Return a datetime and its age in whole days; in the future, how far off it is.

    Whole days, because a page may stay cached for a day (see gates/views/etag.py).
    """
    if value is None:
        return ""
    day, today = timezone.localdate(value), timezone.localdate()
    since = gettext("%(time)s ago") % {"time": timesince(day, today, depth=1)}
    if day > today:
        since = gettext("in %(time)s") % {"time": timeuntil(day, today, depth=1)}
        since = gettext("tomorrow") if day - today == timedelta(days=1) else since
    elif today - day < timedelta(days=2):
        since = gettext("today") if day == today else gettext("yesterday")
    return format_html('{} <span class="muted">({})</span>', datetime_tag(value), since)


@register.filter
def share_of(part: int, whole: int) -> int:
    """A part of a whole in whole percent, rounded down; 0 of nothing."""
    return part * 100 // whole if whole else 0


# --- sentences -----------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def reason_html(context: Context, reason: Reason) -> SafeString:
    """Return a reason with a link for each gate, and user-written text isolated in <bdi>."""
    list_limit = context["board"].list_limit() if "board" in context else None
    links = [
        format_html('<a class="code" href="{}">{}</a>', gate_url(context, code), code)
        for code in limit(reason.gates, list_limit)
    ]
    if more := hidden_count(reason.gates, list_limit):
        links.append(_more_link(context, reason.code, more))
    return mark_safe(  # noqa: S308  template and values are escaped, each by itself
        replace(reason, gates=(" ".join(links),) if links else ()).render(
            lambda message: escape(gettext(message)),
            lambda one, many, count: escape(ngettext(one, many, count)),
            _isolated_html,
        )
    )


# The gates that a reason names, as the board's filters find them; else JSON has them in words.
FILTERS_BY_REASON = {
    "p0_open": {"status": NOT_CLOSED, "priority": "P0", "counted": "yes"},
    "no_priority": {"status": NOT_CLOSED, "priority": NOT_SET, "counted": "yes"},
}


def _more_link(context: Context, code: str, more: int) -> SafeString:
    asked = FILTERS_BY_REASON.get(code)
    there = gates_url(context, **asked) if asked else page_url(context, "board-json")
    words = ngettext("and %(more)s more", "and %(more)s more", more) % {"more": more}
    return format_html('<a href="{}">{}</a>', there, words)


def _isolated_html(value: Any) -> str:
    if isinstance(value, str):
        return format_html("<bdi>{}</bdi>", inline_html(value))
    return datetime_tag(value) if isinstance(value, date) else escape(value)


@register.filter
def account_name(names: Mapping[int | None, str], user_id: int | None) -> str:
    """Return an account's name: empty for None, `#<id>` for a deleted account."""
    return "" if user_id is None else names.get(user_id, f"#{user_id}")


@register.filter
def isolated_names(people: Iterable[str]) -> SafeString:
    """Return names joined by commas, each isolated in <bdi> from the others' direction."""
    return format_html_join(gettext(", "), "<bdi>{}</bdi>", ((name,) for name in people))


@register.filter
def strip_code(text: str, code: str) -> str:
    """A step's text without the gate's code in front, where the code is shown as a link."""
    return text.removeprefix(f"{code} ")


# --- counts and facts ----------------------------------------------------------------------


@register.filter
def limit(items: Sequence[Any], list_limit: int | None) -> Sequence[Any]:
    """Return the first `list_limit` items of a list; all of them if `list_limit` is None.

    A template that uses it shows the number left out (`hidden_count`) and links to the rest.
    """
    return items[:list_limit]


@register.filter
def hidden_count(items: Sequence[Any], list_limit: int | None) -> int:
    """Return how many items of a list `limit` leaves out."""
    return 0 if list_limit is None else max(0, len(items) - list_limit)


@register.filter
def count_status(source: Board | SectionRow | Totals | list[GateRow], status: str) -> int:
    """How many gates have a status: on a board, in a section, of the counted ones, in a list."""
    if isinstance(source, Totals):
        return int(getattr(source, status))
    if isinstance(source, list):
        return sum(gate.status == status for gate in source)
    return source.count(status)


@register.filter
def strip_cells(board: Board) -> list[GateRow]:
    """The counted gates as cells of a strip; none where they are too many to tell apart."""
    counted = board.counted()
    return counted if len(counted) <= MAX_STRIP_CELLS else []


@register.filter
def uncounted(section: SectionRow) -> int:
    """How many of a section's gates help no claim's count."""
    return sum(not gate.counted for gate in section.gates)


@register.filter
def plan_day(day: int) -> str:
    """A day of the plan: D0, D+1, D+2."""
    return str(Action.Day(day).label)


@register.filter
def is_past(day: date | None, today: date | None = None) -> bool:
    """Whether a day lies before the day that is shown, or before today."""
    return day is not None and day < (today or timezone.localdate())
