"""The pages of quotas and plans."""
