"""Who is let in: each request belongs to a line, a line holds so many threads, dear ones run in helper processes."""
