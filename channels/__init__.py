"""Channel adapters: one folder per kind of destination. Knows no Flask and no database."""
