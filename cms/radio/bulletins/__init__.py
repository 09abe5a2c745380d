"""Bulletins: scripts put together for a slot, and the programmes that they belong to."""
