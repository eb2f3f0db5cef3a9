"""Reads one variable, or the file `.env`: nothing is expanded, nothing is guessed.

Each function raises ImproperlyConfigured with one line that names the variable or the line's
number. A value is never repeated: it may be a secret.
"""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

LINE = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
# What a shell, a unit file or a compose file would have replaced, and this board does not.
UNEXPANDED = re.compile(r"\A\$|\$\{|\$\(")
COMMENT = re.compile(r"\s#|\A#")


def text(name: str, default: str = "") -> str:
    """Return a variable of the environment as it is; `default` where it is not set."""
    value = os.environ.get(name, default)
    if UNEXPANDED.search(value):
        raise ImproperlyConfigured(
            f"{name} names another variable with $, which is not replaced here; write the value"
        )
    if COMMENT.search(value):
        raise ImproperlyConfigured(
            f"{name} has a comment behind its value; put the comment on a line of its own"
        )
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        raise ImproperlyConfigured(f"{name} has quotes around its value; leave them out")
    if value != value.strip():
        raise ImproperlyConfigured(f"{name} has a space or line break at an end; remove it")
    if not value.isprintable():
        raise ImproperlyConfigured(f"{name} has an invisible character; type the value again")
    return value


def read_env_file(path: Path) -> None:
    """Set what `.env` says where the environment says nothing; no file is as good as an empty one.

    A line is `NAME=value`, with or without quotes around the value, or a comment.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ImproperlyConfigured(f".env cannot be read: {error.strerror}") from None
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(content), start=1):
        if not line or line.startswith("#"):
            continue
        match = LINE.fullmatch(line)
        if match is None:
            raise ImproperlyConfigured(f".env, line {number}: it must be NAME=value or a # comment")
        name, value = match.groups()
        if name in found:
            raise ImproperlyConfigured(f".env, line {number}: {name} is set twice; remove one")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        if "\x00" in value:
            raise ImproperlyConfigured(f".env, line {number}: {name} has an invisible character")
        found[name] = value
    for name, value in found.items():
        os.environ.setdefault(name, value)


def _lines(content: bytes) -> list[str]:
    """Return the lines of `.env` without the spaces around them."""
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise ImproperlyConfigured(".env begins with a byte-order mark; save it as UTF-8 without")
    try:
        return [line.strip() for line in content.decode().splitlines()]
    except UnicodeDecodeError:
        raise ImproperlyConfigured(".env is not UTF-8; save it as UTF-8") from None
