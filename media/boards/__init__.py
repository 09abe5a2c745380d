"""Frames for LED boards."""
