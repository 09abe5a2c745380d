"""LED and LCD boards as a channel: frames at the board's own pixels, and the playlist that its controller polls."""
