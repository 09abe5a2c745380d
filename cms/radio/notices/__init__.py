"""How stations learn of new scripts: feeds and mail."""
