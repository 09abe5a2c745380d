"""Zalo Official Account: articles published through the Open API."""
