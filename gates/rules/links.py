"""The rules for a link: which addresses may be evidence, and which lead to the reader's machine."""

import ipaddress
import re
import unicodedata
from urllib.parse import unquote

from django.utils.translation import gettext_noop

from .reason import Reason
from .text import drop_invisible

SAFE_SCHEMES = ("http://", "https://")

_LOCAL_NAMES = re.compile(
    r"(.+\.)?(localhost|localhost[46]|local|localdomain|ip6-localhost|ip6-loopback)"
    r"|host\.docker\.internal"
)
_LINK = re.compile(r"https?://(?:\[[^\]\s]*\])?[^\s<>\"')\]]*", re.IGNORECASE)


def url_errors(url: str) -> tuple[Reason, ...]:
    """Return why a URL may not be stored as evidence; empty if it may, or if there is none.

    Only http and https. No user info, which makes `https://github.com@evil.example` look like
    another site: no "@" before the first "/" after the scheme. Browsers read a backslash as a
    slash and drop tabs and line breaks, so those are refused too. A link to the reader's own
    machine proves nothing to anybody else.
    """
    if not url:
        return ()
    scheme, separator, rest = url.partition("://")
    if not separator or f"{scheme.lower()}://" not in SAFE_SCHEMES:
        message = gettext_noop("Only http:// and https:// addresses can be evidence.")
        return (Reason("url_scheme", message),)
    if "@" in rest.partition("/")[0]:
        message = gettext_noop("Leave out user names and passwords: no “@” before the first “/”.")
        return (Reason("url_user_info", message),)
    host_missing = rest.startswith(("/", "?", "#")) or not rest
    if host_missing or "\\" in url or any(char.isspace() or ord(char) < 32 for char in url):
        message = gettext_noop("This is not a usable web address.")
        return (Reason("url_malformed", message),)
    return ()


def local_url_errors(url: str) -> tuple[Reason, ...]:
    """Return why a URL proves nothing although it is safe: it leads to the reader's own machine.

    Apart from `url_errors`, because links in other texts and in older evidence may lead there.
    """
    if not url or not is_local(url):
        return ()
    message = gettext_noop(
        "This address leads to your own computer; nobody else can open it. Link to where others"
        " see it, or paste the output."
    )
    return (Reason("url_local", message),)


def is_local(url: str) -> bool:
    """Return whether a browser would open an address on the reader's own machine."""
    rest = url.partition("://")[2]
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    # Browsers decode and fold a host before they look it up.
    host = drop_invisible(unicodedata.normalize("NFKC", unquote(authority))).casefold()
    host = host.replace("\u3002", ".").strip()
    if host.startswith("["):
        return _is_local_ipv6(host[1:].partition("]")[0])
    name = host.partition(":")[0].rstrip(".")
    if _LOCAL_NAMES.fullmatch(name):
        return True
    number = _ipv4(name)
    return number is not None and _is_own(ipaddress.IPv4Address(number))


def _is_local_ipv6(text: str) -> bool:
    try:
        address = ipaddress.IPv6Address(text.partition("%")[0])
    except ValueError:
        return False
    inner = address.ipv4_mapped
    if inner is None and int(address) < 2**32:  # ::127.0.0.1
        inner = ipaddress.IPv4Address(int(address))
    return _is_own(address) or (inner is not None and _is_own(inner))


def _is_own(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    this_network = ipaddress.IPv4Network("0.0.0.0/8")
    return address.is_loopback or address.is_unspecified or address in this_network


def _ipv4(name: str) -> int | None:
    """The number of an IPv4 address as browsers read it: 127.1, 0x7f.1, 0177.0.0.1, 2130706433."""
    parts = name.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    numbers = [_number(part) for part in parts]
    *first, last = numbers
    if last is None or any(number is None or number > 255 for number in first):
        return None
    if last >= 256 ** (5 - len(parts)):
        return None
    value = last
    for place, number in enumerate(first):
        value += (number or 0) * 256 ** (3 - place)
    return value


def _number(part: str) -> int | None:
    if not re.fullmatch(r"0x[0-9a-f]*|[0-9]+", part) or len(part) > 40:
        return None
    try:
        if part.startswith("0x"):
            return int(part[2:] or "0", 16)
        return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)
    except ValueError:  # 089 is no number in base 8
        return None


def without_local_links(text: str) -> str:
    """Return a text without the links in it that lead to the reader's own machine."""
    return _LINK.sub(lambda found: " " if is_local(found.group()) else found.group(), text)
