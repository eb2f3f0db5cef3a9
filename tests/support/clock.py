"""The clock of the tests."""

from datetime import UTC, datetime

START = datetime(2026, 5, 1, 7, tzinfo=UTC)  # ten in the morning in Riyadh; day 0 of `on_day`
