"""What people see of quotas: the board, its cells, plans, coverage and records."""
