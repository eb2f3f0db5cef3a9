"""Every address of the site, found by walking the resolver: whatever is added is found too."""

from collections.abc import Iterator
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver


class Address(NamedTuple):
    """One URL pattern: its full name ("admin:index"; "" if it has none) and its route."""

    name: str
    route: str

    def __str__(self) -> str:
        return self.name or self.route


def addresses() -> list[Address]:
    """All patterns of the site, in the order in which they are tried."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(
    patterns: list[URLPattern | URLResolver], namespace: str, before: str
) -> Iterator[Address]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (namespace, pattern.namespace or "")))
            yield from _walk(pattern.url_patterns, inner, route)
        else:
            name = ":".join(filter(None, (namespace, pattern.name or ""))) if pattern.name else ""
            yield Address(name, route)
