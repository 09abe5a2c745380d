"""Pictures that people send: known, opened in a process of their own, made lighter."""
