"""What drives every delivery from where it is to where people want it."""
