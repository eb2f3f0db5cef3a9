"""Values of single cells: days, addresses, and how a message names a gate."""

import re
from datetime import date

from gates import rules

from .escaping import unescape_text
from .parsed import ParsedGate
from .vocabulary import CODE


def name_of(gate: ParsedGate) -> str:
    return gate.code if CODE.fullmatch(gate.code) else f"“{gate.title}”"


def is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return len(text) == 10 or len(text) > 15


def parse_address(text: str) -> str:
    """Return the address of a cell that is one: bare, in angle brackets or as a link."""
    plain = text.strip("<>` ")
    if found := re.fullmatch(r"\[[^\]\[]*\]\(([^()\s]+)\)", plain):
        plain = found.group(1)
    url = unescape_text(plain)
    return url if url and "://" in url and not rules.url_errors(url) else ""
