"""What the account pages need besides Django's own."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """A value as JSON, for a data attribute: a page holds no inline script, not even as data."""
    return json.dumps(value, cls=DjangoJSONEncoder)
