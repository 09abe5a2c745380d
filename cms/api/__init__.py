"""JSON API with bearer tokens and its OpenAPI document."""
