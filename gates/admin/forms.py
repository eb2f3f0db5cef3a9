"""Base forms of the admin: direction, limits, the reason of a decision, and refusals on a field."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates import rules
from gates.models import Launch
from gates.models.text_fields import CleanedFormField
from gates.reason_text import reason_text
from gates.rules.text_limits import max_text_length

from .edit_conflicts import VersionedForm
from .gate_field import set_home


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submitted form was not written.

    field: the field or inline that the messages belong to; "" for the whole form.
    """

    field: str
    messages: list[str]


class AutoDirForm(forms.BaseForm):
    """Gives each text field its direction and its limit.

    Text is Arabic or English in either page language, so its direction is automatic. A field
    without a limit of its own gets one; the help says the limit in words.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if not isinstance(field.widget, (forms.TextInput, forms.Textarea)):
                continue
            field.widget.attrs.setdefault("dir", "auto")
            if isinstance(field, forms.CharField):
                _limit_length(name, field)


def _limit_length(name: str, field: forms.CharField) -> None:
    """Say a text field's limit in its help; set one where the field has none."""
    limit = field.max_length or max_text_length(name)
    if field.max_length is None:
        field.validators = [*field.validators, MaxLengthValidator(limit)]
    words = gettext("At most %(count)s characters.") % {"count": f"{limit:,}"}
    if name == "output":
        words = gettext("%(limit)s Attach what is longer as a file.") % {"limit": words}
    if words not in str(field.help_text):  # a form's fields are copies, but their help is shared
        field.help_text = f"{field.help_text} {words}".strip()


def reason_field() -> CleanedFormField:
    """Return the field for a reason; the rules decide whether it may stay empty."""
    return CleanedFormField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why? Recorded with your name."),
    )


class RefusalAwareForm(AutoDirForm, VersionedForm):
    """A form that shows, on the second pass, why its write was refused."""

    refusal: Refusal | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_home(self)
        if isinstance(launch := self.fields.get("launch"), forms.ModelChoiceField):
            own = Q(pk=self.instance.launch_id)
            launch.queryset = Launch.objects.filter(Q(archived_on=None) | own)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.refusal and (not self.refusal.field or self.refusal.field in self.fields):
            self.add_error(self.refusal.field or None, self.refusal.messages)
        return cleaned


class ReasonRequiredForm(RefusalAwareForm):
    """A form for a decision whose reason is written to the history."""

    reason = reason_field()

    def needs_reason(self) -> None:
        """Add an error to the form if its reason holds no letter or digit."""
        for error in rules.decision_errors(self.cleaned_data.get("reason", "")):
            self.add_error("reason", reason_text(error))
