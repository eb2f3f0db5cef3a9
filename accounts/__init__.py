"""Who may come in: logging in, the second factor, sessions, and the log of what concerns them."""
