"""How long a text may be where the table sets no limit.

A longer one would make its pages slow for everybody. The form says the limit in words.
"""

MAX_TEXT_LENGTH = 50_000
# What a command printed may be longer; beyond this it is a file.
MAX_OUTPUT_LENGTH = 1_000_000


def max_text_length(field_name: str) -> int:
    """Return the limit of a text field without one of its own, in characters."""
    return MAX_OUTPUT_LENGTH if field_name == "output" else MAX_TEXT_LENGTH
