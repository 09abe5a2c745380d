"""Followers, broadcasts to them, and what the webhook tells."""
