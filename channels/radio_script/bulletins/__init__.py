"""Scripts put together for a slot."""
