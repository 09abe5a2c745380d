"""A script or a bulletin as a file."""
