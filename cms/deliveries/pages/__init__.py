"""The pages of deliveries and the calendar."""
