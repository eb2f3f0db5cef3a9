"""Template tags about several launches: switching between them."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

register = template.Library()

# Pages that every launch has; from any other page the switch leads to the board.
SAME_PAGE = {"board", "waiting", "changes", "burnup", "honesty"}
MAX_OTHERS = 6  # the newest; the page of all launches has the rest


@register.inclusion_tag("gates/_switch.html", takes_context=True)
def launch_switch(context: Context) -> dict[str, Any]:
    """Show links to the same page of the other launches, where the page is about one of several."""
    launch = context.get("launch")
    others = [other for other in getattr(launch, "others", []) if other.archived_on is None]
    match = getattr(context.get("request"), "resolver_match", None)
    page = (match.view_name if match else "").removeprefix("launch-")
    page = page if page in SAME_PAGE else "board"
    links = [(other, reverse(f"launch-{page}", args=[other.slug])) for other in others[:MAX_OTHERS]]
    return {"launch": launch, "links": links}
