"""Radio: scripts that culture centres pull, and the log of what was broadcast."""
