"""The database as the scheduler uses it: tables, rows, secrets, writing together, hearing of changes."""
