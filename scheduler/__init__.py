"""Time and delivery: channel and delivery tables, the engine and its clock. Knows no Flask."""
