"""Template tags for addresses: pages of the shown launch, gates, the audit log."""

from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

from django import template
from django.template import Context
from django.urls import NoReverseMatch, get_script_prefix, reverse

register = template.Library()

# Pages and documents that people hand on. Their links name the launch, or they would show another
# one once that is the current launch.
NAME_THE_LAUNCH = {"gate", "check", "claim", "board-md", "board-csv", "board-json"}


@register.simple_tag(takes_context=True)
def launch_url(context: Context, name: str, *args: str) -> str:
    """Return the address of a page of the shown launch, as it is now."""
    return _page_address(name, args, _slug_on_page(context, name), get_script_prefix())


@register.simple_tag(takes_context=True)
def page_url(context: Context, name: str, *args: str) -> str:
    """Return the address of a page of the shown launch, as of the shown datetime.

    A page that shows two datetimes sets `link_as_of` in the context for its links.
    """
    moment = _as_of(context)
    query = f"?{urlencode({'as_of': moment})}" if moment else ""
    return launch_url(context, name, *args) + query


@register.simple_tag(takes_context=True)
def gates_url(context: Context, **params: str) -> str:
    """Return the address of the board narrowed to `params` (see gates/board/filters.py)."""
    moment = _as_of(context)
    query = {"as_of": moment, **params} if moment else params
    return f"{launch_url(context, 'board')}?{urlencode(query)}#gates"


@register.simple_tag
def history_url(**params: str) -> str:
    """Return the address of the audit log with filters: kind, gate, since, until."""
    query = urlencode({name: value for name, value in params.items() if value})
    return f"{reverse('history')}?{query}"


def _as_of(context: Context) -> str | None:
    request = context.get("request")
    params = request.GET.get("as_of") if request else None
    moment: str | None = context.get("link_as_of", params)
    return moment


def _slug_on_page(context: Context, name: str) -> str:
    """Return the launch's slug for an address; empty where the current launch is meant."""
    launch = context.get("launch")
    meant = name in NAME_THE_LAUNCH or "link_as_of" in context
    if launch is None or (launch.is_current and not meant):
        return ""
    return str(launch.slug)


@lru_cache(maxsize=8192)
def _page_address(name: str, args: tuple[str, ...], launch: str, _mounted_at: str) -> str:
    # A board links to every gate several times, and finding an address takes longer than a row.
    return reverse(f"launch-{name}", args=[launch, *args]) if launch else reverse(name, args=args)


@register.simple_tag(takes_context=True)
def gate_url(context: Context, code: str) -> str:
    """Return the address of a gate's page.

    A code that the URL pattern refuses has no page; then return its row on the board.
    """
    try:
        return page_url(context, "gate", code)
    except NoReverseMatch:
        return f"{page_url(context, 'board')}#{quote(code)}"


@register.filter
def host(url: str) -> str:
    """Return the host of an address, which is shown beside the link."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
