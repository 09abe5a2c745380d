"""What every room of the newsroom stands on: refusals, time, permissions, settings, the session. Knows no page."""
