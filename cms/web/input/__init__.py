"""What comes in with a request: cleaned, and read into values that a service can use."""
