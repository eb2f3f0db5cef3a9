"""Date formats by language: in both, the day before the month, and a clock of 24 hours."""
