"""What templates need to show a board: sentences, inline Markdown, status marks, moments."""

from datetime import date, datetime, time

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gates.markdown import inline_html
from gates.models.wording import in_words
from gates.rules import Status

register = template.Library()
register.filter("words", in_words)

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


@register.inclusion_tag("gates/_status.html")
def status_tag(status: str) -> dict[str, str]:
    """Icon, word and colour of a status."""
    return {"status": status}


@register.filter
def moment(value: datetime | date | None) -> SafeString | str:
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
def share_of(part: int, whole: int) -> int:
    """A part of a whole in whole percent, rounded down; 0 of nothing."""
    return part * 100 // whole if whole else 0
