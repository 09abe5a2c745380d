"""What the ``dakenh`` command can do, one module for each concern."""
