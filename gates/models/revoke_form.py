"""The question that ending a token asks, on the site and in the admin."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RevokeForm(forms.Form):
    """The question that ending a token asks; there is no answer without thinking."""

    runs_count = forms.ChoiceField(
        label=_("Do the runs that it brought go on counting?"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", _("Yes: they were honest, the token is only not needed any more.")),
            ("no", _("No: somebody else may have used it. Gates that rest on them may reopen.")),
        ],
    )

    def clean_runs_count(self) -> bool:
        """Return the answer."""
        return bool(self.cleaned_data["runs_count"] == "yes")
