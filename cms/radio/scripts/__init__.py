"""Scripts as stations take, read and log them."""
