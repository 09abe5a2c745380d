"""Infographics drawn from their blocks."""
