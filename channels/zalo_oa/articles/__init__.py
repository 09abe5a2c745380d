"""Articles: made, corrected, looked up, read back and removed."""
