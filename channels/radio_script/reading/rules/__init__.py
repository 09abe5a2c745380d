"""The reading rules, one module each. A rule looks at the whole page and claims what it can read."""
