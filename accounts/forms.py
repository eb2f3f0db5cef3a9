"""The passkey forms: malformed input is a message on the form.

The library trusts the shape of what a browser sends; a changed request would be a 500.
"""

import struct
from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

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
