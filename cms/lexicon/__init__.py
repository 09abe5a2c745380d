"""How things are said on air, as each province and unit wants it, and how fast its presenters read."""
