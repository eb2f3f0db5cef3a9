"""Dates as documents write them: ISO, day first, or with the name of a month."""

import re
from datetime import date

from gates.rules.date_text import iso_text
from gates.rules.text import comparison_form, fold_digits

_MONTHS = (
    "january jan يناير", "february feb فبراير", "march mar مارس", "april apr أبريل ابريل",
    "may مايو", "june jun يونيو", "july jul يوليو", "august aug أغسطس اغسطس",
    "september sept sep سبتمبر", "october oct أكتوبر اكتوبر", "november nov نوفمبر",
    "december dec ديسمبر",
)  # fmt: skip
_NUMBERS = {
    comparison_form(name): number
    for number, names in enumerate(_MONTHS, start=1)
    for name in names.split()
}
_MONTH = "|".join(sorted((n for names in _MONTHS for n in names.split()), key=len, reverse=True))
DATE = (
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTH})\.?,?\s+[0-9]{{4}}"
    rf"|(?:{_MONTH})\.?\s+[0-9]{{1,2}}(?:st|nd|rd|th)?,?\s+[0-9]{{4}})(?![\w-])"
)
_BEGINS = re.compile(DATE, re.IGNORECASE)
_WORDS = re.compile(r"[0-9]+|[^\W\d_]+")


def date_at_start(text: str) -> tuple[str, str]:
    """Return (date in ISO 8601, rest) of a text that begins with a date; ("", text) otherwise.

    A day that there is not comes back as it is written, to be refused.
    """
    match = _BEGINS.match(fold_digits(text))
    if match is None:
        return "", text
    return iso_date(match.group()) or match.group(), text[match.end() :]


def iso_date(text: str) -> str:
    """Return a date that matches `DATE` in ISO 8601; "" if there is no such day."""
    words = _WORDS.findall(fold_digits(text))
    month = next((n for w in words if (n := _NUMBERS.get(comparison_form(w)))), 0)
    if month:
        day, year = sorted((word for word in words if word.isdigit()), key=len)
        text = f"{year}-{month:0>2}-{day:0>2}"
    try:
        return date.fromisoformat(iso_text(text)).isoformat()
    except ValueError:
        return ""
