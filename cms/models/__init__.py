"""The tables of the newsroom and the words that stand in their columns."""
