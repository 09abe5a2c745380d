"""What every page shares: the signed-in actor, language, formats, errors, security headers."""
