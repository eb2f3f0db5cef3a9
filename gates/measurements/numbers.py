"""Numbers by name: `{"seconds": 214, "daily_spend_usd": 7.5}`."""

from gates.rules.measures import Kind

from .report import Report
from .strict_json import as_number, parse_json


def read_numbers(content: bytes) -> Report:
    """Return the numbers of one flat JSON object; anything else in it is refused."""
    measures = {name: as_number(value, name) for name, value in parse_json(content).items()}
    return Report(Kind.NUMBERS, "numbers", measures)
