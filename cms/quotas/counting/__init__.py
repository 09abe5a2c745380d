"""What was done, and how it stands against what is asked: decisions and the queries that feed them."""
