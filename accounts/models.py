"""The tables of accounts, one concept a file."""

from .access_link import AccessLink
from .account_change import AccountChange
from .temporary_password import TemporaryPassword

__all__ = ["AccessLink", "AccountChange", "TemporaryPassword"]
