"""The Open API as it is called: addresses, tokens, errors."""
