"""The application: its parts put together, its features, its commands, its backups and its demonstration."""
