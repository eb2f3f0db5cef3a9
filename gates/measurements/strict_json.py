"""JSON as the parsers take it: each key once, finite numbers, at most 50 levels.

Python's own parser takes the last of two equal keys, accepts NaN and Infinity, turns numbers into
floats, and recurses as deep as the text says.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext_noop

from gates.rules.conditions import is_storable

from .report import ReportError, shown
from .text import decode_report

MAX_DEPTH = 50
MAX_NUMBER_LENGTH = 60  # characters; what a float is written with has 25

# A string, closed or not, or a bracket. It never goes back ("*+"), so a text full of quotes and
# backslashes is read once.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|[\[{]|[\]}]', re.DOTALL)


def parse_json(content: bytes) -> dict[str, Any]:
    """Return a report that is one JSON object. Its numbers are `Decimal`.

    Raises:
        ReportError: it is no JSON object, or one that could be read in two ways.
    """
    text = decode_report(content)
    if text.lstrip().startswith("<"):
        raise ReportError("not_json", gettext_noop("This is XML or HTML, and JSON is expected."))
    _check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        message = gettext_noop("This is not JSON: line %(line)s, column %(column)s.")
        raise ReportError("not_json", message, line=error.lineno, column=error.colno) from error
    if not isinstance(value, dict):
        raise ReportError("not_object", gettext_noop("The report must be one JSON object."))
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                message = gettext_noop("The report is nested deeper than %(most)s levels.")
                raise ReportError("too_deep", message, most=MAX_DEPTH)
        elif sign in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            message = gettext_noop("The key “%(key)s” appears twice in one object.")
            raise ReportError("duplicate_key", message, key=shown(key))
        found[key] = value
    return found


def _number(text: str) -> Decimal:
    if len(text) <= MAX_NUMBER_LENGTH:
        try:
            value = Decimal(text)
        except ArithmeticError:  # an exponent of many digits
            value = Decimal("inf")
        if not value:
            return Decimal(0)  # "0e999999" would be written with as many zeros
        if is_storable(value):
            return value
    message = gettext_noop("The number %(number)s is too large or has too many digits.")
    raise ReportError("number", message, number=shown(text))


def _refuse_constant(name: str) -> NoReturn:
    message = gettext_noop("%(name)s is not a number that can be compared.")
    raise ReportError("not_finite", message, name=name)


# --- reading values; `where` is their path, such as metrics.http_reqs.count ------------------


def as_object(value: Any, where: str) -> dict[str, Any]:
    """Return a value that must be an object."""
    if not isinstance(value, dict):
        message = gettext_noop("%(where)s must be an object.")
        raise ReportError("not_object", message, where=shown(where))
    return value


def as_list(value: Any, where: str) -> list[Any]:
    """Return a value that must be a list."""
    if not isinstance(value, list):
        message = gettext_noop("%(where)s must be a list.")
        raise ReportError("not_list", message, where=shown(where))
    return value


def as_number(value: Any, where: str) -> Decimal:
    """Return a value that must be a number; true and false are none."""
    if not isinstance(value, Decimal):
        message = gettext_noop("%(where)s must be a number.")
        raise ReportError("not_number", message, where=shown(where))
    return value


def as_count(value: Any, where: str) -> Decimal:
    """Return a value that must be a whole number, zero or more."""
    number = as_number(value, where)
    if number < 0 or number % 1:
        message = gettext_noop("%(where)s must be a whole number, 0 or more.")
        raise ReportError("not_count", message, where=shown(where))
    return number


def as_text(value: Any, where: str) -> str:
    """Return a value that must be a text."""
    if not isinstance(value, str):
        message = gettext_noop("%(where)s must be text.")
        raise ReportError("not_text", message, where=shown(where))
    return value


def objects(values: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the objects of a list, each with its path."""
    for place, value in enumerate(as_list(values, where)):
        path = f"{where}[{place}]"
        yield path, as_object(value, path)
