"""Accounts: login, second factor, sessions, and the security log."""
