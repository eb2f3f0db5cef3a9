"""The log-in forms: names and codes as people type them, and passkeys that may be malformed.

The library trusts the shape of a passkey that a browser sends; a changed request would be a 500.
Here it is a message on the form.
"""

import struct
import unicodedata
from collections.abc import Callable
from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.forms import CharField, TextInput

from . import security_log
from .encryption import UnreadableSecret
from .usernames import stored_username

# A phone must not change what is typed: capitals, corrections.
AS_TYPED = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}

# The exceptions that parsing and verifying a malformed credential was seen to raise, besides the
# library's own.
MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)


class LogInForm(LoginForm):
    """Log in by name and password; capitals in the name do not matter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {**AS_TYPED, "dir": "auto", "autofocus": True}
        self.fields["password"].widget.attrs |= AS_TYPED

    def clean_login(self) -> str:
        return stored_username(super().clean_login())


class OneTimeCodeField(CharField):
    """A code of an app or a recovery code: digits of any script, whatever stands between them."""

    def to_python(self, value: Any) -> Any:
        return "".join(
            str(unicodedata.digit(character))
            for character in super().to_python(value) or ""
            if unicodedata.digit(character, None) is not None
        )


class OneTimeCodeFieldMixin:
    """Replace the library's field by `OneTimeCodeField`, with the keyboard and hints for a code."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = {"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}
        self.fields["code"] = OneTimeCodeField(
            label=self.fields["code"].label,
            widget=TextInput(attrs={**AS_TYPED, **hints, "autofocus": True}),
        )

    def clean_code(self) -> Any:
        try:
            return super().clean_code()  # type: ignore[misc]
        except UnreadableSecret as error:
            security_log.log_event("second_factor_unreadable", why=str(error))
            raise get_adapter().validation_error("incorrect_code") from error


class CodeForm(OneTimeCodeFieldMixin, AuthenticateForm):
    """Prove the second factor of a log-in by a code."""


class ConfirmByCodeForm(OneTimeCodeFieldMixin, ReauthenticateForm):
    """Confirm by a code before a change to an account."""


class SetUpAppForm(OneTimeCodeFieldMixin, ActivateTOTPForm):
    """Set up an authenticator app by its first code."""


def _reject_malformed(clean: Callable[[], Any]) -> Any:
    """Return what `clean` returns, or raise the error of a wrong code for malformed input."""
    try:
        return clean()
    except MALFORMED as error:
        raise get_adapter().validation_error("incorrect_code") from error


class AddPasskeyForm(forms.AddWebAuthnForm):
    """Add a passkey to the account."""

    def clean(self) -> Any:
        return _reject_malformed(super().clean)


class UsePasskeyForm(forms.AuthenticateWebAuthnForm):
    """Prove the second factor of a login by a passkey."""

    def clean_credential(self) -> Any:
        return _reject_malformed(super().clean_credential)


class LogInByPasskeyForm(forms.LoginWebAuthnForm):
    """Log in by a passkey, without a password."""

    def clean_credential(self) -> Any:
        return _reject_malformed(super().clean_credential)


class ConfirmByPasskeyForm(forms.ReauthenticateWebAuthnForm):
    """Confirm by a passkey before a change to the account."""

    def clean_credential(self) -> Any:
        return _reject_malformed(super().clean_credential)
