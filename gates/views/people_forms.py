"""The forms of the pages on people."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import AS_TYPED
from accounts.usernames import is_taken, propose_username
from gates.models import Owner
from gates.models.person import Role
from gates.models.text_fields import CleanedFormField
from gates.rules.text import clean_name, same_as


class AddPersonForm(forms.Form):
    """A new account, and the owner with it.

    After `is_valid`, `owner` is the owner who is this person already, or None. Where there is one
    of this name, the form asks whether it is the same person before it is valid.
    """

    name = CleanedFormField(
        label=_("Name"),
        max_length=100,
        store=clean_name,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ENGINEER)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        required=False,
        validators=[User.username_validator],
        widget=forms.TextInput(attrs={**AS_TYPED, "autocomplete": "off", "dir": "ltr"}),
        help_text=_("Leave empty to make it from the name."),
    )
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
        help_text=_("Optional. The link can be sent there; single sign-on knows the person by it."),
    )
    same_person = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner: Owner | None = None
        self.fields["language"].initial = get_language()
        if not (settings.MAIL_IS_SET_UP or settings.SINGLE_SIGN_ON):
            del self.fields["email"]
        self.asks_whether_same = False
        self.can_mail = settings.MAIL_IS_SET_UP

    @property
    def shown_fields(self) -> list[Any]:
        """The fields to show: the question only where it is asked."""
        asked = self.asks_whether_same
        return [field for field in self if field.name != "same_person" or asked]

    def clean_username(self) -> str:
        username = str(self.cleaned_data.get("username", ""))
        if username and is_taken(username):
            raise forms.ValidationError(gettext("This user name is taken. Choose another."))
        return username

    def clean(self) -> Any:
        cleaned: dict[str, Any] = super().clean() or {}
        name = cleaned.get("name")
        if not name:
            return cleaned
        self.owner = _owner_named(name)
        if not cleaned.get("username"):
            cleaned["username"] = propose_username(self.owner.name if self.owner else name)
        if self.owner is not None and self.owner.user_id is not None:
            message = gettext("%(name)s has an account. Write the name so that the two differ.")
            self.add_error("name", message % {"name": self.owner.name})
        elif self.owner is not None:
            self.asks_whether_same = True
            self.fields["same_person"].label = gettext("%(name)s on the board is this person") % {
                "name": self.owner.name
            }
            if not cleaned.get("same_person"):
                message = gettext(
                    "%(name)s is on the board already, without an account. Say below that it is"
                    " the same person, or write the name so that the two differ."
                )
                self.add_error("name", message % {"name": self.owner.name})
        return cleaned


def _owner_named(name: str) -> Owner | None:
    """Return the owner whose name reads like this one."""
    wanted = same_as(name)
    owners = Owner.objects.select_related("user").order_by("pk")
    return next((owner for owner in owners if same_as(owner.name) == wanted), None)


class ChooseOwnersForm(forms.Form):
    """Which two owners are one person."""

    gone = forms.ModelChoiceField(
        Owner.objects.all(),
        label=_("Merge"),
        help_text=_("This one goes; the history keeps the name."),
    )
    into = forms.ModelChoiceField(
        Owner.objects.all(), label=_("Into"), help_text=_("This one stays, under this name.")
    )

    def clean(self) -> Any:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("gone") and cleaned.get("gone") == cleaned.get("into"):
            self.add_error("into", gettext("Choose two different owners."))
        return cleaned


class MergeForm(ChooseOwnersForm):
    """The merge itself, with the versions that the page has shown."""

    gone_version = forms.IntegerField(widget=forms.HiddenInput)
    into_version = forms.IntegerField(widget=forms.HiddenInput)
    reason = CleanedFormField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Why are the two one person? Recorded with your name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("gone", "into"):
            self.fields[name].widget = forms.HiddenInput()
