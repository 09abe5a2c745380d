"""The content-addressed store: a folder or a bucket."""
