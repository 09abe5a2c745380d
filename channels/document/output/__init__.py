"""The tree written as something else."""
