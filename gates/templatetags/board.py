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
from gates.rules.text import same_as
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
    """Return a line of Markdown as HTML without links, for text inside a link or heading."""
    return inline_html(text)


@register.filter
def inline_links(text: str) -> SafeString:
    """Return a line of Markdown as HTML with its links."""
    return inline_html(text, links=True)


@register.filter
def status_word(status: str) -> str:
    """Return a status in the reader's language."""
    return str(STATUS_WORDS[Status(status)])


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """Return a status as icon and word, in its colour."""
    return _status_html(status, get_language())


@lru_cache(maxsize=64)
def _status_html(status: str, _language: str | None) -> SafeString:
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
    """Return a date or datetime in <time>, in the board's time zone.

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

    Whole days, because a page may stay cached for a day (see gates/board/etag.py).
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
    """Return a part of a whole in percent, rounded down; 0 if the whole is 0."""
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
            lambda singular, plural, count: escape(ngettext(singular, plural, count)),
            _isolated_html,
        )
    )


# Filters of the board that find all gates of a reason, by its code. Other reasons link to JSON.
FILTERS_BY_REASON = {
    "p0_open": {"status": NOT_CLOSED, "priority": "P0", "counted": "yes"},
    "no_priority": {"status": NOT_CLOSED, "priority": NOT_SET, "counted": "yes"},
}


def _more_link(context: Context, code: str, more: int) -> SafeString:
    params = FILTERS_BY_REASON.get(code)
    address = gates_url(context, **params) if params else page_url(context, "board-json")
    text = ngettext("and %(more)s more", "and %(more)s more", more) % {"more": more}
    return format_html('<a href="{}">{}</a>', address, text)


def _isolated_html(value: Any) -> str:
    if isinstance(value, str):
        return format_html("<bdi>{}</bdi>", inline_html(value))
    return datetime_tag(value) if isinstance(value, date) else escape(value)


@register.filter
def account_name(names: Mapping[int | None, str], user_id: int | None) -> str:
    """Return an account's name: empty for None, `#<id>` for a deleted account."""
    return "" if user_id is None else names.get(user_id, f"#{user_id}")


@register.filter
def entry_of(entries: Mapping[int, Any], row_id: int) -> Any:
    """Return the history entry of a row; None if it has none."""
    return entries.get(row_id)


@register.filter
def isolated_names(names: Iterable[str]) -> SafeString:
    """Return names joined by commas, each isolated in <bdi> from the others' direction."""
    return format_html_join(gettext(", "), "<bdi>{}</bdi>", ((name,) for name in names))


@register.filter
def strip_code(text: str, code: str) -> str:
    """Return an action's text without the gate's code in front, which is shown as a link."""
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
    """Return how many gates of a board, section, list or of the counted gates have a status."""
    if isinstance(source, Totals):
        return int(getattr(source, status))
    if isinstance(source, list):
        return sum(gate.status == status for gate in source)
    return source.count(status)


@register.filter
def strip_cells(board: Board) -> list[GateRow]:
    """Return the counted gates for the strip; none if more than MAX_STRIP_CELLS."""
    counted = board.counted()
    return counted if len(counted) <= MAX_STRIP_CELLS else []


@register.filter
def uncounted(section: SectionRow) -> int:
    """Return how many of a section's gates are not counted."""
    return sum(not gate.counted for gate in section.gates)


@register.filter
def plan_day(day: int) -> str:
    """Return the label of a day of the plan: D0, D+1, D+2."""
    return str(Action.Day(day).label)


@register.filter
def is_same(name: str, asked: str) -> bool:
    """Return whether a filter asks for a name, in whatever spelling."""
    return bool(asked) and same_as(asked) == same_as(name)


@register.filter
def is_past(day: date | None, today: date | None = None) -> bool:
    """Return whether a day is before `today`, by default the current day."""
    return day is not None and day < (today or timezone.localdate())
