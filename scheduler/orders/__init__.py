"""What people order: promises, corrections, retractions, and what becomes of the unclear."""
