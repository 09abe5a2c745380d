"""The resources of the API that stations use."""
