"""What of a gate's evidence no longer holds: the question that reopening asks."""

from collections.abc import Iterable

from django import forms
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from gates.models import Evidence


class RejectedField(forms.ModelMultipleChoiceField):
    """Evidence to tick, each with the code of its gate."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: models.Model) -> str:
        return f"{obj.gate.code}: {Truncator(str(obj)).chars(120)}"  # type: ignore[attr-defined]


def rejected_field() -> RejectedField:
    """Return the field; its form sets the evidence to choose from."""
    return RejectedField(
        Evidence.objects.none(),
        label=_("What of the evidence no longer holds?"),
        required=False,
        help_text=_("For reopening. What you tick counts no more; it stays on record."),
    )


def proofs_that_hold(gates: Iterable[int | None]) -> models.QuerySet[Evidence]:
    """Return the evidence of some gates that nobody has withdrawn.

    Without that of checks: their runs say whether it holds, and retiring a check ends it.
    """
    ids = [pk for pk in gates if pk]
    found = Evidence.objects.filter(gate__in=ids, withdrawn_on=None, gate_check=None)
    return found.select_related("gate").order_by("gate", "pk")
