"""Writing to the followers of an account, what the provider tells of them, and how the account stands."""
