"""Plan packs: their schema, reading them from YAML, loading them."""
