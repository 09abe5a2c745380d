"""What each channel would carry of a story."""
