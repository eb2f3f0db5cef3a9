"""Dates as people type them: ISO or day first, never month first, in the digits of any script."""

import re

from .text import clean_date, comparison_form

# The day before the month, in one of the usual signs between them; what follows may be a time.
DAY_FIRST = re.compile(r"(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{4})(?=\D|$)")
YEAR_FIRST = re.compile(r"(\d{4})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{1,2})(?=\D|$)")
# The month by its name, as the pages write it.
NAMED = re.compile(r"(\d{1,2})\s+([^\W\d]+)[\s,،]+(\d{4})(?=\D|$)")
# A time behind the date: a comma between them goes, an hour of one digit gets its zero.
TIME = re.compile(r"\s*[,،]?\s*(?:T|\s)\s*(\d{1,2})(?=:)", re.IGNORECASE)
MONTHS = (
    "january jan يناير", "february feb فبراير", "march mar مارس", "april apr أبريل إبريل",
    "may مايو", "june jun يونيو يونيه", "july jul يوليو يوليه", "august aug أغسطس",
    "september sep sept سبتمبر", "october oct أكتوبر", "november nov نوفمبر",
    "december dec ديسمبر",
)  # fmt: skip
MONTH_OF = {
    comparison_form(name): str(number)
    for number, names in enumerate(MONTHS, start=1)
    for name in names.split()
}


def iso_text(text: str) -> str:
    """Return a date or datetime as ISO 8601 writes it; what is neither comes back as it is."""
    text = clean_date(text)
    if found := DAY_FIRST.match(text):
        day, _sign, month, year = found.groups()
    elif found := YEAR_FIRST.match(text):
        year, _sign, month, day = found.groups()
    elif (found := NAMED.match(text)) and (named := MONTH_OF.get(comparison_form(found[2]))):
        day, month, year = found[1], named, found[3]
    else:
        return text
    time = TIME.sub(lambda hour: f" {hour[1]:0>2}", text[found.end() :], count=1)
    return f"{year}-{month:0>2}-{day:0>2}{time}"
