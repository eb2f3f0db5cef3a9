"""Read what a request brings: its parameters, its key, its body. Nothing is taken silently."""

import hashlib
import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest, UnreadablePostError

from gates import rules
from gates.measurements.report import aware_time
from gates.measurements.text import MAX_REPORT_BYTES
from gates.models.dates import FIRST_YEAR, LAST_YEAR
from gates.rules.text import clean_name

from .problem import Refusal

REPORT_TYPES = ("application/json", "application/xml", "text/xml", "application/octet-stream")
KEY = re.compile(r"[!-~]{1,200}")
# A plus sign that was not escaped arrives as a space.
UNESCAPED_OFFSET = re.compile(r"(.*T[^ ]*) ([0-9]{2}:?[0-9]{2})")


def only(request: HttpRequest, *names: str) -> None:
    """Refuse parameters that are not known, or given twice.

    Raises:
        Refusal: with the parameter's name.
    """
    for name, values in request.GET.lists():
        if name not in names:
            raise Refusal(422, f"There is no parameter {_shown(name)} here.")
        if len(values) > 1:
            raise Refusal(422, f"The parameter {name} is given more than once.")


def name_param(name: str, value: str, most: int) -> str:
    """Return the value of a parameter that names something, as it is stored.

    Raises:
        Refusal: it is too long, or has control characters.
    """
    cleaned = clean_name(value)
    if len(cleaned) > most:
        raise Refusal(422, f"The parameter {name} has more than {most} characters.")
    if not cleaned.isprintable():
        raise Refusal(422, f"The parameter {name} has control characters.")
    return cleaned


def link_param(value: str) -> str:
    """Return the parameter `url`.

    Raises:
        Refusal: it is no plain web address.
    """
    url = name_param("url", value, 2000)
    if errors := rules.url_errors(url):
        raise Refusal(422, f"The parameter url is refused: {errors[0].render()}")
    return url


def time_param(value: str) -> datetime | None:
    """Return the parameter `observed_at`; None if it is not given.

    Raises:
        Refusal: it is no moment with a time zone, or not of this century.
    """
    if not value:
        return None
    moment = aware_time(UNESCAPED_OFFSET.sub(r"\1+\2", value))
    if moment is None:
        message = "The parameter observed_at must be a time with its zone: 2026-11-25T10:00:00Z."
        raise Refusal(422, message)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Refusal(422, f"observed_at must be in the years {FIRST_YEAR} to {LAST_YEAR}.")
    return moment


def request_name(request: HttpRequest, *parts: object) -> str:
    """Return what names a request: its Idempotency-Key, else everything that it says.

    parts: token, address and parameters; the body is added.

    Raises:
        Refusal: the key is no key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return hashlib.sha256(repr(parts).encode(errors="replace")).hexdigest()
    if not KEY.fullmatch(key):
        message = "The Idempotency-Key must be 1 to 200 visible ASCII characters."
        raise Refusal(422, message)
    return hashlib.sha256(b"key " + key.encode()).hexdigest()


def read_body(request: HttpRequest, types: tuple[str, ...]) -> bytes:
    """Return the bytes of a request, at most 1 MiB.

    Raises:
        Refusal: too large (before it is read), of another type, compressed, or cut off.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_REPORT_BYTES:
        raise Refusal(413, f"The body has more than {MAX_REPORT_BYTES} bytes.")
    if request.headers.get("Transfer-Encoding"):
        raise Refusal(411, "Send the body in one piece, with its Content-Length.")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refusal(415, "Send the body as it is, not compressed.")
    if (request.content_type or "").lower() not in types:
        raise Refusal(415, f"Send it with a Content-Type of {' or '.join(types)}.")
    try:
        body = request.read(MAX_REPORT_BYTES + 1)
    except UnreadablePostError as error:
        raise Refusal(400, "The body ended before its Content-Length.") from error
    if len(body) != int(length):
        raise Refusal(400, "The body ended before its Content-Length.")
    return bytes(body)


def _shown(text: Any) -> str:
    return "".join(char if char.isprintable() else "?" for char in str(text)[:60])
