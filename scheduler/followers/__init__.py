"""Work on accounts with followers beside deliveries: broadcasts at their time, how the account stands, trial items."""
