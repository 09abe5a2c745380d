"""Units, people, their roles, sign-in and API tokens."""
