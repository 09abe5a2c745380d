"""Deliveries as people see them: calendar, list, attempts, what needs a person."""
