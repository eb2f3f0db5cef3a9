"""The codes of gates in their natural order, for lists that are sorted by code."""

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat, Length, LPad

# T2 before T10: the letters first, then the longer numbers after the shorter.
CODE_IN_ORDER = Concat(
    "section__prefix",
    LPad(Cast(Length("code"), CharField()), 2, Value("0")),
    "code",
    output_field=CharField(),
)
