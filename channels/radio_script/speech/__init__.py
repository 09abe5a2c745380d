"""How long a reading takes, where it breathes, how it sounds."""
