"""Documents in and out of the board."""
