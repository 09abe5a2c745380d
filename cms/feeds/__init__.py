"""The public side: feeds, pictures, story pages, liveness and metrics, answered before Flask where it matters."""
