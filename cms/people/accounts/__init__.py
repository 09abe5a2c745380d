"""One's own account: signing in, passwords, sessions, tokens."""
