"""Import and export of a board as documents."""
