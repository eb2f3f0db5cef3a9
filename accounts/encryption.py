"""Secrets of second factors, encrypted in the database with keys from the environment.

A dump of the database alone gives nobody a code. The first key encrypts; all of them decrypt.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

# What an encrypted text begins with, so that it is known from one of an earlier release.
PREFIX = "fernet:"


class UnreadableSecret(Exception):
    """A stored secret was not encrypted with a key that we have."""


def encrypt(text: str) -> str:
    """Return `text` encrypted with the first key."""
    return PREFIX + _keys().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Return the text; raise UnreadableSecret if it is plain, or none of the keys fits."""
    if not is_encrypted(stored):
        raise UnreadableSecret("a secret is not encrypted; run migrate")
    try:
        return _keys().decrypt(stored.removeprefix(PREFIX).encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecret("no key of SECOND_FACTOR_KEYS fits") from error


def is_encrypted(stored: str) -> bool:
    """Return whether a stored text is one of `encrypt`."""
    return stored.startswith(PREFIX)


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(_derive(key)) for key in settings.SECOND_FACTOR_KEYS])


def _derive(key: str) -> bytes:
    """Return a Fernet key; keys of the environment are long and random, so one hash is enough."""
    digest = hashlib.sha256(b"dealix-gates second factor\0" + key.encode()).digest()
    return base64.urlsafe_b64encode(digest)
