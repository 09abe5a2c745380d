"""Promising an approved story to channels, and calling it back."""
