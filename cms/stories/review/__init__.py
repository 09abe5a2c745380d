"""Handing in, approving, giving back, and who may do what now."""
