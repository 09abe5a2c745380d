"""The prepared documents of pull channels."""
