"""Finding stories, and who may see what of them."""
