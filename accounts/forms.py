"""What a browser sends for a passkey. The library trusts its shape; we do not."""

import struct
from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

# What parsing and verifying a credential was seen to raise, besides the library's own refusals.
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
    """Answer anything malformed like a wrong code: a message on the form."""
    try:
        return clean()
    except MALFORMED as error:
        raise get_adapter().validation_error("incorrect_code") from error


class AddPasskeyForm(forms.AddWebAuthnForm):
    def clean(self) -> Any:
        return _reject_malformed(super().clean)


class UsePasskeyForm(forms.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return _reject_malformed(super().clean_credential)


class LogInByPasskeyForm(forms.LoginWebAuthnForm):
    def clean_credential(self) -> Any:
        return _reject_malformed(super().clean_credential)


class ConfirmByPasskeyForm(forms.ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        return _reject_malformed(super().clean_credential)
