"""How dates read, by language: the day before the month and a clock of 24 hours, in both."""
