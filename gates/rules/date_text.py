"""Dates as people type them: ISO or day first, never month first, in the digits of any script."""

import re

from .text import clean_date

# The day before the month, in one of the usual signs between them; what follows may be a time.
DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?=\D|$)")
YEAR_FIRST = re.compile(r"(\d{4})([/.])(\d{1,2})\2(\d{1,2})(?=\D|$)")


def iso_text(text: str) -> str:
    """Return a date or datetime as ISO 8601 writes it; what is neither comes back as it is."""
    text = clean_date(text)
    if found := DAY_FIRST.match(text):
        day, _sign, month, year = found.groups()
    elif found := YEAR_FIRST.match(text):
        year, _sign, month, day = found.groups()
    else:
        return text
    return f"{year}-{month:0>2}-{day:0>2}{text[found.end() :]}"
