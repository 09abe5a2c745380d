"""What happens next, as pure functions over frozen values and an explicit now."""
