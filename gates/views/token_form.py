"""The forms of one's own tokens: make one, and end one."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from gates.inline_markdown import inline_text
from gates.models import Check
from gates.models.text_fields import CleanedFormField
from gates.models.token import DEFAULT_DAYS, MAX_DAYS

DAYS = (7, 30, DEFAULT_DAYS, 180, MAX_DAYS)


class CheckField(forms.ModelMultipleChoiceField):
    """The checks that a token may report, each with its gate and launch."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        gate = obj.gate
        return f"{gate.code} {obj.key}: {inline_text(gate.title)} ({gate.section.launch.name})"


class TokenForm(forms.Form):
    """What a token is for, what it may report, and how long it is accepted."""

    name = CleanedFormField(
        label=_("Name"),
        max_length=100,
        help_text=_("What it is for, such as “nightly drill”. Everybody sees it beside its runs."),
    )
    checks = CheckField(
        Check.objects.none(),
        label=_("Checks that it may report"),
        required=False,
        help_text=_("With none, it only reads the board."),
    )
    days = forms.TypedChoiceField(
        label=_("Accepted for"),
        coerce=int,
        initial=DEFAULT_DAYS,
        choices=[(days, ngettext_lazy("%d day", "%d days", days) % days) for days in DAYS],
        help_text=_("You are reminded a week before the end."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        checks = Check.objects.filter(retired_why="", gate__launch__archived_on=None)
        checks = checks.select_related("gate__section__launch")
        ordered = checks.order_by("-gate__launch__is_current", "gate__position", "pk")
        self.fields["checks"].queryset = ordered  # type: ignore[attr-defined]

    def last_day(self) -> Any:
        """Return the last day that was chosen."""
        return timezone.localdate() + timedelta(days=self.cleaned_data["days"])

    def add_model_errors(self, error: ValidationError) -> None:
        """Show what the model refuses, each on its field if the form has it."""
        for field, messages in error.message_dict.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


def revoked_message(name: str, runs_count: bool) -> str:
    """Return what is said after a token was ended."""
    if runs_count:
        text = gettext("The token “%(name)s” is revoked. Its runs go on counting.")
    else:
        text = gettext("The token “%(name)s” is revoked. Its runs count no more.")
    return text % {"name": name}
