"""Parts of a page that are rendered once for what they show.

A part sees nothing but the values it is given, and is kept under their content: the same gate in
the same language is the same row, for everybody. A gate that changed is another content, so a
kept part cannot be out of date. Whatever a part shows has to be handed to it; what depends on the
reader or the hour does not belong into one.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from threading import Lock
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

PLAIN = (str, int, float, date, NoneType)
CHARACTERS_AT_MOST = 16_000_000  # in one process, for all languages and boards together


class Shelf:
    """Texts under keys, the ones not asked for longest thrown away when there are too many."""

    def __init__(self, at_most: int) -> None:
        self.at_most, self.size = at_most, 0
        self.texts: OrderedDict[Any, SafeString] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Any, make: Callable[[], SafeString]) -> SafeString:
        """The text under a key, made if it is not there."""
        with self.lock:
            if key in self.texts:
                self.texts.move_to_end(key)
                return self.texts[key]
        text = make()
        with self.lock:
            if key not in self.texts:
                self.texts[key] = text
                self.size += len(text)
            while self.size > self.at_most:
                self.size -= len(self.texts.popitem(last=False)[1])
        return text

    def clear(self) -> None:
        """Throw everything away."""
        with self.lock:
            self.texts.clear()
            self.size = 0


SHELF = Shelf(CHARACTERS_AT_MOST)


@register.simple_tag
def kept(name: str, **shown: Any) -> SafeString:
    """A template rendered with these values alone, now or at an earlier time."""
    key = (name, get_language(), tuple(map(content, shown.values())))
    return SHELF.get(key, lambda: _template(name).render(template.Context(shown)))


@cache
def _template(name: str) -> template.Template:
    return template.Engine.get_default().get_template(name)


def content(value: Any) -> Any:
    """Everything that a value says, as something that can be compared and be a key."""
    kind: Any = type(value)
    if kind is list or kind is tuple:
        return tuple([content(item) for item in value])
    if isinstance(value, Mapping):
        return tuple([(key, content(item)) for key, item in value.items()])
    if (parts := _parts_of(kind)) is None:
        if not isinstance(value, PLAIN):  # equal would not mean: says the same
            raise TypeError(f"a kept part cannot be given {value!r}")
        return value
    plain, nested = parts
    return plain(value), tuple([content(item) for item in nested(value)])


@cache
def _parts_of(kind: Any) -> tuple[Any, Any] | None:
    """How to read the plain and the nested fields of a row; None for what has no fields."""
    if not is_dataclass(kind):
        return None
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    plain = [name for name in names if _is_plain(hints[name])]
    return _getter(plain), _getter([name for name in names if name not in plain])


def _is_plain(hint: Any) -> bool:
    if isinstance(hint, UnionType):
        return all(map(_is_plain, get_args(hint)))
    return isinstance(hint, type) and issubclass(hint, PLAIN)


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if not names:
        return lambda _value: ()
    if len(names) == 1:
        return lambda value: (getattr(value, names[0]),)
    return attrgetter(*names)
