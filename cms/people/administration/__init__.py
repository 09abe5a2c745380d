"""What admins keep: people, roles and the tree of units."""
