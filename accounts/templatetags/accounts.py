"""Template filters of the account pages."""

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON for a data attribute.

    Pages hold no inline script, not even as data.
    """
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def value_of(choices: Mapping[str, Any], key: str) -> Any:
    """Return what a choice is called; the choice itself if it has no name."""
    return choices.get(key, key)
