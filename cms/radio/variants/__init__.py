"""Scripts in other languages."""
