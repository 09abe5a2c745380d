"""What a text brings along from where it was pasted."""
