"""The newsroom: stories, people, plans, quotas, pages, API and command line (Flask)."""
