"""Configuring channels: settings, slots, secrets, health."""
